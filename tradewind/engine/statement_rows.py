"""Rows of a statement file by a template: cells to moments and amounts, every problem with its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice, product
from typing import Any

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError
from tradewind.engine.statement_amounts import ISO, moment, money, number
from tradewind.engine.statement_template import (
    APART,
    BY_DIRECTION,
    BY_KIND,
    IN_OUT,
    WAYS,
    StatementTemplate,
    WordRule,
)
from tradewind.engine.tabular import MAX_BYTES, ColumnSpec, Row, Table, read_table
from tradewind.engine.tabular_files import Unreadable, normal, open_table

_LONGEST = {"memo": 400, "kind": 400, "reference": 80, "id": 70, "group": 80}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A row that moved money, before its fee is parted from it; `amount` signed as its column says."""

    no: int
    at: datetime
    amount: Money
    kind: str = ""
    id: str = ""
    fee: Money | None = None  # never below zero
    balance: Money | None = None
    reference: str = ""
    group: str = ""
    other: Money | None = None  # never below zero
    rate: Decimal | None = None
    memo: str = ""


@dataclass(slots=True)
class _Reading:
    """One file under way."""

    template: StatementTemplate
    currency: str
    typed: bool
    names_currency: bool = False  # the file has a column of it
    outs: set[bool] = field(default_factory=set)  # signs seen in the column of money out
    problems: list[Problem] = field(default_factory=list)

    def add(self, no: int | None, name: str, value: str, reason: str, accepted: str = "") -> None:
        caption = self.template.columns.get(name, (name,))[0]
        self.problems.append(Problem(no, caption, value[:80], reason, accepted))

    def money(self, no: int, name: str, cells: Mapping[str, str], currency: str) -> Money | None:
        text = cells.get(name, "")
        try:
            return money(text, self.template.style, currency, typed=self.typed)
        except MoneyError:
            self.add(no, name, text, "is not an amount of this layout", f"{self.template.style} {currency}")
        return None


def statement_rows(
    template: StatementTemplate, name: str, data: bytes, *, currency: str = ""
) -> list[StatementRow]:
    """The rows of a file that moved money, in its order. `currency`: of a file that names none.

    Refused with every problem: a word nobody mapped is one, never a guess.
    """
    table = read_table(name, data, _specs(template, name, data))
    reading = _Reading(
        template,
        currency,
        table.encoding == "xlsx",
        f"{_HIDDEN}currency" in table.headers,
        problems=_named(template, table),
    )
    if not table.rows and not table.problems:
        reading.add(None, "file", "", "the file has no rows", "a statement with at least one row")
    _check_header(reading, table)
    rows = [row for one in table.rows if (row := _row(reading, one)) is not None]
    if len(reading.outs) > 1:
        words = "money out is written with and without a minus"
        reading.add(None, "money_out", "", words, "one of the two in the whole file")
    if reading.problems:
        raise Refused(reading.problems)
    return rows


_PREAMBLE = 10  # records among which the header is looked for
_HIDDEN = "\x00"  # before a column's name: only the template's captions are read as headers


def _named(t: StatementTemplate, table: Table) -> list[Problem]:
    """Problems of the table under the captions that people know."""
    return [_caption(t, p) for p in table.problems]


def _caption(t: StatementTemplate, p: Problem) -> Problem:
    if not p.field.startswith(_HIDDEN):
        return p
    captions = t.columns[p.field[1:]]
    missing = p.reason == "the column is missing"
    return replace(p, field=captions[0], accepted=", ".join(captions) if missing else p.accepted)


def _specs(t: StatementTemplate, name: str, data: bytes) -> list[ColumnSpec]:
    needed = {"date", "direction", "status" if t.moved else "date"}
    needed |= {"kind"} if t.kinds else set()
    needed |= {"amount"} if t.sign != IN_OUT else set()
    there = _captions_there(t, name, data)
    return [
        ColumnSpec(
            f"{_HIDDEN}{column}", aliases=(next((c for c in captions if normal(c) in there), captions[0]),),
            required=column in needed, max_length=_LONGEST.get(column, 80),
        )
        for column, captions in t.columns.items()
    ]  # fmt: skip


