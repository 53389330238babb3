"""Promising units: all of a group or nothing of it, never more than there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import Reservation
from tradewind.apps.stock.operations.balances import Place, change_balances, lock_ids, locked_places
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set, instant
from tradewind.engine.access import Actor


class Want(NamedTuple):
    """Units that a demand line asks for; lines of one group (an order) are promised together."""

    group: int
    demand_id: int
    sku_id: int
    warehouse_id: int
    owner_id: int
    qty: int


class Short(NamedTuple):
    """What a group lacked: units of a SKU wanted by it, and how many were free when it was its turn."""

    sku_id: int
    wanted: int
    free: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """Groups promised in full, and for every other group what was missing."""

    groups: list[int]
    short: dict[int, list[Short]]


def reserve(*, demand: str, lines: Iterable[Want], now: datetime, by: Actor) -> Reserved:
    """Promise units to demand lines, groups in the order given, each all or nothing.

    Balances are locked in SKU order, the greedy choice is made in memory, and one conditional UPDATE
    guarded by on_hand >= reserved writes it: two callers never promise the same unit. Example: 3 free,
    groups of 2, 2 and 1 units: the first and third are reserved, the second is short (wanted 2, free 1).
    """
    groups: dict[int, list[Want]] = defaultdict(list)
    for line in lines:
        groups[line.group].append(line)
    with acting(by, "orders.reserve", kind="reservation", now=now) as act:
        places = {Place(w.sku_id, w.warehouse_id, w.owner_id) for ws in groups.values() for w in ws}
        balances = locked_places(places)
        free = {place: row[1] - row[2] for place, row in balances.items()}
        done: list[int] = []
        short: dict[int, list[Short]] = {}
        for group, wants in groups.items():
            missing = _take(free, wants)
            if missing:
                short[group] = missing
            else:
                done.append(group)
        deltas = [
            (row[0], 0, taken) for place, row in balances.items() if (taken := row[1] - row[2] - free[place])
        ]
        if deltas:
            change_balances(deltas)
        at = instant(now)
        bulk.insert_rows(
            Reservation,
            ["balance_id", "demand", "demand_id", "qty", "at"],
            (
                (balances[Place(w.sku_id, w.warehouse_id, w.owner_id)][0], demand, w.demand_id, w.qty, at)
                for group in done
                for w in groups[group]
            ),
        )
        act.note(verb="reserve", demand=demand, groups=len(done), short=len(short))
    return Reserved(done, short)


def _take(free: dict[Place, int], wants: list[Want]) -> list[Short]:
    """Take a group's units out of `free`; when something is missing, nothing is taken."""
    need: dict[Place, int] = {}
    for w in wants:
        place = Place(w.sku_id, w.warehouse_id, w.owner_id)
        need[place] = need.get(place, 0) + w.qty
    missing = [
        Short(place.sku_id, qty, free.get(place, 0))
        for place, qty in need.items()
        if free.get(place, 0) < qty
    ]
    if not missing:
        for place, qty in need.items():
            free[place] -= qty
    return missing


def release(*, demand: str, demand_ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Give promised units back; how many reservations there were. A repeat gives nothing back."""
    ids = list(demand_ids)
    with acting(by, "stock.change", kind="reservation", now=now) as act:
        rows = fetch(
            "SELECT r.balance_id, sum(r.qty), count(*) FROM stock_reservation r "
            f"WHERE r.demand = %s AND {among('r.demand_id')} GROUP BY r.balance_id",
            [demand, id_set(ids)],
        )
        if not rows:
            return 0
        lock_ids(row[0] for row in rows)
        gone = fetch(
            f"DELETE FROM stock_reservation WHERE demand = %s AND {among('demand_id')} "
            "RETURNING balance_id, qty",
            [demand, id_set(ids)],
        )
        back: dict[int, int] = defaultdict(int)
        for balance_id, qty in gone:
            back[balance_id] += qty
        if back:
            change_balances([(balance_id, 0, -qty) for balance_id, qty in sorted(back.items())])
        act.note(verb="release", demand=demand, reservations=len(gone))
    return len(gone)
