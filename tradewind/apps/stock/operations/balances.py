"""Balances: opened on first use, locked in one order everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from tradewind.apps.stock.models import Balance
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, for_update, id_set


class Place(NamedTuple):
    """Where units lie and whose they are: the key of a balance."""

    sku_id: int
    warehouse_id: int
    owner_id: int


Key = tuple[int, int, int]  # a Place, or the plain tuple equal to it


def open_balances(places: Iterable[Place]) -> dict[Place, int]:
    """Ids of the balances of places, opened at zero where there was none; inside a transaction."""
    wanted = sorted(set(places))
    bulk.insert_rows_once(
        Balance,
        ["sku_id", "warehouse_id", "owner_id"],
        wanted,
        unique=["sku_id", "warehouse_id", "owner_id"],
    )
    found = locked_places(wanted)
    return {place: found[place][0] for place in wanted}


def locked_places(places: Iterable[Key]) -> dict[Key, tuple[int, int, int]]:
    """(id, on hand, reserved) of the places that have a balance, locked in SKU order."""
    wanted = set(places)
    if not wanted:
        return {}
    rows = fetch(
        "SELECT id, sku_id, warehouse_id, owner_id, on_hand, reserved FROM stock_balance WHERE "
        f"{among('sku_id')} AND {among('warehouse_id')} AND {among('owner_id')} "
        f"ORDER BY sku_id, warehouse_id, owner_id{for_update()}",
        [id_set({p[i] for p in wanted}) for i in range(3)],
    )
    return {Place(*row[1:4]): (row[0], *row[4:6]) for row in rows if row[1:4] in wanted}


def lock_ids(ids: Iterable[int]) -> dict[int, Any]:
    """SKU by balance id, locked in SKU order like everywhere else, so that no two acts wait in a ring."""
    rows = fetch(
        f"SELECT id, sku_id FROM stock_balance WHERE {among('id')} "
        f"ORDER BY sku_id, warehouse_id, owner_id{for_update()}",
        [id_set(ids)],
    )
    return dict(rows)


class StockBroken(AssertionError):
    """A guarded change touched fewer rows than it had to: the act is rolled back, nothing is changed."""


def change_balances(rows: list[tuple[int, int, int]]) -> None:
    """Add (balance, on hand, reserved) deltas by one conditional UPDATE; StockBroken unless all fit.

    The balances must be locked. Positive `reserved` needs as many free units, negative as many reserved.
    """
    changed = bulk.update_rows(
        Balance,
        ["on_hand", "reserved"],
        rows,
        set_sql="on_hand = t.on_hand + d.on_hand, reserved = t.reserved + d.reserved",
        where="t.reserved + d.reserved >= 0 AND t.on_hand + d.on_hand >= t.reserved + d.reserved",
    )
    if changed != len(rows):
        raise StockBroken(f"{len(rows) - changed} balance(s) do not hold what is taken from them")
