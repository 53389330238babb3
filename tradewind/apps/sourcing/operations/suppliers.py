"""Suppliers and what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.sourcing.models import Quote, Supplier
from tradewind.apps.sourcing.states import BALANCE_FROM, INVOICE_DAY, SUPPLIER
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewSupplier:
    """A factory or trader; `currency` is what it is paid in."""

    code: str
    name: str
    country: str
    currency: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class NewQuote:
    """A unit price without VAT from a quantity and a day on."""

    supplier_id: int
    sku_id: int
    price: Money
    valid_from: date
    moq: int = 1
    lead_days: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What was agreed with a supplier: a deposit some days after the order, the rest after the invoice."""

    deposit_percent: Decimal | None = None  # of the order without VAT
    deposit_days: int | None = None
    balance_days: int | None = None
    balance_from: str = INVOICE_DAY  # or month_end: the last day of the invoice's month


def register_suppliers(*, suppliers: Sequence[NewSupplier], now: datetime, by: Actor) -> list[int]:
    """Register suppliers; their ids in order."""
    with acting(by, "sourcing.change", kind="supplier", now=now) as act:
        found = Findings()
        made = [
            Supplier(
                code=found.at(row).code("code", one.code, 20),
                name=found.text("name", one.name, 120),
                country=found.country("country", one.country),
                currency=found.currency("currency", one.currency),
                contact=found.text("contact", one.contact, 200, needed=False),
            )
            for row, one in rows(suppliers)
        ]
        found.fresh("code", [s.code for s in made], set(Supplier.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [s.pk for s in Supplier.objects.bulk_create(made)]
        act.note(verb="register_suppliers", codes=[s.code for s in made])
        return act.ids


def stop_suppliers(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Buy nothing more from suppliers, with a reason."""
    with acting(by, "sourcing.change", kind="supplier", ids=ids, now=now) as act:
        act.note(verb="stop_suppliers", reason=needed_reason(reason))
        return move_all(Supplier, SUPPLIER, "stop", ids)


def resume_suppliers(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Buy from suppliers again."""
    with acting(by, "sourcing.change", kind="supplier", ids=ids, now=now) as act:
        act.note(verb="resume_suppliers")
        return move_all(Supplier, SUPPLIER, "resume", ids)


def set_payment_terms(*, ids: Sequence[int], terms: PaymentTerms, now: datetime, by: Actor) -> list[int]:
    """Say how suppliers are paid from now on; what is owed already keeps its due day.

    Example: 30 % at once, the rest 60 days after the month's end:
    PaymentTerms(Decimal(30), 0, 60, "month_end").
    """
    with acting(by, "sourcing.change", kind="supplier", ids=ids, now=now) as act:
        found = Findings()
        share = terms.deposit_percent
        if share is not None and not 0 <= share <= 100:
            found.add("deposit_percent", share, _("not a share"), "0 - 100")
        found.whole("deposit_days", terms.deposit_days, most=3650, needed=False)
        found.whole("balance_days", terms.balance_days, most=3650, needed=False)
        found.one_of("balance_from", terms.balance_from, BALANCE_FROM)
        found.settle()
        changed = Supplier.objects.filter(id__among=list(ids)).update(
            deposit_percent=share, deposit_days=terms.deposit_days, balance_days=terms.balance_days,
            balance_from=terms.balance_from,
        )  # fmt: skip
        act.note(verb="set_payment_terms", suppliers=changed, deposit_percent=str(share or ""),
                 deposit_days=terms.deposit_days, balance_days=terms.balance_days,
                 balance_from=terms.balance_from)  # fmt: skip
        return sorted(set(ids))


def record_quotes(*, quotes: Sequence[NewQuote], now: datetime, by: Actor) -> list[int]:
    """Keep quotes; their ids in order. A quote is never edited: a new one starts another day."""
    with acting(by, "sourcing.change", kind="quote", now=now) as act:
        found = Findings()
        suppliers = dict(Supplier.objects.values_list("id", "currency"))
        skus = set(
            Sku.objects.filter(id__among=sorted({q.sku_id for q in quotes})).values_list("id", flat=True)
        )
        made = []
        for row, one in rows(quotes):
            found.at(row).known("supplier", one.supplier_id, suppliers)
            found.known("sku", one.sku_id, skus)
            made.append(
                Quote(
                    supplier_id=one.supplier_id,
                    sku_id=one.sku_id,
                    moq=found.whole("moq", one.moq, least=1) or 1,
                    price_minor=found.money(
                        "price", one.price, suppliers.get(one.supplier_id, one.price.currency)
                    ),
                    currency=one.price.currency,
                    lead_days=found.whole("lead_days", one.lead_days, most=3650, needed=False),
                    valid_from=one.valid_from,
                )
            )
        keys = [(q.supplier_id, q.sku_id, q.moq, q.valid_from) for q in made]
        taken = set(
            Quote.objects.filter(sku_id__among=sorted(skus)).values_list(
                "supplier_id", "sku_id", "moq", "valid_from"
            )
        )
        found.fresh("valid_from", keys, taken)
        found.settle()
        act.ids = [q.pk for q in Quote.objects.bulk_create(made)]
        act.note(verb="record_quotes", quotes=len(made))
        return act.ids
