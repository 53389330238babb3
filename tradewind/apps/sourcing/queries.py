"""Questions about suppliers, purchase orders, receipts and supplier invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from tradewind.apps.sourcing.models import (
    PurchaseLine,
    PurchaseOrder,
    Quote,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierInvoice,
)
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

MATCHED, NOT_INVOICED, OVER_INVOICED, UNDER_INVOICED, NOT_RECEIVED = (
    "matched", "not_invoiced", "over_invoiced", "under_invoiced", "not_received",
)  # fmt: skip


def suppliers(actor: Actor) -> QuerySet[Supplier]:
    """Every supplier."""
    actor.require("sourcing.view")
    return Supplier.objects.all()


def quotes(actor: Actor) -> QuerySet[Quote]:
    """What suppliers ask, newest first."""
    actor.require("sourcing.view")
    return Quote.objects.select_related("supplier", "sku").order_by("-valid_from", "sku_id", "moq")


def purchase_orders(actor: Actor) -> QuerySet[PurchaseOrder]:
    """Every purchase order with supplier, company and warehouse."""
    actor.require("sourcing.view")
    return PurchaseOrder.objects.select_related("supplier", "company", "warehouse")


def purchase_lines(actor: Actor, order_id: int) -> QuerySet[PurchaseLine]:
    """The lines of a purchase order, with their SKU."""
    actor.require("sourcing.view")
    return PurchaseLine.objects.select_related("sku", "order").filter(order_id=order_id).order_by("id")


def receipts(actor: Actor) -> QuerySet[Receipt]:
    """Every delivery that came in, with its units."""
    actor.require("sourcing.view")
    return Receipt.objects.select_related("order", "order__supplier", "order__warehouse").annotate(
        good=Coalesce(Sum("lines__good_qty"), 0), bad=Coalesce(Sum("lines__bad_qty"), 0)
    )


def receipt_lines(actor: Actor, receipt_id: int) -> QuerySet[ReceiptLine]:
    """The lines of a receipt."""
    actor.require("sourcing.view")
    return ReceiptLine.objects.select_related("line__sku").filter(receipt_id=receipt_id).order_by("id")


def invoices(actor: Actor) -> QuerySet[SupplierInvoice]:
    """Every supplier invoice."""
    actor.require("sourcing.view")
    return SupplierInvoice.objects.select_related("supplier", "order")


def open_order_count(actor: Actor, on: date) -> int:
    """Purchase orders whose goods are overdue on a day."""
    return purchase_orders(actor).filter(state__in=("placed", "part_received"), due_on__lt=on).count()


def prices_in_force(wanted: Iterable[tuple[int, int, int]], on: date) -> dict[tuple[int, int, int], Quote]:
    """The quote that holds for (supplier, SKU, quantity) on a day, in one query.

    The largest minimum quantity that is reached wins, then the newest start; no quote, no entry.
    """
    asked = set(wanted)
    rows = Quote.objects.filter(
        supplier_id__among=sorted({w[0] for w in asked}),
        sku_id__among=sorted({w[1] for w in asked}),
        valid_from__lte=on,
    ).order_by("moq", "valid_from")
    by_pair: dict[tuple[int, int], list[Quote]] = {}
    for quote in rows:
        by_pair.setdefault((quote.supplier_id, quote.sku_id), []).append(quote)
    out = {}
    for supplier, sku, qty in asked:
        reached = [q for q in by_pair.get((supplier, sku), []) if q.moq <= qty]
        if reached:
            out[supplier, sku, qty] = reached[-1]
    return out


@dataclass(frozen=True, slots=True)
class Match:
    """Ordered, received and invoiced of a purchase order, and what the three say of each other.

    Values are net of VAT in the order's currency; `received` counts good units only. `difference` is
    invoiced minus received: what one is asked to pay too much (positive) or not yet billed (negative).
    """

    order_id: int
    state: str
    ordered: Money
    received: Money
    invoiced: Money
    ordered_qty: int
    good_qty: int
    bad_qty: int

    @property
    def difference(self) -> Money:
        return self.invoiced - self.received


def three_way(actor: Actor, ids: Sequence[int]) -> dict[int, Match]:
    """The three-way match of purchase orders: three queries whatever their number."""
    actor.require("sourcing.view")
    wanted = list(ids)
    ordered = {
        r["order_id"]: {"units": int(r["units"]), "value": int(r["value"])}
        for r in PurchaseLine.objects.filter(order_id__among=wanted)
        .values("order_id")
        .annotate(units=Sum("qty"), value=Sum(F("qty") * F("price_minor")))
    }
    received = {
        r["line__order_id"]: {"good": int(r["good"]), "bad": int(r["bad"]), "value": int(r["value"])}
        for r in ReceiptLine.objects.filter(line__order_id__among=wanted)
        .values("line__order_id")
        .annotate(good=Sum("good_qty"), bad=Sum("bad_qty"), value=Sum(F("good_qty") * F("line__price_minor")))
    }
    invoiced = dict(
        SupplierInvoice.objects.filter(order_id__among=wanted)
        .values("order_id")
        .annotate(value=Sum("amount_minor"))
        .values_list("order_id", "value")
    )
    currencies = dict(PurchaseOrder.objects.filter(id__among=wanted).values_list("id", "currency"))
    return {
        pk: _match(pk, currency, ordered.get(pk, {}), received.get(pk, {}), invoiced.get(pk))
        for pk, currency in currencies.items()
    }


def _match(
    pk: int, currency: str, ordered: dict[str, int], received: dict[str, int], invoiced: int | None
) -> Match:
    worth = Money(received.get("value", 0), currency)
    billed = Money(invoiced or 0, currency)
    return Match(
        pk,
        _state(bool(received), worth, None if invoiced is None else billed),
        Money(ordered.get("value", 0), currency),
        worth,
        billed,
        ordered.get("units", 0),
        received.get("good", 0),
        received.get("bad", 0),
    )


def _state(came: bool, worth: Money, billed: Money | None) -> str:
    if billed is None:
        return NOT_INVOICED if came else NOT_RECEIVED
    if billed == worth:
        return MATCHED
    return OVER_INVOICED if billed > worth else UNDER_INVOICED
