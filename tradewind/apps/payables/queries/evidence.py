"""What stands behind a payable, and whether its documents agree: shown on every request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradewind.apps.claims.queries import bills_to_pay
from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.queries.documents import CARRIER_BILL, CHARGE, INVOICE, ORDER
from tradewind.apps.sourcing.models import PurchaseOrder, SupplierInvoice
from tradewind.apps.sourcing.queries import three_way
from tradewind.apps.stock.models import LandedCharge
from tradewind.engine.access import system

ORDERED, CANCELLED, ALLOCATED, TAKEN_BACK = "ordered", "cancelled", "allocated", "taken_back"
AUDITED, DISPUTED, UNDOCUMENTED = "audited", "disputed", "undocumented"
# States in which paying needs a word of explanation.
DOUBTFUL = frozenset({"over_invoiced", "not_received", CANCELLED, TAKEN_BACK, DISPUTED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The document of a payable and how it agrees with the others; noun "" where there is no document."""

    state: str
    noun: str
    id: int
    text: str

    @property
    def doubtful(self) -> bool:
        """Whether paying on it needs a reason."""
        return self.state in DOUBTFUL


def evidence(payables: Sequence[Payable]) -> dict[int, Evidence]:
    """Payable id -> its evidence; a handful of queries whatever their number.

    Invoices by the three-way match of their order, bills by their audit, charges by whether they lie on
    batches. Whoever may see a payable may see this much of its document.
    """
    of: dict[str, list[Payable]] = defaultdict(list)
    for one in payables:
        of[one.source].append(one)
    out = {p.pk: Evidence(UNDOCUMENTED, "", 0, p.note) for p in payables}
    for source, mine in of.items():
        if source in _OF:
            out |= _OF[source](mine)
    return out


def _invoices(mine: Sequence[Payable]) -> dict[int, Evidence]:
    orders = SupplierInvoice.objects.filter(id__among=[p.source_id for p in mine])
    order_of = dict(orders.values_list("id", "order_id"))
    matches = three_way(system("payables"), sorted(set(order_of.values())))
    return {
        p.pk: Evidence(matches[order_of[p.source_id]].state, "supplier_invoices", p.source_id, p.number)
        for p in mine
    }


def _orders(mine: Sequence[Payable]) -> dict[int, Evidence]:
    rows = PurchaseOrder.objects.filter(id__among=[p.source_id for p in mine]).values_list("id", "state")
    states = dict(rows)
    return {
        p.pk: Evidence(
            CANCELLED if states[p.source_id] == "cancelled" else ORDERED, "purchase_orders", p.source_id,
            p.number,
        )
        for p in mine
    }  # fmt: skip


def _charges(mine: Sequence[Payable]) -> dict[int, Evidence]:
    rows = LandedCharge.objects.filter(id__among=[p.source_id for p in mine])
    found = {pk: (void, leg) for pk, void, leg in rows.values_list("id", "void", "leg_id")}
    out = {}
    for p in mine:
        void, leg = found[p.source_id]
        state = TAKEN_BACK if void else ALLOCATED
        out[p.pk] = Evidence(state, "first_legs" if leg else "", leg or 0, p.number)
    return out


def _bills(mine: Sequence[Payable]) -> dict[int, Evidence]:
    disputed = {b.id: b.disputed_minor for b in bills_to_pay(system("payables"))}
    return {
        p.pk: Evidence(DISPUTED if disputed.get(p.source_id) else AUDITED, "bills", p.source_id, p.number)
        for p in mine
    }


_OF: dict[str, Callable[[Sequence[Payable]], dict[int, Evidence]]] = {
    INVOICE: _invoices, ORDER: _orders, CHARGE: _charges, CARRIER_BILL: _bills,
}  # fmt: skip
