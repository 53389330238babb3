"""What a channel gave back by itself or on a claim, found in settlements that came after the finding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tradewind.apps.claims.models import ClaimEvent, Finding
from tradewind.apps.claims.operations.claiming import recover
from tradewind.apps.claims.queries.lists import findings
from tradewind.apps.claims.states import CLAIMED, OPEN
from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.states import HELD
from tradewind.engine.access import Actor

SOURCE = "settlement_line"
KINDS = ("fee_refund", "reimbursement", "adjustment")


def match_reimbursements(*, now: datetime, by: Actor) -> int:
    """Recover findings on fees by lines of later settlements of the same order; how many lines were used.

    A line is used once and never for more than is asked. Example: 0.40 too much; an adjustment of 0.40 in
    the next settlement closes it.
    """
    rows = findings(by).filter(state__in=(OPEN, CLAIMED), bill_line=None).exclude(order=None)
    with acting(by, "claims.change", kind="finding", now=now) as act:
        waiting = list(rows.select_for_update(of=("self",)).order_by("found_at", "id"))
        used = 0
        for row, line in _pairs(waiting):
            part = min(row.excess_minor - row.recovered_minor, line.amount_minor)
            if part <= 0:
                continue
            on = (line.posted_at or line.settlement.end_at).astimezone(UTC).date()
            recover([(row, part, str(line.pk))], source=SOURCE, on=on, now=now, by=by)
            row.recovered_minor += part
            act.ids.append(row.pk)
            used += 1
        act.note(verb="match_reimbursements", lines=used)
    return used


def _pairs(waiting: list[Finding]) -> Iterator[tuple[Finding, SettlementLine]]:
    """Findings with lines that may pay them: of their order and currency, imported after them, not used."""
    orders = {row.order_id for row in waiting if row.order_id}
    if not orders:
        return
    lines = (
        SettlementLine.objects.filter(order_id__among=sorted(orders), kind__in=KINDS, amount_minor__gt=0)
        .exclude(settlement__state=HELD)
        .select_related("settlement")
        .order_by("id")
    )
    known = list(lines)
    refs = [str(line.pk) for line in known]
    used = set(
        ClaimEvent.objects.filter(source=SOURCE, source_ref__in=refs).values_list("source_ref", flat=True)
    )
    by_order: dict[int, list[SettlementLine]] = {}
    for line in known:
        if str(line.pk) not in used:
            by_order.setdefault(line.order_id or 0, []).append(line)
    for row in waiting:
        free = by_order.get(row.order_id or 0, [])
        for line in list(free):
            file = line.settlement
            if file.imported_at > row.found_at and file.currency == row.currency:
                free.remove(line)
                yield row, line
                if row.recovered_minor >= row.excess_minor:
                    break
