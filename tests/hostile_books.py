"""Malformed workbooks: the cells of a good one spoilt, and the file itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.hostile_cells import Grid

Bad = tuple[str, bytes]
_NUMBER = re.compile(r"-?\d+\.\d+|-?[1-9]\d{0,9}|0")
SHEET, BOOK, TYPES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"


def book_of(rows: list[list[str]], *, numbers: bool = False) -> bytes:
    """A workbook of one sheet; every cell text, or what looks like a number a number."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("Report")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if numbers and _NUMBER.fullmatch(cell):
                    sheet.write_number(r, c, float(cell))
                else:
                    sheet.write_string(r, c, cell[:32_000])
    return out.getvalue()


def workbooks(good: bytes, *, amount: str = "", day: str = "", header: int | None = None) -> list[Bad]:
    """Malformed workbooks of a good one, whose first sheet is the table."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(good))
    found = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    grid = Grid.of([[_text(v) for v in r] for r in found], amount=amount, day=day, header=header)
    cells = [(n, book_of(g.rows)) for n, g in [*grid.wrong_cells(), *grid.wrong_shapes()]]
    return [*cells, *_numbers(grid), *_packages(book_of(grid.rows))]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value != int(value) else str(int(value))
    return str(value)


def _numbers(grid: Grid) -> list[Bad]:
    """What only a workbook's cell can be: a formula, an error, a truth."""

    def made(write: Callable[..., object]) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet("Report")
            for r, row in enumerate(grid.rows):
                for c, cell in enumerate(row):
                    if (r, c) != grid.amount:
                        sheet.write_string(r, c, cell)
            write(sheet, *grid.amount)
        return out.getvalue()

    wrong: dict[str, Callable[..., object]] = {
        "a formula that was never computed": lambda s, r, c: s.write_formula(r, c, "=A1*2", None, ""),
        "a formula with an error": lambda s, r, c: s.write_formula(r, c, "=1/0", None, "#DIV/0!"),
        "a truth": lambda s, r, c: s.write_boolean(r, c, True),
        "a float beyond every sum": lambda s, r, c: s.write_number(r, c, 1e300),
        "a float with noise behind": lambda s, r, c: s.write_number(r, c, 12.3456789),
    }
    return [(f"amount: {name}", made(write)) for name, write in wrong.items()]


def _packages(good: bytes) -> list[Bad]:
    """A workbook whose package is damaged or that means harm."""
    bomb = b"<?xml version='1.0'?><worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 800_000
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet><sheetData>&c;</sheetData></worksheet>'
    )
    return [
        ("a workbook cut short", good[: len(good) // 2]),
        ("a workbook without its end", good[:-30]),
        ("a workbook of other bytes", good[:200] + bytes(b ^ 0x55 for b in good[200:-200]) + good[-200:]),
        ("no workbook inside", _with(good, {BOOK: None})),
        ("no sheet inside", _with(good, {SHEET: None})),
        ("a sheet that is no XML", _with(good, {SHEET: b"<worksheet><sheetData><row>"})),
        ("a sheet that unpacks to far more", _with(good, {SHEET: bomb})),
        ("a sheet full of entities", _with(good, {SHEET: laughs})),
        ("an empty sheet", book_of([])),
        ("only the word of a sheet", book_of([["Report"]])),
    ]


def _with(good: bytes, parts: dict[str, bytes | None]) -> bytes:
    """The package with parts replaced, or left out (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = parts.get(name, old.read(name))
            if data is not None:
                new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
