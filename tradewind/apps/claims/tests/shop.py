"""A shop that sends parcels by a line with a rate card, and bills for them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.trade import make_store
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.claims.models import Bill, BillLayout
from tradewind.apps.claims.operations import BillHead, LayoutInput, import_bill, save_layout
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.logistics.models import Carrier, RateBand, RateCard, RateSurcharge, Service
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company
from tradewind.engine.access import OWNER, Actor

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
BY = Actor(1, "alice", OWNER, None)
FIRST = date(2026, 10, 1)
COUNTRIES = ("US", "GB", "DE", "FR")
PRICES = {
    "US": (30_00, 5_00),
    "GB": (25_00, 4_00),
    "DE": (26_00, 4_20),
    "FR": (27_00, 4_40),
}  # first, further
SIDES = (200, 150, 100)  # 3000 cm3: 500 g by volume at 6000


class Shop:
    """One store, one line by scale weight (YT-LINE) and one by volume (YT-VOL), parcels P0, P1 ..."""

    def __init__(self) -> None:
        self.store = make_store("HB-US", "harbour", "USD")
        self.company = self.store.company
        carrier = Carrier.objects.create(code="yt", name="YT")
        self.line = self._service(carrier, "YT-LINE", None)
        self.volume = self._service(carrier, "YT-VOL", 6000)
        product = Product.objects.create(code="LAMP", name="Lamp", name_zh="灯")
        self.sku = Sku.objects.create(
            product=product, code="LAMP-A", name="Lamp", name_zh="灯", weight_g=300, length_mm=SIDES[0],
            width_mm=SIDES[1], height_mm=SIDES[2],
        )  # fmt: skip

    def _service(self, carrier: Carrier, code: str, divisor: int | None) -> Service:
        service = Service.objects.create(carrier=carrier, code=code, name=code, kind="line")
        card = RateCard.objects.create(
            service=service,
            currency="CNY",
            valid_from=date(2026, 1, 1),
            divisor=divisor,
            source=f"{code} 2026",
        )
        RateBand.objects.bulk_create(
            RateBand(card=card, zone=country, above=0, to=10_000, first=100, first_minor=first, step=100,
                     step_minor=further)
            for country, (first, further) in PRICES.items()
        )  # fmt: skip
        RateSurcharge.objects.create(card=card, code="fuel", rate=Decimal("0.1"))
        return service

    def parcels(
        self,
        count: int,
        *,
        company: Company | None = None,
        prefix: str = "P",
        seed: int = 1,
        **values: object,
    ) -> list[Parcel]:
        """Shipped parcels of one unit each, of 100 to 3,000 g, one country after the other."""
        dice = random.Random(seed)
        store = self.store
        if company is not None:
            store = make_store(f"{prefix}-S", "harbour", "USD")
            store.company = company
            store.save()
        at = datetime(2026, 9, 30, tzinfo=UTC)
        orders = Order.objects.bulk_create(
            Order(store=store, external_id=f"{prefix}-O{n}", state="shipped", currency="USD",
                  goods_minor=20_00,
                  shipping_minor=0, tax_minor=0, country=COUNTRIES[n % 4], placed_at=at, updated_at=at,
                  shipped_at=at + timedelta(days=1 + n % 3))
            for n in range(count)
        )  # fmt: skip
        OrderLine.objects.bulk_create(
            OrderLine(order=order, external_id="L-1", external_sku="LAMP-A", title="Lamp", sku=self.sku,
                      qty=1,
                      price_minor=20_00)
            for order in orders
        )  # fmt: skip
        return Parcel.objects.bulk_create(
            Parcel(**{"order": order, "warehouse": store.warehouse, "state": "shipped", "service": self.line,
                      "tracking_no": f"{prefix}{n}", "weight_g": dice.randint(100, 3000),
                      "shipped_at": order.shipped_at, "freight_minor": 1_00, "freight_currency": "CNY",
                      "freight_state": "estimated", **values})
            for n, order in enumerate(orders)
        )  # fmt: skip

    def layout(self, **values: object) -> BillLayout:
        """The layout of YT: freight, fuel and other in columns of their own; 30 g or 2 % let pass."""
        given = {
            "code": "yt", "name": "YT", "creditor": "YT", "kind": "carrier", "currency": "CNY",
            "charges": {"运费": "freight", "燃油费": "fuel", "附加费": "handling"}, "weight_unit": "g",
            "tolerance_g": 30, "tolerance_rate": Decimal("0.02"), "dispute_days": 15, **values,
        }  # fmt: skip
        return save_layout(LayoutInput(**given), now=NOW, by=BY)  # type: ignore[arg-type]

    def bill(
        self, rows: list[tuple[object, ...]], *, number: str = "YT-2610", on: date = date(2026, 10, 31)
    ) -> Bill:
        """Import a bill of rows (tracking, day, country, grams, freight, fuel, other)."""
        layout = BillLayout.objects.filter(code="yt").first() or self.layout()
        head = BillHead(self.company.pk, "YT", number, "carrier", on, on + timedelta(days=30))
        done = import_bill(head, name="yt.csv", data=written(rows), layout_id=layout.pk, now=NOW, by=BY)
        return done.bill


def price(country: str, grams: int) -> tuple[int, int]:
    """(freight, fuel) of the card for a chargeable weight, in fen."""
    first, further = PRICES[country]
    freight = first + max(-(-grams // 100) - 1, 0) * further
    return freight, (2 * freight + 10) // 20


def row(parcel: Parcel, **values: object) -> tuple[object, ...]:
    """The line of a parcel as the card has it; `grams`, `country`, `freight` ... say it otherwise."""
    country = str(values.get("country", parcel.order.country))
    grams = int(str(values.get("grams", parcel.weight_g)))
    freight, fuel = price(country, grams)
    day = parcel.shipped_at.date() if parcel.shipped_at else ""
    return (
        values.get("tracking", parcel.tracking_no), day, country, grams, values.get("freight", freight),
        values.get("fuel", fuel), values.get("other", 0),
    )  # fmt: skip


def written(rows: list[tuple[object, ...]]) -> bytes:
    """A bill as a file of YT."""
    lines = ["运单号,发货日期,国家代码,计费重,运费,燃油费,附加费"]
    for *facts, freight, fuel, other in rows:
        money = (f"{int(str(minor)) / 100:.2f}" for minor in (freight, fuel, other))
        lines.append(",".join([*(str(fact) for fact in facts), *money]))
    return ("\n".join(lines) + "\n").encode("gbk")
