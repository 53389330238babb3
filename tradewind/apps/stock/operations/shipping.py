"""Units on their way out: from the shelf to staging, from staging out of the house."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations.balances import change_balances, lock_ids
from tradewind.apps.stock.operations.layers import open_book
from tradewind.db.sql import fetch, instant, run, within
from tradewind.engine.access import Actor

_MOVES = (
    "INSERT INTO stock_move (balance_id, qty, staged_qty, kind, source, source_id, at) "
    "SELECT balance_id, {qty}, {staged}, %s, demand, demand_id, %s FROM stock_reservation "
    "WHERE demand = %s AND {inside}"
)


def stage(*, demand: str, demand_ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Record that reserved units were picked into staging; on-hand stays. Returns the moves written."""
    inside, keys = within("demand_id", demand_ids)
    with acting(by, "fulfilment.change", kind="move", now=now) as act:
        sql = _MOVES.format(qty="0", staged="qty", inside=inside)
        count = run(sql, ["pick", instant(now), demand, *keys])
        act.note(verb="stage", moves=count)
    return count


def unstage(*, demand: str, demand_ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Put picked units that will not ship back on the shelf; the reservation stays until released."""
    inside, keys = within("demand_id", demand_ids)
    with acting(by, "fulfilment.change", kind="move", now=now) as act:
        sql = _MOVES.format(qty="0", staged="-qty", inside=inside)
        sql += (
            " AND EXISTS (SELECT 1 FROM stock_move m WHERE m.kind = 'pick' AND m.source = demand "
            "AND m.source_id = demand_id AND m.balance_id = stock_reservation.balance_id)"
        )
        count = run(sql, ["unpick", instant(now), demand, *keys])
        act.note(verb="unstage", moves=count)
    return count


def ship_out(
    *,
    demand: str,
    demand_ids: Iterable[int],
    now: datetime,
    by: Actor,
    kind: str = "ship",
    staged: bool = True,
) -> int:
    """Send reserved units out: on-hand and reserved fall, layers are consumed, reservations end.

    Every unit leaves with its cost as LayerUse rows of (demand, demand id). `staged` says that the
    units stood in staging. Returns the lines shipped; lines without a reservation are passed over.
    """
    inside, keys = within("demand_id", demand_ids)
    with acting(by, "fulfilment.change", kind="move", now=now) as act:
        lines = fetch(
            f"SELECT balance_id, demand_id, qty, batch FROM stock_reservation WHERE demand = %s AND "
            f"{inside} ORDER BY demand_id, balance_id",
            [demand, *keys],
        )
        if not lines:
            return 0
        taken: dict[int, int] = {}
        for balance_id, _line, qty, _batch in lines:
            taken[balance_id] = taken.get(balance_id, 0) + qty
        lock_ids(taken)
        book = open_book(taken, now)
        for balance_id, demand_id, qty, batch in lines:
            book.take(balance_id, demand_id, qty, batch)
        book.write(demand, instant(now))
        sql = _MOVES.format(qty="-qty", staged="-qty" if staged else "0", inside=inside)
        run(sql, [kind, instant(now), demand, *keys])
        gone = run(f"DELETE FROM stock_reservation WHERE demand = %s AND {inside}", [demand, *keys])
        assert gone == len(lines), "a reservation went away while it was shipped"
        change_balances([(balance_id, -qty, -qty) for balance_id, qty in taken.items()])
        act.note(verb="ship_out", kind=kind, lines=len(lines))
    return len(lines)
