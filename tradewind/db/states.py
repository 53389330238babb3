"""States as tables: which moves are allowed, and one conditional UPDATE to make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set, run, unindexed


class WrongState(Exception):
    """Some rows were not in a state from which the move is allowed; nothing was changed."""

    def __init__(self, move: str, ids: Iterable[int]) -> None:
        self.ids = sorted(ids)
        super().__init__(f"{move} is not allowed for {len(self.ids)} row(s): {self.ids[:10]}")


@dataclass(frozen=True)
class StateTable:
    """Moves by name: {"confirm": (("new",), "confirmed")}. Pure; lives in an app's states.py."""

    start: str
    moves: Mapping[str, tuple[tuple[str, ...], str]]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the moves name them."""
        seen = dict.fromkeys([self.start])
        for sources, target in self.moves.values():
            seen.update(dict.fromkeys([*sources, target]))
        return tuple(seen)

    def allowed(self, state: str) -> tuple[str, ...]:
        """The moves open from a state."""
        return tuple(name for name, (sources, _) in self.moves.items() if state in sources)


def move(
    model: type[models.Model],
    table: StateTable,
    name: str,
    ids: Iterable[int],
    *,
    column: str = "state",
    **also: Any,
) -> list[int]:
    """Move rows by one conditional UPDATE and return the ids that moved, ascending.

    Rows in another state are left alone and not returned: a repeat moves nothing. `also` sets
    further columns in the same statement.
    """
    wanted = sorted(set(ids))  # duplicates would make a gap look like a block below
    if not wanted:
        return []
    sql, params = _statement(model, table, name, wanted, column, also)
    with connection.cursor() as cursor:
        cursor.execute(sql + " RETURNING id", params)
        return sorted(row[0] for row in cursor.fetchall())


def _statement(
    model: type[models.Model],
    table: StateTable,
    name: str,
    wanted: list[int],
    column: str,
    also: Mapping[str, Any],
) -> tuple[str, list[Any]]:
    """The conditional UPDATE of distinct, ascending ids and its parameters."""
    sources, target = table.moves[name]
    cols = {column: target, **also}
    fields: list[Any] = [model._meta.get_field(name) for name in cols]
    sets = ", ".join(f'"{f.column}" = %s' for f in fields)
    values = [f.get_db_prep_save(v, connection) for f, v in zip(fields, cols.values(), strict=True)]
    marks = ", ".join("%s" for _ in sources)
    first, last = wanted[0], wanted[-1]
    if last - first + 1 == len(wanted):  # keys taken in one block: a range is found faster than a set
        inside, keys = "id BETWEEN %s AND %s", [first, last]
    else:
        inside, keys = among("id"), [id_set(wanted)]
    sql = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {inside} AND {unindexed(column)} IN ({marks})'
    return sql, [*values, *keys, *sources]


def move_all(
    model: type[models.Model], table: StateTable, name: str, ids: Iterable[int], **kw: Any
) -> list[int]:
    """Like move, but refuses (WrongState) unless every row moved; call inside a transaction."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    column = kw.pop("column", "state")
    sql, params = _statement(model, table, name, wanted, column, kw)
    if run(sql, params) != len(wanted):
        # Rows that had the target before stand beside those just moved; the others are surely wrong.
        target = table.moves[name][1]
        right = fetch(
            f'SELECT id FROM "{model._meta.db_table}" WHERE {among("id")} AND {column} = %s',
            [id_set(wanted), target],
        )
        raise WrongState(name, set(wanted) - {row[0] for row in right} or wanted)
    return wanted


def move_rows(
    model: type[models.Model],
    table: StateTable,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    column: str = "state",
    set_sql: str = "",
) -> None:
    """Move rows and write their own values in the same conditional UPDATE; WrongState unless all moved.

    Each row is (id, column values ...) as for bulk.update_rows; call inside a transaction.
    """
    sources, target = table.moves[name]
    states = ", ".join(f"'{s}'" for s in sources)
    assign = set_sql or ", ".join(f"{connection.ops.quote_name(c)} = d.{c}" for c in columns)
    where = f"{unindexed(f't.{column}')} IN ({states})"
    moved = bulk.update_rows(model, columns, rows, set_sql=f"{column} = '{target}', {assign}", where=where)
    if moved != len(rows):  # rolled back as a whole, so that which rows were right is not known any more
        raise WrongState(name, [r[0] for r in rows])
