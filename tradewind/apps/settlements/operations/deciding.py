"""People decide proposals: accept one of a group, or reject them with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason
from tradewind.apps.settlements.matching import OrderKeys
from tradewind.apps.settlements.models import MatchProposal, SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.operations.proposing import close_answered
from tradewind.apps.settlements.queries import proposals
from tradewind.apps.settlements.states import OPEN, POSTED, PROPOSAL
from tradewind.db.bulk import update_rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor

BY_PERSON = "person"


def accept_proposals(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> int:
    """Take these orders for the lines they are proposed for; how many lines found their order.

    The other proposals of the same lines are passed over. Lines of a posted settlement are moved to
    the order by the books' next run. Refused, naming all, when one is not open, two are for the same
    lines, or the order is of a store out of reach.
    """
    why = _reason(reason)
    with acting(by, "settlements.change", kind="match_proposal", now=now) as act:
        rows = _open(ids, by)
        _one_each(rows)
        changed = _match(rows)
        mine = sorted({p.settlement_id for p in rows})
        with acting(by, "settlements.change", kind="settlement", ids=mine, now=now) as inner:
            inner.note(verb="accept_proposals", lines=changed, reason=why)
            SettlementFile.objects.filter(id__among=mine, state=POSTED).update(late_orders=True)
        wanted = [p.pk for p in rows]
        move_all(MatchProposal, PROPOSAL, "accept", wanted, decided_by=by.name, decided_at=now, why=why)
        close_answered(mine)
        explain(mine)
        act.ids.extend(wanted)
        act.note(verb="accept_proposals", lines=changed, reason=why)
    return changed


def reject_proposals(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> int:
    """Say that these lines are not of these orders; they are not proposed again. Needs a reason."""
    why = needed_reason(reason)
    with acting(by, "settlements.change", kind="match_proposal", now=now) as act:
        wanted = [p.pk for p in _open(ids, by)]
        move_all(MatchProposal, PROPOSAL, "reject", wanted, decided_by=by.name, decided_at=now, why=why)
        act.ids.extend(wanted)
        act.note(verb="reject_proposals", reason=why)
    return len(wanted)


def _reason(reason: str) -> str:
    found = Findings()
    clean = found.text("reason", reason, 2000, needed=False)
    found.settle()
    return clean


def _open(ids: Iterable[int], by: Actor) -> list[MatchProposal]:
    """The proposals, locked; Refused with every one that is not open or not there."""
    wanted = sorted(set(ids))
    rows = {p.pk: p for p in proposals(by).filter(id__among=wanted).select_for_update(of=("self",))}
    found = Findings()
    for pk in wanted:
        if pk not in rows:
            found.add("proposal", pk, _("there is no such row"))
        elif rows[pk].state != OPEN:
            found.add("proposal", pk, _("it is decided already"), rows[pk].state)
    found.settle()
    return [rows[pk] for pk in wanted]


def _one_each(rows: Sequence[MatchProposal]) -> None:
    lines = Counter(p.line_id for p in rows)
    found = Findings()
    for p in rows:
        if lines[p.line_id] > 1:
            found.add("proposal", p.order.external_id, _("two orders for the same lines"), _("one of them"))
    found.settle()


def _match(rows: Sequence[MatchProposal]) -> int:
    """Point every line of the groups at its order, and at its line where the SKU says which."""
    orders = {(p.settlement_id, *_group(p.line)): p.order for p in rows}
    keys: dict[int, OrderKeys] = {}
    for store_id in {p.order.store_id for p in rows}:
        numbers = {p.order.external_id for p in rows if p.order.store_id == store_id}
        keys[store_id] = OrderKeys(store_id, numbers)
    changed = []
    mine = sorted({p.settlement_id for p in rows})
    for line in SettlementLine.objects.filter(settlement_id__among=mine, order=None).iterator(5000):
        order = orders.get((line.settlement_id, *_group(line)))
        if order is None:
            continue
        _order, order_line = keys[order.store_id].find(
            order.external_id, line.external_sku, line.line_external_id or line.order_external_id
        )
        changed.append((line.pk, order.pk, order_line, BY_PERSON))
    return update_rows(SettlementLine, ["order_id", "order_line_id", "matched_how"], changed)


def _group(line: SettlementLine) -> tuple[str, str, int]:
    """What the lines of one group share: their order's number, else their own, else nothing."""
    if line.order_external_id:
        return line.order_external_id, "", 0
    return ("", line.line_external_id, 0) if line.line_external_id else ("", "", line.pk)
