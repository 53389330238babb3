"""An answer of a tool as a sheet: facts, then its tables one below the other; money takes two columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tradewind.desk.asking import Answer
from tradewind.desk.export import Value, flat, safe
from tradewind.desk.kernel import MONEY, Aim, Column, Table
from tradewind.desk.values import cell
from tradewind.engine.money import Money


def answer_rows(answer: Answer) -> Iterator[list[Value]]:
    """Rows of an answer already allowed to its reader: text no spreadsheet runs, numbers as numbers."""
    if answer.title:
        yield [safe(str(answer.title))]
    for text in answer.alerts:
        yield [safe(str(text))]
    for problem in answer.problems:
        yield [safe(f"{problem.field}: {problem.reason} {problem.value} {problem.accepted}".strip())]
    for fact in answer.facts:
        yield [safe(str(fact.label)), *_pair(fact.value)]
    for table in answer.tables:
        yield []
        yield [safe(str(table.title))]
        yield from _table(table)


def _table(table: Table) -> Iterator[list[Value]]:
    heads: list[Value] = []
    for column in table.columns:
        heads.append(safe(str(column.label)))
        if column.kind == MONEY:
            heads.append(safe(f"{column.label} ¤"))
    yield heads
    for row in table.rows:
        out: list[Value] = []
        for column in table.columns:
            out += _values(column, row)
        yield out


def _values(column: Column, row: Any) -> list[Value]:
    value = cell(column, row)
    if column.kind == MONEY:
        return [*_pair(value), None][:2]
    return [flat(value)]


def _pair(value: Any) -> list[Value]:
    if isinstance(value, Aim):
        value = value.value
    return [value.amount, value.currency] if isinstance(value, Money) else [flat(value)]
