"""New orders get their goods promised, first come first served, or are held with what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tradewind.apps.catalog.models import Sku
from tradewind.apps.orders.models import Hold, Order
from tradewind.apps.orders.operations.rows import HOLD_COLUMNS, hold_row
from tradewind.apps.orders.states import ORDER
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import Short, reserve
from tradewind.apps.stock.operations.reserving import Row
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, for_update, id_set
from tradewind.db.states import move_all
from tradewind.engine.access import Actor

MOST = 2000  # orders a transaction


@dataclass(frozen=True, slots=True)
class ReservedOrders:
    """Orders that are ready now, and those held for want of goods or of a warehouse."""

    ready: tuple[int, ...]
    short: dict[int, list[Short]]
    homeless: tuple[int, ...]  # their store ships from no warehouse


def reserve_orders(*, now: datetime, by: Actor, ids: Iterable[int] | None = None) -> ReservedOrders:
    """Reserve every line of new orders, oldest first, each order all or nothing.

    Goods come from the warehouse of the order's store, from its company's stock. A short order is held
    (`out_of_stock`, with SKU, wanted and free units). Without `ids`: the oldest 2,000 that are new. An
    order in another state is passed over: a repeat reserves nothing twice.
    """
    with acting(by, "orders.reserve", kind="order", now=now) as act:
        new = _lock_new(ids, by)
        if not new:
            return ReservedOrders((), {}, ())
        homeless, wants = _wants(new)
        got = reserve(demand="order_line", lines=wants, now=now, by=by)
        move_all(Order, ORDER, "reserve", got.groups)
        if got.short or homeless:
            _hold(got.short, homeless, now)
        act.ids = list(new)
        act.note(verb="reserve_orders", ready=len(got.groups), short=len(got.short), homeless=len(homeless))
    return ReservedOrders(tuple(got.groups), got.short, tuple(homeless))


def _lock_new(ids: Iterable[int] | None, by: Actor) -> list[int]:
    where, params = "o.state = 'new'", []
    if ids is not None:
        where, params = f"{where} AND {among('o.id')}", [id_set(ids)]
    if by.stores is not None:
        where, params = f"{where} AND {among('o.store_id')}", [*params, id_set(by.stores)]
    limit = "" if ids is not None else f" LIMIT {MOST}"
    rows = fetch(
        f"SELECT o.id FROM orders_order o WHERE {where} ORDER BY o.placed_at, o.id{limit}{for_update('o')}",
        params,
    )
    return [row[0] for row in rows]


def _wants(new: list[int]) -> tuple[list[int], list[Row]]:
    """Orders whose store ships from nowhere, and the wants of the others, in the order of `new`."""
    rows = fetch(
        "SELECT l.order_id, l.id, l.sku_id, s.warehouse_id, s.company_id, l.qty * l.units_each "
        "FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id "
        f"JOIN stores_store s ON s.id = o.store_id WHERE {among('l.order_id')}",
        [id_set(new)],
    )
    turn = {order_id: at for at, order_id in enumerate(new)}
    rows.sort(key=lambda row: turn[row[0]])
    homeless = dict.fromkeys(row[0] for row in rows if row[3] is None)
    return list(homeless), [row for row in rows if row[3] is not None] if homeless else rows


def _hold(short: dict[int, list[Short]], homeless: list[int], now: datetime) -> None:
    move_all(Order, ORDER, "hold", [*short, *homeless])
    codes = dict(
        Sku.objects.filter(
            pk__among=list({s.sku_id for missing in short.values() for s in missing})
        ).values_list("pk", "code")
    )
    holds = [
        hold_row(
            pk, "out_of_stock", [f"{codes[s.sku_id]}: {s.wanted} wanted, {s.free} free" for s in missing], now
        )
        for pk, missing in short.items()
    ]
    holds += [hold_row(pk, "no_warehouse", [], now) for pk in homeless]
    bulk.insert_rows(Hold, HOLD_COLUMNS, holds)
