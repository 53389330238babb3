"""Keeping the sums of profit lines by month equal to the lines: by differences, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import ProfitCell
from tradewind.db.bulk import chunks
from tradewind.db.sql import run

MONEY = [f"{name}_minor" for name in (*NAMES, "profit")]
LINE = [
    "order_id", "line_id", "store_id", "company_id", "on", "currency", "sku_id", "listing", "supplier_id",
    "batch", "units", "weight_g", "is_first", *MONEY, "state", "stage",
]  # fmt: skip
KEY = [
    "company_id", "month", "store_id", "currency", "sku_id", "listing", "supplier_id", "batch", "stage",
    "state",
]  # fmt: skip
SUMS = ["line_count", "order_count", "units", "weight_g", "unmeasured_count", *MONEY]
_FIRST_SUM = LINE.index("revenue_minor")
_LAST_SUM = LINE.index("profit_minor") + 1
_ROWS = 300  # a statement: 22 values each, below what SQLite takes

Row = Sequence[Any]


def roll(added: Iterable[Row], taken: Iterable[Row]) -> None:
    """Add lines to the cells they fall into and take others off; a cell without lines goes."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for rows, sign in ((added, 1), (taken, -1)):
        for row in rows:
            _into(sums, row, sign)
    # In the order of the key, so that two runs never wait for one another's rows.
    moved = [(*key, *values) for key, values in sorted(sums.items()) if any(values)]
    marks = "(" + ", ".join(["%s"] * (len(KEY) + len(SUMS))) + ")"
    table = ProfitCell._meta.db_table
    add = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in SUMS)
    for some in chunks(moved, _ROWS):
        run(
            f"INSERT INTO {table} ({', '.join(KEY + SUMS)}) VALUES {', '.join([marks] * len(some))} "
            f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {add}",
            [value for row in some for value in row],
        )
    if moved:
        run(f"DELETE FROM {table} WHERE line_count = 0")


def _into(sums: dict[tuple[Any, ...], list[int]], row: Row, sign: int) -> None:
    (_order, _line, store, company, on, currency, sku, listing, supplier, batch, units, weight, first) = row[
        :13
    ]
    key = (
        company, f"{on[:7]}-01", store, currency, sku or 0, listing, supplier or 0, batch, row[21], row[20],
    )  # fmt: skip
    cell = sums.get(key)
    if cell is None:
        cell = sums[key] = [0] * len(SUMS)
    counts = (1, int(first), units, weight or 0, int(weight is None))
    for place, value in enumerate((*counts, *row[_FIRST_SUM:_LAST_SUM])):
        if value:
            cell[place] += sign * value


def rebuild() -> None:
    """Every cell anew from the lines: after a restore, or where the doctor found a difference."""
    assert connection.in_atomic_block, "cells are replaced in one transaction"
    table = ProfitCell._meta.db_table
    run(f"DELETE FROM {table}")
    run(f"INSERT INTO {table} ({', '.join(KEY + SUMS)}) {cells_from_lines()}")


def cells_from_lines() -> str:
    """What the cells must hold, as a question to the lines."""
    month = "CAST(date_trunc('month', \"on\") AS date)"
    if connection.vendor != "postgresql":
        month = "substr(\"on\", 1, 8) || '01'"
    money = ", ".join(f"coalesce(sum({name}), 0)" for name in MONEY)
    return (
        f"SELECT company_id, {month}, store_id, currency, coalesce(sku_id, 0), listing, "
        "coalesce(supplier_id, 0), batch, stage, state, count(*), sum(CASE WHEN is_first THEN 1 ELSE 0 END), "
        "sum(units), coalesce(sum(weight_g), 0), sum(CASE WHEN weight_g IS NULL THEN 1 ELSE 0 END), "
        f"{money} FROM profit_profitline GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
    )
