"""Harbour's settlement file: tab-separated, a deposit row and then a row per amount. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

from tradewind.connectors.wire import Problems, Table, decoded, tabbed
from tradewind.connectors.words import _
from tradewind.engine.contracts import Settlement, SettlementRow
from tradewind.engine.money import EXPONENTS, Money

LAYOUT = "harbour_settlement"
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


def settlements(data: bytes) -> list[Settlement]:
    """The settlement of a file. Raises Refused with every problem; a remainder is shown, not refused."""
    problems = Problems()
    table = Table.read(tabbed(decoded(data, problems)), COLUMNS, problems)
    heads = [(number, cells) for number, cells in table.rows if cells["total"]]
    if not heads:
        problems.add(
            2, "total", "", _("no row carries the total"), _("one row with period, total and currency")
        )
    for number, cells in heads[1:]:
        reason = _("there is a total in row %(row)s already", row=heads[0][0])
        problems.add(number, "total", cells["total"], reason, _("one row with period, total and currency"))
    problems.finish()
    lines = [(number, cells) for number, cells in table.rows if not cells["total"]]
    settlement = _settlement(*heads[0], lines, problems)
    problems.finish()
    return [settlement] if settlement else []


def _settlement(
    row: int, head: Mapping[str, str], lines: Sequence[tuple[int, Mapping[str, str]]], problems: Problems
) -> Settlement | None:
    currency = head["currency"]
    if currency not in EXPONENTS:
        problems.add(row, "currency", currency, _("this is no ISO 4217 currency"), "USD, GBP, EUR, JPY")
        return None
    total = problems.money(row, "total", head["total"], currency)
    start = _moment(row, "period_start", head["period_start"], problems)
    end = _moment(row, "period_end", head["period_end"], problems)
    deposit = _day(row, "deposit_date", head["deposit_date"], problems)
    seen: dict[tuple[str, ...], int] = {}
    rows = []
    for number, cells in lines:
        identity = tuple(cells.values())
        if identity in seen:
            reason = _("the same line stands in row %(row)s", row=seen[identity])
            problems.add(number, "row", "", reason, _("every line once"))
        seen.setdefault(identity, number)
        if cells["settlement_id"] != head["settlement_id"] or cells["currency"] != currency:
            problems.add(
                number, "settlement_id", cells["settlement_id"], _("the line belongs to another settlement"),
                f"{head['settlement_id']} {currency}",
            )  # fmt: skip
        rows.append(_row(number, cells, currency, problems))
    if problems.found or total is None or start is None or end is None:
        return None
    return Settlement(head["settlement_id"], currency, start, end, deposit, total, tuple(rows))


def _row(number: int, cells: Mapping[str, str], currency: str, problems: Problems) -> SettlementRow:
    for name in ("type", "amount_type", "description"):
        if not cells[name]:
            problems.add(number, name, "", _("the cell is empty"), _("what the amount is for"))
    quantity = cells["quantity"]
    if quantity and not quantity.isdecimal():
        problems.add(number, "quantity", quantity, _("this is no whole number"), _("1, 2, 3 ... or empty"))
        quantity = ""
    return SettlementRow(
        line_no=number,
        type=cells["type"],
        amount_type=cells["amount_type"],
        description=cells["description"],
        amount=problems.money(number, "amount", cells["amount"], currency) or Money(0, currency),
        order_external_id=cells["order_id"],
        external_sku=cells["sku"],
        line_external_id=cells["line_id"],
        qty=int(quantity) if quantity else None,
        posted_at=_moment(number, "posted_at", cells["posted_at"], problems),
    )


@lru_cache(maxsize=4096)
def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _moment(row: int, name: str, text: str, problems: Problems) -> datetime | None:
    at = _iso(text)
    if at is None:
        problems.add(row, name, text, _("this is no moment"), "2026-01-31T09:30:00Z")
    return at


def _day(row: int, name: str, text: str, problems: Problems) -> date | None:
    """A day, or None for an empty cell: nothing is paid out."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(row, name, text, _("this is no date"), _("2026-01-31, or empty when nothing is paid"))
        return None
