"""Cells that are no number and no day, and where such cells stand in a good table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace

BAD_NUMBERS = {
    "exponent too large": "1e400",
    "exponent": "1e5",
    "not a number": "NaN",
    "infinity": "Infinity",
    "minus infinity": "-inf",
    "hexadecimal": "0x1F",
    "underscores": "1_000.00",
    "two points": "12.34.56",
    "two signs": "--5.00",
    "a word": "twelve",
    "nothing where a number must be": "",
    "arabic digits": "١٢.٣٤",
    "too many decimals": "12.345678901",
    "four hundred digits": "9" * 400,
    "beyond every column": "99999999999999999999999.99",
    "formula as number": "=1+1",
    "formula that calls out": '=HYPERLINK("http://evil.example","12.34")',
    "command as number": "@SUM(A1:A9)",
    "dde as number": "=cmd|' /C calc'!A0",
    "spreadsheet error": "#REF!",
    "value error": "#VALUE!",
    "two amounts": "12.34 56.78",
    "mixed groups": "1.234,567.89",
    "currency of nowhere": "ZZZ 12.34",
}
BAD_DAYS = {
    "month thirteen": "2026-13-45",
    "thirtieth of february": "2026-02-30",
    "day zero": "0000-00-00",
    "a word as day": "yesterday",
    "an endless number as day": "9" * 30,
    "hour twenty-five": "2026-06-30T25:61:61Z",
    "formula as day": "=TODAY()",
    "exponent as day": "1e400",
    "thirty-first of thirty-first": "31/31/2026",
}
BAD_TEXTS = {
    "a cell of seventy thousand letters": "x" * 70_000,
    "a bell in a cell": "A\x07B",
    "an escape sequence in a cell": "\x1b[2JA",
}
_AMOUNT = re.compile(r"\(?[-+]?[$€£¥]?\d[\d.,' ]*[.,]\d{2}\)?")
_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*|\w{3}-\d{1,2}-\d{2,4}.*|\d{4}/\d{2}/\d{2}.*"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A good table: all rows, which one is the header, and the first cells with an amount and a day."""

    rows: list[list[str]]
    header: int
    amount: tuple[int, int]
    day: tuple[int, int] | None
    text: tuple[int, int] | None

    @classmethod
    def of(cls, rows: list[list[str]], *, amount: str = "", day: str = "", header: int | None = None) -> Grid:
        """The table of `rows`; `amount` and `day` name columns, `header` its row; found when not given.

        AssertionError when no amount is found: then name its column.
        """
        at = header if header is not None else _header(rows, amount)
        money = _first(rows, at, amount, _AMOUNT)
        assert money, "no amount in the good file: name its column"
        words = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
        return cls(rows, at, money, _first(rows, at, day, _DAY), _first(rows, at, "", words, row=money[0]))

    def put(self, where: tuple[int, int], cell: str) -> Grid:
        """The table with one other cell."""
        rows = [list(r) for r in self.rows]
        rows[where[0]][where[1]] = cell
        return replace(self, rows=rows)

    def wrong_cells(self) -> list[tuple[str, Grid]]:
        """The table once with every bad number, every bad day and every bad text."""
        found = [(f"amount: {n}", self.put(self.amount, cell)) for n, cell in BAD_NUMBERS.items()]
        if self.day:
            found += [(f"day: {n}", self.put(self.day, cell)) for n, cell in BAD_DAYS.items()]
        if self.text:
            found += [(f"text: {n}", self.put(self.text, cell)) for n, cell in BAD_TEXTS.items()]
        return found

    def wrong_shapes(self) -> list[tuple[str, Grid]]:
        """The table with columns and rows too many, missing and doubled."""
        row, column = self.amount
        body, captions = self.rows[self.header + 1 :], self.rows[self.header]
        upper, lower = self.rows[: row + 1], self.rows[row + 1 :]
        wide = [[*r, *(f"c{i}" for i in range(1000))] for r in self.rows]
        found = [
            ("nothing but the header", self.only(self.rows[: self.header + 1])),
            ("no header", self.only(body)),
            ("the column of the amount missing", self.without(column)),
            ("the column of the amount twice", self.beside(column, captions[column])),
            ("the first column twice", self.beside(0, captions[0])),
            ("a column of money nobody knows", self.beside(column, "Secret surcharge")),
            ("a column without a name but with cells", self.beside(column, "")),
            ("a row with a cell too many", self.row(row, [*self.rows[row], "12.34"])),
            ("a row cut off before its amount", self.row(row, self.rows[row][:column])),
            ("a header of other words", self.row(self.header, [f"Column {i}" for i in range(len(body[0]))])),
            ("a header short of its last word", self.row(self.header, captions[:-1])),
            ("the header again among the rows", self.only([*upper, captions, *lower])),
            ("a thousand columns more", self.only(wide)),
        ]  # fmt: skip
        if self.day:
            found.append(("the column of the day missing", self.without(self.day[1])))
        return found

    def only(self, rows: list[list[str]]) -> Grid:
        return replace(self, rows=[list(r) for r in rows])

    def row(self, at: int, cells: list[str]) -> Grid:
        return self.only([cells if i == at else r for i, r in enumerate(self.rows)])

    def without(self, column: int) -> Grid:
        rows = self.rows[self.header :]
        return self.only(self.rows[: self.header] + [r[:column] + r[column + 1 :] for r in rows])

    def beside(self, column: int, title: str) -> Grid:
        """The column once more at the end, under this title."""
        rows = [[*r, r[column] if column < len(r) else ""] for r in self.rows[self.header + 1 :]]
        return self.only([*self.rows[: self.header], [*self.rows[self.header], title], *rows])


def _header(rows: list[list[str]], amount: str) -> int:
    """The row that names `amount`, or the first of the widest ones."""
    for i, row in enumerate(rows):
        if amount and amount in row:
            return i
    widest = max(len(r) for r in rows)
    return next(i for i, r in enumerate(rows) if len(r) == widest)


def _first(
    rows: list[list[str]], header: int, name: str, like: re.Pattern[str], row: int | None = None
) -> tuple[int, int] | None:
    """The first cell of the named column that says something, or of any column that looks like it."""
    if name:
        columns = [rows[header].index(name)]
        return next(
            (
                (i, c)
                for i in range(header + 1, len(rows))
                for c in columns
                if len(rows[i]) > c and rows[i][c]
            ),
            None,
        )
    for i in range(header + 1, len(rows)) if row is None else [row]:
        for c, cell in enumerate(rows[i]):
            if like.fullmatch(cell.strip()):
                return i, c
    return None


def read_rows(good: bytes, delimiter: str) -> list[list[str]]:
    """Rows of a good file in UTF-8; tabs are read without quoting."""
    text = good.decode("utf-8-sig").replace("\r\n", "\n")
    if delimiter == "\t":
        return [line.split("\t") for line in text.rstrip("\n").split("\n")]
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def written(grid: Grid, delimiter: str) -> bytes:
    """The table as a file again."""
    if delimiter == "\t":
        return ("\n".join("\t".join(r) for r in grid.rows) + "\n").encode()
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(grid.rows)
    return out.getvalue().encode()
