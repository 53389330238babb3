"""Bytes of a settlement file to sheets of text cells: encodings, delimiters, workbooks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.connectors.layouts.spec import Layout
from tradewind.connectors.wire import Problems, decoded, tabbed
from tradewind.connectors.words import _
from tradewind.engine.tabular_files import Cell, Unreadable, normal, open_sheets, open_table
from tradewind.engine.tabular_spec import MAX_BYTES

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIGH = re.compile(rb"[\x80-\xff]{3}")
EXACT = 10**15  # a workbook's number beyond it has lost digits


@dataclass(slots=True)
class Sheet:
    """A sheet, or the one table of a text file (title empty): row number and cells, blank rows left out."""

    title: str
    rows: list[tuple[int, list[str]]]
    even: bool = False  # every row has a cell a column, or is cut short


def open_file(data: bytes, layouts: Iterable[Layout], problems: Problems) -> list[Sheet]:
    """The sheets of a file as text; Refused at once where it cannot be read.

    A file of a tab-separated layout is read without quoting; everything else with its delimiter found out.
    """
    known = list(layouts)
    if any(one.tabbed for one in known) and _is_tabbed(data, [one for one in known if one.tabbed]):
        text = _text(data, problems, any(one.legacy for one in known))
        _refuse_control(text, problems)
        return [Sheet("", [(n, list(map(str.strip, cells))) for n, cells in tabbed(text)])]
    captions = frozenset(normal(c) for one in known for table in one.tables for c in table.needed)
    try:
        if data[:4] == b"PK\x03\x04":
            sheets = open_sheets("file", data, captions, MAX_BYTES)
            found = [Sheet(s.name, _numbered(s.rows)) for s in sheets]
        else:
            found = [Sheet("", _numbered(open_table("file", data, captions, MAX_BYTES).records), even=True)]
    except Unreadable as unreadable:
        told = unreadable.problem
        problems.add(told.row, told.field, told.value, _(told.reason), _(told.accepted))
        found = []
    _refuse_controls(found, problems)
    problems.finish()
    return found


def _is_tabbed(data: bytes, layouts: list[Layout]) -> bool:
    """Whether the first line holds tabs and the captions of one of these layouts."""
    head = data[:8192].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("ascii", "replace")
    names = {normal(cell) for cell in head.split("\t")}
    wanted = [{normal(c) for c in table.needed} for one in layouts for table in one.tables]
    return "\t" in head and any(2 * len(names & captions) >= len(captions) for captions in wanted)


def _text(data: bytes, problems: Problems, legacy: bool) -> str:
    """Text in UTF-8, or in what Amazon writes for Europe and Japan; Refused for anything else."""
    if legacy and not _HIGH.search(data):
        encoding = "cp932" if b"JPY" in data[:4096] else "cp1252"
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                return decoded(data.decode(encoding).encode(), problems)
            except UnicodeDecodeError:
                pass  # refused below with its row
    return decoded(data, problems)


def _numbered(records: Iterable[Iterable[Cell]]) -> list[tuple[int, list[str]]]:
    rows = []
    for number, record in enumerate(records, start=1):
        cells = [cell.strip() if type(cell) is str else _written(cell) for cell in record]
        if any(cells):
            rows.append((number, cells))
    return rows


def _written(cell: Cell) -> str:
    """A workbook's cell as text: a number without exponent, a day as ISO."""
    if isinstance(cell, Decimal):
        return f"{cell:f}" if abs(cell) < EXACT else f"{cell:e}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _refuse_control(text: str, problems: Problems) -> None:
    found = _CONTROL.search(text)
    if found:
        row = text.count("\n", 0, found.start()) + 1
        reason = _("a control character stands in the row")
        problems.add(row, "row", "", reason, _("text that can be seen"))
    problems.finish()


def _refuse_controls(sheets: list[Sheet], problems: Problems) -> None:
    """A control character in a cell is no text anybody wrote."""
    for sheet in sheets:
        for number, cells in sheet.rows:
            if any(_CONTROL.search(cell) for cell in cells if not cell.isprintable()):
                reason = _("a control character stands in the row")
                problems.add(number, sheet.title or "row", "", reason, _("text that can be seen"))
