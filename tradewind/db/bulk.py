"""Many rows at once: ids taken in blocks, COPY or many a statement in, set-based updates from values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from django.db import connection, models, transaction

from tradewind.db.sql import on_postgresql

_FEW = 16  # rows up to which PostgreSQL takes one INSERT instead of a COPY
_MANY = 50  # rows of a statement on SQLite: more gain nothing, and it takes 32,766 values at most


def _quote(name: str) -> str:
    return f'"{name}"'  # both databases quote alike


def _names(columns: Iterable[str]) -> str:
    return ", ".join(map(_quote, columns))


def _table(model: type[models.Model]) -> str:
    return _quote(model._meta.db_table)


@cache
def _insert(model: type[models.Model], columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {_table(model)} ({_names(columns)}) VALUES "


def take_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Reserve `count` primary keys of a table, inside the running transaction.

    PostgreSQL takes them from the sequence; SQLite from sqlite_sequence, which is safe because
    every write transaction there is IMMEDIATE. Rows must then be inserted with these keys.
    """
    if count <= 0:
        return range(0)
    with connection.cursor() as cursor:
        if on_postgresql():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        table = model._meta.db_table
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [count, table]
        )
        row = cursor.fetchone()
        if row is None:
            row = (count,)
            cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", [count, table])
        return range(row[0] - count + 1, row[0] + 1)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as tuples of database values: COPY on PostgreSQL, 50 a statement on SQLite.

    Columns are database columns. Values are passed as they are: datetimes must be aware UTC,
    JSON already text. Every column without a database default must be named.
    """
    assert connection.in_atomic_block, "bulk inserts belong to an operation's transaction"
    insert = _insert(model, tuple(columns))
    if on_postgresql():
        _copy(model, columns, insert, iter(rows))
    else:
        _insert_many(insert, len(columns), iter(rows))


def _copy(
    model: type[models.Model], columns: Sequence[str], insert: str, rows: Iterator[Sequence[Any]]
) -> None:
    """Rows into PostgreSQL: a COPY, or one INSERT of a few, as a COPY costs several round trips."""
    few = list(islice(rows, _FEW))
    with connection.cursor() as cursor:
        if len(few) == _FEW:
            with cursor.copy(f"COPY {_table(model)} ({_names(columns)}) FROM STDIN") as copy:
                for row in chain(few, rows):
                    copy.write_row(row)
        elif few:
            marks = "(" + ", ".join(["%s"] * len(columns)) + ")"
            cursor.execute(insert + ", ".join([marks] * len(few)), list(chain.from_iterable(few)))


def _insert_many(insert: str, width: int, rows: Iterator[Sequence[Any]]) -> None:
    """Rows into SQLite, many a statement: each statement looks its table up in sqlite_sequence once."""
    # The raw sqlite3 cursor: Django's wrapper rewrites every placeholder of every call.
    with connection.wrap_database_errors:
        raw = connection.connection.cursor()
        while len(block := list(islice(rows, _MANY))) == _MANY:
            raw.execute(insert + _marks(width, _MANY), tuple(chain.from_iterable(block)))
        raw.executemany(insert + _marks(width, 1), block)


@cache
def _marks(width: int, count: int) -> str:
    return ", ".join(["(" + ", ".join("?" * width) + ")"] * count)


def insert_rows_once(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    unique: Sequence[str],
    where: str = "",
) -> int:
    """Insert rows, passing over those whose unique key is already there; returns how many were new.

    Idempotency lives in the schema: `unique` must name a unique constraint's columns, and `where` the
    condition of a partial one ("closed_at IS NULL").
    """
    if not rows:
        return 0
    keys = f"({_names(unique)})"
    keys += f" WHERE {where}" if where else ""
    marks = "(" + ", ".join("%s" for _ in columns) + ")"
    new, size = 0, max(1, 30000 // len(columns))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            cursor.execute(
                f"{_insert(model, tuple(columns))}{', '.join([marks] * len(chunk))} "
                f"ON CONFLICT {keys} DO NOTHING",
                [value for row in chunk for value in row],
            )
            new += max(cursor.rowcount, 0)
    return new


def update_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    key: str = "id",
    set_sql: str = "",
    where: str = "",
) -> int:
    """One set-based UPDATE from values; returns how many rows it changed.

    Each row is (key value, column values ...). The values are visible as d.k and d.<column>; by
    default every column is set to its value. `set_sql` and `where` replace and narrow that, with
    the table aliased t. Example: conditional reservation,
    ``update_rows(Balance, ["qty"], [(7, 2)], set_sql="reserved = t.reserved + d.qty",
    where="t.on_hand - t.reserved >= d.qty")``.
    """
    if not rows:
        return 0
    assign = set_sql or ", ".join(f"{_quote(c)} = d.{_quote(c)}" for c in columns)
    condition = f" AND ({where})" if where else ""
    body = f"UPDATE {_table(model)} AS t SET {assign} FROM {{values}} WHERE t.{key} = d.k{condition}"
    if not on_postgresql():
        return _update_many(body, ["k", *map(_quote, columns)], rows)
    types = [_pg_type(model, key), *[_pg_type(model, c) for c in columns]]
    arrays = ", ".join(f"%s::{t}[]" for t in types)
    values = f"unnest({arrays}) AS d(k, {_names(columns)})"
    with connection.cursor() as cursor:
        cursor.execute(body.format(values=values), [list(col) for col in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def _update_many(body: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """The UPDATE on SQLite, some rows a statement: one text, prepared once, serves a whole batch."""
    picks = ", ".join(f"column{at} AS {name}" for at, name in enumerate(names, start=1))
    values = f"(SELECT {picks} FROM (VALUES {{rows}})) AS d"
    raw, changed = connection.connection.cursor(), 0
    with connection.wrap_database_errors:
        for some in chunks(rows, _MANY):
            sql = body.format(values=values.format(rows=_marks(len(names), len(some))))
            changed += raw.execute(sql, tuple(chain.from_iterable(some))).rowcount
    return changed


@cache
def _pg_type(model: type[models.Model], column: str) -> str:
    for field in model._meta.concrete_fields:
        if field.column == column:
            kind = field.rel_db_type(connection) if not field.is_relation else field.db_type(connection)
            return kind or "bigint"
    return "bigint"


def in_transaction() -> bool:
    return connection.in_atomic_block


def chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """Slices of at most `size` rows, so that a long write never holds SQLite's lock for long."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


atomic = transaction.atomic
