# ruff: noqa: E402  (models can be imported only after set-up)
"""Our own line in a fresh process: ``python -m bench._line N BATCH HISTORY``; prints JSON.

The same facts as the floor, through the public operations: place, reserve, wave, pick, pack, ship, post.
The database is the one of TRADEWIND_HOME or TRADEWIND_DATABASE_URL and must be empty.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradewind.conf.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from bench.floor import COST, PRICE, SKUS, order_lines
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.fulfilment.operations import Shipment, make_wave, pack, pick, ship
from tradewind.apps.ledger.operations import open_chart
from tradewind.apps.ledger.operations.sales import post_sales
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.orders.operations import place_orders, reserve_orders
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Supplier
from tradewind.apps.stock.operations import take_in_receipts
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stores.models import Store
from tradewind.engine.access import system
from tradewind.engine.contracts import OPEN, Address, ChannelLine, ChannelOrder
from tradewind.engine.money import Money

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = system("bench")
UNITS = 1_000_000
NOBODY = Address(country="US")
NO = Money(0, "USD")


def make_world() -> tuple[int, int]:
    """A company, a store, 50 SKUs on listings, a million units of each received; (store, warehouse)."""
    company = Company.objects.create(code="B", name="Bench", country="CN", base_currency="CNY")
    house = Warehouse.objects.create(code="W", name="W", country="US", kind="overseas")
    market = Market.objects.create(code="US", name="US", name_zh="", currency="USD", zone="America/New_York")
    store = Store.objects.create(
        code="S", name="S", company=company, channel="amazon", market=market, currency="USD",
        zone="America/New_York", warehouse=house,
    )  # fmt: skip
    product = Product.objects.create(code="P", name="P", name_zh="P", state="approved")
    supplier = Supplier.objects.create(code="F", name="F", country="CN", currency="CNY")
    bought = PurchaseOrder.objects.create(
        number="PO-1",
        company=company,
        supplier=supplier,
        warehouse=house,
        currency="CNY",
        ordered_on=NOW.date(),
    )
    receipt = Receipt.objects.create(
        number="RC-1", order=bought, received_at=NOW, received_by="bench", key="1"
    )
    for number in range(SKUS):
        sku = Sku.objects.create(product=product, code=f"SKU-{number:02d}", name="x", name_zh="x")
        listing = Listing.objects.create(
            store=store, external_sku=f"L-{number:02d}", title="x", currency="USD", state="live"
        )
        SkuMapping.objects.create(listing=listing, sku=sku, qty=1, valid_from=NOW - timedelta(days=900))
        line = PurchaseLine.objects.create(order=bought, sku=sku, qty=UNITS, price_minor=COST)
        ReceiptLine.objects.create(receipt=receipt, line=line, good_qty=UNITS)
    take_in_receipts(now=NOW, by=BY)
    open_chart(now=NOW, by=BY)
    return store.pk, house.pk


def channel_orders(numbers: Iterable[int]) -> list[ChannelOrder]:
    """The orders as a connector would hand them over."""
    return [
        ChannelOrder(
            external_id=f"CH-{k:08d}",
            state=OPEN,
            placed_at=NOW,
            updated_at=NOW,
            currency="USD",
            shipping=NO,
            address=NOBODY,
            lines=tuple(
                ChannelLine(f"{j}", f"L-{sku:02d}", "A thing", qty, Money(PRICE * qty, "USD"), NO, NO)
                for j, (sku, qty) in enumerate(order_lines(k))
            ),
        )
        for k in numbers
    ]


class Line:
    """The public operations, timed step by step."""

    def __init__(self, store_id: int) -> None:
        self.store_id = store_id
        self.seconds: dict[str, float] = {}

    def time(self, name: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        got = act()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        return got

    def batch(self, orders: list[ChannelOrder]) -> None:
        """One batch of orders from the channel to posted books."""
        ids = self.time(
            "place", lambda: place_orders(store_id=self.store_id, orders=orders, now=NOW, by=BY)
        ).ids
        self.time("reserve", lambda: reserve_orders(ids=ids, now=NOW, by=BY))
        parcels = sorted(self.time("wave", lambda: make_wave(ids=ids, now=NOW, by=BY)).values())
        self.time("pick", lambda: pick(ids=parcels, now=NOW, by=BY))
        self.time("pack", lambda: pack(weights=dict.fromkeys(parcels, 250), now=NOW, by=BY))
        given = [Shipment(pk, None, f"T{pk}") for pk in parcels]
        self.time("ship", lambda: ship(parcels=given, now=NOW, by=BY))
        self.time("post", lambda: post_sales(order_ids=ids, now=NOW, by=BY))


def check(n: int, house_id: int) -> None:
    """The facts of n orders are there, exactly, and every balance equals them."""

    def one(sql: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    assert one("SELECT count(*) FROM orders_order WHERE state = 'shipped'") == n
    assert one("SELECT count(*) FROM stock_move WHERE kind IN ('pick', 'ship')") == 4 * n
    assert one("SELECT count(*) FROM stock_layeruse") == 2 * n
    assert one("SELECT count(*) FROM ledger_entry WHERE posted") == n
    assert one("SELECT count(*) FROM ledger_posting") == 6 * n
    assert (
        one(
            "SELECT count(*) FROM (SELECT 1 FROM ledger_posting GROUP BY currency "
            "HAVING sum(amount_minor) <> 0) x"
        )
        == 0
    )
    assert one("SELECT sum(reserved) FROM stock_balance") == 0
    assert one(f"SELECT sum({UNITS} - on_hand) FROM stock_balance") == 3 * n
    assert one("SELECT sum(goods_minor) FROM stock_layeruse") == 3 * n * COST
    assert check_balances() == []


def warm(store_id: int) -> int:
    """Imports, prepared statements, first pages: ten orders that are not timed."""
    Line(store_id).batch(channel_orders(range(10)))
    return 10


def main(n: int, batch: int, history: int) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    store_id, house_id = make_world()
    at = warm(store_id)
    if history:
        filler = Line(store_id)
        for first in range(at, history, 1000):
            filler.batch(channel_orders(range(first, min(first + 1000, history))))
        at = max(at, history)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    line = Line(store_id)
    cpu = 0.0
    gc.freeze()  # as the server does: what lives as long as the process is not searched again and again
    for i in range(0, n, batch):
        orders = channel_orders(range(at + i, at + min(i + batch, n)))
        start = time.process_time()
        line.batch(orders)
        cpu += time.process_time() - start
    check(at + n, house_id)
    return {"seconds": line.seconds, "total": sum(line.seconds.values()), "cpu": cpu, "n": n, "batch": batch}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]))))
