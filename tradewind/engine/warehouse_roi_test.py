from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money
from tradewind.engine.warehouse_roi import (
    Direct,
    Plan,
    StorageAge,
    Warehouse,
    break_even,
    sensitivity,
    storage_cost,
    warehouse_roi,
)


def usd(text):
    return Money.of(text, "USD")


# 300 units a month, a batch of 600: it sells over 60 days. One litre a unit.
PLAN = Plan(300, Decimal(1), 1_000_000, usd("5.00"), 600, Decimal("0.04"), Decimal("0.073"))
WAREHOUSE = Warehouse(
    first_leg=usd("0.80"), shipment=usd("150.00"), receiving=usd("0.20"), duty=usd("0.50"),
    storage=(StorageAge(0, usd("0.00")), StorageAge(30, usd("1.20"))),
    pick=usd("1.10"), tail=usd("3.40"), monthly=usd("90.00"), setup=usd("1000.00"),
    return_handling=usd("2.00"), resale=Decimal("0.5"), transit_days=35,
)  # fmt: skip
DIRECT = Direct(usd("7.20"), usd("0.60"), usd("0.00"), Decimal(0), 10)


def test_a_worked_month_to_the_cent():
    """By hand. Storage: a unit lies 7.5 days on average beyond day 30 (half of the batch, 15 days each):
    7.5 x 1.20 x 0.001 m3 = 0.009. Returns: 4 % x (2.00 + half of 5.00) = 0.18. Capital: landed
    5.00 + 0.80 + 0.20 + 0.50 + 150/600 = 6.75 x 7.3 % x (35 + 30)/365 = 0.08775.
    """
    got = warehouse_roi(PLAN, WAREHOUSE, DIRECT)
    assert {p.name: str(p.amount) for p in got.warehouse.parts} == {
        "first_leg": "240.00 USD", "shipment": "75.00 USD", "receiving": "60.00 USD", "duty": "150.00 USD",
        "storage": "2.70 USD", "pick_and_pack": "330.00 USD", "tail_delivery": "1,020.00 USD",
        "returns": "54.00 USD", "capital": "26.33 USD", "monthly_fee": "90.00 USD",
    }  # fmt: skip
    assert {p.name: str(p.amount) for p in got.direct.parts} == {
        "parcel_freight": "2,160.00 USD", "duty": "180.00 USD", "returns": "60.00 USD", "capital": "3.00 USD",
    }  # fmt: skip
    assert (got.warehouse.amount, got.direct.amount, got.saving) == (
        usd("2048.03"), usd("2403.00"), usd("354.97"),
    )  # fmt: skip
    assert got.stock_days == Decimal("60.0")
    # 350 units on the way and 300 in store at 6.75, and the set-up.
    assert got.invested == usd("5387.50")
    assert got.roi == Decimal("0.7907")  # 4259.64 a year / 5387.50
    assert got.payback_months == Decimal("2.8")


def test_the_break_even_is_where_the_fee_is_earned():
    plan = replace(PLAN, capital_rate=Decimal(0), return_rate=Decimal(0))
    free = {
        name: usd("0")
        for name in ("first_leg", "shipment", "receiving", "duty", "pick", "setup", "return_handling")
    }
    warehouse = replace(
        WAREHOUSE, **free, storage=(StorageAge(0, usd("0")),), tail=usd("3"), monthly=usd("600")
    )
    direct = Direct(usd("5"), usd("0"), usd("0"), Decimal(0), 0)
    assert break_even(plan, warehouse, direct) == 300  # 600 / (5 - 3)
    assert break_even(plan, warehouse, replace(direct, parcel=usd("2.99"))) is None
    assert warehouse_roi(plan, warehouse, direct).payback_months is None  # nothing is saved at 300


def test_storage_counts_every_age_for_the_days_spent_in_it():
    ages = (StorageAge(0, usd("1.00")), StorageAge(10, usd("3.00")))
    # Over 20 days: on average 7.5 days below day 10 and 2.5 beyond.
    assert storage_cost(ages, 10**9, Fraction(20)) == Fraction(750 + 750)
    assert storage_cost(ages, 10**9, Fraction(10)) == 500


def test_bad_input_is_refused_with_every_problem():
    with pytest.raises(Refused) as refused:
        warehouse_roi(
            replace(PLAN, units=0, return_rate=Decimal("1.5")),
            replace(WAREHOUSE, tail=Money(100, "EUR"), storage=(StorageAge(5, usd("1")),), transit_days=-1),
            replace(DIRECT, parcel=usd("-1")),
        )
    assert [p.field for p in refused.value.problems] == [
        "return_rate", "tail", "transit_days", "direct_parcel", "units", "storage",
    ]  # fmt: skip


def test_each_driver_is_changed_alone():
    rows = sensitivity(PLAN, WAREHOUSE, DIRECT, (Decimal("-0.2"), Decimal("0.2")))
    base = warehouse_roi(PLAN, WAREHOUSE, DIRECT).saving
    told = {(row.driver, row.change): row.saving - base for row in rows}
    assert told["first_leg", Decimal("0.2")] == usd("-48.62")  # 0.16 a unit, and its capital: 0.624
    assert told["parcel", Decimal("-0.2")] == usd("-432.00")
    assert told["tail", Decimal("-0.2")] == usd("204.00")
    assert len(rows) == 14


amounts = st.integers(0, 900).map(lambda minor: Money(minor, "USD"))


@given(amounts, amounts, amounts, amounts, st.integers(1, 3000), st.integers(1, 3000))
def test_a_unit_over_the_warehouse_never_gets_dearer_with_volume(fee, tail, old, parcel, volume, units):
    warehouse = replace(
        WAREHOUSE, monthly=fee * 100, tail=tail, storage=(StorageAge(0, usd("0.10")), StorageAge(60, old))
    )
    direct = replace(DIRECT, parcel=parcel)
    plan = replace(PLAN, units=units, batch_units=volume)
    even = break_even(plan, warehouse, direct)
    for asked in {units, even or 1, max((even or 1) - 1, 1)}:
        cheaper = even is not None and asked >= even
        got = warehouse_roi(replace(plan, units=asked), warehouse, direct)
        slack = Money(len(got.warehouse.parts) + len(got.direct.parts), "USD")  # each part is rounded once
        assert got.saving >= -slack if cheaper else got.saving <= slack
