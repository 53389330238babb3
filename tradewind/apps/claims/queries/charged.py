"""What settlements charged for order lines, as the fee audit asks it: a few statements for many orders."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.apps.settlements.states import HELD
from tradewind.db.sql import among, fetch, id_set, instant, moment
from tradewind.engine.fee_audit import DANGEROUS, NOT_MEASURED, SEVERAL_PIECES, Sale
from tradewind.engine.fulfilment_fees import Unit

APPAREL, GENERAL = "apparel", "general"
_HAZARDS = ("battery", "dangerous", "magnet", "liquid", "powder")  # attributes with cards of their own

_TOUCHED = """SELECT DISTINCT t.order_id FROM settlements_settlementline t
JOIN settlements_settlementfile f ON f.id = t.settlement_id
WHERE f.store_id = %s AND f.state <> %s AND f.end_at >= %s AND f.end_at < %s AND t.order_id IS NOT NULL
ORDER BY t.order_id"""
_LINES = """SELECT l.id, l.order_id, coalesce(p.category, ''), l.qty, l.units_each, k.id, k.weight_g,
  k.length_mm, k.width_mm, k.height_mm, k.attributes, o.placed_at, s.zone, s.channel, m.code
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN stores_store s ON s.id = o.store_id
  JOIN markets_market m ON m.id = s.market_id LEFT JOIN catalog_sku k ON k.id = l.sku_id
  LEFT JOIN catalog_product p ON p.id = k.product_id
WHERE {among} ORDER BY l.order_id, l.id"""
_SUMS = """SELECT t.order_id, t.order_line_id, f.currency, t.kind, sum(t.amount_minor), min(t.id),
  max(f.end_at)
FROM settlements_settlementline t JOIN settlements_settlementfile f ON f.id = t.settlement_id
WHERE {among} AND f.state <> %s GROUP BY t.order_id, t.order_line_id, f.currency, t.kind"""


@dataclass(frozen=True, slots=True)
class Charged:
    """A sale to be judged, with the documents behind it: first line of each kind, day it was last settled."""

    sale: Sale
    order_id: int
    line_id: int
    sku_id: int | None
    lines: Mapping[str, int]  # kind -> first settlement line
    settled_on: date


def touched_orders(store_id: int, first: date, last: date) -> list[int]:
    """Orders that settlements of a store, ended from the first to the last day, speak of."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return [row[0] for row in fetch(_TOUCHED, [store_id, HELD, instant(start), instant(until)])]


def charged(order_ids: Sequence[int]) -> Iterator[Charged]:
    """Order lines of orders with what was charged for them in every settlement so far.

    Lines of a settlement that name an order but no line count to it where the order has one line only. The
    payment fee of an order of several lines is judged once, for the whole order.
    """
    ids = id_set(order_ids)
    rows = fetch(_LINES.format(among=among("l.order_id")), [ids])
    size = Counter(row[1] for row in rows)
    only = {row[1]: row[0] for row in rows if size[row[1]] == 1}
    sums: dict[int, _Sums] = {}
    orders: dict[int, _Sums] = {}
    for order, line, currency, kind, minor, first, end in fetch(
        _SUMS.format(among=among("t.order_id")), [ids, HELD]
    ):
        part = (currency, kind, int(minor), int(first), _day(end, UTC))
        orders.setdefault(order, _Sums()).add(*part)
        key = line or only.get(order)
        if key:
            sums.setdefault(key, _Sums()).add(*part)
    for row in rows:
        line, order = row[0], row[1]
        if line in sums:
            yield from _sales(row, sums[line], whole=size[order] == 1)
        if size[order] > 1 and order in orders:
            yield from _payments(row, orders.pop(order))


class _Sums:
    """What was said of a line or an order, currency by currency."""

    def __init__(self) -> None:
        self.by: dict[str, dict[str, int]] = {}
        self.lines: dict[str, dict[str, int]] = {}
        self.on = date.min

    def add(self, currency: str, kind: str, minor: int, first: int, on: date) -> None:
        sums = self.by.setdefault(currency, {})
        sums[kind] = sums.get(kind, 0) + minor
        lines = self.lines.setdefault(currency, {})
        lines[kind] = min(lines.get(kind, first), first)
        self.on = max(self.on, on)


def _sales(row: tuple[Any, ...], sums: _Sums, *, whole: bool) -> Iterator[Charged]:
    line, order, category, qty, each, sku, *unit, attributes, placed, zone, channel, market = row
    stated = attributes if isinstance(attributes, dict) else json.loads(attributes or "{}")
    packed, why = _unit(unit, each, stated)
    goods = APPAREL if category == APPAREL else GENERAL
    on = _day(placed, ZoneInfo(zone))
    for currency, kinds in sums.by.items():
        sale = Sale(line, channel, market, category, on, currency, int(qty), kinds, packed, why, goods, whole)
        yield Charged(sale, order, line, sku, sums.lines[currency], sums.on)


def _payments(row: tuple[Any, ...], sums: _Sums) -> Iterator[Charged]:
    for one in _sales(row, sums, whole=True):
        kinds = {k: v for k, v in one.sale.sums.items() if k not in ("referral_fee", "fulfilment_fee")}
        yield replace(one, sale=replace(one.sale, sums=kinds))


def _unit(sides: Sequence[int | None], each: int, attributes: Mapping[str, Any]) -> tuple[Unit | None, str]:
    weight, *rest = sides
    known = [side for side in rest if side]
    if not weight or len(known) != 3:
        return None, NOT_MEASURED
    if each != 1:
        return None, SEVERAL_PIECES
    if any(attributes.get(name) is True for name in _HAZARDS):
        return None, DANGEROUS
    return Unit((known[0], known[1], known[2]), weight), ""


def _day(at: Any, zone: Any) -> date:
    found = moment(at)
    return found.astimezone(zone).date() if found else date.min
