"""What open purchase orders will still ask: their worth less invoices and deposits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Sum

from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.queries.documents import due_day, order_worth
from tradewind.apps.sourcing.models import PurchaseOrder, SupplierInvoice
from tradewind.apps.sourcing.states import OPEN
from tradewind.engine.money import Money
from tradewind.engine.payable_kinds import DEPOSIT


@dataclass(frozen=True, slots=True)
class OrderBalance:
    """What an order will still ask, and when by its day of delivery and the supplier's terms."""

    order_id: int
    amount: Money
    due_on: date


def order_balances(company_id: int, today: date) -> tuple[list[OrderBalance], dict[str, list[Money]]]:
    """(balances with a day, amounts without one by reason) of a company's open orders, without VAT.

    Worth - invoiced - deposits not yet set off: 1,000 with a deposit of 300 will ask 700 more.
    """
    orders = list(
        PurchaseOrder.objects.filter(company_id=company_id, state__in=OPEN)
        .select_related("supplier")
        .order_by("id")
    )
    ids = [o.pk for o in orders]
    worth = order_worth(ids) if ids else {}
    invoiced = dict(
        SupplierInvoice.objects.filter(order_id__among=ids)
        .values_list("order_id")
        .annotate(minor=Sum("amount_minor"))
    )
    # A deposit, paid or still to pay, that no invoice has used is part of what is still to be asked.
    deposits = dict(
        Payable.objects.filter(order_id__among=ids, kind=DEPOSIT)
        .values_list("order_id")
        .annotate(minor=Sum(F("amount_minor") - F("settled_minor") + F("paid_minor") - F("used_minor")))
    )
    found: list[OrderBalance] = []
    gaps: dict[str, list[Money]] = defaultdict(list)
    for o in orders:
        left = worth.get(o.pk, 0) - int(invoiced.get(o.pk, 0)) - int(deposits.get(o.pk, 0))
        if left <= 0:
            continue
        amount = Money(left, o.currency)
        if o.due_on is None:
            gaps["order_without_day"].append(amount)
            continue
        due = due_day(max(o.due_on, today), o.supplier.balance_days, o.supplier.balance_from)
        found.append(OrderBalance(o.pk, amount, due or max(o.due_on, today)))
    return found, gaps
