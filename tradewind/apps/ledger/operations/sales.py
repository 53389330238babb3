"""Sales into the books: orders that shipped, with what their goods cost, by a handful of statements.

An order's entry: debit 1122 with what the channel owes, credit 6001, 6002 and 2221, in the order's
currency; and a line at a time debit 6401 (and 6402 for landed cost), credit 1405, in the currency of
the cost. A line whose goods cost is missing leaves its cost out: profit shows it as missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.operations.chart import account_ids
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.entries import ENTRY, mark_posted, remember_days
from tradewind.apps.orders.operations import mark_booked
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.numbers import take_numbers
from tradewind.db.sql import among, fetch, for_update, id_set, moment, run, within
from tradewind.engine import chart
from tradewind.engine.access import Actor

MOST = 2000  # orders a transaction


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
        entries = _insert_entries([row for row in orders if row[5] or row[0] in _with_cost(orders)])
        _insert_postings(entries)
        mark_posted(sorted(entries))
        mark_booked(ids=[row[0] for row in orders])
        act.ids = list(entries.values())
        act.note(verb="post_sales", entries=len(entries))
    return act.ids


def unbooked_count() -> int:
    """Shipped orders whose sale is not in the books yet."""
    return int(fetch("SELECT count(*) FROM orders_order o WHERE o.state = 'shipped' AND NOT o.booked")[0][0])


def _unbooked(order_ids: Iterable[int] | None) -> list[tuple[Any, ...]]:
    where, params = "", []
    if order_ids is not None:
        where, params = f" AND {among('o.id')}", [id_set(order_ids)]
    return fetch(  # the time as text: many rows share one, and it is read once
        "SELECT o.id, o.external_id, s.company_id, s.zone, CAST(o.shipped_at AS text), "
        "o.goods_minor + o.shipping_minor + o.tax_minor FROM orders_order o "
        f"JOIN stores_store s ON s.id = o.store_id WHERE o.state = 'shipped' AND NOT o.booked{where} "
        f"ORDER BY o.id{'' if where else f' LIMIT {MOST}'}{for_update('o')}",
        params,
    )


def _with_cost(orders: list[tuple[Any, ...]]) -> set[int]:
    """Of the orders given away for nothing, those that have a known cost to book."""
    free = [row[0] for row in orders if not row[5]]
    if not free:
        return set()
    rows = fetch(
        "SELECT DISTINCT order_id FROM (SELECT l.order_id FROM orders_orderline l "
        f"CROSS JOIN stock_layeruse u WHERE {among('l.order_id')} AND u.source = 'order_line' "
        "AND u.source_id = l.id GROUP BY l.order_id, l.id "
        "HAVING sum(u.landed_minor) <> 0 OR (sum(u.goods_minor) <> 0 AND count(u.goods_minor) = count(*))) x",
        [id_set(free)],
    )
    return {row[0] for row in rows}


def _insert_entries(orders: list[tuple[Any, ...]]) -> dict[int, int]:
    """Unposted entries, numbered per company without gaps; order id by entry id."""
    by_company: dict[int, int] = {}
    for row in orders:
        by_company[row[2]] = by_company.get(row[2], 0) + 1
    days = _days(orders)
    numbers = {
        company: iter(take_numbers(f"journal:{company}", n)) for company, n in sorted(by_company.items())
    }
    ids = bulk.take_ids(Entry, len(orders))
    bulk.insert_rows(
        Entry,
        ENTRY,
        [
            (pk, row[2], next(numbers[row[2]]), on, "sale", "order", row[0], row[1] + late)
            for pk, row in zip(ids, orders, strict=True)
            for on, late, _day in (days[row[2:5]],)
        ],
    )
    moved = {key: day for key, (_on, late, day) in days.items() if late}
    if moved:
        remember_days([(pk, moved[r[2:5]]) for pk, r in zip(ids, orders, strict=True) if r[2:5] in moved])
    return {pk: row[0] for pk, row in zip(ids, orders, strict=True)}


def _days(orders: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[str, str, str]]:
    """(company, zone, shipped at) -> the day to book on, what the memo says if late, the day shipped."""
    open_day = open_days()
    days: dict[tuple[Any, ...], tuple[str, str, str]] = {}
    for key in {row[2:5] for row in orders}:
        company_id, zone, at = key
        shipped = moment(at)
        assert shipped is not None, "a shipped order has its time"
        day = shipped.astimezone(ZoneInfo(zone)).date()
        on = open_day(company_id, day)
        days[key] = (on.isoformat(), "" if on == day else f" · {day.isoformat()}", day.isoformat())
    return days


# CROSS JOIN in this order: SQLite, which keeps no statistics of young tables, follows it as written.
_SALE = """INSERT INTO ledger_posting (entry_id, account_id, amount_minor, currency, store_id, order_id)
SELECT entry_id, account_id, amount, currency, store_id, order_id FROM (
  SELECT e.id AS entry_id, a.id AS account_id, o.currency AS currency, o.store_id AS store_id,
    o.id AS order_id,
    CASE a.id WHEN {owed} THEN o.goods_minor + o.shipping_minor + o.tax_minor
      WHEN {goods} THEN -o.goods_minor WHEN {shipping} THEN -o.shipping_minor ELSE -o.tax_minor END AS amount
  FROM ledger_entry e CROSS JOIN orders_order o CROSS JOIN ({accounts}) a
  WHERE {inside} AND o.id = e.source_id) x
WHERE amount <> 0"""
# A line taken from two batches in one currency is one posting; a missing cost (null) makes none.
_COST = """INSERT INTO ledger_posting (entry_id, account_id, amount_minor, currency, store_id, order_id)
SELECT entry_id, account_id, amount, currency, store_id, order_id FROM (
  SELECT c.entry_id, a.id AS account_id, c.currency, o.store_id, o.id AS order_id,
    CASE a.id WHEN {cost} THEN c.goods WHEN {landed} THEN c.landed
      ELSE -(coalesce(c.goods, 0) + c.landed) END AS amount
  FROM (
    SELECT e.id AS entry_id, l.order_id AS order_id, y.currency AS currency,
      CASE WHEN count(u.goods_minor) = count(*) THEN sum(u.goods_minor) END AS goods,
      sum(u.landed_minor) AS landed
    FROM ledger_entry e CROSS JOIN orders_orderline l CROSS JOIN stock_layeruse u
      CROSS JOIN stock_costlayer y
    WHERE {inside} AND l.order_id = e.source_id AND u.source = 'order_line' AND u.source_id = l.id
      AND y.id = u.layer_id
    GROUP BY e.id, l.id, y.currency) c
  CROSS JOIN orders_order o CROSS JOIN ({accounts}) a WHERE o.id = c.order_id) x
WHERE amount <> 0"""


def _insert_postings(entries: dict[int, int]) -> None:
    inside, keys = within("e.id", entries)
    ids = account_ids()
    sale = {"owed": chart.RECEIVABLE, "goods": chart.SALES, "shipping": chart.SHIPPING, "tax": chart.TAX}
    cost = {"cost": chart.GOODS_COST, "landed": chart.LANDED_COST, "stock": chart.STOCK}
    for statement, codes in ((_SALE, sale), (_COST, cost)):
        accounts = {word: ids[code] for word, code in codes.items()}
        listed = " UNION ALL ".join(f"SELECT {pk} AS id" for pk in accounts.values())
        run(statement.format(inside=inside, accounts=listed, **accounts), keys)
