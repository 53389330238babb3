"""Import of a 100,000-order channel report: read, checked, mapped and stored in at most 20 seconds."""

from __future__ import annotations

import resource
import sys
import time

from bench import _money

ORDERS, LINES_EACH, SKUS, BAR = 100_000, 2, 500, 20.0
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def report() -> bytes:
    """A report of the size, a thousand orders a day; every price has two decimals."""
    rows = [HEAD]
    for n in range(ORDERS):
        at = f"2025-{1 + n // 28000:02d}-{1 + n // 1000 % 28:02d} {n % 1000 // 60 % 24:02d}:{n % 60:02d}:00"
        for line in range(LINES_EACH):
            sku = (n * 7 + line * 13) % SKUS
            price = f"{2 + sku % 9}.25"
            rows.append(f"{100000 + n},G{sku:04d},Good {sku},{1 + n % 3},{at},{price},{n % 9000},Germany\n")
    return "".join(rows).encode()


def run() -> bool:
    """Whether the bar holds, measured in a fresh process."""
    return _money.fresh(__name__) == 0


def main() -> int:
    _money.open_house()
    from django.db import connection

    from tradewind.apps.catalog.models import Product, Sku
    from tradewind.apps.listings.operations import NewListing, NewMapping, draft_listings, map_skus
    from tradewind.apps.orders.models import Order, OrderLine
    from tradewind.apps.orders.operations.files import import_orders
    from tradewind.apps.stores.models import Store
    from tradewind.engine.access import system

    by, now = system("bench"), _money.NOW
    _money.make_store()
    Store.objects.update(code="BENCH", channel="online_retail", currency="GBP")
    store = Store.objects.get()
    product = Product.objects.create(code="G", name="Goods", name_zh="货")
    skus = Sku.objects.bulk_create(
        Sku(product=product, code=f"G{n:04d}", name=f"Good {n}", name_zh=f"货 {n}") for n in range(SKUS)
    )
    new = [NewListing(f"G{n:04d}", f"Good {n}") for n in range(SKUS)]
    ids = draft_listings(store_id=store.pk, rows=new, now=now, by=by).ids
    map_skus(rows=[NewMapping(pk, sku.pk) for pk, sku in zip(ids, skus, strict=True)], now=now, by=by)
    data = report()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    done = import_orders(store="BENCH", layout="online-retail", name="bench.csv", data=data, now=now, by=by)
    whole, cpu = time.perf_counter() - start, time.process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert done.report["orders"] == Order.objects.count() == ORDERS
    assert OrderLine.objects.exclude(sku=None).count() == ORDERS * LINES_EACH
    print(f"{connection.vendor}: {ORDERS} orders, {ORDERS * LINES_EACH} lines in {len(data) >> 20} MB")
    print(f"whole {whole:.2f} s, CPU {cpu:.2f} s, memory +{grown} MB")
    print(f"bar {BAR:.0f} s; ratio to the bar {whole / BAR:.2f}")
    return 0 if whole <= BAR else 1


if __name__ == "__main__":
    sys.exit(main() if sys.argv[1:] == ["run"] else _money.fresh("bench.order_import"))
