"""What channels owe, and the receipts that pay it. Keys first, then the only possible; else a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason
from tradewind.apps.settlements.queries import accounted
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import CollectionLine, Payout
from tradewind.apps.treasury.states import CARRIED, EXPECTED, FAILED, PAYOUT
from tradewind.db.bulk import insert_rows_once, update_rows
from tradewind.db.states import WrongState, move, move_all, move_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.match import match

PAYOUT_COLUMNS = ["settlement_id", "store_id", "amount_minor", "currency", "expected_on", "state", "how"]


def expect_payouts(*, now: datetime, by: Actor) -> int:
    """Expect the payout of every explained settlement that has none; how many were new.

    Zero or negative totals are carried: nothing is paid, the next settlement takes them over. An
    expected payout follows its settlement while that is replaced.
    """
    by.require("treasury.change")
    fresh = list(accounted(by).filter(payout=None))
    stale = Payout.objects.filter(state__in=(EXPECTED, CARRIED, FAILED)).exclude(
        Q(amount_minor=F("settlement__total_minor"))
    )
    if not fresh and not stale.exists():
        return 0
    with acting(by, "treasury.change", kind="payout", now=now) as act:
        rows = [
            (s.pk, s.store_id, s.total_minor, s.currency, s.deposit_on, _first_state(s.total_minor), "")
            for s in fresh
        ]
        new = insert_rows_once(Payout, PAYOUT_COLUMNS, rows, unique=["settlement_id"])
        changed = [
            (p.pk, p.settlement.total_minor, p.settlement.deposit_on)
            for p in stale.select_related("settlement")
        ]
        update_rows(Payout, ["amount_minor", "expected_on"], changed)
        moved = Payout.objects.filter(id__among=[row[0] for row in changed])
        for verb, wrong in (
            ("carry", moved.filter(amount_minor__lte=0)),
            ("expect", moved.filter(amount_minor__gt=0)),
        ):
            move(Payout, PAYOUT, verb, wrong.values_list("id", flat=True))
        act.note(verb="expect_payouts", new=new, changed=len(changed))
    return new


def _first_state(total_minor: int) -> str:
    return EXPECTED if total_minor > 0 else CARRIED


def match_receipts(*, now: datetime, by: Actor) -> int:
    """Match receipts on collection accounts to expected payouts of the company; how many payouts came.

    By reference, else the only possible amount, else the only possible sum; what is not certain stays
    open with proposals (queries.proposals).
    """
    by.require("treasury.change")
    links: list[tuple[int, int, str]] = []
    for expected, received in queries.open_sides(by).values():
        if not expected or not received:
            continue
        for hit in match(expected, received).matches:
            links += [(pk, hit.received_id, hit.reason) for pk in hit.expected_ids]
    if not links:
        return 0
    ids = [pk for pk, _line, _how in links]
    with acting(by, "treasury.change", kind="payout", ids=ids, now=now) as act:
        _link(links)
        act.note(verb="match_receipts", payouts=len(links))
    return len(links)


def link_receipt(*, line_id: int, payout_ids: Sequence[int], reason: str, now: datetime, by: Actor) -> None:
    """A person says which payouts a receipt pays. Refused when a side is not open or currencies differ.

    The amounts may differ: what is over or short stays on the clearing account, visible.
    """
    found = Findings()
    why = found.text("reason", reason, 200)
    line = queries.collection_lines(by).filter(pk=line_id, kind="receive", matched=False).first()
    if line is None:
        found.add("line", line_id, _("there is no such open receipt"))
    payouts = list(queries.payouts(by).filter(id__in=list(payout_ids), state=EXPECTED))
    for pk in sorted(set(payout_ids) - {p.pk for p in payouts}):
        found.add("payouts", pk, _("there is no such expected payout"))
    if not payout_ids:
        found.add("payouts", "", _("nothing is selected"), _("at least one row"))
    for payout in payouts:
        if line is not None and payout.currency != line.account.currency:
            found.add("payouts", payout.currency, _("another currency than expected"), line.account.currency)
        if line is not None and payout.store.company_id != line.account.company_id:
            found.add("payouts", payout.pk, _("the payout is of another company"))
    found.settle()
    with acting(by, "treasury.change", kind="payout", ids=payout_ids, now=now) as act:
        _link([(p.pk, line_id, why) for p in payouts])
        act.note(verb="link_receipt", line=line_id, reason=why)


def _link(links: list[tuple[int, int, str]]) -> None:
    """Point payouts at their receipts; every payout must still be open, every receipt too."""
    lines: dict[int, list[int]] = defaultdict(list)
    for payout_id, line_id, _how in links:
        lines[line_id].append(payout_id)
    taken = CollectionLine.objects.filter(id__among=sorted(lines), matched=False).update(matched=True)
    if taken != len(lines):
        raise Refused([Problem(None, "line", str(pk), _("the receipt is taken already")) for pk in lines])
    update_rows(Payout, ["receipt_id", "how"], links)
    move_all(Payout, PAYOUT, "receive", [link[0] for link in links])


def fail_payouts(*, ids: Iterable[int], on: date, reason: str, now: datetime, by: Actor) -> list[int]:
    """The channel's transfer failed (wrong account, refused): nothing came. A person says since when and why.

    WrongState when one is not expected.
    """
    why = needed_reason(reason)
    wanted = _in_sight(ids, by)
    with acting(by, "treasury.change", kind="payout", ids=wanted, now=now) as act:
        rows = [(pk, on, why) for pk in wanted]
        move_rows(Payout, PAYOUT, "fail", ["failed_on", "failed_why"], rows)
        act.note(verb="fail_payouts", on=str(on), reason=why)
    return wanted


def send_again(
    *, ids: Iterable[int], expected_on: date | None, reason: str, now: datetime, by: Actor
) -> list[int]:
    """The channel sends failed payouts once more: they are expected again, on the day if it is known."""
    why = needed_reason(reason)
    wanted = _in_sight(ids, by)
    with acting(by, "treasury.change", kind="payout", ids=wanted, now=now) as act:
        rows = [(pk, expected_on) for pk in wanted]
        move_rows(Payout, PAYOUT, "send_again", ["expected_on"], rows)
        act.note(verb="send_again", expected_on=str(expected_on or ""), reason=why)
    return wanted


def carry_failed(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Failed payouts are not sent again: the channel pays them with a later settlement."""
    why = needed_reason(reason)
    wanted = _in_sight(ids, by)
    if Payout.objects.filter(id__among=wanted).exclude(state=FAILED).exists():
        raise WrongState("carry_failed", wanted)
    with acting(by, "treasury.change", kind="payout", ids=wanted, now=now) as act:
        move_all(Payout, PAYOUT, "carry", wanted)
        act.note(verb="carry_failed", reason=why)
    return wanted


def _in_sight(ids: Iterable[int], by: Actor) -> list[int]:
    """The ids, all of which must be payouts of the actor's stores."""
    wanted = sorted(set(ids))
    seen = set(queries.payouts(by).filter(id__among=wanted).values_list("id", flat=True))
    if unknown := [pk for pk in wanted if pk not in seen]:
        raise Refused([Problem(None, "ids", str(pk), _("there is no such row")) for pk in unknown])
    return wanted
