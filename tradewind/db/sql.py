"""Raw statements that read the same on both databases: membership, times, rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection


@cache
def on_postgresql() -> bool:
    """Which of the two databases this process works on; asked once."""
    return connection.vendor == "postgresql"


def among(column: str) -> str:
    """SQL for membership of a bigint column in a set of any size; bind `id_set(ids)` to its one mark."""
    if on_postgresql():
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def id_set(ids: Iterable[int]) -> Any:
    """The one parameter of `among`: an array on PostgreSQL, JSON text on SQLite."""
    listed = list(ids)
    # The text of a list of integers is JSON, and several times faster than the encoder.
    return listed if on_postgresql() else str(listed)


def within(column: str, ids: Iterable[int]) -> tuple[str, list[Any]]:
    """SQL for membership of a bigint column in ids, and its parameters.

    Keys are taken in blocks: ids that are one block SQLite finds much faster as a range.
    """
    wanted = sorted(set(ids))
    if len(wanted) == 1:
        return f"{column} = %s", wanted
    if not wanted or on_postgresql() or wanted[-1] - wanted[0] + 1 != len(wanted):
        return among(column), [id_set(wanted)]
    return f"{column} BETWEEN %s AND %s", [wanted[0], wanted[-1]]


def unindexed(column: str) -> str:
    """A column by which a planner is not to walk an index, because the keys beside it are far fewer."""
    return f"{column} || ''" if on_postgresql() else f"+{column}"


def moment(value: Any) -> datetime | None:
    """An aware time from a row of a raw statement: SQLite's are naive, or text out of an expression."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    found: datetime | None = value
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def instant(value: datetime | None) -> Any:
    """An aware time as the database keeps it, for raw statements and bulk rows."""
    return value if on_postgresql() else _as_text(value)


def stamper() -> Callable[[datetime | None], Any]:
    """`instant` for many values; a time that recurs in them (a deadline, a sync) is written once."""
    if on_postgresql():
        return lambda value: value
    known: dict[datetime, str] = {}

    def stamp(value: datetime | None) -> str | None:
        if value is None or value.tzinfo is not UTC:  # elsewhere equal times may be an hour apart (fold)
            return _as_text(value)
        text = known.get(value)
        if text is None:
            text = known[value] = value.isoformat(" ")[:-6]
        return text

    return stamp


def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    text = value.isoformat(" ")
    return text[:-6] if text[-6:] == "+00:00" else value.astimezone(UTC).isoformat(" ")[:-6]


def among_texts(column: str) -> str:
    """SQL for membership of a text column in a set of any size; bind `text_set(texts)`."""
    if on_postgresql():
        return f"{column} = ANY(%s::text[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def text_set(texts: Iterable[str]) -> Any:
    """The one parameter of `among_texts`."""
    listed = list(texts)
    return listed if on_postgresql() else json.dumps(listed)


def for_update(of: str = "") -> str:
    """A row lock where the database has one. On SQLite a write transaction is alone already."""
    if not on_postgresql():
        return ""
    return f" FOR UPDATE OF {of}" if of else " FOR UPDATE"


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """Execute a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
