"""What waits for the average of its month."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from tradewind.db.sql import fetch, instant


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def estimates_before(month: date) -> list[tuple[int, int, int]]:
    """(SKU, balance, use) of what left before a month and still costs an estimate."""
    rows = fetch(
        "SELECT b.sku_id, b.id, u.id FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id "
        "JOIN stock_balance b ON b.id = y.balance_id WHERE u.estimated AND u.at < %s",
        [instant(_start(month))],
    )
    return [(sku, balance, use) for sku, balance, use in rows]


def estimated_uses(company_id: int, until: date) -> int:
    """Units' uses of a company up to a day whose month has not been costed: they stop a close."""
    rows = fetch(
        "SELECT count(*) FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id "
        "JOIN stock_balance b ON b.id = y.balance_id "
        "WHERE u.estimated AND b.owner_id = %s AND u.at < %s",
        [company_id, instant(_start(date.fromordinal(until.toordinal() + 1)))],
    )
    return int(rows[0][0])


def first_left(company_id: int, since: date) -> date | None:
    """The first day since then on which goods of a company left a warehouse."""
    rows = fetch(
        "SELECT CAST(min(m.at) AS text) FROM stock_move m JOIN stock_balance b ON b.id = m.balance_id "
        "WHERE b.owner_id = %s AND m.qty < 0 AND m.at >= %s",
        [company_id, instant(_start(since))],
    )
    return None if rows[0][0] is None else date.fromisoformat(str(rows[0][0])[:10])
