"""What has no other side yet: payouts, receipts, withdrawals, lines; who waits, how long, and for what."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from tradewind.apps.treasury.models import BankLine, CollectionLine, Conversion
from tradewind.apps.treasury.queries.accounts import bank_lines, collection_lines, conversions, payouts
from tradewind.apps.treasury.states import ARRIVED, EXPECTED, FAILED, RETURNED
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CONVERT, RECEIVE, RETURN
from tradewind.engine.match import Expected, Proposal, Received, match
from tradewind.engine.money import Money

Sides = dict[tuple[int, str], tuple[list[Expected], list[Received]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that has no other side yet, and for how many days."""

    noun: str  # payouts, collection_lines, bank_lines, conversions
    id: int
    text: str
    amount: Money
    on: date | None
    age_days: int | None


def open_sides(actor: Actor) -> Sides:
    """(company, currency) -> expected payouts and open receipts."""
    sides: Sides = defaultdict(lambda: ([], []))
    for p in payouts(actor).filter(state=EXPECTED).order_by("id"):
        expected = Expected(p.pk, p.amount, p.expected_on, p.settlement.external_id)
        sides[p.store.company_id, p.currency][0].append(expected)
    for line in collection_lines(actor).filter(kind="receive", matched=False).order_by("id"):
        received = Received(line.pk, line.amount, line.at.date(), line.reference)
        sides[line.account.company_id, line.account.currency][1].append(received)
    return sides


def proposals(actor: Actor, line_id: int | None = None) -> list[Proposal]:
    """Possible links for a person to decide, best first; of one receipt, or of all."""
    found: list[Proposal] = []
    for expected, received in open_sides(actor).values():
        found += match(expected, received).proposals
    return [p for p in found if line_id is None or p.received_id == line_id]


def unmatched(actor: Actor, on: date, company_id: int | None = None) -> list[Waiting]:
    """Everything without its other side, oldest first: payouts, receipts, withdrawals, money in at banks.

    Money that leaves a bank account is the payables' to explain and is not listed.
    """
    found = [
        Waiting("payouts", p.pk, p.settlement.external_id, p.amount, p.expected_on, _age(p.expected_on, on))
        for p in payouts(actor).filter(of_company("store__company", company_id), state__in=(EXPECTED, FAILED))
    ]
    found += [
        Waiting(
            "collection_lines", x.pk, x.reference or x.external_id, x.amount, x.at.date(),
            _age(x.at.date(), on),
        )
        for x in open_lines(actor).filter(of_company("account__company", company_id))
    ]  # fmt: skip
    found += [
        Waiting("conversions", c.pk, c.group, c.bought, c.at.date(), _age(c.at.date(), on))
        for c in conversions(actor).filter(from_company(company_id)).exclude(state__in=(ARRIVED, RETURNED))
    ]
    found += [
        Waiting("bank_lines", b.pk, b.reference or b.external_id, b.amount, b.on, _age(b.on, on))
        for b in open_bank_lines(actor).filter(of_company("account__company", company_id))
    ]
    return sorted(found, key=lambda w: (-(w.age_days if w.age_days is not None else -1), w.noun, w.id))


def of_company(path: str, company_id: int | None) -> Q:
    """Rows whose path leads to a company; all rows for None."""
    return Q() if company_id is None else Q(**{path: company_id})


def from_company(company_id: int | None) -> Q:
    """Conversions that left an account of a company; of all companies for None."""
    if company_id is None:
        return Q()
    return Q(collection__company=company_id) | Q(sold_line__account__company=company_id)


def open_lines(actor: Actor) -> QuerySet[CollectionLine]:
    """Lines without their other side: receipts, returns, and halves of conversions never put together."""
    lines = collection_lines(actor)
    halves = Q(kind=CONVERT) & ~Exists(
        Conversion.objects.filter(collection_id=OuterRef("account_id"), group=OuterRef("group"))
    )
    return lines.filter(
        Q(kind=RECEIVE, matched=False)
        | Q(kind=RETURN, takes_back=None)
        | (halves & Q(conversion=None, amount_minor__lt=0))
        | Q(kind=CONVERT, conversion=None, amount_minor__gt=0)
    )


def open_bank_lines(actor: Actor) -> QuerySet[BankLine]:
    """Money that came into a bank account and that no withdrawal or conversion explains."""
    return bank_lines(actor).filter(conversion=None, amount_minor__gt=0)


BUCKETS = (3, 7, 14, 30, 60)  # days; the last bucket is open


@dataclass(frozen=True, slots=True)
class Bucket:
    """What waits so long: up to `most` days (None: longer), of one noun in one currency."""

    noun: str
    currency: str
    counts: tuple[int, ...]  # by bucket, then not dated
    amount: Money
    oldest: int | None


def ageing(actor: Actor, on: date, company_id: int | None = None) -> list[Bucket]:
    """What is unmatched by noun and currency, counted by age: up to 3, 7, 14, 30, 60 days, older, undated."""
    groups: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for one in unmatched(actor, on, company_id):
        groups[one.noun, one.amount.currency].append(one)
    return [
        Bucket(
            noun, currency, _counted([w.age_days for w in found]),
            Money.total((w.amount for w in found), currency),
            max((w.age_days for w in found if w.age_days is not None), default=None),
        )
        for (noun, currency), found in sorted(groups.items())
    ]  # fmt: skip


def _counted(ages: list[int | None]) -> tuple[int, ...]:
    counts = [0] * (len(BUCKETS) + 2)
    for age in ages:
        counts[len(BUCKETS) + 1 if age is None else bisect_left(BUCKETS, age)] += 1
    return tuple(counts)


def _age(since: date | None, on: date) -> int | None:
    return None if since is None else (on - since).days


def waiting_payouts(actor: Actor) -> int:
    """Payouts that have not come, failed ones among them."""
    return payouts(actor).filter(state__in=(EXPECTED, FAILED)).count()
