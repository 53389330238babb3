"""The facts of the whole database as one hash: a refused operation must leave it as it was."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.apps import apps
from django.db import connection, models


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview | bytes | bytearray):
        return hashlib.sha256(bytes(value)).hexdigest()
    return str(value)


def fact_models(*, without: tuple[str, ...] = ()) -> list[type[models.Model]]:
    """Every model of the tradewind apps, sorted; `without` names tables to leave out."""
    found = [
        m for m in apps.get_models(include_auto_created=True)
        if m._meta.app_config.name.startswith("tradewind.") and m._meta.db_table not in without
    ]  # fmt: skip
    return sorted(found, key=lambda m: m._meta.db_table)


def table_facts(model: type[models.Model]) -> list[str]:
    """Every row of a table as text, sorted, so that the order of storage does not matter."""
    names = sorted(f.column for f in model._meta.concrete_fields)
    quoted = ", ".join(connection.ops.quote_name(n) for n in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(model._meta.db_table)}")
        return sorted(json.dumps([_plain(v) for v in row], ensure_ascii=False) for row in cursor)


def facts_hash(*, without: tuple[str, ...] = ()) -> str:
    """SHA-256 over every table of the house: equal before and after means nothing was written.

    Example: ``before = facts_hash(); with pytest.raises(Refused): ...; assert facts_hash() == before``.
    """
    digest = hashlib.sha256()
    for model in fact_models(without=without):
        digest.update(model._meta.db_table.encode())
        for row in table_facts(model):
            digest.update(row.encode())
    return digest.hexdigest()


def changed_tables(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Names of the tables that differ between two `facts()`: what a failing test wants to know."""
    return sorted(t for t in before if before[t] != after[t])


def facts(*, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The rows behind `facts_hash`, by table."""
    return {m._meta.db_table: table_facts(m) for m in fact_models(without=without)}
