"""Purchase orders: drafted, placed, closed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Quote, Receipt, Supplier
from tradewind.apps.sourcing.queries import prices_in_force
from tradewind.apps.sourcing.states import PURCHASE_ORDER
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewPurchaseLine:
    """Units of a SKU; without a price the supplier's quote in force is taken, or the order is refused."""

    sku_id: int
    qty: int
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A purchase order to draft."""

    company_id: int
    supplier_id: int
    warehouse_id: int
    ordered_on: date
    lines: Sequence[NewPurchaseLine]
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the references of a batch may point to."""

    companies: frozenset[int]
    warehouses: frozenset[int]
    suppliers: Mapping[int, tuple[str, str]]  # id -> currency, state
    skus: Mapping[int, str]  # id -> state
    quotes: Mapping[date, Mapping[tuple[int, int, int], Quote]]


def _known(purchases: Sequence[NewPurchase]) -> _Known:
    wanted: dict[date, list[tuple[int, int, int]]] = {}
    for one in purchases:
        for line in one.lines:
            if line.price is None:
                wanted.setdefault(one.ordered_on, []).append((one.supplier_id, line.sku_id, line.qty))
    skus = sorted({line.sku_id for one in purchases for line in one.lines})
    return _Known(
        frozenset(Company.objects.values_list("id", flat=True)),
        frozenset(Warehouse.objects.values_list("id", flat=True)),
        {
            pk: (currency, state)
            for pk, currency, state in Supplier.objects.values_list("id", "currency", "state")
        },
        dict(Sku.objects.filter(id__among=skus).values_list("id", "state")),
        {on: prices_in_force(asked, on) for on, asked in wanted.items()},
    )


def draft_purchase_orders(*, purchases: Sequence[NewPurchase], now: datetime, by: Actor) -> list[int]:
    """Draft purchase orders, numbered PO-000001 on; their ids in order. All of them or none.

    The order's currency is the supplier's. Refused: no lines, a SKU twice, a stopped SKU or supplier,
    a price in another currency, no price and no quote in force.
    """
    with acting(by, "sourcing.change", kind="purchase_order", now=now) as act:
        found = Findings()
        known = _known(purchases)
        orders, lines = [], []
        for row, one in rows(purchases):
            order = _order(found.at(row), one, known, by)
            orders.append(order)
            lines += [_line(found, order, one, line, known) for line in one.lines]
        found.settle()
        for order, number in zip(orders, take_numbers("purchase_order", len(orders)), strict=True):
            order.number = numbered("PO", number)
        act.ids = [o.pk for o in PurchaseOrder.objects.bulk_create(orders)]
        PurchaseLine.objects.bulk_create(lines, batch_size=2000)
        act.note(verb="draft_purchase_orders", numbers=[o.number for o in orders[:500]], lines=len(lines))
        return act.ids


def _order(found: Findings, one: NewPurchase, known: _Known, by: Actor) -> PurchaseOrder:
    found.known("company", one.company_id, known.companies)
    found.known("warehouse", one.warehouse_id, known.warehouses)
    found.known("supplier", one.supplier_id, known.suppliers)
    currency, state = known.suppliers.get(one.supplier_id, ("", "active"))
    if state == "stopped":
        found.add("supplier", one.supplier_id, _("the supplier is stopped"))
    found.days("due_on", one.ordered_on, one.due_on)
    if not one.lines:
        found.add("lines", "", _("an order has lines"))
    seen: set[int] = set()
    for line in one.lines:
        if line.sku_id in seen:
            found.add("sku", line.sku_id, _("stands twice in this order"))
        seen.add(line.sku_id)
    return PurchaseOrder(
        company_id=one.company_id, supplier_id=one.supplier_id, warehouse_id=one.warehouse_id,
        currency=currency, ordered_on=one.ordered_on, due_on=one.due_on, created_by=by.name,
    )  # fmt: skip


def _line(
    found: Findings, order: PurchaseOrder, one: NewPurchase, line: NewPurchaseLine, known: _Known
) -> PurchaseLine:
    found.known("sku", line.sku_id, known.skus)
    if known.skus.get(line.sku_id) == "stopped":
        found.add("sku", line.sku_id, _("the SKU is stopped"))
    qty = found.whole("qty", line.qty, least=1) or 1
    if line.price is not None:
        minor = found.money("price", line.price, order.currency or line.price.currency)
    else:
        quote = known.quotes[one.ordered_on].get((one.supplier_id, line.sku_id, line.qty))
        if quote is None:
            found.add(
                "price",
                "",
                _("no price, and the supplier quoted none for SKU %(sku)s") % {"sku": line.sku_id},
            )
        minor = quote.price_minor if quote else 0
    return PurchaseLine(order=order, sku_id=line.sku_id, qty=qty, price_minor=minor)


def place_purchase_orders(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Send drafts to their suppliers. WrongState unless every one is a draft."""
    with acting(by, "sourcing.change", kind="purchase_order", ids=ids, now=now) as act:
        act.note(verb="place_purchase_orders")
        return move_all(PurchaseOrder, PURCHASE_ORDER, "place", ids)


def close_purchase_orders(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Close orders: nothing more is expected, whatever was left open. A reason is kept."""
    with acting(by, "sourcing.change", kind="purchase_order", ids=ids, now=now) as act:
        act.note(verb="close_purchase_orders", reason=needed_reason(reason))
        return move_all(PurchaseOrder, PURCHASE_ORDER, "close", ids)


def cancel_purchase_orders(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Cancel orders of which nothing came in. WrongState otherwise."""
    with acting(by, "sourcing.change", kind="purchase_order", ids=ids, now=now) as act:
        act.note(verb="cancel_purchase_orders", reason=needed_reason(reason))
        moved = move_all(PurchaseOrder, PURCHASE_ORDER, "cancel", ids)
        found = Findings()
        for number in Receipt.objects.filter(order_id__among=moved).values_list("number", flat=True):
            found.add("receipt", number, _("goods came in already: close the order instead"))
        found.settle()
        return moved
