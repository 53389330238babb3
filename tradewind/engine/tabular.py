"""Tables out of files people send: CSV, TSV, gzip, XLSX; typed cells; every problem with its row.

`read_table` for what fits a screen, `iter_rows` for files of hundreds of thousands of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from tradewind.engine.contracts import Problem
from tradewind.engine.tabular_files import Cell, Opened, Record, Unreadable, normal, open_table
from tradewind.engine.tabular_spec import (
    BOOL,
    COUNTRY,
    CURRENCY,
    DATE,
    DECIMAL,
    INT,
    MAX_BYTES,
    MAX_PROBLEMS,
    MAX_ROWS,
    TEXT,
    ColumnSpec,
    Row,
    Table,
)
from tradewind.engine.tabular_values import COUNTRIES, Bad, converter

__all__ = [
    "BOOL", "COUNTRIES", "COUNTRY", "CURRENCY", "DATE", "DECIMAL", "INT", "KEEP_OUT", "MAX_BYTES", "MAX_ROWS",
    "REFUSE", "TEXT", "ColumnSpec", "Row", "Table", "iter_rows", "read_table",
]  # fmt: skip

KEEP_OUT, REFUSE = "keep_out", "refuse"
_PREAMBLE = 10  # records among which the header is looked for


class _Reading:
    """One file being read."""

    def __init__(self, name: str, columns: Sequence[ColumnSpec], extra: str, max_rows: int) -> None:
        self.name, self.columns, self.extra_policy, self.max_rows = name, columns, extra, max_rows
        self.words: dict[str, ColumnSpec] = {}
        for spec in columns:
            for word in (spec.name, *spec.aliases):
                other = self.words.setdefault(normal(word), spec)
                if other is not spec:
                    raise ValueError(f"header {word!r} is claimed by {other.name} and {spec.name}")
        self.extra: list[str] = []
        self.headers: dict[str, str] = {}
        self.encoding = self.delimiter = ""

    def run(self, data: bytes, max_bytes: int) -> Iterator[Row | Problem]:
        try:
            opened = open_table(self.name, data, frozenset(self.words), max_bytes)
            self.encoding, self.delimiter = opened.encoding, opened.delimiter
            yield from self._records(opened)
        except Unreadable as exc:
            yield exc.problem

    def _records(self, opened: Opened) -> Iterator[Row | Problem]:
        head: list[Record] = []
        at = None
        for record in opened.records:
            head.append(record)
            if self._is_header(record):
                at = len(head)
                break
            if len(head) == _PREAMBLE:
                break
        if at is None:
            at = next((i for i, record in enumerate(head, 1) if not _blank(record)), 1)
        header = [str(cell) for cell in head[at - 1]] if head else []
        plan, problems = self._plan(header, at, opened.clean)
        yield from problems
        if not problems:
            yield from self._rows(chain(head[at:], opened.records), at, len(header), plan)

    def _is_header(self, record: Record) -> bool:
        found = {spec.name for cell in record if (spec := self.words.get(normal(str(cell))))}
        wanted = {spec.name for spec in self.columns if spec.required}
        return bool(found) and wanted <= found

    def _plan(self, header: list[str], row: int, clean: bool) -> tuple[list[_Step], list[Problem]]:
        """Which cell feeds which column; problems of the header."""
        at: dict[str, int] = {}
        problems = []
        for i, word in enumerate(header):
            spec = self.words.get(normal(word))
            if spec is None:
                if word.strip():
                    self.extra.append(word.strip())
            elif spec.name in at:
                accepted = f"only {self.headers[spec.name]}"
                problems.append(
                    Problem(row, spec.name, word.strip()[:80], "the column stands twice", accepted)
                )
            else:
                at[spec.name], self.headers[spec.name] = i, word.strip()
        problems += self._lacking(at, row)
        steps = [(s.name, at[s.name], s.required, converter(s, clean)) for s in self.columns if s.name in at]
        return steps, problems

    def _lacking(self, at: dict[str, int], row: int) -> list[Problem]:
        problems = []
        for spec in self.columns:
            if spec.required and spec.name not in at:
                words = ", ".join((spec.name, *spec.aliases))
                problems.append(Problem(row, spec.name, "", "the column is missing", words))
        known = ", ".join(spec.name for spec in self.columns)
        if not at and not problems:
            problems.append(Problem(row, self.name, "", "no known column", known))
        if self.extra_policy == REFUSE:
            problems += [Problem(row, word[:80], "", "unknown column", known) for word in self.extra]
        return problems

    def _rows(
        self, records: Iterator[Record], no: int, width: int, plan: list[_Step]
    ) -> Iterator[Row | Problem]:
        blank = {spec.name: None for spec in self.columns}
        count = 0
        for record in records:
            no += 1
            if not record or (record[0] == "" and _blank(record)):
                continue
            count += 1
            if count > self.max_rows:
                yield Problem(no, self.name, "", "too many rows", f"up to {self.max_rows:,}")
                return
            values: dict[str, Any] = blank.copy()
            problems = self._cells(record, no, plan, values)
            if len(record) > width and not _blank(record[width:]):
                over = " ".join(str(cell) for cell in record[width:])[:80]
                problems.append(Problem(no, self.name, over, "more cells than the header", f"{width} cells"))
            if problems:
                yield from problems
            else:
                yield Row(no, values)

    def _cells(self, record: Record, no: int, plan: list[_Step], values: dict[str, Any]) -> list[Problem]:
        problems: list[Problem] = []
        size = len(record)
        for name, at, required, convert in plan:
            cell = record[at] if at < size else ""
            if type(cell) is str:
                cell = cell.strip()
            if cell == "":
                if required:
                    problems.append(Problem(no, name, "", "is blank", "a value"))
                continue
            try:
                values[name] = convert(cell)
            except Bad as bad:
                problems.append(Problem(no, name, str(cell)[:80], bad.reason, bad.accepted))
        return problems


_Step = tuple[str, int, bool, Callable[[Cell], Any]]


def _blank(record: Record) -> bool:
    return all(isinstance(cell, str) and not cell.strip() for cell in record)


def iter_rows(
    name: str,
    data: bytes,
    columns: Sequence[ColumnSpec],
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    extra: str = KEEP_OUT,
) -> Iterator[Row | Problem]:
    """Rows and problems as they come, in the order of the file; a row with a problem gives no Row.

    Never raises for what is in the file. A file cut short ends with a Problem: apply nothing until
    the last item was seen.
    """
    return _Reading(name, columns, extra, max_rows).run(data, max_bytes)


def read_table(
    name: str,
    data: bytes,
    columns: Sequence[ColumnSpec],
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    extra: str = KEEP_OUT,
) -> Table:
    """Read a file whole. `extra` columns: keep_out (listed in Table.extra) or refuse. Never raises for
    what is in the file; stops after a thousand problems and says so."""
    reading = _Reading(name, columns, extra, max_rows)
    rows: list[Row] = []
    problems: list[Problem] = []
    for item in reading.run(data, max_bytes):
        if isinstance(item, Row):
            rows.append(item)
            continue
        problems.append(item)
        if len(problems) == MAX_PROBLEMS:
            problems.append(Problem(item.row, name, "", "more problems follow; reading stopped here", ""))
            break
    return Table(
        tuple(rows),
        tuple(problems),
        tuple(reading.extra),
        reading.encoding,
        reading.delimiter,
        reading.headers,
    )