def _captions_there(t: StatementTemplate, name: str, data: bytes) -> set[str]:
    """Captions of the template in the header, which is the record that holds most of them.

    A file may bear several captions of one column (a day, and a day with its time): the first counts.
    """
    words = {normal(caption) for captions in t.columns.values() for caption in captions}
    try:
        records = open_table(name, data, frozenset(words), MAX_BYTES).records
        heads = [{normal(str(cell)) for cell in record} & words for record in islice(records, _PREAMBLE)]
    except Unreadable:  # read_table says why
        heads = []
    return max(heads, key=len, default=set())


def _check_header(reading: _Reading, table: Table) -> None:
    """Columns of money that the template names must be there; others may be left out by the provider."""
    fee = ("fee",) if reading.template.fee == APART else ()  # inside the amount it may be left out
    for name in ("money_in", "money_out", *fee):
        if name in reading.template.columns and table.rows and f"{_HIDDEN}{name}" not in table.headers:
            captions = ", ".join(reading.template.columns[name])
            reading.add(None, name, "", "the column is missing", captions)


def _row(reading: _Reading, row: Row) -> StatementRow | None:
    cells = {name[1:]: value or "" for name, value in row.values.items()}
    before = len(reading.problems)
    if not _moved(reading, row.no, cells):
        return None
    said = _currency(reading, row.no, "currency", cells.get("currency", ""))
    currency = said or ("" if reading.names_currency else reading.currency)
    if not currency:
        return None
    at = _at(reading, row.no, cells)
    amount = _amount(reading, row.no, cells, currency)
    rule = _rule(reading, row.no, cells, amount)
    found = _more(reading, row.no, cells, currency)
    if len(reading.problems) > before or at is None or amount is None:
        return None
    if reading.template.sign == BY_KIND and rule is not None:
        amount = _given_sign(amount, rule)
    return StatementRow(row.no, at, amount, rule.kind if rule else "", **found)


def _given_sign(amount: Money, rule: WordRule) -> Money:
    way = {"+": 1, "-": -1}.get(rule.sign) or WAYS[rule.kind]
    return amount if (amount.minor < 0) == (way < 0) else -amount


def _moved(reading: _Reading, no: int, cells: Mapping[str, str]) -> bool:
    """Whether the row moved money by its status; a word nobody mapped is a problem."""
    t, said = reading.template, cells.get("status", "").casefold()
    if not t.moved or "status" not in t.columns or said in {word.casefold() for word in t.moved}:
        return True
    if said not in {word.casefold() for word in t.idle}:
        accepted = ", ".join((*t.moved, *t.idle))
        reading.add(no, "status", cells.get("status", ""), "the word of the status is not mapped", accepted)
    return False


def _currency(reading: _Reading, no: int, name: str, text: str) -> str:
    code = text.strip().upper()
    if code in EXPONENTS:
        return code
    if text or (name == "currency" and (reading.names_currency or not reading.currency)):
        reading.add(no, name, text, "is not a currency", "an ISO 4217 code such as USD")
    return ""


def _at(reading: _Reading, no: int, cells: Mapping[str, str]) -> datetime | None:
    t = reading.template
    text = " ".join(cells.get("date", "").split())
    formats = t.dates
    if cells.get("time"):
        text += f" {cells['time'].strip()}"
        formats = tuple(f"{day} {time}" for day, time in product(t.dates, t.times))
    if reading.typed:
        formats = (*formats, *(one for one in ISO if one not in formats))
    try:
        return moment(text, formats, t.zone)
    except ValueError as exc:
        reading.add(no, "date", text, str(exc), ", ".join(t.dates))
    return None


