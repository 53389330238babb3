"""Writing what profit comes to: set-based, the same facts giving the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.org.operations import acting
from tradewind.apps.profit.computing import NAMES, Profit, Rater, compute
from tradewind.apps.profit.estimating import FeeBook
from tradewind.apps.profit.facts import OrderFacts, facts_of
from tradewind.apps.profit.lines import line_parts
from tradewind.apps.profit.models import OrderProfit, ProfitLine
from tradewind.apps.profit.operations.restating import Causes, restate
from tradewind.apps.profit.operations.rolling import LINE, roll
from tradewind.apps.profit.rating import rater
from tradewind.db.bulk import chunks, insert_rows, update_rows
from tradewind.db.sql import among, fetch, id_set, instant
from tradewind.engine.access import Actor

HEAD = ["order_id", "store_id", "company_id", "on", "currency"]
VALUES = [f"{name}_{what}" for name in NAMES for what in ("minor", "state")]
REST = ["profit_minor", "state", "stage"]
ORDER = [*HEAD, *VALUES, *REST]
ON = HEAD.index("on")
BATCH = 20_000

Row = tuple[Any, ...]


@dataclass
class Changes:
    """What is to be written: new rows, rows by id that differ with what they were, ids that are gone."""

    fresh: list[Row] = field(default_factory=list)
    moved: list[tuple[int, Row, Row]] = field(default_factory=list)  # id, before, after
    gone: list[tuple[int, Row]] = field(default_factory=list)

    @property
    def orders(self) -> set[int]:
        """The orders behind them: the first value of every row."""
        return {row[0] for row in self.fresh} | {m[2][0] for m in self.moved} | {g[1][0] for g in self.gone}


def recompute(
    *, order_ids: Iterable[int], now: datetime, by: Actor, causes: Mapping[int, Causes] | None = None
) -> int:
    """Compute the profit of orders and their lines anew; how many orders were written or changed.

    Orders that have not shipped are passed over. What has the same facts is left as it is, so that a repeat
    writes nothing. A component that moves after its first value is written to the journal of restatements
    under its cause: `causes` says which acts upstream touched an order.
    """
    wanted = sorted(set(order_ids))
    fees = FeeBook(rulebook)
    changed = 0
    for ids in chunks(wanted, BATCH):
        facts = facts_of(ids)
        rate = rater(facts.values())
        profits = {pk: compute(f, rate, fees) for pk, f in facts.items()}
        orders = _orders(facts, profits)
        lines = _lines(facts, profits, rate, fees)
        changed += _write(orders, lines, causes or {}, now, by)
    return changed


def _orders(facts: Mapping[int, OrderFacts], profits: Mapping[int, Profit]) -> Changes:
    there = _there(OrderProfit, ORDER, facts)
    old = {row[0]: (pk, row) for pk, row in there}
    changes = Changes()
    for pk, one in facts.items():
        row = _order_row(one, profits[pk])
        if pk not in old:
            changes.fresh.append(row)
        elif old[pk][1] != row:
            changes.moved.append((*old[pk], row))
    return changes


def _order_row(facts: OrderFacts, profit: Profit) -> Row:
    values = [v for name in NAMES for v in profit.parts[name]]
    head = (facts.order_id, facts.store_id, facts.company_id, facts.on.isoformat(), facts.base)
    return (*head, *values, profit.minor, profit.state, profit.stage)


def _lines(
    facts: Mapping[int, OrderFacts], profits: Mapping[int, Profit], rate: Rater, fees: FeeBook
) -> Changes:
    # A part of an order is known by its line and batch.
    old = {(row[1], row[8], row[9]): (pk, row) for pk, row in _there(ProfitLine, LINE, facts)}
    changes = Changes()
    for pk, one in facts.items():
        first = True
        for part in line_parts(one, profits[pk], rate, fees):
            weight = None if part.line.weight_g is None else part.line.weight_g * part.units
            row = (
                pk, part.line.id, one.store_id, one.company_id, one.on.isoformat(), one.base,
                part.line.sku_id, part.line.listing, part.supplier_id, part.batch, part.units, weight, first,
                *part.values, part.profit, part.state, profits[pk].stage,
            )  # fmt: skip
            first = False
            before = old.pop((part.line.id, part.supplier_id, part.batch), None)
            if before is None:
                changes.fresh.append(row)
            elif before[1] != row:
                changes.moved.append((*before, row))
    changes.gone = list(old.values())
    return changes


def _there(model: Any, columns: list[str], facts: Mapping[int, OrderFacts]) -> list[tuple[int, Row]]:
    """Rows of these orders as they stand, days as text, flags as flags: (id, the columns)."""
    names = ", ".join(f'"{c}"' for c in columns)
    sql = f"SELECT id, {names} FROM {model._meta.db_table} WHERE {among('order_id')}"
    on = columns.index("on") + 1
    return [(row[0], (*row[1:on], f"{row[on]}", *row[on + 1 :])) for row in fetch(sql, [id_set(facts)])]


def _write(orders: Changes, lines: Changes, causes: Mapping[int, Causes], now: datetime, by: Actor) -> int:
    """Insert what is new, update what differs, leave the rest."""
    ids = sorted(orders.orders | lines.orders)
    if not ids:
        return 0
    at = instant(now)
    with acting(by, "profit.change", kind="order_profit", ids=ids, now=now) as act:
        insert_rows(OrderProfit, [*ORDER, "computed_at"], [(*row, at) for row in orders.fresh])
        update_rows(OrderProfit, [*ORDER, "computed_at"], [(pk, *row, at) for pk, _old, row in orders.moved])
        insert_rows(ProfitLine, LINE, lines.fresh)
        update_rows(ProfitLine, LINE, [(pk, *row) for pk, _old, row in lines.moved])
        if lines.gone:
            ProfitLine.objects.filter(id__among=[pk for pk, _row in lines.gone]).delete()
        roll(
            [row for row in lines.fresh] + [row for _pk, _old, row in lines.moved],
            [old for _pk, old, _row in lines.moved] + [old for _pk, old in lines.gone],
        )
        restated = restate([(old, row) for _pk, old, row in orders.moved], causes, now=now, by=by)
        act.note(verb="recompute", new=len(orders.fresh), changed=len(orders.moved), restated=restated)
    return len(ids)
