"""Reading a row's columns and turning values into plain data, the hidden ones left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from tradewind.desk.kernel import Aim, Column, Ref
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money


def visible(columns: Iterable[Column], actor: Actor) -> list[Column]:
    """The columns this actor may see."""
    return [c for c in columns if not c.hidden or actor.sees(c.hidden)]


def cell(column: Column, row: Any) -> Any:
    """The value of a column in a row: a function's answer, or an attribute path ("" = the name)."""
    if callable(column.value):
        return column.value(row)
    value = row
    for part in (column.value or column.name).split("."):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part)
    return value


def plain(value: Any) -> Any:
    """A value as JSON data: money as {minor, currency, amount}, times as ISO 8601 UTC."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    for kind, as_data in _PLAIN:
        if isinstance(value, kind):
            return as_data(value)
    return value


def _money(value: Money) -> dict[str, Any]:
    return {"minor": value.minor, "currency": value.currency, "amount": str(value.amount)}


def _ref(value: Ref) -> dict[str, str]:
    from tradewind.desk.registry import noun  # the registry reads nouns, which read this

    return {"id": noun(value.noun).public_id(value.id), "noun": value.noun, "text": value.text}


def _time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_PLAIN: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Money, _money),
    (Ref, _ref),
    (Aim, lambda aim: plain(aim.value)),
    (Breakdown, Breakdown.to_json),
    (datetime, _time),  # before date, of which it is a kind
    (date, date.isoformat),
    (Decimal, str),
    (Promise, str),
)
