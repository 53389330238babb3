"""Costs that changed after they were booked: new entries true the books up, what is posted stays.

What a document cost by the facts of stock, less what the books hold for it, is booked today. So it does
not matter why it changed: a price that was missing, a bill, a bill taken back, the average of a month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.freight import RESTATEMENT, booked_for
from tradewind.apps.ledger.operations.purchasing import book
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.operations import mark_late_booked
from tradewind.apps.stock.queries import COUNT
from tradewind.db.bulk import chunks
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money

MOST = 2000  # orders an entry
_LOST = ("stock_count", "late_count")

_SOLD = """SELECT DISTINCT l.order_id, s.company_id, s.id, o.external_id, y.batch
FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id
  JOIN orders_orderline l ON l.id = u.source_id JOIN orders_order o ON o.id = l.order_id
  JOIN stores_store s ON s.id = o.store_id
WHERE {among} AND u.source = 'order_line' AND o.booked ORDER BY l.order_id, y.batch"""
# A line with a missing cost is left out, as sales leave it out.
_COSTS = """SELECT order_id, currency, sum(cost) FROM (
  SELECT l.order_id, y.currency, sum(u.{column}) AS cost FROM orders_orderline l
  JOIN stock_layeruse u ON u.source = 'order_line' AND u.source_id = l.id
  JOIN stock_costlayer y ON y.id = u.layer_id WHERE {among}
  GROUP BY l.order_id, l.id, y.currency HAVING {whole}) x GROUP BY order_id, currency"""
_BOOKED = """SELECT p.order_id, p.currency, sum(p.amount_minor) FROM ledger_posting p
JOIN ledger_account a ON a.id = p.account_id WHERE a.code = %s AND {among}
GROUP BY p.order_id, p.currency"""
_COUNTS = """SELECT u.source_id, b.owner_id, min(y.currency), sum(u.landed_minor),
  CASE WHEN count(u.goods_minor) = count(*) THEN sum(u.goods_minor) END
FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id JOIN stock_balance b ON b.id = y.balance_id
WHERE u.source = 'count' AND u.source_id IN (
  SELECT n.source_id FROM stock_layeruse n WHERE n.source = 'count' AND {among})
GROUP BY u.source_id, b.owner_id"""
_CAME = """SELECT r.number, o.company_id, min(y.currency), count(*) - count(y.goods_minor), sum(y.goods_minor)
FROM sourcing_receiptline l JOIN sourcing_receipt r ON r.id = l.receipt_id
  JOIN sourcing_purchaseorder o ON o.id = r.order_id
  JOIN stock_costlayer y ON y.receipt_line_id = l.id AND y.parent_id IS NULL
