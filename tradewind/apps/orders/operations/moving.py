"""Orders on their way: cancelled, picked, shipped. The goods themselves move in stock and fulfilment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations.holds import visible_ids
from tradewind.apps.orders.states import ORDER
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import release
from tradewind.db.sql import run, unindexed, within
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


def cancel_orders(*, ids: Iterable[int], reason: str = "", now: datetime, by: Actor) -> list[int]:
    """Cancel orders that are not picked yet: promised units are free again, holds are closed.

    WrongState, and nothing changed, when one of them is being picked, shipped or cancelled already.
    """
    wanted = visible_ids(ids, by)
    with acting(by, "orders.change", kind="order", ids=wanted, now=now) as act:
        move_all(Order, ORDER, "cancel", wanted)
        lines = OrderLine.objects.filter(order_id__among=wanted).values_list("id", flat=True)
        units = release(demand="order_line", demand_ids=list(lines), now=now, by=by)
        Hold.objects.filter(order_id__among=wanted, closed_at=None).update(closed_at=now, closed_by=by.name)
        act.note(verb="cancel_orders", reason=reason, released=units)
    return wanted


def begin_picking(*, ids: list[int]) -> None:
    """Ready orders go into a wave; called inside fulfilment's act. WrongState unless all are ready."""
    move_all(Order, ORDER, "pick", ids)


def mark_shipped(*, ids: list[int], at: datetime) -> None:
    """Picked orders have left the house; inside fulfilment's act. WrongState unless all are picking."""
    move_all(Order, ORDER, "ship", ids, shipped_at=at)


def stop_picking(*, ids: list[int], cancel: bool, now: datetime, by: Actor) -> None:
    """Orders taken out of picking by fulfilment: cancelled, or ready again; inside its act."""
    move_all(Order, ORDER, "stop" if cancel else "unpick", ids)
    if cancel:
        Hold.objects.filter(order_id__among=ids, closed_at=None).update(closed_at=now, closed_by=by.name)


def mark_booked(*, ids: list[int]) -> None:
    """Shipped orders whose sale stands in the books; called inside the ledger's act."""
    inside, keys = within("id", ids)
    run(f"UPDATE orders_order SET booked = TRUE WHERE {inside} AND {unindexed('state')} = 'shipped'", keys)
