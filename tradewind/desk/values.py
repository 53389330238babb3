"""Reading a row's columns and turning values into plain data, the hidden ones left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from tradewind.desk.kernel import Column, Ref
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
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency, "amount": str(value.amount)}
    if isinstance(value, Ref):
        from tradewind.desk.registry import noun

        return {"id": noun(value.noun).public_id(value.id), "noun": value.noun, "text": value.text}
    if isinstance(value, Breakdown):
        return value.to_json()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    return value
