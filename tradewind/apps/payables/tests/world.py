"""A company that owes: suppliers with terms, orders, invoices, accounts with statements."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.trade import make_company
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import FxRate
from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.operations import (
    Asked,
    NewPayable,
    approve_requests,
    enter_payables,
    pull_payables,
    request_payment,
)
from tradewind.apps.sourcing.models import (
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierInvoice,
)
from tradewind.apps.treasury.models import BankAccount, BankLine, CollectionAccount
from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, PURCHASING, Actor
from tradewind.engine.money import Money

NOW = datetime(2026, 7, 10, 9, tzinfo=UTC)
TODAY = NOW.date()
ALICE = Actor(1, "alice", OWNER, None)
FANG = Actor(7, "fang", FINANCE, None)
PEI = Actor(8, "pei", PURCHASING, None)
BO = Actor(9, "bo", OPERATIONS, None)


def cny(text: str) -> Money:
    return Money.of(text, "CNY")


def usd(text: str) -> Money:
    return Money.of(text, "USD")


def rate(text: str, on: date, base: str = "USD", quote: str = "CNY") -> None:
    """A reference rate of a day."""
    FxRate.objects.create(base=base, quote=quote, on=on, rate=Decimal(text), source="ecb")


def bank(currency: str = "CNY", code: str = "ICBC") -> BankAccount:
    return BankAccount.objects.create(company=make_company(), code=code, name=code, currency=currency)


def collection(currency: str = "USD") -> CollectionAccount:
    return CollectionAccount.objects.create(
        company=make_company(), provider="lighter", code=f"LT-{currency}", name="Lighter", currency=currency
    )


def bank_line(account: BankAccount, amount: str, on: date = TODAY, reference: str = "", memo: str = ""):
    minor = Money.of(amount, account.currency).minor
    return BankLine.objects.create(
        account=account, external_id=f"b{BankLine.objects.count()}", on=on, amount_minor=minor,
        reference=reference, memo=memo,
    )  # fmt: skip


def supplier(**terms) -> Supplier:
    return Supplier.objects.create(
        code=f"S{Supplier.objects.count()}", name="Zhongshan Lamps", country="CN",
        currency=terms.pop("currency", "CNY"), **terms,
    )  # fmt: skip


def order(of: Supplier, qty: int = 100, price: str = "10.00", state: str = "placed") -> PurchaseOrder:
    """A placed order of lamps, ordered on 1 June."""
    company = make_company()
    house = Warehouse.objects.get_or_create(
        code="GZ1", defaults={"name": "Guangzhou", "country": "CN", "kind": "own"}
    )[0]
    product = Product.objects.get_or_create(code="LAMP", defaults={"name": "Lamp"})[0]
    sku = Sku.objects.get_or_create(code="LAMP-A", defaults={"product": product, "name": "Lamp"})[0]
    made = PurchaseOrder.objects.create(
        number=f"PO-{PurchaseOrder.objects.count() + 1}", company=company, supplier=of, warehouse=house,
        currency=of.currency, state=state, ordered_on=date(2026, 6, 1), created_by="pei",
    )  # fmt: skip
    minor = Money.of(price, of.currency).minor
    PurchaseLine.objects.create(order=made, sku=sku, qty=qty, price_minor=minor)
    return made


def received(of: PurchaseOrder, good: int) -> None:
    line = of.lines.get()
    n = Receipt.objects.count() + 1
    receipt = Receipt.objects.create(number=f"RC-{n}", order=of, received_at=NOW, received_by="w", key=str(n))
    ReceiptLine.objects.create(receipt=receipt, line=line, good_qty=good)


def invoice(
    of: PurchaseOrder, amount: str, vat: str = "0.00", on: date = date(2026, 6, 20)
) -> SupplierInvoice:
    n = SupplierInvoice.objects.count() + 1
    return SupplierInvoice.objects.create(
        supplier=of.supplier, order=of, number=f"INV-{n}", on=on, currency=of.currency,
        amount_minor=Money.of(amount, of.currency).minor, vat_minor=Money.of(vat, of.currency).minor,
    )  # fmt: skip


def pulled() -> list[Payable]:
    pull_payables(now=NOW, by=FANG)
    return list(Payable.objects.order_by("id"))


def owed(
    amount: Money, kind: str = "rent", creditor: str = "Landlord", number: str = "R-7", **more
) -> Payable:
    """Something entered by hand."""
    company = make_company()
    more.setdefault("on", date(2026, 7, 1))
    new = NewPayable(company.pk, kind, creditor, number, amount, **more)
    [pk] = enter_payables(payables=[new], now=NOW, by=FANG)
    return Payable.objects.get(pk=pk)


def approved(payable: Payable, amount: Money | None = None, note: str = "agreed") -> int:
    """A request for it, asked by purchasing and approved by the owner."""
    [pk] = request_payment(lines=[Asked(payable.pk, amount)], wanted_on=None, note=note, now=NOW, by=PEI)
    approve_requests(ids=[pk], now=NOW, by=ALICE)
    return pk
