"""What the documents of the house ask for: invoices, deposits by terms, freight and duty, bills."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Sum

from tradewind.apps.claims.queries import bills_to_pay
from tradewind.apps.payables.models import Payable
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, SupplierInvoice
from tradewind.apps.sourcing.states import MONTH_END
from tradewind.apps.stock.models import LandedCharge
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.money import Money
from tradewind.engine.payable_kinds import ADS, BILL, DEPOSIT, FREIGHT, GOODS, OTHER

INVOICE, ORDER, CHARGE, CARRIER_BILL = "supplier_invoice", "purchase_order", "landed_charge", "bill"
_BILLS = {"carrier": BILL, "warehouse": BILL, "ads": ADS}
_TERMS = ("order__supplier__balance_days", "order__supplier__balance_from")


class Owed(NamedTuple):
    """A row of the pool to be: what a document asks. `base_minor` None: by the rate of its day."""

    company_id: int
    base: str
    kind: str
    source: str
    source_id: int
    part: str
    number: str
    creditor: str
    order_id: int | None
    currency: str
    minor: int
    on: date
    due_on: date | None
    base_minor: int | None = None
    note: str = ""


def documents(by: Actor) -> Iterator[Owed]:
    """Every document not in the pool yet that asks for more than nothing."""
    yield from _invoices()
    yield from _deposits()
    yield from _charges()
    yield from _bills(by)


def _unseen(source: str, table: str) -> list[int]:
    """Ids of a table's rows that no payable of this source stands on."""
    sql = (
        f"SELECT x.id FROM {table} x WHERE NOT EXISTS (SELECT 1 FROM payables_payable p "
        "WHERE p.source = %s AND p.source_id = x.id) ORDER BY x.id"
    )
    return [row[0] for row in fetch(sql, [source])]


def _invoices() -> Iterator[Owed]:
    ids = _unseen(INVOICE, "sourcing_supplierinvoice")
    found = SupplierInvoice.objects.filter(id__among=ids).order_by("id") if ids else ()
    for i in found and found.select_related("order__company", "supplier"):
        minor = i.amount_minor + i.vat_minor
        if minor > 0:
            due = due_day(i.on, i.supplier.balance_days, i.supplier.balance_from)
            yield Owed(
                i.order.company_id, i.order.company.base_currency, GOODS, INVOICE, i.pk, "", i.number,
                i.supplier.name, i.order_id, i.currency, minor, i.on, due,
            )  # fmt: skip


def due_day(on: date, days: int | None, counted_from: str) -> date | None:
    """When a balance falls due; None without terms. 2026-11-23, 30, month_end -> 2026-12-30."""
    if days is None:
        return None
    start = on.replace(day=monthrange(on.year, on.month)[1]) if counted_from == MONTH_END else on
    return start + timedelta(days=days)


def deposit_minor(worth: int, percent: Decimal, currency: str) -> int:
    """A deposit's share of an order: 30 % of 1,000.00 is 300.00, rounded half up to the cent."""
    return Money(worth, currency).times(percent / 100).minor


def order_worth(ids: Iterable[int]) -> dict[int, int]:
    """Purchase order -> what its lines come to without VAT, minor units."""
    rows = PurchaseLine.objects.filter(order_id__among=list(ids)).values_list("order_id")
    return {pk: int(worth) for pk, worth in rows.annotate(worth=Sum(F("qty") * F("price_minor")))}


def _deposits() -> Iterator[Owed]:
    """Deposits of placed orders without an invoice yet, by the supplier's terms of today."""
    placed = PurchaseOrder.objects.filter(
        state__in=("placed", "part_received"), supplier__deposit_percent__gt=0, invoices=None
    ).exclude(id__in=Payable.objects.filter(source=ORDER).values("source_id"))
    orders = list(placed.select_related("company", "supplier").order_by("id"))
    worth = order_worth([o.pk for o in orders]) if orders else {}
    for o in orders:
        minor = deposit_minor(worth.get(o.pk, 0), o.supplier.deposit_percent or Decimal(0), o.currency)
        if minor > 0:
            due = None if o.supplier.deposit_days is None else o.ordered_on + _days(o.supplier.deposit_days)
            yield Owed(
                o.company_id, o.company.base_currency, DEPOSIT, ORDER, o.pk, "deposit", o.number,
                o.supplier.name, o.pk, o.currency, minor, o.ordered_on, due,
            )  # fmt: skip


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _charges() -> Iterator[Owed]:
    """Freight, duty and the like laid on batches; what takes a charge back is no payable of its own."""
    ids = _unseen(CHARGE, "stock_landedcharge")
    rows = LandedCharge.objects.filter(id__among=ids, amount_minor__gt=0, void=False) if ids else ()
    for c in rows and rows.select_related("company").order_by("id"):
        yield Owed(
            c.company_id, c.company.base_currency, FREIGHT, CHARGE, c.pk, "", c.number, c.creditor, None,
            c.currency, c.amount_minor, c.on, None, c.base_minor,
        )  # fmt: skip


def _bills(by: Actor) -> Iterator[Owed]:
    asked = [b for b in bills_to_pay(by) if b.amount_minor > 0]
    if not asked:
        return
    bases = dict(fetch("SELECT id, base_currency FROM org_company"))
    for b in asked:
        yield Owed(
            b.company_id, bases[b.company_id], _BILLS.get(b.kind, OTHER), CARRIER_BILL, b.id, "", b.number,
            b.creditor, None, b.currency, b.amount_minor, b.on, b.due_on,
        )  # fmt: skip


def asked_now(by: Actor) -> dict[int, int]:
    """Payable -> what its document asks now, where that is not what it asked when last seen."""
    changed: dict[int, int] = {}
    bills = {b.id: max(b.amount_minor, 0) for b in bills_to_pay(by)}
    gone = set(LandedCharge.objects.filter(void=True, amount_minor__gt=0).values_list("id", flat=True))
    dead = set(PurchaseOrder.objects.filter(state="cancelled").values_list("id", flat=True))
    rows = Payable.objects.filter(source__in=(CARRIER_BILL, CHARGE, ORDER))
    for pk, source, source_id, minor in rows.values_list("id", "source", "source_id", "document_minor"):
        now = {CARRIER_BILL: bills.get(source_id, 0), CHARGE: 0 if source_id in gone else minor,
               ORDER: 0 if source_id in dead else minor}[source]  # fmt: skip
        if now != minor:
            changed[pk] = now
    return changed
