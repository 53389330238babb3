"""A small company whose every cost is stated: rates, a rate card, batches, listings with prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.catalog.models import Product
from tradewind.apps.listings.models import Listing
from tradewind.apps.logistics.models import Carrier, Service
from tradewind.apps.logistics.operations import NewRateCard, import_rate_card
from tradewind.apps.markets.models import FxRate
from tradewind.apps.prices.operations import NewPolicy, save_policies

ON = NOW.date()
POLICY = NewPolicy(
    "all", Decimal("0.25"), Decimal("0.10"), endings=".99", ads_rate=Decimal("0.05"),
    returns_rate=Decimal("0.03"), fx_buffer_rate=Decimal("0.01"),
)  # fmt: skip


@pytest.fixture
def world(db):
    """SKU-0, SKU-1 and SKU-2 bought at 20, 40 and 60 CNY, listed at 9.99, 14.99 and 19.99 USD; 500 g each."""
    made = make_world(3)
    Product.objects.update(category="home")
    FxRate.objects.create(base="USD", quote="CNY", on=ON, rate=Decimal(7), source="PBOC")
    carrier = Carrier.objects.create(code="LINE", name="Line")
    service = Service.objects.create(carrier=carrier, code="L-US", name="US line", kind="line")
    freight(service, 2000, ON - timedelta(days=60))
    for n, (cost, price) in enumerate(((2000, 999), (4000, 1499), (6000, 1999))):
        made.receive(n, 10, cost)
        Listing.objects.filter(external_sku=f"L-{n}").update(price_minor=price)
    return made


def freight(service: Service, minor: int, since: date) -> int:
    """A card of one band to the US: CNY minor units a parcel up to 2 kg."""
    rows = "Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
    rows += f"US,0,2000,2000,{minor / 100:.2f},500,0.00,0,0\n"
    card = NewRateCard(service.pk, "CNY", since, source="test", accept_falling=True)
    return import_rate_card(card=card, name=f"{minor}.csv", content=rows.encode(), now=NOW, by=BY)


@pytest.fixture
def policy(world):
    """One policy over everything: target 25 %, floor 10 %."""
    return save_policies(policies=[POLICY], now=NOW, by=BY)[0]
