"""What channels shipped out of their own warehouses: our stock there gives it up, the order is shipped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.orders.operations.mapping import mappings_of
from tradewind.apps.orders.states import ORDER
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import reserve, ship_out
from tradewind.apps.stock.operations.reserving import Row
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, for_update, id_set, run
from tradewind.db.states import move_all
from tradewind.engine.access import Actor

MOST = 2000  # orders a transaction


@dataclass(frozen=True, slots=True)
class ChannelSales:
    """Orders taken, and the ids of those that wait: `short` of stock on our books, `unmapped`, or sold
    `before` the first batch of theirs came to the warehouse on our books."""

    taken: int = 0
    short: tuple[int, ...] = ()
    unmapped: tuple[int, ...] = ()
    before: tuple[int, ...] = ()

    def __add__(self, other: ChannelSales) -> ChannelSales:
        return ChannelSales(
            self.taken + other.taken,
            self.short + other.short,
            self.unmapped + other.unmapped,
            self.before + other.before,
        )


def take_channel_sales(*, now: datetime, by: Actor) -> ChannelSales:
    """Take every order that a channel shipped itself out of our stock in its warehouse, at its cost.

    An order goes as a whole or waits: for a mapping, for stock, or for ever where it was sold before
    the first batch came to that warehouse on our books (history: the stock that was counted later does
    not hold it any more). A repeat takes nothing twice.
    """
    found, after = ChannelSales(), 0
    while True:
        with acting(by, "orders.change", kind="order", now=now) as act:
            rows = _next(after, by)
            if not rows:
                act.nothing()
                return found
            part, taken = _take(rows, now, by)
            act.ids = taken
            if not taken:
                act.nothing()
            act.note(verb="take_channel_sales", taken=part.taken, short=len(part.short))
        found, after = found + part, rows[-1][0]


def _next(after: int, by: Actor) -> list[tuple[Any, ...]]:
    """(order, store) of the next orders that wait, locked."""
    scope, params = "", []
    if by.stores is not None:
        scope, params = f"AND {among('o.store_id')} ", [id_set(by.stores)]
    return fetch(
        "SELECT o.id, o.store_id FROM orders_order o JOIN stores_store s ON s.id = o.store_id "
        "WHERE o.state = 'elsewhere' AND o.by_channel AND s.platform_warehouse_id IS NOT NULL AND o.id > %s "
        f"{scope}ORDER BY o.id LIMIT {MOST}{for_update('o')}",
        [after, *params],
    )


def _take(rows: list[tuple[Any, ...]], now: datetime, by: Actor) -> tuple[ChannelSales, list[int]]:
    ids = [row[0] for row in rows]
    _map_late(ids)
    wants, unmapped, before = _wants(ids)
    got = reserve(demand="order_line", lines=wants, now=now, by=by)
    taken = got.groups
    if taken:
        chosen = set(taken)
        lines = [want[1] for want in wants if want[0] in chosen]
        ship_out(demand="order_line", demand_ids=lines, now=now, by=by, staged=False)
        move_all(Order, ORDER, "take", taken)
        # The channel's time of its news is the nearest to the hour of shipping that it tells.
        run(f"UPDATE orders_order SET shipped_at = updated_at WHERE {among('id')}", [id_set(taken)])
    return ChannelSales(len(taken), tuple(got.short), tuple(unmapped), tuple(before)), sorted(taken)


def _map_late(ids: list[int]) -> None:
    """Lines without a SKU take the mapping that was in force when their order was placed, if made since."""
    bare = OrderLine.objects.filter(order_id__among=ids, sku=None).order_by("order__store_id", "id")
    rows = bare.values_list("order__store_id", "id", "external_sku", "order__placed_at")
    found = []
    for store_id, group in groupby(rows, key=lambda row: row[0]):
        mine = list(group)
        mappings = mappings_of(store_id, (row[2] for row in mine))
        found += [(pk, mappings.find(sku, at)) for _store, pk, sku, at in mine]
    bulk.update_rows(
        OrderLine, ["sku_id", "units_each"], [(pk, m.sku_id, m.units_each) for pk, m in found if m.sku_id]
    )


_LINES = """SELECT l.order_id, l.id, l.sku_id, s.platform_warehouse_id, s.company_id, l.qty * l.units_each,
  CASE WHEN EXISTS (SELECT 1 FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
    WHERE b.sku_id = l.sku_id AND b.warehouse_id = s.platform_warehouse_id AND b.owner_id = s.company_id
      AND y.received_at <= o.updated_at) THEN 1
   WHEN EXISTS (SELECT 1 FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
    WHERE b.sku_id = l.sku_id AND b.warehouse_id = s.platform_warehouse_id AND b.owner_id = s.company_id)
   THEN 0 ELSE 1 END
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN stores_store s ON s.id = o.store_id
WHERE {among} ORDER BY l.order_id, l.id"""


def _wants(ids: list[int]) -> tuple[list[Row], list[int], list[int]]:
    """Wants of the orders that can be taken; the unmapped; those sold before the first batch came."""
    wants: dict[int, list[Row]] = defaultdict(list)
    unmapped, before = set(), set()
    for *want, since in fetch(_LINES.format(among=among("l.order_id")), [id_set(ids)]):
        order_id, line_id, sku_id, house, owner, units = want
        if sku_id is None:
            unmapped.add(order_id)
        elif not since:
            before.add(order_id)
        else:
            wants[order_id].append((order_id, line_id, sku_id, house, owner, int(units)))
    kept = [want for pk, mine in wants.items() if pk not in unmapped | before for want in mine]
    return kept, sorted(unmapped), sorted(before - unmapped)
