"""Many rows at once: ids taken in blocks, COPY or many a statement in, set-based updates from values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models, transaction

_FEW = 16  # rows up to which PostgreSQL takes one INSERT instead of a COPY
_MANY = 50  # rows of an INSERT on SQLite: more gain nothing, and each mark is one of its 32,766


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def take_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Reserve `count` primary keys of a table, inside the running transaction.

    PostgreSQL takes them from the sequence; SQLite from sqlite_sequence, which is safe because
    every write transaction there is IMMEDIATE. Rows must then be inserted with these keys.
    """
    if count <= 0:
        return range(0)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        if row:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s",
                [first + count - 1, model._meta.db_table],
            )
        else:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)",
                [model._meta.db_table, first + count - 1],
            )
        return range(first, first + count)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as tuples of database values: COPY on PostgreSQL, 50 a statement on SQLite.

    Columns are database columns. Values are passed as they are: datetimes must be aware UTC,
    JSON already text. Every column without a database default must be named.
    """
    assert connection.in_atomic_block, "bulk inserts belong to an operation's transaction"
    names = ", ".join(connection.ops.quote_name(c) for c in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rest = iter(rows)
            few = list(islice(rest, _FEW))
            if len(few) < _FEW:  # a COPY costs several round trips
                _insert_few(cursor, f"INSERT INTO {_table(model)} ({names}) VALUES ", few)
                return
            with cursor.copy(f"COPY {_table(model)} ({names}) FROM STDIN") as copy:
                for row in chain(few, rest):
                    copy.write_row(row)
            return
        with connection.wrap_database_errors:
            _insert_many(f"INSERT INTO {_table(model)} ({names}) VALUES ", len(columns), rows)


def _insert_many(insert: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
    """Rows into SQLite, many a statement: each statement looks its table up in sqlite_sequence once."""
    # The raw sqlite3 cursor: Django's wrapper rewrites every placeholder of every call.
    raw = connection.connection.cursor()
    marks = "(" + ", ".join("?" * width) + ")"
    many = insert + ", ".join([marks] * _MANY)
    rest = iter(rows)
    while len(block := list(islice(rest, _MANY))) == _MANY:
        raw.execute(many, tuple(chain.from_iterable(block)))
    raw.executemany(insert + marks, block)


def _insert_few(cursor: Any, insert: str, rows: list[Sequence[Any]]) -> None:
    if rows:
        marks = "(" + ", ".join("%s" for _ in rows[0]) + ")"
        cursor.execute(insert + ", ".join([marks] * len(rows)), [value for row in rows for value in row])


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
    names = ", ".join(connection.ops.quote_name(c) for c in columns)
    keys = "(" + ", ".join(connection.ops.quote_name(c) for c in unique) + ")"
    keys += f" WHERE {where}" if where else ""
    marks = "(" + ", ".join("%s" for _ in columns) + ")"
    new, size = 0, max(1, 30000 // len(columns))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            cursor.execute(
                f"INSERT INTO {_table(model)} ({names}) VALUES {', '.join([marks] * len(chunk))} "
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
    quote = connection.ops.quote_name
    assign = set_sql or ", ".join(f"{quote(c)} = d.{quote(c)}" for c in columns)
    condition = f" AND ({where})" if where else ""
    body = f"UPDATE {_table(model)} AS t SET {assign} FROM {{values}} WHERE t.{key} = d.k{condition}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = [_pg_type(model, key), *[_pg_type(model, c) for c in columns]]
            arrays = ", ".join(f"%s::{t}[]" for t in types)
            names = ", ".join(["k", *map(quote, columns)])
            cursor.execute(
                body.format(values=f"unnest({arrays}) AS d({names})"),
                [list(col) for col in zip(*rows, strict=True)],
            )
        else:
            picks = ", ".join(
                f"json_extract(value, '$[{i}]') AS {quote(n)}" for i, n in enumerate(["k", *columns])
            )
            values = f"(SELECT {picks} FROM json_each(%s)) AS d"
            cursor.execute(body.format(values=values), [json.dumps(rows, default=str)])
        return int(cursor.rowcount)


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
