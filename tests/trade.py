"""Hand-made stores and orders for the tests of money: small, exact, through the models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company
from tradewind.apps.stores.models import Store

T0 = datetime(2026, 6, 18, 8, 0, tzinfo=UTC)


def make_company() -> Company:
    """The company GZ with base currency CNY; the same one each time."""
    values = {"name": "Guangzhou Lamp", "country": "CN", "base_currency": "CNY"}
    return Company.objects.get_or_create(code="GZ", defaults=values)[0]


def make_store(code: str, channel: str, currency: str) -> Store:
    """A store of GZ in the market US."""
    market = Market.objects.get_or_create(
        code="US", defaults={"name": "United States", "name_zh": "美国", "currency": "USD", "zone": "UTC"}
    )[0]
    house = Warehouse.objects.get_or_create(
        code="GZ1", defaults={"name": "Guangzhou", "country": "CN", "kind": "own"}
    )[0]
    return Store.objects.create(
        code=code, name=code, company=make_company(), channel=channel, market=market, currency=currency,
        zone="UTC", warehouse=house,
    )  # fmt: skip


def make_orders(store: Store, count: int, *, price_minor: int = 20_00, shipped: bool = True) -> list[Order]:
    """Orders O-1, O-2 ... with one line L-1 of SKU LAMP-A each; shipped a day after they were placed."""
    made = []
    for n in range(1, count + 1):
        placed = T0 + timedelta(hours=n)
        order = Order.objects.create(
            store=store, external_id=f"O-{n}", state="shipped" if shipped else "new", currency=store.currency,
            goods_minor=price_minor, shipping_minor=3_00, tax_minor=1_60, country="US", placed_at=placed,
            updated_at=placed, shipped_at=placed + timedelta(days=1) if shipped else None,
        )  # fmt: skip
        OrderLine.objects.create(
            order=order, external_id="L-1", external_sku="LAMP-A", title="Lamp", qty=1,
            price_minor=price_minor, tax_minor=1_60,
        )  # fmt: skip
        made.append(order)
    return made


def harbour_file(number: str, currency: str, rows: list[tuple[str, ...]], total: str) -> bytes:
    """A Harbour settlement file; rows are (type, amount type, description, amount, order, line, sku)."""
    columns = ["settlement_id", "period_start", "period_end", "deposit_date", "total", "currency", "type"]
    columns += ["amount_type", "description", "amount", "order_id", "line_id", "sku", "quantity", "posted_at"]
    head = [number, "2026-06-16T00:00:00Z", "2026-06-30T00:00:00Z", "2026-07-02", total, currency, *[""] * 9]
    lines = ["\t".join(columns), "\t".join(head)]
    for n, row in enumerate(rows):
        kind, amount_type, what, amount, order, line, sku = (*row, "", "", "")[:7]
        at = f"2026-06-20T08:{n // 60:02d}:{n % 60:02d}Z"
        cells = [number, "", "", "", "", currency, kind, amount_type, what, amount, order, line, sku, "", at]
        lines.append("\t".join(cells))
    return ("\n".join(lines) + "\n").encode()
