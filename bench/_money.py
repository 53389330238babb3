"""A world of shipped orders for the benchmarks of money, made by bulk inserts: its making is not measured."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
DAY = datetime(2026, 6, 18, 8, 0, tzinfo=UTC)
CATEGORIES = ("home", "kitchen", "toys", "tools")
LINE = "\t".join(["B-1", "", "", "", "", "USD", "{}", "{}", "{}", "{}", "{}", "L-1", "LAMP", "", "{}"])


def fresh(module: str, *args: str) -> int:
    """Run a module as a program on an empty SQLite database, or on $TRADEWIND_DATABASE_URL as it is."""
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"TRADEWIND_HOME": home, "DJANGO_SETTINGS_MODULE": "tradewind.conf.settings"}
        root = Path(__file__).resolve().parents[1]
        return subprocess.run([sys.executable, "-m", module, "run", *args], env=env, cwd=root).returncode


def open_house() -> None:
    """Django up, tables there."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def make_store() -> Any:
    """One Harbour store of a company that counts in CNY, and a USD/CNY rate."""
    from tradewind.apps.logistics.models import Warehouse
    from tradewind.apps.markets.models import FxRate, Market
    from tradewind.apps.org.models import Company
    from tradewind.apps.stores.models import Store

    company = Company.objects.create(code="B", name="Bench", country="CN", base_currency="CNY")
    house = Warehouse.objects.create(code="W", name="W", country="US", kind="overseas")
    market = Market.objects.create(code="US", name="US", name_zh="", currency="USD", zone="UTC")
    for n in range(30):
        on = date(2026, 6, 10) + timedelta(days=n)
        FxRate.objects.create(base="USD", quote="CNY", on=on, rate="7.1", source="ECB")
    return Store.objects.create(
        code="S", name="S", company=company, channel="harbour", market=market, currency="USD",
        zone="America/New_York", warehouse=house,
    )  # fmt: skip


def make_orders(store: Any, count: int) -> list[int]:
    """Shipped orders O-0, O-1 ... of one line each, with a SKU of one of four categories."""
    from django.db import transaction

    from tradewind.apps.catalog.models import Product, Sku
    from tradewind.apps.orders.models import Order, OrderLine
    from tradewind.db.bulk import insert_rows, take_ids
    from tradewind.db.sql import instant

    skus = []
    for n, category in enumerate(CATEGORIES):
        product = Product.objects.create(code=f"P{n}", name="Lamp", name_zh="灯", category=category)
        skus.append(Sku.objects.create(product=product, code=f"S{n}", name="Lamp", name_zh="灯").pk)
    columns = ["id", "store_id", "external_id", "state", "currency", "goods_minor", "shipping_minor"]
    columns += ["tax_minor", "country", "placed_at", "updated_at", "shipped_at"]
    with transaction.atomic():
        ids = list(take_ids(Order, count))
        insert_rows(Order, columns, [_order(pk, n, store.pk, instant) for n, pk in enumerate(ids)])
        lines = ["order_id", "external_id", "external_sku", "title", "sku_id", "qty", "price_minor"]
        rows = [(pk, "L-1", "LAMP", "Lamp", skus[n % 4], 1, _price(n)) for n, pk in enumerate(ids)]
        insert_rows(OrderLine, lines, rows)
    return ids


def _price(n: int) -> int:
    return 10_00 + n * 37 % 90_00


def _order(pk: int, n: int, store_id: int, instant: Any) -> tuple[Any, ...]:
    at = instant(DAY + timedelta(seconds=n % 600_000))
    return (pk, store_id, f"O-{n}", "shipped", "USD", _price(n), 3_00, 1_00, "US", at, at, at)


def give_costs(store: Any, order_ids: list[int]) -> None:
    """One unit of cost out of one layer, and one parcel with freight, for every order."""
    from django.db import transaction

    from tradewind.apps.catalog.models import Sku
    from tradewind.apps.fulfilment.models import Parcel
    from tradewind.apps.orders.models import OrderLine
    from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
    from tradewind.db.bulk import insert_rows
    from tradewind.db.sql import instant

    sku, count, at = Sku.objects.first(), len(order_ids), instant(DAY)
    balance = Balance.objects.create(sku=sku, warehouse=store.warehouse, owner=store.company)
    layer = CostLayer.objects.create(
        balance=balance, batch="RC-1", received_at=DAY, qty=count, left_qty=0, currency="CNY",
        goods_minor=20_00 * count, state="actual",
    )  # fmt: skip
    lines = OrderLine.objects.order_by("id").values_list("id", flat=True)
    uses = ["layer_id", "source", "source_id", "qty", "goods_minor", "landed_minor", "at"]
    parcel = ["order_id", "warehouse_id", "state", "freight_minor", "freight_currency", "freight_state"]
    with transaction.atomic():
        insert_rows(LayerUse, uses, [(layer.pk, "order_line", pk, 1, 20_00, 1_50, at) for pk in lines])
        rows = [(pk, store.warehouse_id, "shipped", 25_00, "CNY", "estimated") for pk in order_ids]
        insert_rows(Parcel, parcel, rows)


def settlement(count: int) -> bytes:
    """A Harbour settlement of `count` orders, five lines each."""
    lines, total = [], 0
    for n in range(count):
        at = (DAY + timedelta(microseconds=n + 1)).replace(tzinfo=None).isoformat() + "Z"
        parts = [
            ("Order", "Price", "Principal", _price(n)), ("Order", "Price", "Shipping", 3_00),
            ("Order", "Price", "Tax", 1_00), ("Order", "Fee", "Referral", -(_price(n) * 15 // 100)),
            ("Order", "Fee", "Payment", -60),
        ]  # fmt: skip
        for kind, amount_type, what, minor in parts:
            total += minor
            lines.append(LINE.format(kind, amount_type, what, _text(minor), f"O-{n}", at))
    names = ["settlement_id", "period_start", "period_end", "deposit_date", "total", "currency", "type"]
    names += ["amount_type", "description", "amount", "order_id", "line_id", "sku", "quantity", "posted_at"]
    period = ["2026-06-16T00:00:00Z", "2026-06-30T00:00:00Z", "2026-07-02"]
    head = ["B-1", *period, _text(total), "USD", *[""] * 9]
    return ("\n".join(["\t".join(names), "\t".join(head), *lines]) + "\n").encode()


def _text(minor: int) -> str:
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{size // 100}.{size % 100:02d}"
