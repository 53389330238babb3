"""Goods and their bills into the books: receipts, supplier invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.entries import post_entries
from tradewind.apps.sourcing.models import Receipt, SupplierInvoice
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money

FINISHED = ("received", "closed")


def unbooked(model: type[Any], event: str, source: str) -> QuerySet[Any]:
    """Rows of a model without an entry of this event, by id."""
    there = Entry.objects.filter(event=event, source=source, source_id=OuterRef("pk"))
    rows: QuerySet[Any] = model.objects.filter(~Exists(there)).order_by("pk")
    return rows


def book(by_company: dict[int, list[Booking]], now: datetime, by: Actor) -> int:
    """Post bookings company by company; how many entries were new."""
    return sum(
        len(post_entries(company_id=company, entries=entries, now=now, by=by))
        for company, entries in sorted(by_company.items())
    )


def post_receipts(*, now: datetime, by: Actor) -> StepResult:
    """Book receipts whose goods are all in stock with a cost; the others wait, never at zero."""
    receipts = list(unbooked(Receipt, "receipt", "receipt").select_related("order__company"))
    if not receipts:
        return StepResult()
    layers = _layers([r.pk for r in receipts])
    owed, units = _owed([r.pk for r in receipts])
    day, found, waiting = open_days(), defaultdict(list), 0
    for r in receipts:
        taken, missing, minor = layers.get(r.pk, (0, 0, 0))
        if not units.get(r.pk):
            continue  # nothing good came: there is nothing to book
        if missing or taken < units[r.pk]:
            waiting += 1
            continue
        goods = Money(minor, r.order.company.base_currency)
        debt = Money(owed[r.pk], r.order.currency)
        if goods.minor or debt.minor:
            on = day(r.order.company_id, r.received_at.astimezone(UTC).date())
            found[r.order.company_id].append(plans.receipt(r.pk, r.number, on, goods, debt))
    return StepResult(book(found, now, by), waiting)


def _layers(ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Receipt id -> (units taken in, layers without a cost, goods cost)."""
    rows = fetch(
        "SELECT r.receipt_id, sum(y.qty), sum(CASE WHEN y.goods_minor IS NULL THEN 1 ELSE 0 END), "
        "coalesce(sum(y.goods_minor), 0) FROM sourcing_receiptline r "
        "JOIN stock_costlayer y ON y.receipt_line_id = r.id AND y.parent_id IS NULL "
        f"WHERE {among('r.receipt_id')} GROUP BY r.receipt_id",
        [id_set(ids)],
    )
    return {pk: (int(units), int(missing), int(minor)) for pk, units, missing, minor in rows}


def _owed(ids: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Receipt id -> what its good units cost by the order, and how many there are."""
    rows = fetch(
        "SELECT r.receipt_id, sum(r.good_qty * l.price_minor), sum(r.good_qty) FROM sourcing_receiptline r "
        f"JOIN sourcing_purchaseline l ON l.id = r.line_id WHERE {among('r.receipt_id')} "
        "GROUP BY r.receipt_id",
        [id_set(ids)],
    )
    return {pk: int(minor) for pk, minor, _ in rows}, {pk: int(units) for pk, _, units in rows}


def post_invoices(*, now: datetime, by: Actor) -> StepResult:
    """Book input VAT of supplier invoices, and with the last one of a finished order its price difference.

    An invoice waits until its order is received in full or closed.
    """
    invoices = list(
        unbooked(SupplierInvoice, "supplier_invoice", "supplier_invoice").select_related("order__company")
    )
    ready = [i for i in invoices if i.order.state in FINISHED]
    if not ready:
        return StepResult(waiting=len(invoices))
    order_ids = {i.order_id for i in ready}
    asked = SupplierInvoice.objects.filter(order_id__in=order_ids).values("order_id")
    sums = {r["order_id"]: r["net"] for r in asked.annotate(net=Sum("amount_minor"))}
    received = (
        Receipt.objects.filter(order_id__in=order_ids)
        .values("order_id")
        .annotate(minor=Sum(F("lines__good_qty") * F("lines__line__price_minor")))
    )
    worth = {r["order_id"]: int(r["minor"] or 0) for r in received}
    last = {i.order_id: i.pk for i in ready}
    day, found = open_days(), defaultdict(list)
    for i in ready:
        over = sums[i.order_id] - worth.get(i.order_id, 0) if last[i.order_id] == i.pk else 0
        vat, difference = Money(i.vat_minor, i.currency), Money(int(over), i.currency)
        on = day(i.order.company_id, i.on)
        plan = plans.supplier_invoice(i.pk, i.number, on, vat, difference)
        if plan:
            found[i.order.company_id].append(plan)
    return StepResult(book(found, now, by), len(invoices) - len(ready))
