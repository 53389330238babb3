"""Orders come in: in batches, twice, late, out of order; the newest version wins and nothing is doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations.checking import check_orders
from tradewind.apps.orders.operations.mapping import Mappings, mappings_of
from tradewind.apps.orders.operations.merging import Known, merge_orders
from tradewind.apps.orders.operations.rows import (
    COLUMNS,
    HOLD_COLUMNS,
    LINE_COLUMNS,
    STATES,
    hold_row,
    line_row,
    sealed_buyer,
    version,
)
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.sql import among_texts, fetch, for_update, stamper, text_set
from tradewind.engine.access import Actor, Denied
from tradewind.engine.contracts import OPEN, PENDING, ChannelOrder, Refused


@dataclass(frozen=True, slots=True)
class Placed:
    """What a batch did. `stale` are versions already known or older; `held` new orders that wait."""

    ids: tuple[int, ...]  # new or changed orders
    new: int
    changed: int
    stale: int
    held: int


def place_orders(*, store_id: int, orders: Sequence[ChannelOrder], now: datetime, by: Actor) -> Placed:
    """Take a batch of a store's orders as the channel knows them; duplicates and disorder are harmless.

    One order per (store, external id); of several versions the newest `updated_at` wins, at the same
    time the further state. Lines get the SKU mapped when the order was placed; without one the order
    is held (`unmapped_sku`) and no stock moves. Raises Refused with every problem of the batch.
    """
    problems = check_orders(orders)
    if problems:
        raise Refused(problems)
    if not by.may_touch(store_id):
        raise Denied(by, "orders.change")
    newest: dict[str, ChannelOrder] = {}
    for order in orders:
        seen = newest.get(order.external_id)
        if seen is None or version(order) > version(seen):
            newest[order.external_id] = order
    with acting(by, "orders.change", kind="order", now=now) as act:
        known = _known(store_id, list(newest))
        fresh = [o for o in newest.values() if o.external_id not in known] if known else list(newest.values())
        later = [
            (known[o.external_id], o)
            for o in newest.values()
            if o.external_id in known and version(o) > known[o.external_id].version
        ]
        taken = [*fresh, *(o for _k, o in later)]
        mappings = mappings_of(store_id, {x.external_sku for o in taken for x in o.lines})
        ids, held = _insert(store_id, fresh, mappings, now)
        changed = merge_orders(later, mappings, now=now, by=by) if later else []
        act.ids = [*ids, *changed]
        act.note(verb="place_orders", store=store_id, new=len(ids), changed=len(changed), held=held)
    return Placed(tuple(act.ids), len(ids), len(changed), len(orders) - len(taken), held)


def _known(store_id: int, external_ids: list[str]) -> dict[str, Known]:
    found = fetch(
        f"SELECT id FROM orders_order WHERE store_id = %s AND {among_texts('external_id')} "
        f"ORDER BY id{for_update()}",
        [store_id, text_set(external_ids)],
    )
    if not found:
        return {}
    rows = Order.objects.filter(pk__among=[row[0] for row in found])
    return {row[0]: Known(*row[1:]) for row in rows.values_list("external_id", "id", "state", "updated_at")}


def _insert(
    store_id: int, orders: list[ChannelOrder], mappings: Mappings, now: datetime
) -> tuple[list[int], int]:
    """New orders with lines and holds: ids in the order given, and how many are held."""
    ids = list(bulk.take_ids(Order, len(orders)))
    line_ids = iter(bulk.take_ids(OrderLine, sum(len(o.lines) for o in orders)))
    rows: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    held = 0
    find, stamp = mappings.find, stamper()
    for order_id, order in zip(ids, orders, strict=True):
        goods = tax = 0
        reasons: dict[str, list[str]] = {}
        for line in order.lines:
            mapped = find(line.external_sku, order.placed_at)
            if mapped.sku_id is None:
                reasons.setdefault(mapped.reason, []).append(line.external_sku)
            goods += line.price.minor - line.discount.minor
            tax += line.tax.minor
            lines.append(line_row(next(line_ids), order_id, line, mapped))
        if order.cancel_requested:
            reasons["cancel_requested"] = []
        state = STATES[order.state]
        if reasons and order.state in (OPEN, PENDING):
            holds += [hold_row(order_id, reason, skus, now) for reason, skus in reasons.items()]
            if order.state == OPEN:
                state, held = "held", held + 1
        rows.append(
            (
                order_id, store_id, order.external_id, state, order.currency, goods, order.shipping.minor,
                tax, order.address.country, sealed_buyer(order.address), stamp(order.placed_at),
                stamp(order.updated_at), stamp(order.ship_by), order.by_channel,
            )
        )  # fmt: skip
    bulk.insert_rows(Order, COLUMNS, rows)
    bulk.insert_rows(OrderLine, LINE_COLUMNS, lines)
    if holds:
        bulk.insert_rows(Hold, HOLD_COLUMNS, holds)
    return ids, held
