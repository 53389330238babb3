"""The engines alone: unit profits worked out, rows of a table read, per CPU second."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.tabular import DATE, DECIMAL, INT, ColumnSpec, Row, iter_rows
from tradewind.engine.unit_profit import UnitInputs, unit_profit
from tradewind.rules import load

TODAY = date(2026, 11, 22)


def unit_profits() -> tuple[int, float, int]:
    """Pre-purchase profits a second, each with its whole explanation, under the shipped rules."""
    rates = Rates([FxQuote("EUR", "CNY", TODAY, Decimal("8.1"), "x")])
    asked = [
        UnitInputs(
            "DE", "harbour", "home", Money(1999 + i, "EUR"), Money(3500, "CNY"), Money(450, "CNY"),
            Money(320, "EUR"), Money(40, "EUR"), Decimal("0.08"), Decimal("0.03"), Decimal("0.01"),
        )
        for i in range(5000)
    ]  # fmt: skip
    book = load()
    started = time.process_time()
    kept = [
        r for i, inputs in enumerate(asked) if (r := unit_profit(inputs, book, rates, TODAY)) and i % 50 == 0
    ]
    spent = time.process_time() - started
    for result in kept:
        known = [part.amount for part in result.breakdown.parts if isinstance(part.amount, Money)]
        assert result.profit == Money.total(known, "CNY")
    return len(asked), spent, 5_000


def table_rows() -> tuple[int, float, int]:
    """Typed rows a second out of a CSV of six columns."""
    count = 200_000
    lines = (
        f"{i},SKU-{i % 500},{i % 9},{i % 90}.5{i % 10},2026-01-{i % 28 + 1:02d},note {i}\n"
        for i in range(count)
    )
    data = ("id,sku,qty,price,day,note\n" + "".join(lines)).encode()
    columns = (
        ColumnSpec("id", INT, required=True),
        ColumnSpec("sku", required=True),
        ColumnSpec("qty", INT, minimum=0),
        ColumnSpec("price", DECIMAL, minimum=0),
        ColumnSpec("day", DATE),
        ColumnSpec("note"),
    )
    started = time.process_time()
    units = sum(row.values["qty"] for row in iter_rows("x.csv", data, columns) if isinstance(row, Row))
    spent = time.process_time() - started
    assert units == sum(i % 9 for i in range(count))
    return count, spent, 100_000


def run() -> bool:
    """Each engine against its bar; false when one misses it."""
    good = True
    parts: tuple[Callable[[], tuple[int, float, int]], ...] = (unit_profits, table_rows)
    for part in parts:
        count, spent, bar = part()
        ratio = count / spent / bar
        good = good and ratio >= 1
        print(
            f"{part.__name__:12} {count / spent:10,.0f} a CPU second, bar {bar:,}: ratio {ratio:.2f}",
            flush=True,
        )
    return good
