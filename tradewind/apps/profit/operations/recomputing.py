"""Writing what profit comes to: set-based, the same facts giving the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.org.operations import acting
from tradewind.apps.profit.computing import NAMES, Profit, compute
from tradewind.apps.profit.estimating import FeeBook
from tradewind.apps.profit.facts import OrderFacts, facts_of
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.rating import rater
from tradewind.db.bulk import chunks, insert_rows, update_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor

HEAD = ["order_id", "store_id", "company_id", "on", "currency"]
VALUES = [f"{name}_{what}" for name in NAMES for what in ("minor", "state")]
REST = ["profit_minor", "state", "stage", "computed_at"]
BATCH = 20_000


def recompute(*, order_ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Compute the profit of orders anew; how many rows were written or changed.

    Orders that have not shipped are passed over. A row whose facts are the same is left as it is, so
    that a repeat writes nothing.
    """
    wanted = sorted(set(order_ids))
    fees = FeeBook(rulebook)
    changed = 0
    for ids in chunks(wanted, BATCH):
        facts = facts_of(ids)
        rate = rater(facts.values())
        rows = {pk: _row(f, compute(f, rate, fees)) for pk, f in facts.items()}
        changed += _write(rows, now, by)
    return changed


def _row(facts: OrderFacts, profit: Profit) -> tuple[Any, ...]:
    values = [v for name in NAMES for v in (profit.parts[name].minor, profit.parts[name].state)]
    head = (facts.order_id, facts.store_id, facts.company_id, facts.on.isoformat(), facts.base)
    return (*head, *values, profit.minor, profit.state, profit.stage)


def _write(rows: dict[int, tuple[Any, ...]], now: datetime, by: Actor) -> int:
    """Insert what is new, update what differs, leave the rest."""
    columns = [*HEAD, *VALUES, *REST[:-1]]
    there = {
        row[1]: (row[0], (*row[1:4], row[4].isoformat(), *row[5:]))
        for row in OrderProfit.objects.filter(order_id__among=list(rows)).values_list("id", *columns)
    }
    fresh = [row for pk, row in rows.items() if pk not in there]
    moved = [(there[pk][0], *row) for pk, row in rows.items() if pk in there and there[pk][1] != row]
    if not fresh and not moved:
        return 0
    at = instant(now)
    ids = [row[0] for row in fresh] + [row[1] for row in moved]
    with acting(by, "profit.change", kind="order_profit", ids=ids, now=now) as act:
        insert_rows(OrderProfit, [*columns, "computed_at"], [(*row, at) for row in fresh])
        update_rows(OrderProfit, [*columns, "computed_at"], [(*row, at) for row in moved])
        act.note(verb="recompute", new=len(fresh), changed=len(moved))
    return len(fresh) + len(moved)
