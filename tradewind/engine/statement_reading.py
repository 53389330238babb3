"""Statements out of files by a template: lines of collection accounts and of banks, balances followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tradewind.engine.account_statement import AccountStatement, Balance, Line, OwnIds, gaps, oldest_first
from tradewind.engine.contracts import (
    CONVERT,
    FEE,
    RETURN,
    WITHDRAW,
    BankTransaction,
    Problem,
    ProviderTransaction,
    Refused,
)
from tradewind.engine.money import Money
from tradewind.engine.statement_rows import StatementRow, statement_rows
from tradewind.engine.statement_template import INSIDE, StatementTemplate


def provider_statements(
    template: StatementTemplate, name: str, data: bytes, *, currency: str = ""
) -> list[AccountStatement[ProviderTransaction]]:
    """Statements of a provider's file, one a currency by the alphabet; Refused with all problems.

    A fee in a column of its own becomes a line of its own, tied to the withdrawal it belongs to, or to the
    receipt by its reference. A withdrawal without a number of its own kind is its own group.
    """
    rows = statement_rows(template, name, data, currency=currency)
    made = _Made(template)
    for row in rows:
        made.take(row)
    if made.problems:
        raise Refused(made.problems)
    return [
        _statement(template, code, made.of[code], tuple(_grouped(made.lines[code])))
        for code in sorted(made.of)
    ]


@dataclass(slots=True)
class _Made:
    """Lines under way, by currency; ids are unique within an account."""

    template: StatementTemplate
    ids: dict[str, OwnIds] = field(default_factory=lambda: defaultdict(OwnIds))
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    of: dict[str, list[StatementRow]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[ProviderTransaction]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)

    def take(self, row: StatementRow) -> None:
        code = row.amount.currency
        self.of[code].append(row)
        pk = row_id(self.ids[code], row)
        before = self.seen.setdefault((code, pk), row.no)
        if before != row.no:
            self.problems.append(Problem(row.no, "id", pk[:80], "the line stands twice", f"row {before}"))
            return
        self.lines[code] += _lines(self.template, row, pk)


def row_id(ids: OwnIds, row: StatementRow) -> str:
    """The row's own id, else one out of what it says."""
    if row.id:
        return row.id
    balance = "" if row.balance is None else str(row.balance.minor)
    said = (row.at.isoformat(), str(row.amount.minor), row.kind, row.reference, row.memo, balance)
    return ids.of(*said)


def _lines(t: StatementTemplate, row: StatementRow, pk: str) -> list[ProviderTransaction]:
    amount = row.amount
    if row.fee and t.fee == INSIDE:
        amount = amount + row.fee
    ties = row.kind in (WITHDRAW, CONVERT)
    group = (row.group or pk) if ties else row.group if row.kind in (FEE, RETURN) else ""
    main = ProviderTransaction(
        pk, row.kind, amount, row.at, row.reference or ("" if ties else row.group), group,
        row.other if ties else None, row.rate, row.memo,
    )  # fmt: skip
    if not row.fee:
        return [main]
    of = "" if ties else pk  # a fee of a receipt names it
    fee = ProviderTransaction(f"{pk}/fee", FEE, -row.fee, row.at, of, group if ties else "", memo=row.memo)
    return [main, fee]


def _grouped(lines: Sequence[ProviderTransaction]) -> list[ProviderTransaction]:
    """Fees keep the group of a withdrawal in the same file only; any other fee stands for itself."""
    groups = {x.group for x in lines if x.kind in (WITHDRAW, CONVERT)}
    return [
        replace(x, group="", reference=x.reference or x.group)
        if x.kind == FEE and x.group not in groups
        else x
        for x in lines
    ]


def bank_statements(
    template: StatementTemplate, name: str, data: bytes, *, currency: str = ""
) -> list[AccountStatement[BankTransaction]]:
    """Statements of a bank's table file, one a currency; days are of the template's zone."""
    rows = statement_rows(template, name, data, currency=currency)
    ids: dict[str, OwnIds] = defaultdict(OwnIds)
    of: dict[str, list[StatementRow]] = defaultdict(list)
    lines: dict[str, dict[str, BankTransaction]] = defaultdict(dict)
    problems: list[Problem] = []
    for row in rows:
        code = row.amount.currency
        of[code].append(row)
        on = row.at.astimezone(ZoneInfo(template.zone)).date()
        pk = row.id or ids[code].of(on.isoformat(), str(row.amount.minor), row.reference, row.memo)
        if currency and code != currency:
            problems.append(Problem(row.no, "currency", code, "the account has another currency", currency))
        line = BankTransaction(pk, on, row.amount, row.reference, row.memo)
        if lines[code].setdefault(pk, line) != line:
            problems.append(Problem(row.no, "id", pk[:80], "contradicts an earlier row"))
    if problems:
        raise Refused(problems)
    found = []
    for code in sorted(of):
        one = _statement(template, code, of[code], tuple(lines[code].values()))
        days = [x.on for x in one.lines]  # a bank's line is of a day, wherever the bank's clock stands
        found.append(replace(one, since=_midnight(min(days)), until=_midnight(max(days))))
    return found


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


def _statement(
    t: StatementTemplate, currency: str, rows: Sequence[StatementRow], lines: tuple[Line, ...]
) -> AccountStatement[Line]:
    times = [row.at for row in rows]
    stated = [Balance(row.no, row.at, _moved(t, row), row.balance) for row in rows if row.balance is not None]
    if len(stated) < len(rows):  # a balance now and then proves nothing of the rows between
        return AccountStatement(currency, lines, min(times), max(times))
    ordered = oldest_first(stated)
    opening, closing = ordered[0].after - ordered[0].moved, ordered[-1].after
    return AccountStatement(currency, lines, min(times), max(times), opening, closing, gaps(ordered))


def _moved(t: StatementTemplate, row: StatementRow) -> Money:
    return row.amount if row.fee is None or t.fee == INSIDE else row.amount - row.fee
