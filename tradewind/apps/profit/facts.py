"""What is known of orders, read for many at once: a handful of statements whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.breakdown import ACTUAL, ESTIMATED


class Line(NamedTuple):
    """An order line: `net` of discount and tax, whole line; `units` of the SKU."""

    id: int
    category: str
    qty: int
    net: int
    units: int
    sku_id: int | None
    listing: str
    weight_g: int | None  # of one unit


class Layer(NamedTuple):
    """A batch of units: in which currency, how certain, whether its first leg waits for a bill, whose."""

    id: int
    batch: str
    currency: str
    state: str
    unbilled: bool
    supplier_id: int | None


class Use(NamedTuple):
    """Units of an order line out of a batch, and what they cost."""

    line_id: int
    layer: Layer
    qty: int
    goods: int | None
    landed: int
    estimated: bool  # until its batch has a price, or its month is costed


class Said(NamedTuple):
    """What settlements say of an order, or of one of its lines, by kind."""

    kind: str
    currency: str
    minor: int
    line_id: int | None


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
    closed: bool  # the books of the month it shipped in are closed
    lines: list[Line] = field(default_factory=list)
    kinds: list[Said] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    parcels: list[tuple[int | None, str, str, str]] = field(default_factory=list)  # minor, .., source
    short: bool = False  # fewer units have a cost layer than were sold
    unbilled: bool = False  # a first leg that carried units has no bill yet


_ORDERS = """SELECT o.id, o.external_id, o.store_id, s.company_id, c.base_currency, o.currency, s.channel,
  m.code, s.zone, o.shipped_at, o.goods_minor, o.shipping_minor, o.tax_minor, o.by_channel
FROM orders_order o JOIN stores_store s ON s.id = o.store_id JOIN org_company c ON c.id = s.company_id
  JOIN markets_market m ON m.id = s.market_id
WHERE {among} AND o.state = 'shipped' AND o.shipped_at IS NOT NULL"""
_LINES = """SELECT l.order_id, l.id, coalesce(p.category, ''), l.qty, l.price_minor - l.discount_minor,
  l.qty * l.units_each, l.sku_id, l.external_sku, k.weight_g
FROM orders_orderline l LEFT JOIN catalog_sku k ON k.id = l.sku_id
  LEFT JOIN catalog_product p ON p.id = k.product_id
WHERE {among} ORDER BY l.id"""
_KINDS = """SELECT t.order_id, t.kind, f.currency, sum(t.amount_minor), t.order_line_id
FROM settlements_settlementline t JOIN settlements_settlementfile f ON f.id = t.settlement_id
WHERE {among} AND f.state <> 'held' GROUP BY t.order_id, t.kind, f.currency, t.order_line_id"""
_USES = """SELECT l.order_id, l.id, u.layer_id, u.qty, u.goods_minor, u.landed_minor, u.estimated
FROM orders_orderline l JOIN stock_layeruse u ON u.source = 'order_line' AND u.source_id = l.id
WHERE {among} ORDER BY u.id"""
_LAYERS = """SELECT y.id, y.batch, y.currency, y.state,
  CASE WHEN y.leg_line_id IS NOT NULL AND y.charges = 0 AND NOT EXISTS (SELECT 1
    FROM stock_firstlegline g JOIN stock_landedcharge h ON h.leg_id = g.leg_id AND NOT h.void
    WHERE g.id = y.leg_line_id) THEN 1 ELSE 0 END, o.supplier_id
FROM stock_costlayer y LEFT JOIN sourcing_receiptline r ON r.id = y.receipt_line_id
  LEFT JOIN sourcing_purchaseline b ON b.id = r.line_id
  LEFT JOIN sourcing_purchaseorder o ON o.id = b.order_id
WHERE {among}"""
_PARCELS = """SELECT p.order_id, p.freight_minor, p.freight_currency, p.freight_state,
  coalesce(nullif(p.freight_source, ''), 'parcel:' || p.id) FROM fulfilment_parcel p
WHERE {among} AND p.state = 'shipped' ORDER BY p.id"""
_CLOSED = "SELECT company_id, month FROM ledger_period WHERE state = 'closed'"


def facts_of(order_ids: Sequence[int], *, staged: bool = True) -> dict[int, OrderFacts]:
    """Facts of the shipped ones among some orders, by id; `staged`: closed months are looked at too."""
    ids = id_set(order_ids)
    found = _heads(ids, staged=staged)
    for pk, *line in _in(found, _LINES, "l.order_id", ids):
        found[pk].lines.append(Line(line[0], line[1], line[2], int(line[3]), *line[4:]))
    for pk, kind, currency, minor, line_id in _in(found, _KINDS, "t.order_id", ids):
        found[pk].kinds.append(Said(kind, currency, int(minor), line_id))
    for pk, *parcel in _in(found, _PARCELS, "p.order_id", ids):
        found[pk].parcels.append((parcel[0], parcel[1], parcel[2], parcel[3]))
    _cost(found, ids)
    return found


def _cost(found: dict[int, OrderFacts], ids: Any) -> None:
    uses = _in(found, _USES, "l.order_id", ids)
    layers = _layers({row[2] for row in uses})
    taken: dict[int, int] = {}
    for pk, line_id, layer_id, qty, goods, landed, estimated in uses:
        layer, one = layers[layer_id], found[pk]
        guessed = bool(estimated) or layer.state == ESTIMATED
        one.uses.append(Use(line_id, layer, qty, goods, landed, guessed))
        one.unbilled = one.unbilled or layer.unbilled
        taken[pk] = taken.get(pk, 0) + qty
    for pk, one in found.items():
        one.short = taken.get(pk, 0) < sum([line.units for line in one.lines])


def _heads(ids: Any, *, staged: bool) -> dict[int, OrderFacts]:
    days: dict[tuple[str, Any], date] = {}
    closed = {(company, f"{month}"[:7]) for company, month in (fetch(_CLOSED) if staged else ())}
    found: dict[int, OrderFacts] = {}
    for row in _rows(_ORDERS, "o.id", ids):
        zone, at = row[8:10]
        if (zone, at) not in days:
            days[zone, at] = _day(zone, at)
        on = days[zone, at]
        goods, shipping, tax = (int(m) for m in row[10:13])
        shut = bool(closed) and (row[3], f"{on:%Y-%m}") in closed
        head: list[Any] = [*row[:8], on, goods, shipping, tax, shut]
        one = found[row[0]] = OrderFacts(*head)
        if row[13]:  # no parcel of ours: the channel's fulfilment fee stands among the fees
            one.parcels.append((0, one.currency, ACTUAL, f"order:{one.external_id}"))
    return found


def _layers(ids: Iterable[int]) -> dict[int, Layer]:
    rows = _rows(_LAYERS, "y.id", id_set(sorted(ids)))
    return {pk: Layer(pk, batch, cur, state, bool(bare), by) for pk, batch, cur, state, bare, by in rows}


def _in(found: dict[int, OrderFacts], sql: str, column: str, ids: Any) -> list[tuple[Any, ...]]:
    return [row for row in _rows(sql, column, ids) if row[0] in found]


def _rows(sql: str, column: str, ids: Any) -> list[tuple[Any, ...]]:
    return fetch(sql.format(among=among(column)), [ids])


def _day(zone: str, at: Any) -> date:
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    day: date = moment.astimezone(ZoneInfo(zone)).date()
    return day
