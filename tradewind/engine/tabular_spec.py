"""What a table to be read looks like: columns asked for, rows and problems given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from tradewind.engine.contracts import Problem

TEXT, INT, DECIMAL, DATE = "text", "int", "decimal", "date"
CURRENCY, COUNTRY, BOOL = "currency", "country", "bool"
MAX_BYTES, MAX_ROWS, MAX_PROBLEMS = 64 * 1024 * 1024, 500_000, 1000


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column to read: `name` in the result, `aliases` as headers write it (English, Chinese).

    Headers are compared without case; spaces, dashes and underscores are alike. `required`: the
    column and every cell. `style` of numbers: "1,234.56", "1.234,56" or "" (then 1234.56, 1,234.56
    and 1.234,56 are read, but 1.234 and 1,234 are refused as they may mean two things). `formats` of
    dates as strptime writes them; a date that fits two of them differently is refused. `minimum` and
    `maximum` are inclusive. `choices`: the values accepted.
    """

    name: str
    kind: str = TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    max_length: int = 400
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    style: str = ""
    formats: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d")
    choices: frozenset[str] = frozenset()


class Row(NamedTuple):
    """A row of the file: `no` as a person counts it (line one is 1), values by column name (blank: None)."""

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
