"""Tables out of files people send: CSV, TSV, gzip, XLSX; typed cells; every problem with its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import Problem

TEXT, INT, DECIMAL, DATE, CURRENCY, COUNTRY, BOOL = "text", "int", "decimal", "date", "currency", "country", "bool"
MAX_BYTES, MAX_ROWS = 64 * 1024 * 1024, 500_000


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column to read: `name` in the result, `aliases` as headers write it (English, Chinese).

    `style` of decimals: "1,234.56", "1.234,56" or "" (taken only where the text itself proves it).
    `formats` of dates as strptime writes them. `minimum` and `maximum` are inclusive.
    """

    name: str
    kind: str = TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False  # the column and every cell
    max_length: int = 400
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    style: str = ""
    formats: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d")
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: `no` as a person counts it (the header is 1), values by column name."""

    no: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that read well, every problem of the others, and columns nobody asked for."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    extra: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # column name -> header as written


def read_table(
    name: str,
    data: bytes,
    columns: Sequence[ColumnSpec],
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    extra: str = "keep_out",
) -> Table:
    """Read a file whole. `extra`: keep_out (listed in Table.extra) or refuse. Problems instead of exceptions."""
    raise NotImplementedError


def iter_rows(
    name: str,
    data: bytes,
    columns: Sequence[ColumnSpec],
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    extra: str = "keep_out",
) -> Iterator[Row | Problem]:
    """The same, streaming: each item is a Row or a Problem, in the order of the file."""
    raise NotImplementedError
