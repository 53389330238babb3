"""Bills that a channel took out of a settlement itself: found, so that no cost is owed or booked twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine, Cover
from tradewind.apps.claims.operations.deciding import accept_bills
from tradewind.apps.claims.queries.lists import bills
from tradewind.apps.claims.states import ACCEPTED, ADS, BILL, CLEAN, CLOSED, SUBSCRIPTION, TAKEN
from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.states import HELD
from tradewind.db.states import move
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.engine.subset_sum import LIMIT, subsets

NUMBER, AMOUNT, SUM, PERSON = "number", "amount", "sum", "person"
BEFORE, AFTER = timedelta(days=7), timedelta(days=60)  # of a bill's day, in which a channel takes its money
_KINDS = {ADS: "ad_fee", SUBSCRIPTION: "subscription_fee"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A line of a settlement by which a channel took money for such bills; `minor` above zero."""

    id: int
    store_id: int
    currency: str
    kind: str
    minor: int
    on: date
    words: str


def match_covers(*, now: datetime, by: Actor) -> int:
    """Match bills of advertisers and subscriptions with what settlements took; how many bills were matched.

    In this order: the bill's number stands in the line; as many bills as lines of exactly one amount; one and
    only one set of lines sums to the bill. What is left is for a person, or to be paid. Fully taken bills
    are accepted: nothing of them is owed.
    """
    with acting(by, "claims.change", kind="bill", now=now) as act:
        rows = bills(by).filter(kind__in=TAKEN, covered_minor=0, lines_minor__gt=0).exclude(store=None)
        waiting = list(rows.select_for_update(of=("self",)).order_by("on", "id"))
        lines = _taken({b.store_id for b in waiting if b.store_id}) if waiting else []
        found = _matches(waiting, lines)
        for bill, how, some in found:
            _cover(bill, how, some, now, by)
        act.ids.extend(bill.pk for bill, _how, _some in found)
        act.note(verb="match_covers", bills=len(found))
    return len(found)


def cover_bill(*, bill_id: int, line_ids: Iterable[int], now: datetime, by: Actor) -> int:
    """A person says which lines of settlements took a bill's money. Minor units covered.

    Refused: a line that is no charge of this kind and store, or is used already; more than the bill asks.
    """
    with acting(by, "claims.change", kind="bill", ids=[bill_id], now=now) as act:
        bill = bills(by).select_for_update(of=("self",)).filter(pk=bill_id, kind__in=TAKEN).first()
        if bill is None or bill.store_id is None:
            raise Refused([Problem(None, "bill", str(bill_id), _("there is no such row"))])
        wanted = sorted(set(line_ids))
        fit = {t.id: t for t in _taken({bill.store_id}) if _fits(bill, t, days=False)}
        problems = [
            Problem(None, "line", str(pk), _("no free charge of this kind, store and currency"))
            for pk in wanted if pk not in fit
        ]  # fmt: skip
        some = [fit[pk] for pk in wanted if pk in fit]
        whole = sum(t.minor for t in some)
        left = bill.lines_minor - bill.covered_minor
        if whole > left and not problems:
            said, most = str(Money(whole, bill.currency)), str(Money(left, bill.currency))
            problems.append(Problem(None, "amount", said, _("more than the bill asks"), most))
        if problems or not wanted:
            raise Refused(problems or [Problem(None, "line", "", _("this is needed"))])
        _cover(bill, PERSON, some, now, by)
        act.note(verb="cover_bill", lines=wanted, covered=str(Money(whole, bill.currency)))
    return whole


def _taken(store_ids: set[int]) -> list[Taken]:
    """Charges of ads and subscriptions in explained settlements that no bill has yet, oldest first."""
    rows = (
        SettlementLine.objects.filter(
            settlement__store_id__in=store_ids, kind__in=_KINDS.values(), amount_minor__lt=0, cover=None
        )
        .exclude(settlement__state=HELD)
        .select_related("settlement")
    )
    found = []
    for x in rows:
        at = (x.posted_at or x.settlement.end_at).astimezone(UTC).date()
        words = " ".join((x.type, x.amount_type, x.description, x.order_external_id, x.line_external_id))
        found.append(
            Taken(x.pk, x.settlement.store_id, x.settlement.currency, x.kind, -x.amount_minor, at, words)
        )
    return sorted(found, key=lambda t: (t.on, t.id))


def _fits(bill: Bill, line: Taken, *, days: bool = True) -> bool:
    same = (line.store_id, line.currency, line.kind) == (bill.store_id, bill.currency, _KINDS.get(bill.kind))
    return same and (not days or bill.on - BEFORE <= line.on <= bill.on + AFTER)


