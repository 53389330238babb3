"""Raw statements that read the same on both databases: membership, times, rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection


def among(column: str) -> str:
    """SQL for membership of a bigint column in a set of any size; bind `id_set(ids)` to its one mark."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def id_set(ids: Iterable[int]) -> Any:
    """The one parameter of `among`: an array on PostgreSQL, JSON text on SQLite."""
    listed = list(ids)
    # The text of a list of integers is JSON, and several times faster than the encoder.
    return listed if connection.vendor == "postgresql" else str(listed)


def instant(value: datetime | None) -> Any:
    """An aware time as the database keeps it, for raw statements and bulk rows."""
    return stamper()(value)


def stamper() -> Callable[[datetime | None], Any]:
    """`instant` for many values: asks once which database it is for."""
    return (lambda value: value) if connection.vendor == "postgresql" else _as_text


def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text[:-6] if text[-6:] == "+00:00" else str(value.astimezone(UTC))[:-6]


def among_texts(column: str) -> str:
    """SQL for membership of a text column in a set of any size; bind `text_set(texts)`."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::text[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def text_set(texts: Iterable[str]) -> Any:
    """The one parameter of `among_texts`."""
    listed = list(texts)
    return listed if connection.vendor == "postgresql" else json.dumps(listed)


def for_update(of: str = "") -> str:
    """A row lock where the database has one. On SQLite a write transaction is alone already."""
    if connection.vendor != "postgresql":
        return ""
    return f" FOR UPDATE OF {of}" if of else " FOR UPDATE"


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """Execute a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
