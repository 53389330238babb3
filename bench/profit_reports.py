"""Profit reports over 1,000,000 order lines in at most one second each."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from typing import Any

from bench import _money

LINES, BAR = 1_000_000, 1.0
SKUS, STORES, BATCHES, DAYS = 500, 5, 3, 365
FIRST = date(2025, 7, 1)


def run() -> bool:
    """Whether the bar holds, measured in a fresh process."""
    return _money.fresh(__name__) == 0


def main() -> int:
    _money.open_house()
    from django.db import connection

    from tradewind.apps.profit.queries.bearing import explore_with_shared
    from tradewind.apps.profit.queries.dimensions import Span
    from tradewind.apps.profit.queries.explorer import explore
    from tradewind.apps.profit.queries.shared_costs import everything_by
    from tradewind.apps.profit.queries.tracing import trace
    from tradewind.engine.access import OWNER, Actor

    company, stores = _world()
    by = Actor(1, "bench", OWNER, None)
    odd = Span(date(2025, 8, 9), date(2026, 5, 20))
    quarter = Span(date(2026, 4, 1), date(2026, 6, 30))
    sku = Span(only=(("sku", "SKU-7"), ("store", stores[0].code)))
    asked: dict[str, Any] = {
        "all by SKU": lambda: explore(by, Span(), ("sku",)),
        "SKU by month": lambda: explore(by, Span(), ("sku", "month")),
        "store by month by stage": lambda: explore(by, Span(), ("store", "month", "stage")),
        "supplier and batch": lambda: explore(by, Span(), ("supplier", "batch")),
        "listing, odd days": lambda: explore(by, odd, ("listing",)),
        "day by store, a quarter": lambda: explore(by, quarter, ("day", "store")),
        "SKU with shared costs": lambda: explore_with_shared(
            by, Span(), ("sku",), [(company, everything_by("revenue"))]
        ),
        "documents of a cell": lambda: trace(by, sku, "profit"),
    }
    worst = 0.0
    for name, ask in asked.items():
        start, cpu = time.perf_counter(), time.process_time()
        ask()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        worst = max(worst, wall)
        print(f"{connection.vendor}: {LINES} lines, {name}: {wall:.2f} s, CPU {cpu:.2f} s")
    print(f"bar {BAR:.0f} s; ratio to the bar {worst / BAR:.2f}")
    return 0 if worst <= BAR else 1


def _world() -> tuple[Any, list[Any]]:
    """Profit lines of a year, some days out of order, and the cells rolled up from them."""
    from django.db import transaction

    from tradewind.apps.catalog.models import Product, Sku
    from tradewind.apps.orders.models import Order, OrderLine
    from tradewind.apps.profit.models import ProfitLine
    from tradewind.apps.profit.operations.rolling import LINE, rebuild
    from tradewind.apps.sourcing.models import Supplier
    from tradewind.apps.stores.models import Store
    from tradewind.db.bulk import insert_rows
    from tradewind.db.sql import instant

    first = _money.make_store()
    stores = [first] + [
        Store.objects.create(
            code=f"S{n}", name=f"S{n}", company=first.company, channel="harbour", market=first.market,
            currency="USD", zone="UTC", warehouse=first.warehouse,
        )
        for n in range(1, STORES)
    ]  # fmt: skip
    product = Product.objects.create(code="P", name="Lamp", category="home")
    skus = [Sku.objects.create(product=product, code=f"SKU-{n}", weight_g=300).pk for n in range(SKUS)]
    makers = [
        Supplier.objects.create(code=f"M{n}", name=f"M{n}", country="CN", currency="CNY").pk
        for n in range(20)
    ]
    at = instant(_money.DAY)
    head = ["id", "store_id", "external_id", "state", "currency", "goods_minor", "shipping_minor"]
    head += ["tax_minor", "country", "placed_at", "updated_at", "shipped_at"]
    line = ["id", "order_id", "external_id", "external_sku", "title", "sku_id", "qty", "price_minor"]
    with transaction.atomic():
        for start in range(0, LINES, 50_000):
            some = range(start, start + 50_000)
            insert_rows(Order, head, [
                (n + 1, stores[n % STORES].pk, f"O-{n}", "shipped", "USD", 20_00, 0, 0, "US", at, at, at)
                for n in some
            ])  # fmt: skip
            insert_rows(OrderLine, line, [
                (n + 1, n + 1, "L", f"M-{n % SKUS}", "Lamp", skus[n % SKUS], 1, 20_00) for n in some
            ])  # fmt: skip
            insert_rows(ProfitLine, LINE, [_line(n, stores, skus, makers, first.company_id) for n in some])
        rebuild()
    return first.company, stores


def _line(n: int, stores: list[Any], skus: list[int], makers: list[int], company_id: int) -> tuple[Any, ...]:
    sku, on = n % SKUS, FIRST + timedelta(days=n * DAYS // LINES + n * 7919 % 5)
    revenue, goods = 100_00 + n % 977, 40_00 + n % 89
    missing = n % 50 == 0
    costs = (revenue, 15_00, None if missing else goods, 2_00, 20_00, 0)
    profit = None if missing else revenue - 15_00 - goods - 2_00 - 20_00
    state = "missing" if missing else ("actual", "estimated")[n % 2]
    return (
        n + 1, n + 1, stores[n % STORES].pk, company_id, on.isoformat(), "CNY", skus[sku], f"M-{sku}",
        makers[sku % 20], f"B{n % BATCHES}-{sku}", 1, 300, True, *costs, profit, state,
        ("settled", "final")[n % 3 == 0],
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main() if sys.argv[1:] == ["run"] else _money.fresh("bench.profit_reports"))
