"""Costs that came after the sale was booked: a new entry trues the books up, the sale's stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked_cost
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.operations import mark_late_booked
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money

# The newest use an order made of late layers names its entry: a use gets its cost only once.
_SOLD = """SELECT l.order_id, s.company_id, s.id, o.external_id, y.batch, max(u.id)
FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id
  JOIN orders_orderline l ON l.id = u.source_id JOIN orders_order o ON o.id = l.order_id
  JOIN stores_store s ON s.id = o.store_id
WHERE {among} AND u.source = 'order_line' AND o.booked
  AND NOT EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.event = 'late_cost' AND e.source = 'layer_use' AND e.source_id = u.id)
GROUP BY l.order_id, s.company_id, s.id, o.external_id, y.batch ORDER BY max(u.id)"""


def post_late_costs(*, now: datetime, by: Actor) -> StepResult:
    """Book what goods cost whose sale is booked without it, an entry an order, dated today.

    Example: a unit sold before its rate was known, priced at 17.75 CNY since: 6401 +17.75, 1405 -17.75
    of that order. An order with a line that still lacks a cost shows that line later, as sales do.
    """
    late = list(CostLayer.objects.filter(late=True).values_list("id", flat=True))
    if not late:
        return StepResult()
    with acting(by, "ledger.change", kind="layer", ids=late, now=now) as act:
        rows = fetch(_SOLD.format(among=among("u.layer_id")), [id_set(late)])
        found = _bookings(rows, now)
        done = book(found, now, by)
        mark_late_booked(layer_ids=late)
        act.note(verb="post_late_costs", layers=len(late), orders=done)
    return StepResult(done)


def _bookings(rows: Sequence[tuple[Any, ...]], now: datetime) -> dict[int, list[Booking]]:
    orders = {row[0]: row for row in rows}  # of several batches the one used last
    gaps = unbooked_cost(list(orders), chart.GOODS_COST, "goods_minor") if orders else {}
    day, found = open_days(), defaultdict(list)
    for (order_id, currency), minor in sorted(gaps.items()):
        _order, company_id, store_id, external_id, batch, use_id = orders[order_id]
        on = day(company_id, now.date())
        cost = Money(minor, currency)
        found[company_id].append(
            plans.late_cost(use_id, f"{external_id} · {batch}", on, cost, store_id, order_id)
        )
    return found
