"""Count differences into the books: units lost are cost, units found are stock once their worth is known."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.queries import COUNT, found_layers
from tradewind.db.numbers import numbered
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money

# A count's losses of one owner: the first use names the entry; the cost is null while one misses its own.
_LOST = """SELECT * FROM (SELECT u.source_id, b.owner_id, min(u.id) AS first, min(u.at) AS at,
    min(y.currency) AS currency, sum(u.landed_minor) AS landed,
    CASE WHEN count(u.goods_minor) = count(*) THEN sum(u.goods_minor) END AS goods
  FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id
    JOIN stock_balance b ON b.id = y.balance_id
  WHERE u.source = 'count' GROUP BY u.source_id, b.owner_id) x
WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e
  WHERE e.event = 'stock_count' AND e.source = 'layer_use' AND e.source_id = x.first)
ORDER BY first"""


def post_counts(*, now: datetime, by: Actor) -> StepResult:
    """Book what counts lost and found, a difference at a time; without a cost they wait, never at zero.

    Example: 2 units of 1.00 CNY lost: 6404 +2.00, 1405 -2.00; 1 found worth 3.00: 1405 +3.00, 6404 -3.00.
    """
    found: dict[int, list[Booking]] = defaultdict(list)
    waiting = _lost(found) + _found(found)
    return StepResult(book(found, now, by), waiting)


def _lost(found: dict[int, list[Booking]]) -> int:
    day, waiting = open_days(), 0
    for number, owner_id, first, at, currency, landed, goods in fetch(_LOST):
        if goods is None:
            waiting += 1
            continue
        cost = int(goods) + int(landed)
        if cost:
            on = day(owner_id, _day(at))
            name = numbered(COUNT, number)
            found[owner_id].append(plans.stock_count("layer_use", first, name, on, Money(-cost, currency)))
    return waiting


def _found(found: dict[int, list[Booking]]) -> int:
    """Found goods at what somebody said they are worth; how many nobody has valued yet."""
    day = open_days()
    layers = unbooked(CostLayer, "stock_count", "layer").filter(pk__in=found_layers().values("pk"))
    valued = layers.filter(goods_minor__isnull=False).exclude(goods_minor=0).select_related("balance")
    for layer in valued:
        owner_id = layer.balance.owner_id
        on = day(owner_id, layer.received_at.astimezone(UTC).date())
        gain = Money(layer.goods_minor, layer.currency)
        found[owner_id].append(plans.stock_count("layer", layer.pk, layer.batch, on, gain))
    return layers.filter(goods_minor=None).count()


def _day(at: Any) -> date:
    return at.astimezone(UTC).date() if isinstance(at, datetime) else datetime.fromisoformat(str(at)).date()