Match = tuple[Bill, str, list[Taken]]


def _matches(waiting: Sequence[Bill], lines: Sequence[Taken]) -> list[Match]:
    free = {line.id: line for line in lines}
    found: list[Match] = []

    def take(bill: Bill, how: str, some: Sequence[Taken]) -> None:
        found.append((bill, how, list(some)))
        for line in some:
            free.pop(line.id)

    for bill in waiting:
        named = [t for t in free.values() if _fits(bill, t, days=False) and _names(t.words, bill.number)]
        if named and sum(t.minor for t in named) <= bill.lines_minor:
            take(bill, NUMBER, named)
    left = [b for b in waiting if b not in {m[0] for m in found}]
    for bill, line in _by_amount(left, list(free.values())):
        take(bill, AMOUNT, [line])
    done = {m[0].pk for m in found}
    for bill in (b for b in left if b.pk not in done):
        some = [t for t in free.values() if _fits(bill, t)]
        sets = subsets([t.minor for t in some], bill.lines_minor) if len(some) <= LIMIT else None
        if sets is not None and len(sets) == 1 and len(sets[0]) > 1:
            take(bill, SUM, [some[i] for i in sets[0]])
    return found


def _names(words: str, number: str) -> bool:
    """Whether a number stands in the words by itself, not as a part of a longer one."""
    padded = "".join(c if c.isalnum() or c in "-_/." else " " for c in words)
    return len(number) >= 4 and number.casefold() in padded.casefold().split()


def _by_amount(waiting: Sequence[Bill], lines: Sequence[Taken]) -> list[tuple[Bill, Taken]]:
    """Bills and lines of one amount, where there are as many of the one as of the other, by their days."""
    groups: dict[tuple[int | None, str, str, int], list[Bill]] = defaultdict(list)
    for bill in waiting:
        groups[bill.store_id, bill.currency, _KINDS[bill.kind], bill.lines_minor].append(bill)
    found = []
    for (store, currency, kind, minor), some in groups.items():
        same = [
            t for t in lines if (t.store_id, t.currency, t.kind, t.minor) == (store, currency, kind, minor)
        ]
        same = [t for t in same if any(_fits(bill, t) for bill in some)]
        pairs = list(zip(some, same, strict=False))
        if len(same) == len(some) and all(_fits(bill, line) for bill, line in pairs):
            found += pairs
    return found


def _cover(bill: Bill, how: str, some: Sequence[Taken], now: datetime, by: Actor) -> None:
    late = bill.state in (ACCEPTED, CLOSED)
    Cover.objects.bulk_create(
        Cover(
            bill=bill, settlement_line_id=t.id, amount_minor=t.minor, how=how, late=late, at=now, by=by.name
        )
        for t in some
    )
    whole = sum(t.minor for t in some)
    Bill.objects.filter(pk=bill.pk).update(covered_minor=F("covered_minor") + whole)
    if not late and bill.covered_minor + whole == bill.lines_minor:
        move(Bill, BILL, "audit", [bill.pk])
        BillLine.objects.filter(bill=bill).update(state=CLEAN)
        accept_bills(ids=[bill.pk], now=now, by=by)


def uncover_bill(*, bill_id: int, now: datetime, by: Actor) -> int:
    """Take a match back, before it touched the books; how many lines are free again.

    Refused where the bill was owed before it was matched, or part of it is owed: then the books have it.
    """
    with acting(by, "claims.change", kind="bill", ids=[bill_id], now=now) as act:
        bill = bills(by).select_for_update(of=("self",)).filter(pk=bill_id).first()
        covers = list(bill.covers.all()) if bill else []
        if bill is None or not covers:
            raise Refused([Problem(None, "bill", str(bill_id), _("no settlement took its money"))])
        done = bill.state in (ACCEPTED, CLOSED)
        if any(c.late for c in covers) or (done and bill.covered_minor != bill.accepted_minor):
            raise Refused([Problem(None, "bill", str(bill.number), _("the books have it already"))])
        Cover.objects.filter(bill=bill).delete()
        fresh = {"covered_minor": 0, "accepted_minor": 0, "accepted_at": None, "state": "audited"}
        Bill.objects.filter(pk=bill.pk).update(**(fresh if done else {"covered_minor": 0}))
        BillLine.objects.filter(bill=bill).update(accepted_minor=0, state=CLEAN)
        act.note(verb="uncover_bill", lines=len(covers))
    return len(covers)
