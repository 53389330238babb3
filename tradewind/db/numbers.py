"""Document numbers without gaps, taken in blocks: PO-000123, JE-000001."""

from __future__ import annotations

from django.db import connection

from tradewind.db.models import NumberSeries


def take_numbers(series: str, count: int) -> range:
    """The next `count` numbers of a series, inside the running transaction (a rollback gives them back).

    Example: take_numbers("journal:1", 3) -> range(1, 4), then range(4, ...).
    """
    assert connection.in_atomic_block, "numbers belong to an operation's transaction"
    if count <= 0:
        return range(0)
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (series, last) VALUES (%s, %s) "
            f"ON CONFLICT (series) DO UPDATE SET last = {table}.last + %s RETURNING last",
            [series, count, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def numbered(prefix: str, number: int) -> str:
    return f"{prefix}-{number:06d}"
