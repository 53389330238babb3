"""Lighter's statement file: refused with row and column when wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tradewind.connectors import registry
from tradewind.engine.contracts import CONVERT, ProviderTransaction, Refused
from tradewind.engine.money import Money

HEADER = "Transaction ID,Date,Type,Amount,Currency,Counter Amount,Counter Currency,Rate,Reference,Group,Memo"
CONVERTED = 'LT2,2026-06-18T00:00:00Z,convert,-99.50,USD,705.21,CNY,7.0875,,LW1,"a, b"'


def parse(*rows: str) -> list[ProviderTransaction]:
    return registry.collection("lighter").parse_statement("\n".join([HEADER, *rows]).encode())


def refusal(*rows: str) -> list[tuple[int | None, str]]:
    with pytest.raises(Refused) as caught:
        parse(*rows)
    return [(p.row, p.field) for p in caught.value.problems]


def test_a_conversion_is_read_with_both_sides() -> None:
    assert parse(CONVERTED) == [
        ProviderTransaction(
            "LT2", CONVERT, Money(-9950, "USD"), datetime(2026, 6, 18, tzinfo=UTC), "", "LW1",
            Money(70521, "CNY"), Decimal("7.0875"), "a, b",
        )
    ]  # fmt: skip


def test_wrong_cells_and_repeats_are_named() -> None:
    assert refusal(CONVERTED, CONVERTED) == [(3, "Transaction ID")]
    assert refusal("LT3,never,gift,1.234,USD,x,CNY,y,,,") == [
        (2, "Type"),
        (2, "Date"),
        (2, "Amount"),
        (2, "Counter Amount"),
        (2, "Rate"),
    ]
    assert refusal("LT3,2026-06-18T00:00:00Z,fee,1.00,XXX,,,,,,") == [(2, "Amount")]
