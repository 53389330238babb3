"""Which unique key a refused write ran into, by the words of either database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError

_POSTGRES = re.compile(r"Key \((?P<columns>[^)]*)\)=\((?P<values>.*)\) already exists")
_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>[\w., ]+)")
_UNIQUE_VIOLATION = "23505"


@dataclass(frozen=True, slots=True)
class Clash:
    """The table, the fields of its unique key as people know them, and the value where the database says it.

    `field` is the one a person typed: the last of the key that is no reference to another row.
    """

    table: str
    field: str
    value: str = ""


def clash(error: IntegrityError) -> Clash | None:
    """The unique key behind an IntegrityError; None when it is another kind of violation.

    Example: two people register the warehouse HZ at the same moment: Clash("logistics_warehouse", "code").
    """
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    if diag is None:
        found = _SQLITE.search(str(error))
        if found is None:
            return None
        names = [name.strip().rpartition(".") for name in found["columns"].split(",")]
        return _clash(names[0][0], [column for _table, _dot, column in names], "")
    if getattr(cause, "sqlstate", "") != _UNIQUE_VIOLATION:
        return None
    found = _POSTGRES.search(diag.message_detail or "")
    columns = [c.strip(' "') for c in found["columns"].split(",")] if found else []
    return _clash(diag.table_name or "", columns, found["values"] if found and len(columns) == 1 else "")


def _clash(table: str, columns: list[str], value: str) -> Clash:
    own = [c for c in columns if c not in _references(table)]
    return Clash(table, (own or columns or ["id"])[-1].removesuffix("_id"), value)


def _references(table: str) -> set[str]:
    """Columns of a table that point at other rows."""
    return {
        str(field.column)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table == table
        for field in model._meta.concrete_fields
        if field.is_relation
    }
