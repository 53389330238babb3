"""Amazon's settlement report V2: tab-separated, 24 columns. Pure.

Read by name, never by position: Amazon drops columns that would be empty. One row of a settlement carries
its total; numbers and dates follow the marketplace's style, the same throughout a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewind.connectors.channels.amazon.styles import Amounts, Dates
from tradewind.connectors.wire import Problems, Table, decoded, tabbed
from tradewind.connectors.words import _
from tradewind.engine.contracts import Settlement, SettlementRow
from tradewind.engine.money import EXPONENTS, Money

LAYOUT = "amazon_settlement_v2"
NEEDED = (
    "settlement-id",
    "total-amount",
    "currency",
    "transaction-type",
    "amount-type",
    "amount-description",
    "amount",
)
DROPPABLE = (
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
)
Cells = Mapping[str, str]


@dataclass(slots=True)
class _Part:
    """One settlement of the file: its row with the total, and its lines."""

    row: int
    head: Cells
    lines: list[tuple[int, Cells]] = field(default_factory=list)


def settlements(data: bytes) -> list[Settlement]:
    """The settlements of a file. Raises Refused with every problem; a remainder is shown, not refused."""
    problems = Problems()
    table = Table.read(tabbed(decoded(data, problems)), NEEDED, problems, DROPPABLE)
    parts = _parts(table.rows, problems)
    problems.finish()
    dates = Dates.of(table.rows, problems)
    found = [_settlement(part, dates, problems) for part in parts.values()]
    problems.finish()
    return [settlement for settlement in found if settlement]


def _parts(rows: list[tuple[int, dict[str, str]]], problems: Problems) -> dict[str, _Part]:
    """Rows by settlement, wherever they stand; every settlement needs exactly one row with its total."""
    parts: dict[str, _Part] = {}
    for number, cells in rows:
        name, total = cells["settlement-id"], cells["total-amount"]
        if total and name in parts:
            reason = _("there is a total in row %(row)s already", row=parts[name].row)
            problems.add(number, "total-amount", total, reason, _("a row with total-amount"))
        elif total:
            parts[name] = _Part(number, cells)
    if not rows:
        problems.add(2, "settlement-id", "", _("there are no rows"), _("a row with total-amount"))
    _assign(rows, parts, problems)
    return parts


def _assign(rows: list[tuple[int, dict[str, str]]], parts: dict[str, _Part], problems: Problems) -> None:
    """Give every line to its settlement; one problem for each settlement that has no total."""
    orphans: dict[str, int] = {}
    for number, cells in rows:
        part = parts.get(cells["settlement-id"])
        if part is None:
            orphans.setdefault(cells["settlement-id"], number)
        elif cells["amount"] or not cells["total-amount"]:
            part.lines.append((number, cells))
    for name, number in orphans.items():
        problems.add(
            number, "settlement-id", name, _("no row carries the total"), _("a row with total-amount")
        )


def _settlement(part: _Part, dates: Dates, problems: Problems) -> Settlement | None:
    head, row = part.head, part.row
    currency = head["currency"]
    if currency not in EXPONENTS:
        problems.add(row, "currency", currency, _("this is no ISO 4217 currency"), "USD, EUR, JPY ...")
        return None
    before = len(problems.found)
    amounts = Amounts.of([head["total-amount"], *(c["amount"] for _row_no, c in part.lines)], currency)
    start = dates.moment(row, "settlement-start-date", head["settlement-start-date"], problems)
    end = dates.moment(row, "settlement-end-date", head["settlement-end-date"], problems)
    deposit = (
        dates.moment(row, "deposit-date", head["deposit-date"], problems) if head["deposit-date"] else None
    )
    total = amounts.money(row, "total-amount", head["total-amount"], problems)
    rows = [_row(number, cells, currency, amounts, dates, problems) for number, cells in part.lines]
    if start is None or end is None or total is None or len(problems.found) > before:
        return None
    deposit_on = deposit.date() if deposit else None
    done = Settlement(head["settlement-id"], currency, start, end, deposit_on, total, tuple(rows))
    _refuse_repeats(part, done, problems)
    return done


def _row(
    number: int, cells: Cells, currency: str, amounts: Amounts, dates: Dates, problems: Problems
) -> SettlementRow:
    if cells["currency"] not in {"", currency}:
        problems.add(
            number, "currency", cells["currency"], _("the settlement is in another currency"), currency
        )
    if not cells["transaction-type"]:
        problems.add(number, "transaction-type", "", _("the cell is empty"), "Order, Refund, ServiceFee ...")
    quantity = cells["quantity-purchased"]
    if quantity and not quantity.isdecimal():
        problems.add(
            number, "quantity-purchased", quantity, _("this is no whole number"), _("1, 2, 3 ... or empty")
        )
        quantity = ""
    name = "posted-date-time" if cells["posted-date-time"] else "posted-date"
    return SettlementRow(
        line_no=number,
        type=cells["transaction-type"],
        amount_type=cells["amount-type"],
        description=cells["amount-description"],
        amount=amounts.money(number, "amount", cells["amount"], problems) or Money(0, currency),
        order_external_id=cells["order-id"],
        external_sku=cells["sku"],
        line_external_id=cells["order-item-code"],
        qty=int(quantity) if quantity else None,
        posted_at=dates.moment(number, name, cells[name], problems) if cells[name] else None,
    )


def _refuse_repeats(part: _Part, done: Settlement, problems: Problems) -> None:
    """Refuse a line that stands twice, unless the total confirms it.

    Amazon does write equal lines that are meant twice (two equal fees of one second); then the sum is right.
    """
    if not done.remainder:
        return
    seen: dict[tuple[str, ...], int] = {}
    for number, cells in part.lines:
        first = seen.setdefault(tuple(cells.values()), number)
        if first != number:
            problems.add(
                number, "row", "", _("the same line stands in row %(row)s", row=first), _("every line once"),
            )  # fmt: skip
