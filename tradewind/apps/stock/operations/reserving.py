"""Promising units: all of a group or nothing of it, never more than there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import Reservation
from tradewind.apps.stock.operations.balances import Key, change_balances, lock_ids, locked_places
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


Row = tuple[int, int, int, int, int, int]  # a Want, or the plain tuple equal to it


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


def reserve(*, demand: str, lines: Iterable[Row], now: datetime, by: Actor) -> Reserved:
    """Promise units to demand lines, groups in the order given, each all or nothing.

    Balances are locked in SKU order, the greedy choice is made in memory, and one conditional UPDATE
    guarded by on_hand >= reserved writes it: two callers never promise the same unit. Example: 3 free,
    groups of 2, 2 and 1 units: the first and third are reserved, the second is short (wanted 2, free 1).
    """
    wants = list(lines)
    with acting(by, "orders.reserve", kind="reservation", now=now) as act:
        asked = _sum(wants)
        balances = locked_places(asked)
        free = {place: row[1] - row[2] for place, row in balances.items()}
        short: dict[int, list[Short]] = {}
        if any(free.get(place, 0) < qty for place, qty in asked.items()):
            short = _short(free, wants)
            wants = [w for w in wants if w[0] not in short]
            asked = _sum(wants)
        change_balances([(balances[place][0], 0, qty) for place, qty in asked.items()])
        at = instant(now)
        bulk.insert_rows(
            Reservation,
            ["balance_id", "demand", "demand_id", "qty", "at"],
            [(balances[w[2:5]][0], demand, w[1], w[5], at) for w in wants],
        )
        done = list(dict.fromkeys(w[0] for w in wants))
        act.note(verb="reserve", demand=demand, groups=len(done), short=len(short))
    return Reserved(done, short)


def _sum(wants: Iterable[Row]) -> dict[Key, int]:
    """Units by place. Fields by position, here and above: this runs for every order line."""
    units: dict[Key, int] = defaultdict(int)
    for w in wants:
        units[w[2:5]] += w[5]
    return units


def _short(free: dict[Key, int], wants: Iterable[Row]) -> dict[int, list[Short]]:
    """The groups that cannot have everything when each takes from `free` in its turn, and what they lack."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for w in wants:
        groups[w[0]].append(w)
    short: dict[int, list[Short]] = {}
    for group, mine in groups.items():
        need = _sum(mine)
        missing = [
            Short(place[0], qty, has) for place, qty in need.items() if (has := free.get(place, 0)) < qty
        ]
        if missing:
            short[group] = missing
            continue
        for place, qty in need.items():
            free[place] -= qty
    return short


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
