"""CSV and XLSX of exactly what a list shows: streams of rows, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any, BinaryIO

import xlsxwriter

from tradewind.desk.kernel import MONEY, Aim, Column, Noun, Ref
from tradewind.desk.listing import Wish, matching, sort_of
from tradewind.desk.values import cell, plain, visible
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

# A text that begins so is run as a formula by spreadsheets (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full width works too in Excel
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_LONGEST = 32_767  # characters an XLSX cell holds

Value = str | int | Decimal | None


def safe(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe goes before what looks like a formula.

    Plain numbers stay as they are: safe("-12.50") == "-12.50", safe("=1+1") == "'=1+1".
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def table(noun: Noun, actor: Actor, wish: Wish) -> Iterator[list[Value]]:
    """Header, then every matching row; money becomes two columns, amount and currency."""
    columns = visible(noun.columns, actor)
    yield _header(columns)
    _shown, order, tie = sort_of(noun, actor, wish.sort)
    for row in matching(noun, actor, wish).order_by(order, tie).iterator(chunk_size=2000):
        yield _values(noun, columns, row)


def _header(columns: Sequence[Column]) -> list[Value]:
    out: list[Value] = ["id"]
    for one in columns:
        out.append(safe(str(one.label)))
        if one.kind == MONEY:
            out.append(safe(f"{one.label} ¤"))
    return out


def _values(noun: Noun, columns: Sequence[Column], row: Any) -> list[Value]:
    out: list[Value] = [noun.public_id(row.pk)]
    for one in columns:
        value = cell(one, row)
        if one.kind == MONEY:
            out += [value.amount, value.currency] if isinstance(value, Money) else [None, None]
        else:
            out.append(flat(value))
    return out


def flat(value: Any) -> Value:
    """A value as a cell: numbers as numbers, the rest as text no spreadsheet runs; times in UTC."""
    if isinstance(value, Aim):
        return flat(value.value)
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, Money):
        return safe(str(value))
    if isinstance(value, Ref):
        return safe(value.text)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool | date):
        return str(value).lower()
    return safe(str(plain(value)))


def csv_lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """CSV text, some hundred rows a piece, beginning with the mark by which Excel knows UTF-8."""
    buffer = StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    for count, row in enumerate(rows, 1):
        writer.writerow(["" if v is None else f"{v:f}" if isinstance(v, Decimal) else v for v in row])
        if count % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(rows: Iterable[Sequence[Value]], out: BinaryIO) -> None:
    """A workbook of one sheet; memory stays flat whatever the number of rows (at most 1,048,576)."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str):
                    sheet.write_string(number, place, value[:_LONGEST])
                else:
                    sheet.write_number(number, place, value)