def _amount(reading: _Reading, no: int, cells: Mapping[str, str], currency: str) -> Money | None:
    t = reading.template
    if t.sign == IN_OUT:
        return _in_less_out(reading, no, cells, currency)
    amount = reading.money(no, "amount", cells, currency)
    if amount is None and not any(p.row == no for p in reading.problems):
        reading.add(no, "amount", cells.get("amount", ""), "is blank", "an amount")
    if t.sign != BY_DIRECTION or amount is None:
        return amount
    said = cells.get("direction", "").casefold()
    plus, minus = ({w.casefold() for w in words} for words in (t.plus, t.minus))
    if said not in plus | minus:
        accepted = ", ".join((*t.plus, *t.minus))
        reading.add(no, "direction", said, "the word of the direction is not mapped", accepted)
    elif amount.minor < 0 and said in plus:
        reading.add(no, "amount", str(amount), "goes another way than the direction says", said)
    return amount if said in plus or amount.minor < 0 else -amount


def _in_less_out(reading: _Reading, no: int, cells: Mapping[str, str], currency: str) -> Money | None:
    came, went = (reading.money(no, name, cells, currency) for name in ("money_in", "money_out"))
    if came and went:
        reading.add(no, "money_out", str(went), "money came in and went out in one row", "one of the two")
    if came is None and went is None:
        if not any(p.row == no for p in reading.problems):
            reading.add(no, "money_in", "", "is blank", "an amount in or out")
        return None
    if went:
        reading.outs.add(went.minor < 0)
        return -abs_money(went)
    return came if came is not None else went


def abs_money(amount: Money) -> Money:
    """The amount without its sign."""
    return -amount if amount.minor < 0 else amount


def _rule(reading: _Reading, no: int, cells: Mapping[str, str], amount: Money | None) -> WordRule | None:
    """What the words of the row mean: exact words before patterns, then the first rule that fits.

    None for a bank's file, whose lines have no kinds.
    """
    t = reading.template
    if not t.kinds or amount is None:
        return None
    text = cells.get("kind", "").strip().casefold()
    way = "-" if amount.minor < 0 else "+"
    signed = t.sign != BY_KIND
    fitting = [r for r in t.kinds if r.fits(text) and (not signed or r.sign in ("", way))]
    exact = [r for r in fitting if "*" not in r.words] or fitting
    if not exact:
        accepted = ", ".join(dict.fromkeys(r.words for r in t.kinds))[:300]
        reading.add(no, "kind", cells.get("kind", ""), "the words of this kind are not mapped", accepted)
        return None
    return exact[0]


def _more(reading: _Reading, no: int, cells: Mapping[str, str], currency: str) -> dict[str, Any]:
    fee = reading.money(no, "fee", cells, currency)
    found: dict[str, Any] = {
        name: cells.get(name, "").strip() for name in ("id", "reference", "group", "memo") if cells.get(name)
    }
    found["fee"] = abs_money(fee) if fee else None
    found["balance"] = reading.money(no, "balance", cells, currency)
    found["other"] = _other(reading, no, cells)
    found["rate"] = _rate(reading, no, cells.get("rate", ""))
    return found


def _other(reading: _Reading, no: int, cells: Mapping[str, str]) -> Money | None:
    """The other side of a conversion; an amount without its currency is a problem."""
    text = cells.get("other_amount", "")
    code = _currency(reading, no, "other_currency", cells.get("other_currency", ""))
    if code:
        other = reading.money(no, "other_amount", cells, code)
        return abs_money(other) if other else None
    if text.strip(" -0.,"):
        reading.add(no, "other_currency", "", "the other amount has no currency", "USD")
    return None


def _rate(reading: _Reading, no: int, text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        rate = number(text, reading.template.style)
    except MoneyError:
        rate = Decimal(0)
    if rate is None:
        return None
    if rate <= 0 or rate.adjusted() > 8:
        reading.add(no, "rate", text, "is no rate", "7.1234")
        return None
    return rate
