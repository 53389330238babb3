"""Judging bills: every line priced at our facts, what is wrong written down once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine, Finding
from tradewind.apps.claims.operations.layouts import tolerance_of
from tradewind.apps.claims.operations.writing import FINDING_COLUMNS, write_findings
from tradewind.apps.claims.queries.behind import Behind, charged_before, ours_of, parcel_key, parcels_behind
from tradewind.apps.claims.queries.lists import bills
from tradewind.apps.claims.states import AUDITABLE, BILL, CLEAN, DISPUTED, UNJUDGED
from tradewind.apps.org.operations import acting
from tradewind.db.bulk import update_rows
from tradewind.db.sql import instant
from tradewind.db.states import WrongState, move_all
from tradewind.engine.access import Actor
from tradewind.engine.bill_audit import Verdict, audit_bill
from tradewind.engine.bill_pricing import Billed
from tradewind.engine.contracts import Problem, Refused

_JUDGED = ["parcel_id", "expected_minor", "expected_source", "unjudged", "disputed_minor", "state"]


@dataclass(frozen=True, slots=True)
class Audited:
    """What a look at bills found: lines by state, findings, and what is asked back in minor units."""

    lines: int
    clean: int
    disputed: int
    unjudged: int
    findings: int
    excess_minor: int


def audit_bills(*, ids: Iterable[int], now: datetime, by: Actor) -> list[Audited]:
    """Price every line of bills that are not accepted; findings are written once and kept up to date.

    A finding somebody dismissed stays dismissed; one that is no longer found is gone. Bills of advertisers
    have no prices to compare and pass. Refused when a bill is accepted already.
    """
    wanted = sorted(set(ids))
    with acting(by, "claims.change", kind="bill", ids=wanted, now=now) as act:
        found = list(bills(by).filter(pk__in=wanted).select_for_update(of=("self",)).order_by("on", "id"))
        if len(found) != len(wanted):
            raise Refused([Problem(None, "bill", str(len(wanted)), _("there is no such row"))])
        try:
            move_all(Bill, BILL, "audit", wanted)
        except WrongState:
            raise Refused([Problem(None, "state", "", _("it is accepted already"))]) from None
        done = [_audit(bill, now) for bill in found]
        act.note(verb="audit_bills", findings=sum(d.findings for d in done))
    return done


def _audit(bill: Bill, now: datetime) -> Audited:
    lines = list(BillLine.objects.filter(bill=bill).order_by("line_no"))
    for line in lines:
        line.bill = bill  # read once, not line by line
    if bill.kind not in AUDITABLE:
        update_rows(BillLine, ["state"], [(line.pk, CLEAN) for line in lines])
        return Audited(len(lines), len(lines), 0, 0, 0, 0)
    behind = parcels_behind(lines, bill.company_id)
    verdicts = audit_bill(
        [_billed(line, parcel_key(line, behind)) for line in lines],
        ours_of(bill, lines, behind),
        charged_before(bill, behind, lines),
        tolerance_of(bill.layout),
    )
    wanted = [
        row
        for line in lines
        for row in _findings(bill, line, behind.get(line.pk), verdicts[line.line_no], now)
    ]
    scope = Finding.objects.filter(bill_line__bill=bill)
    count = write_findings(scope, wanted)
    held = _held(bill)
    rows = [
        _judged(line, behind.get(line.pk), verdicts[line.line_no], held.get(line.pk, 0)) for line in lines
    ]
    update_rows(BillLine, _JUDGED, rows)
    disputed = sum(held.values())
    Bill.objects.filter(pk=bill.pk).update(disputed_minor=disputed)
    states = [row[-1] for row in rows]
    return Audited(
        len(lines), states.count(CLEAN), states.count(DISPUTED), states.count(UNJUDGED), count, disputed
    )


def _held(bill: Bill) -> dict[int, int]:
    """Line id -> what of it is in dispute."""
    rows = Finding.objects.filter(bill_line__bill=bill, state__in=("open", "claimed"))
    held: dict[int, int] = {}
    for line_id, minor, back in rows.values_list("bill_line_id", "excess_minor", "recovered_minor"):
        held[line_id or 0] = held.get(line_id or 0, 0) + minor - back
    return held


def _billed(line: BillLine, key: str) -> Billed:
    sides = tuple(line.sides_mm)
    return Billed(
        line.line_no, key, line.charges, line.billed_g, line.scale_g,
        sides if len(sides) == 3 else None, line.country, line.zone,
    )  # fmt: skip


def _findings(
    bill: Bill, line: BillLine, parcel: Behind | None, verdict: Verdict, now: datetime
) -> Sequence[tuple[Any, ...]]:
    """Rows of FINDING_COLUMNS; together never more than the line asks."""
    rows, room = [], max(line.amount_minor, 0)
    for wrong in verdict.wrongs:
        part = min(wrong.excess, room)
        if part <= 0:
            continue
        room -= part
        mine: Mapping[str, Any] = {
            "key": f"bill_line:{line.pk}:{wrong.reason}", "company_id": bill.company_id,
            "store_id": parcel.store_id if parcel else bill.store_id, "bill_line_id": line.pk,
            "order_id": parcel.order_id if parcel else None, "reason": wrong.reason,
            "currency": bill.currency, "charged_minor": line.amount_minor,
            "expected_minor": line.amount_minor - part, "excess_minor": part, "source": verdict.source[:200],
            "facts": json.dumps(dict(wrong.facts), ensure_ascii=False), "due_on": _iso(bill.dispute_by),
            "due_source": bill.dispute_source, "found_at": instant(now),
        }  # fmt: skip
        rows.append(tuple(mine.get(name) for name in FINDING_COLUMNS))
    return rows


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _judged(line: BillLine, parcel: Behind | None, verdict: Verdict, held: int) -> tuple[Any, ...]:
    state = DISPUTED if held else UNJUDGED if verdict.expected is None else CLEAN
    mine = parcel.id if parcel and parcel.company_id == line.bill.company_id else None
    return (
        line.pk, mine, verdict.expected, verdict.source[:200],
        json.dumps([list(pair) for pair in verdict.unjudged]), held, state,
    )  # fmt: skip
