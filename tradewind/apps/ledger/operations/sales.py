"""Sales into the books: orders that shipped, with what their goods cost, by a handful of statements.

An order's entry: debit 1122 with what the channel owes, credit 6001, 6002 and 2221, in the order's
currency; and a line at a time debit 6401 (and 6402 for landed cost), credit 1405, in the currency of
the cost. A line whose goods cost is missing leaves its cost out: profit shows it as missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tradewind.apps.ledger.models import Entry, Posting
from tradewind.apps.ledger.operations.chart import account_ids
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.entries import ENTRY, POSTING, mark_posted
from tradewind.apps.orders.operations import mark_booked
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.numbers import take_numbers
from tradewind.db.sql import among, fetch, for_update, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor

MOST = 2000  # orders a transaction
_Line = tuple[str, int, str]  # account, minor units (debit positive), currency


class _Order(NamedTuple):
    id: int
    external_id: str
    company_id: int
    zone: str
    shipped_at: Any
    store_id: int
    currency: str
    goods: int
    shipping: int
    tax: int


def post_sales(*, now: datetime, by: Actor, order_ids: Iterable[int] | None = None) -> list[int]:
    """Book the sale and cost of shipped orders that are not booked yet; returns the orders booked.

    Without `order_ids`: up to 2,000 of all. An order is booked once (unique event, source and id), on
    the day it shipped in its store's zone, or on the first open day where that month is closed, its memo
    then saying the day it shipped; one without money and without cost has nothing to book and is passed
    by for good. Example: 2 units for 20.00 USD net with 8.00 CNY of cost: 1122 +20.00 USD,
    6001 -20.00 USD, 6401 +8.00 CNY, 1405 -8.00 CNY.
    """
    with acting(by, "ledger.change", kind="order", now=now) as act:
        orders = _unbooked(order_ids)
        if not orders:
            return []
        lines = _lines(orders)
        booked = [order for order in orders if order.id in lines]
        entries = _insert_entries(booked)
        bulk.insert_rows(Posting, POSTING, _postings(entries, booked, lines))
        mark_posted(entries)
        mark_booked(ids=[order.id for order in orders])
        act.ids = [order.id for order in booked]
        act.note(verb="post_sales", entries=len(entries))
    return act.ids


def unbooked_count() -> int:
    """Shipped orders whose sale is not in the books yet."""
    return int(fetch("SELECT count(*) FROM orders_order o WHERE o.state = 'shipped' AND NOT o.booked")[0][0])


def _unbooked(order_ids: Iterable[int] | None) -> list[_Order]:
    where, params = "", []
    if order_ids is not None:
        where, params = f" AND {among('o.id')}", [id_set(order_ids)]
    rows = fetch(
        "SELECT o.id, o.external_id, s.company_id, s.zone, o.shipped_at, o.store_id, o.currency, "
        "o.goods_minor, o.shipping_minor, o.tax_minor FROM orders_order o "
        f"JOIN stores_store s ON s.id = o.store_id WHERE o.state = 'shipped' AND NOT o.booked{where} "
        f"ORDER BY o.id{'' if where else f' LIMIT {MOST}'}{for_update('o')}",
        params,
    )
    return [_Order(*row) for row in rows]


def _insert_entries(orders: list[_Order]) -> list[int]:
    """Unposted entries of orders, numbered per company without gaps; their ids in the same order."""
    days = _days(orders)
    counts = Counter(order.company_id for order in orders)
    numbers = {company: iter(take_numbers(f"journal:{company}", n)) for company, n in sorted(counts.items())}
    ids = list(bulk.take_ids(Entry, len(orders)))
    bulk.insert_rows(
        Entry,
        ENTRY,
        [
            (pk, order[2], next(numbers[order[2]]), on, "sale", "order", order[0], order[1] + late)
            for pk, order in zip(ids, orders, strict=True)
            for on, late in (days[order[2:5]],)
        ],
    )
    return ids


def _postings(
    entries: list[int], orders: list[_Order], lines: dict[int, list[_Line]]
) -> Iterable[tuple[int, int, int, str, int, int]]:
    accounts = account_ids()
    for pk, order in zip(entries, orders, strict=True):
        for code, minor, currency in lines[order.id]:
            yield pk, accounts[code], minor, currency, order.store_id, order.id


def _days(orders: list[_Order]) -> dict[tuple[Any, ...], tuple[str, str]]:
    """(company, zone, shipped at) -> the day to book on, and for the memo the day shipped if late."""
    open_day = open_days()
    days: dict[tuple[Any, ...], tuple[str, str]] = {}
    for key in {row[2:5] for row in orders}:
        company_id, zone, at = key
        shipped = _day(zone, at)
        on = open_day(company_id, shipped)
        days[key] = (on.isoformat(), "" if on == shipped else f" · {shipped.isoformat()}")
    return days


def _day(zone: str, at: Any) -> date:
    if not isinstance(at, datetime):
        at = datetime.fromisoformat(at)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    day: date = at.astimezone(ZoneInfo(zone)).date()
    return day


# CROSS JOIN in this order: SQLite, which keeps no statistics of young tables, follows it as written.
# A line taken from two batches in one currency is one cost; one unit without a cost makes it null.
_COSTS = """SELECT l.order_id, y.currency,
    CASE WHEN count(u.goods_minor) = count(*) THEN CAST(sum(u.goods_minor) AS bigint) END,
    CAST(sum(u.landed_minor) AS bigint)
  FROM orders_orderline l CROSS JOIN stock_layeruse u CROSS JOIN stock_costlayer y
  WHERE {among} AND u.source = 'order_line' AND u.source_id = l.id AND y.id = u.layer_id
  GROUP BY l.order_id, l.id, y.currency ORDER BY l.order_id, l.id, y.currency"""


def _lines(orders: list[_Order]) -> dict[int, list[_Line]]:
    """What each order books, by order id; those without money and without cost are left out."""
    lines = {
        o.id: _booked(
            (chart.RECEIVABLE, o.goods + o.shipping + o.tax, o.currency),
            (chart.SALES, -o.goods, o.currency),
            (chart.SHIPPING, -o.shipping, o.currency),
            (chart.TAX, -o.tax, o.currency),
        )
        for o in orders
    }
    for order_id, currency, goods, landed in fetch(_COSTS.format(among=among("l.order_id")), [id_set(lines)]):
        lines[order_id] += _booked(
            (chart.GOODS_COST, goods or 0, currency),
            (chart.LANDED_COST, landed, currency),
            (chart.STOCK, -(goods or 0) - landed, currency),
        )
    return {order_id: found for order_id, found in lines.items() if found}


def _booked(*lines: _Line) -> list[_Line]:
    return [line for line in lines if line[1]]
