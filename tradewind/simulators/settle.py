"""Harbour's settlement: every fourteen days the rows of a period, the reserve, a total and a deposit day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tradewind.engine.money import exponent

PERIOD, RESERVE = timedelta(days=14), timedelta(days=7)
READY_AFTER, DEPOSIT_AFTER = timedelta(hours=6), timedelta(days=2)
COLUMNS = (
    "settlement_id",
    "period_start",
    "period_end",
    "deposit_date",
    "total",
    "currency",
    "type",
    "amount_type",
    "description",
    "amount",
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "posted_at",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of money: what for, how much in minor units, when."""

    type: str
    amount_type: str
    description: str
    amount: int
    posted_at: datetime
    order_id: str = ""
    line_id: str = ""
    sku: str = ""
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A closed period. `total` is the sum of its rows; paid only when above zero."""

    id: str
    currency: str
    start_at: datetime
    end_at: datetime
    ready_at: datetime
    deposit_on: date
    total: int
    rows: tuple[Row, ...]


def close(
    number: str, currency: str, start: datetime, end: datetime, rows: list[Row], recent: int, held: int
) -> Settled | None:
    """Close a period; None when nothing happened and nothing is held.

    `recent` is the net of orders shipped in the last seven days, `held` the reserve of the period before.
    Never more is held back than there is; a negative balance is carried forward as a negative reserve.
    """
    base = sum(row.amount for row in rows) + held
    keep = min(recent, base) if base > 0 else base
    if not rows and not held:
        return None
    lines = [*rows]
    if held:
        lines.insert(0, Row("Reserve", "Balance", "Released", held, start))
    if keep:
        lines.append(Row("Reserve", "Balance", "Opened", -keep, end))
    return Settled(
        number,
        currency,
        start,
        end,
        end + READY_AFTER,
        (end + DEPOSIT_AFTER).date(),
        base - keep,
        tuple(lines),
    )


def text(minor: int, currency: str) -> str:
    """Minor units as a plain decimal text: 1234 USD -> 12.34."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def stamp(at: datetime) -> str:
    """A moment in UTC as 2026-01-31T09:30:00Z, with microseconds only where there are some."""
    return at.replace(tzinfo=None).isoformat() + "Z"


def file(settled: Settled) -> bytes:
    """The settlement as Harbour's tab-separated file: a deposit row, then a row per amount."""
    head = [
        settled.id,
        stamp(settled.start_at),
        stamp(settled.end_at),
        settled.deposit_on.isoformat() if settled.total > 0 else "",
        text(settled.total, settled.currency),
        settled.currency,
    ]
    lines = ["\t".join(COLUMNS), "\t".join(head + [""] * 9)]
    for row in settled.rows:
        cells = [
            settled.id,
            *[""] * 4,
            settled.currency,
            row.type,
            row.amount_type,
            row.description,
            text(row.amount, settled.currency),
            row.order_id,
            row.line_id,
            row.sku,
            "" if row.quantity is None else str(row.quantity),
            stamp(row.posted_at),
        ]
        lines.append("\t".join(cells))
    return ("\n".join(lines) + "\n").encode()
