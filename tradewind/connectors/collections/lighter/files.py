"""Lighter's statement file: CSV, one line of an account a row. Pure."""

from __future__ import annotations

from tradewind.connectors.collections.lighter.mapping import KINDS
from tradewind.connectors.wire import Problems, Table, decoded, moment, separated
from tradewind.connectors.words import _
from tradewind.engine.contracts import OutsideError, ProviderTransaction
from tradewind.engine.money import Money, MoneyError, parse_decimal

LAYOUT = "lighter_statement"
NEEDED = ("Transaction ID", "Date", "Type", "Amount", "Currency")
OPTIONAL = ("Counter Amount", "Counter Currency", "Rate", "Reference", "Group", "Memo")


def statement(data: bytes) -> list[ProviderTransaction]:
    """The lines of a statement. Raises Refused with every problem."""
    problems = Problems()
    text = decoded(data, problems)
    table = Table.read(separated(text, problems), NEEDED, problems, OPTIONAL)
    seen: dict[str, int] = {}
    found = []
    for number, row in table.rows:
        number_before = seen.setdefault(row["Transaction ID"], number)
        if number_before != number:
            reason = _("the same line stands in row %(row)s", row=number_before)
            problems.add(number, "Transaction ID", row["Transaction ID"], reason, _("every line once"))
        line = _transaction(number, row, problems)
        if line is not None:
            found.append(line)
    problems.finish()
    return found


def _transaction(number: int, row: dict[str, str], problems: Problems) -> ProviderTransaction | None:
    before = len(problems.found)
    if row["Type"] not in KINDS:
        problems.add(number, "Type", row["Type"], _("this kind of line is not known"), ", ".join(KINDS))
    try:
        at = moment(row["Date"])
    except OutsideError:
        problems.add(number, "Date", row["Date"], _("this is no moment"), "2026-01-31T09:30:00Z")
    amount = problems.money(number, "Amount", row["Amount"], row["Currency"])
    counter = None
    if row["Counter Amount"]:
        counter = problems.money(number, "Counter Amount", row["Counter Amount"], row["Counter Currency"])
    rate = None
    try:
        rate = parse_decimal(row["Rate"]) if row["Rate"] else None
    except MoneyError:
        problems.add(number, "Rate", row["Rate"], _("this is no rate"), "7.1234")
    if len(problems.found) > before:
        return None
    return ProviderTransaction(
        row["Transaction ID"], KINDS[row["Type"]], amount or Money(0, row["Currency"]), at, row["Reference"],
        row["Group"], counter, rate, row["Memo"],
    )  # fmt: skip
