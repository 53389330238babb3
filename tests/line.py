"""A small company with stock to sell, for tests of the line from order to books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Supplier
from tradewind.apps.stock.models import Balance
from tradewind.apps.stock.operations import take_in_receipts
from tradewind.apps.stores.models import Store
from tradewind.engine.access import system
from tradewind.engine.contracts import OPEN, Address, ChannelLine, ChannelOrder
from tradewind.engine.money import Money

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = system("test")


@dataclass
class World:
    """One company (CNY), one US store in USD, two warehouses, SKUs on listings."""

    company: Company
    store: Store
    house: Warehouse
    away: Warehouse
    skus: list[Sku]
    supplier: Supplier
    receipts: int = 0

    def sku(self, n: int) -> int:
        return self.skus[n].pk

    def receive(
        self, n: int, qty: int, price_minor: int, currency: str = "CNY", at: datetime = NOW
    ) -> ReceiptLine:
        """Units of SKU n bought at a price and taken into the house."""
        self.receipts += 1
        order = PurchaseOrder.objects.create(
            number=f"PO-{self.receipts}", company=self.company, supplier=self.supplier, warehouse=self.house,
            currency=currency, ordered_on=date(2026, 10, 1),
        )  # fmt: skip
        line = PurchaseLine.objects.create(order=order, sku=self.skus[n], qty=qty, price_minor=price_minor)
        receipt = Receipt.objects.create(
            number=f"RC-{self.receipts}", order=order, received_at=at, received_by="t", key=str(self.receipts)
        )
        got = ReceiptLine.objects.create(receipt=receipt, line=line, good_qty=qty)
        take_in_receipts(now=NOW, by=BY)
        return got

    def balance(self, n: int, house: Warehouse | None = None) -> tuple[int, int]:
        """(on hand, reserved) of SKU n."""
        row = Balance.objects.get(sku=self.skus[n], warehouse=house or self.house, owner=self.company)
        return row.on_hand, row.reserved


def make_world(skus: int = 2) -> World:
    company = Company.objects.create(code="ACME", name="Acme", country="CN", base_currency="CNY")
    house = Warehouse.objects.create(code="HZ", name="Hangzhou", country="CN", kind="own")
    away = Warehouse.objects.create(code="NJ", name="New Jersey", country="US", kind="overseas")
    market = Market.objects.create(
        code="US", name="US", name_zh="美国", currency="USD", zone="America/New_York"
    )
    store = Store.objects.create(
        code="US1", name="US store", company=company, channel="harbour", market=market, currency="USD",
        zone="America/New_York", warehouse=house,
    )  # fmt: skip
    product = Product.objects.create(code="P1", name="Lamp", name_zh="灯", state="approved")
    made = [
        Sku.objects.create(product=product, code=f"SKU-{n}", name=f"Lamp {n}", name_zh="灯", weight_g=500)
        for n in range(skus)
    ]
    for n, sku in enumerate(made):
        listing = Listing.objects.create(
            store=store, external_sku=f"L-{n}", title=f"Lamp {n}", currency="USD", state="live"
        )
        SkuMapping.objects.create(listing=listing, sku=sku, qty=1, valid_from=NOW - timedelta(days=100))
    supplier = Supplier.objects.create(code="F1", name="Factory", country="CN", currency="CNY")
    return World(company, store, house, away, made, supplier)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def channel_order(
    number: str,
    *lines: tuple[str, int, int],
    state: str = OPEN,
    minutes: int = 0,
    tax: int = 0,
    shipping: int = 0,
    address: Address | None = None,
    cancel_requested: bool = False,
) -> ChannelOrder:
    """An order of (listing, quantity, price of the line in cents), `minutes` being its version's age."""
    return ChannelOrder(
        external_id=number,
        state=state,
        placed_at=NOW,
        updated_at=NOW + timedelta(minutes=minutes),
        currency="USD",
        shipping=usd(shipping),
        address=address or Address(country="US"),
        ship_by=NOW + timedelta(days=2),
        cancel_requested=cancel_requested,
        lines=tuple(
            ChannelLine(str(i), sku, f"Title of {sku}", qty, usd(price), usd(tax), usd(0))
            for i, (sku, qty, price) in enumerate(lines, 1)
        ),
    )


@pytest.fixture(autouse=True)
def english():
    """Tests that read what is said to people read it in English, whatever has been compiled."""
    with translation.override("en"):
        yield