WHERE r.id IN (SELECT m.receipt_id FROM sourcing_receiptline m JOIN stock_costlayer z
  ON z.receipt_line_id = m.id WHERE {among}) GROUP BY r.number, o.company_id"""
_FOUND = """SELECT y.batch, b.owner_id, min(y.currency), count(*) - count(y.goods_minor), sum(y.goods_minor)
FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
WHERE y.receipt_line_id IS NULL AND y.parent_id IS NULL AND y.batch IN (
  SELECT z.batch FROM stock_costlayer z WHERE {among}) GROUP BY y.batch, b.owner_id"""


class _Order(NamedTuple):
    store_id: int
    number: str
    batches: set[str]


def post_late_costs(*, now: datetime, by: Actor) -> StepResult:
    """Book what orders, counts and receipts cost otherwise than booked, dated today.

    Example: a unit sold before its rate was known, priced at 17.75 CNY since: 6401 +17.75, 1405 -17.75
    of that order. An order with a line that lacks a cost shows that line later, as sales do.
    """
    late = list(CostLayer.objects.filter(late=True).values_list("id", flat=True))
    if not late:
        return StepResult()
    with acting(by, "ledger.change", kind="layer", ids=late, now=now) as act:
        found: dict[int, list[Booking]] = defaultdict(list)
        orders = _orders(late, now, found)
        _counts(late, now, found)
        _births(late, now, found)
        done = book(found, now, by)
        mark_late_booked(layer_ids=late)
        act.note(verb="post_late_costs", layers=len(late), orders=orders)
    return StepResult(done)


def _orders(late: Sequence[int], now: datetime, found: dict[int, list[Booking]]) -> int:
    by_company: dict[int, dict[int, _Order]] = {}
    for order_id, company_id, store_id, number, batch in fetch(
        _SOLD.format(among=among("u.layer_id")), [id_set(late)]
    ):
        mine = by_company.setdefault(company_id, {})
        mine.setdefault(order_id, _Order(store_id, number, set())).batches.add(batch)
    day, count = open_days(), 0
    for company_id, orders in sorted(by_company.items()):
        on = day(company_id, now.date())
        gaps = [
            (order, account, Money(minor, currency))
            for account, column in ((chart.GOODS_COST, "goods_minor"), (chart.LANDED_COST, "landed_minor"))
            for (order, currency), minor in unbooked_cost(sorted(orders), account, column).items()
        ]
        moved = sorted({order for order, _account, _gap in gaps})
        count += len(moved)
        for part in chunks(moved, MOST):
            some = set(part)
            lines = [(a, gap, orders[o].store_id, o) for o, a, gap in sorted(gaps, key=_key) if o in some]
            found[company_id].append(_entry(_memo([orders[o] for o in part]), on, lines))
    return count


def _key(gap: tuple[int, str, Money]) -> tuple[int, str, str]:
    return gap[0], gap[1], gap[2].currency


def _entry(memo: str, on: date, lines: Iterable[tuple[str, Money, int, int]]) -> Booking:
    return Booking(RESTATEMENT, take_numbers(RESTATEMENT, 1)[0], plans.late_costs(memo, on, lines))


def _memo(orders: Sequence[_Order]) -> str:
    """Which orders and batches: the first of them, and how many there are."""
    names = [order.number for order in orders]
    batches = sorted({batch for order in orders for batch in order.batches})
    return f"{_few(names)} · {_few(batches)}"[:200]


def _few(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:3])} ({len(names)})"


def unbooked_cost(order_ids: Sequence[int], account: str, column: str) -> dict[tuple[int, str], int]:
    """(order, currency) -> cost of its units that an account of the books does not show yet.

    `column` is goods_minor or landed_minor of the layer uses; below zero where the books hold too much.
    """
    ids = id_set(order_ids)
    whole = "count(u.goods_minor) = count(*)" if column == "goods_minor" else "1 = 1"
    rows = fetch(_COSTS.format(column=column, whole=whole, among=among("l.order_id")), [ids])
    booked = fetch(_BOOKED.format(among=among("p.order_id")), [account, ids])
    gaps = {(order, currency): int(minor or 0) for order, currency, minor in rows}
    for order, currency, minor in booked:
        gaps[order, currency] = gaps.get((order, currency), 0) - int(minor)
    return {key: minor for key, minor in gaps.items() if minor}


def _counts(late: Sequence[int], now: datetime, found: dict[int, list[Booking]]) -> None:
    """Counts whose lost units cost something else now; those not booked yet are booked at that."""
    rows = fetch(_COUNTS.format(among=among("n.layer_id")), [id_set(late)])
    names = {number: numbered(COUNT, number) for number, *_rest in rows}
    booked = booked_for(_LOST, chart.STOCK_DIFFERENCE, list(names.values()), "layer_use")
    for number, owner_id, currency, landed, goods in rows:
        there = booked.get((owner_id, names[number]))
        if there is not None and goods is not None:
            gap = int(goods) + int(landed) - there
            _restate(found, owner_id, "late_count", names[number], chart.STOCK_DIFFERENCE, gap, currency, now)


def _births(late: Sequence[int], now: datetime, found: dict[int, list[Booking]]) -> None:
    """Goods booked as they came in at a cost that was taken back since and is another now."""
    for sql, source, events, against in (
        (_CAME, "receipt", ("receipt", "late_receipt"), chart.PRICE_DIFFERENCE),
        (_FOUND, "layer", ("stock_count", "late_found"), chart.STOCK_DIFFERENCE),
    ):
        rows = fetch(sql.format(among=among("z.id")), [id_set(late)])
        booked = booked_for(events, chart.STOCK, [row[0] for row in rows], source)
        for number, company_id, currency, missing, goods in rows:
            there = booked.get((company_id, number))
            if there is not None and not missing:
                gap = there - int(goods)
                _restate(found, company_id, events[1], number, against, gap, currency, now)


def _restate(
    found: dict[int, list[Booking]], company_id: int, event: str, number: str, account: str, gap: int,
    currency: str, now: datetime,
) -> None:  # fmt: skip
    if gap:
        on = open_days()(company_id, now.date())
        plan = plans.restated(event, number, on, account, Money(gap, currency))
        found[company_id].append(Booking(RESTATEMENT, take_numbers(RESTATEMENT, 1)[0], plan))
