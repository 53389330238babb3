"""Profit: 100,000 orders and their lines recomputed in at most 15 seconds; the identity at 0.00."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench import _money

if TYPE_CHECKING:
    from tradewind.engine.access import Actor

ORDERS, BAR = 100_000, 15.0


def run() -> bool:
    """Whether the bar holds, measured in a fresh process."""
    return _money.fresh(__name__) == 0


def main() -> int:
    _money.open_house()
    from django.db import connection

    from tradewind.apps.profit.models import OrderProfit
    from tradewind.apps.profit.operations import recompute
    from tradewind.apps.settlements.models import SettlementLine
    from tradewind.apps.settlements.operations import import_settlements
    from tradewind.engine.access import system

    by, now = system("bench"), _money.NOW
    store = _money.make_store()
    ids = _money.make_orders(store, ORDERS)
    _money.give_costs(store, ids)
    data = _money.settlement(ORDERS // 2)
    import_settlements(store_id=store.pk, name="bench.txt", data=data, now=now, by=by)
    first = _timed(lambda: recompute(order_ids=ids, now=now, by=by))
    assert OrderProfit.objects.filter(stage="settled").count() == ORDERS // 2
    assert OrderProfit.objects.exclude(profit_minor=None).count() == ORDERS, "nothing is missing"
    _identity(store, now, by)
    SettlementLine.objects.filter(description="Payment").update(amount_minor=-61)
    again = _timed(lambda: recompute(order_ids=ids, now=now, by=by))
    same = _timed(lambda: recompute(order_ids=ids, now=now, by=by))
    for name, (wall, cpu) in (("first", first), ("half changed", again), ("all the same", same)):
        print(f"{connection.vendor}: {ORDERS} orders, {name}: {wall:.2f} s, CPU {cpu:.2f} s")
    worst = max(first, again, same)[0]
    print(f"bar {BAR:.0f} s; ratio to the bar {worst / BAR:.2f}")
    return 0 if worst <= BAR else 1


def _identity(store: Any, now: datetime, by: Actor) -> None:
    """Post everything, then prove that the orders are the books to the cent."""
    from tradewind.apps.ledger.step import post_ready
    from tradewind.apps.profit.identity import profit_vs_ledger

    post_ready(now, by)
    found: list[Any] = []
    wall, cpu = _timed(lambda: found.append(profit_vs_ledger(by, store.company_id)))
    one = found[0]
    assert one.order_count == ORDERS
    assert not one.unexplained, one
    print(f"identity of {ORDERS} orders: unexplained {one.unexplained}: {wall:.2f} s, CPU {cpu:.2f} s")


def _timed(what: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and CPU seconds."""
    start, cpu = time.perf_counter(), time.process_time()
    what()
    return time.perf_counter() - start, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(main() if sys.argv[1:] == ["run"] else _money.fresh("bench.profit_recompute"))
