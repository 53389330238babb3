"""Bills of suppliers, beside the order and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.sourcing.models import PurchaseOrder, SupplierInvoice
from tradewind.apps.sourcing.states import OPEN
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewSupplierInvoice:
    """A bill for an order: amount without VAT, and the VAT on it."""

    order_id: int
    number: str
    on: date
    amount: Money
    vat: Money | None = None


def record_supplier_invoices(
    *, invoices: Sequence[NewSupplierInvoice], now: datetime, by: Actor
) -> list[int]:
    """Keep suppliers' bills; their ids in order. Whether they match is a question (queries.three_way).

    Refused: a number this supplier used before, another currency than the order's, a draft or
    cancelled order.
    """
    with acting(by, "sourcing.change", kind="supplier_invoice", now=now) as act:
        found = Findings()
        orders = PurchaseOrder.objects.in_bulk([i.order_id for i in invoices])
        made: list[SupplierInvoice] = []
        keys: list[tuple[int, str] | None] = []  # None keeps the row numbers right where the order is unknown
        for row, one in rows(invoices):
            order = orders.get(one.order_id)
            found.at(row)
            if order is None:
                found.add("order", one.order_id, _("there is no such row"))
                keys.append(None)
                continue
            if order.state not in (*OPEN, "received", "closed"):
                found.add("order", order.state, _("the order was not placed"))
            made.append(
                SupplierInvoice(
                    supplier_id=order.supplier_id,
                    order=order,
                    number=found.text("number", one.number, 60),
                    on=one.on,
                    amount_minor=found.money("amount", one.amount, order.currency),
                    vat_minor=found.money("vat", one.vat, order.currency, needed=False),
                    currency=order.currency,
                )
            )
            keys.append((order.supplier_id, made[-1].number))
        taken = set(
            SupplierInvoice.objects.filter(
                supplier_id__among=sorted({m.supplier_id for m in made})
            ).values_list("supplier_id", "number")
        )
        found.fresh("number", keys, taken)
        found.settle()
        act.ids = [i.pk for i in SupplierInvoice.objects.bulk_create(made)]
        act.note(verb="record_supplier_invoices", numbers=[i.number for i in made])
        return act.ids
