"""What is known of orders, read for many at once: a handful of statements whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.db.sql import among, fetch, id_set

Sum = tuple[str, int]  # currency, minor units


@dataclass(slots=True)
class OrderFacts:
    """Everything profit asks of one order; amounts in minor units beside their currency."""

    order_id: int
    external_id: str
    store_id: int
    company_id: int
    base: str
    currency: str
    channel: str
    market: str
    on: date  # shipped, in the store's zone
    goods: int
    shipping: int
    tax: int
    lines: list[tuple[str, int, int]] = field(default_factory=list)  # category, units, net of discount
    kinds: list[tuple[str, str, int]] = field(default_factory=list)  # settled: kind, currency, sum
    costs: list[tuple[str, int | None, int]] = field(default_factory=list)  # currency, goods, landed
    short: bool = False  # fewer units have a cost layer than were sold
    unbilled: bool = False  # a first leg that carried the units has no bill yet
    parcels: list[tuple[int | None, str, str, str]] = field(default_factory=list)  # minor, .., source


_ORDERS = """SELECT o.id, o.external_id, o.store_id, s.company_id, c.base_currency, o.currency, s.channel,
  m.code, s.zone, o.shipped_at, o.goods_minor, o.shipping_minor, o.tax_minor
FROM orders_order o JOIN stores_store s ON s.id = o.store_id JOIN org_company c ON c.id = s.company_id
  JOIN markets_market m ON m.id = s.market_id
WHERE {among} AND o.state = 'shipped' AND o.shipped_at IS NOT NULL"""
_LINES = """SELECT l.order_id, coalesce(p.category, ''), l.qty, l.price_minor - l.discount_minor,
  l.qty * l.units_each
FROM orders_orderline l LEFT JOIN catalog_sku k ON k.id = l.sku_id
  LEFT JOIN catalog_product p ON p.id = k.product_id
WHERE {among}"""
_KINDS = """SELECT t.order_id, t.kind, f.currency, sum(t.amount_minor) FROM settlements_settlementline t
JOIN settlements_settlementfile f ON f.id = t.settlement_id
WHERE {among} AND f.state <> 'held' GROUP BY t.order_id, t.kind, f.currency"""
_COSTS = """SELECT l.order_id, y.currency,
  CASE WHEN count(u.goods_minor) = count(*) THEN sum(u.goods_minor) END, sum(u.landed_minor),
  max(CASE WHEN y.leg_line_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stock_firstlegline g
    JOIN stock_landedcharge h ON h.leg_id = g.leg_id WHERE g.id = y.leg_line_id) THEN 1 ELSE 0 END),
  sum(u.qty)
FROM orders_orderline l JOIN stock_layeruse u ON u.source = 'order_line' AND u.source_id = l.id
  JOIN stock_costlayer y ON y.id = u.layer_id
WHERE {among} GROUP BY l.order_id, y.currency"""
_PARCELS = """SELECT p.order_id, p.freight_minor, p.freight_currency, p.freight_state,
  coalesce(nullif(p.freight_source, ''), 'parcel:' || p.id) FROM fulfilment_parcel p
WHERE {among} AND p.state = 'shipped' ORDER BY p.id"""


def facts_of(order_ids: Sequence[int]) -> dict[int, OrderFacts]:
    """Facts of the shipped ones among some orders, by id."""
    ids = id_set(order_ids)
    days: dict[tuple[str, Any], date] = {}
    found: dict[int, OrderFacts] = {}
    for row in _rows(_ORDERS, "o.id", ids):
        zone, at = row[8:10]
        if (zone, at) not in days:
            days[zone, at] = _day(zone, at)
        goods, shipping, tax = (int(m) for m in row[10:])
        head: list[Any] = [*row[:8], days[zone, at], goods, shipping, tax]
        found[row[0]] = OrderFacts(*head)
    units: dict[int, int] = {}
    for pk, category, qty, net, each in _in(found, _LINES, "l.order_id", ids):
        found[pk].lines.append((category, qty, int(net)))
        units[pk] = units.get(pk, 0) + each
    for pk, kind, currency, minor in _in(found, _KINDS, "t.order_id", ids):
        found[pk].kinds.append((kind, currency, int(minor)))
    for pk, *parcel in _in(found, _PARCELS, "p.order_id", ids):
        found[pk].parcels.append((parcel[0], parcel[1], parcel[2], parcel[3]))
    _cost(found, ids, units)
    return found


def _in(found: dict[int, OrderFacts], sql: str, column: str, ids: Any) -> list[tuple[Any, ...]]:
    return [row for row in _rows(sql, column, ids) if row[0] in found]


def _cost(found: dict[int, OrderFacts], ids: Any, units: dict[int, int]) -> None:
    taken: dict[int, int] = {}
    for pk, currency, goods, landed, unbilled, qty in _in(found, _COSTS, "l.order_id", ids):
        taken[pk] = taken.get(pk, 0) + int(qty)
        found[pk].costs.append((currency, None if goods is None else int(goods), int(landed)))
        found[pk].unbilled = found[pk].unbilled or bool(unbilled)
    for pk, sold in units.items():
        found[pk].short = taken.get(pk, 0) < sold


def _rows(sql: str, column: str, ids: Any) -> list[tuple[Any, ...]]:
    return fetch(sql.format(among=among(column)), [ids])


def _day(zone: str, at: Any) -> date:
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    day: date = moment.astimezone(ZoneInfo(zone)).date()
    return day
