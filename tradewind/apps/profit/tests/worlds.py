"""A random world of orders for the laws of profit: several stores, SKUs, batches, months, currencies."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.trade import make_company, make_store
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import StoredFile
from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Supplier
from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
from tradewind.engine.access import system

START = datetime(2026, 3, 20, 8, tzinfo=UTC)
FLOW = system("test")
KINDS = (
    ("principal", 1), ("shipping", 1), ("tax", 1), ("promotion", -1), ("referral_fee", -1), ("refund", -1),
)  # fmt: skip


@dataclass
class World:
    """Orders of two stores, and what can still happen to them; everything out of one seed."""

    seed: int
    count: int = 6
    chance: random.Random = field(init=False)
    orders: list[Order] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    acts: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.company = make_company()
        FxRate.objects.bulk_create(
            FxRate(base="USD", quote="CNY", on=START.date() + timedelta(days=n), rate=f"7.{n % 97:02d}3",
                   source="ECB")
            for n in range(0, 140)
        )  # fmt: skip
        self.stores = [make_store("HB-A", "harbour", "USD"), make_store("HB-B", "harbour", "USD")]
        product = Product.objects.create(code="P", name="Lamp", category="home")
        weights = [None, 130, 710, 2500]
        self.skus = [
            Sku.objects.create(product=product, code=f"SKU-{n}", weight_g=w) for n, w in enumerate(weights)
        ]
        self.layers = [self._layer(n) for n in range(6)]
        for n in range(self.count):
            self._order(n)

    def _layer(self, n: int) -> CostLayer:
        sku = self.skus[n % len(self.skus)]
        supplier = Supplier.objects.get_or_create(
            code=f"S{n % 2}", defaults={"name": f"Supplier {n % 2}", "country": "CN", "currency": "CNY"}
        )[0]
        bought = PurchaseOrder.objects.create(
            number=f"PO-{n}", company=self.company, supplier=supplier, currency="CNY",
            warehouse=self.stores[0].warehouse, ordered_on=date(2026, 3, 1),
        )  # fmt: skip
        line = PurchaseLine.objects.create(order=bought, sku=sku, qty=1000, price_minor=1)
        receipt = Receipt.objects.create(
            number=f"R-{n}", order=bought, received_at=START, received_by="t", key=str(n)
        )
        got = ReceiptLine.objects.create(receipt=receipt, line=line, good_qty=1000)
        balance = Balance.objects.get_or_create(sku=sku, warehouse=bought.warehouse, owner=self.company)[0]
        return CostLayer.objects.create(
            balance=balance, receipt_line=got, batch=f"B{n % 4}", received_at=START, qty=1000, left_qty=500,
            currency="CNY", goods_minor=100_000, state="actual",
        )  # fmt: skip

    def _order(self, n: int) -> None:
        store, at = self.chance.choice(self.stores), START + timedelta(days=self.chance.randint(0, 90))
        lines = [
            (self.chance.randrange(4), self.chance.randint(1, 3), self.chance.randint(0, 40_00))
            for _ in range(self.chance.randint(1, 3))
        ]
        order = Order.objects.create(
            store=store, external_id=f"W-{n}", state="shipped", currency="USD", country="US",
            goods_minor=sum(p for _s, _q, p in lines) + self.chance.choice([0, 0, 7]),
            shipping_minor=self.chance.choice([0, 3_33]), tax_minor=1_01, placed_at=at,
            updated_at=at, shipped_at=at,
        )  # fmt: skip
        self.orders.append(order)
        for place, (sku, qty, price) in enumerate(lines):
            line = OrderLine.objects.create(
                order=order, external_id=f"L-{place}", external_sku=f"M-{sku}", title="Lamp", qty=qty,
                price_minor=price, sku=self.skus[sku] if self.chance.random() < 0.9 else None,
            )  # fmt: skip
            self.lines.append(line)
            left = qty
            for layer in self.chance.sample(self.layers, 2):
                take = self.chance.randint(0, left)
                left -= take
                if take and self.chance.random() < 0.95:
                    LayerUse.objects.create(
                        layer=layer, source="order_line", source_id=line.pk, qty=take, at=at,
                        goods_minor=self.chance.choice([None, 3_33 * take, 12_34 * take, 12_34 * take]),
                        landed_minor=self.chance.choice([0, 77]),
                    )  # fmt: skip
        if self.chance.random() < 0.9:
            freight = self.chance.choice([None, 10_01, 33_07])
            Parcel.objects.create(
                order=order, warehouse=store.warehouse, state="shipped", freight_minor=freight, shipped_at=at,
                freight_currency="CNY" if freight else "",
                freight_state="estimated" if freight else "missing",
            )  # fmt: skip

    def event(self) -> str:
        """Something happens upstream, with its act in the audit; returns what."""
        self.acts += 1
        what = self.chance.choice(["settle", "settle", "cost", "landed", "freight", "freight", "rate"])
        return str(getattr(self, f"_{what}")() or what)

    def _now(self) -> datetime:
        return START + timedelta(days=120, minutes=self.acts)

    def _act(self, kind: str, ids: list[int], **note: Any) -> None:
        with acting(FLOW, "profit.change", kind=kind, ids=ids, now=self._now()) as act:
            act.note(changed=1, **note)

    def _settle(self) -> None:
        order = self.chance.choice(self.orders)
        number = f"W{self.acts}"
        file = StoredFile.objects.create(
            sha256=f"{self.seed}-{number}", name="f", size=1, content=b"x", stored_at=START, stored_by="t"
        )
        said = SettlementFile.objects.create(
            store=order.store, external_id=number, file=file, layout="harbour", currency="USD",
            start_at=START, end_at=START, total_minor=0, lines_minor=0, line_count=1, state="explained",
            imported_at=START,
        )  # fmt: skip
        own = [line for line in self.lines if line.order_id == order.pk]
        for no in range(self.chance.randint(1, 4)):
            kind, sign = self.chance.choice(KINDS)
            SettlementLine.objects.create(
                settlement=said, line_no=no + 2, type="t", amount_type="a", description="d", kind=kind,
                order=order, amount_minor=sign * self.chance.randint(1, 30_00),
                order_line=self.chance.choice([None, *own]),
            )  # fmt: skip
        self._act("settlement", [said.pk])

    def _cost(self) -> None:
        use = self._use()
        if use is not None:
            use.goods_minor = self.chance.choice([None, 5_55, 7_77])
            use.save()
            self._act("layer", [use.layer_id])

    def _landed(self) -> None:
        use = self._use()
        if use is not None:
            use.landed_minor += self.chance.choice([-5, 11, 123])
            use.save()
            self._act("layer", [use.layer_id])

    def _use(self) -> LayerUse | None:
        found = list(LayerUse.objects.order_by("id"))
        return self.chance.choice(found) if found else None

    def _freight(self) -> None:
        parcels = list(Parcel.objects.order_by("id"))
        if parcels:
            parcel = self.chance.choice(parcels)
            parcel.freight_minor, parcel.freight_currency = self.chance.choice([None, 9_99, 44_44]), "CNY"
            parcel.freight_state = "actual" if parcel.freight_minor else "missing"
            parcel.save()
            self._act("parcel", [parcel.pk])

    def _rate(self) -> str:
        self._act("fx_rate", [1])
        return "rate"
