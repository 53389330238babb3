from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.fulfilment_fees import (
    GRAMS,
    MM3,
    Unit,
    fixed_fee,
    fulfilment_fee,
    fulfilment_of,
    size_tier,
    storage_fee,
    storage_of,
)
from tradewind.engine.money import Money
from tradewind.engine.rulebook import NoRule, Rulebook, Unconfirmed, build, parse_rules

BOOK = """
[defaults]
channel = "shop"
market = "US"
source = "s"
reviewed = 2026-01-01
valid_from = 2024-01-01
status = "confirmed"
confidence = "high"
[[rule]]
id = "small"
kind = "size_tier"
tier = "small"
place = 1
unit = "in_lb"
longest = 15
median = 12
shortest = 0.75
max_weight = 1
[[rule]]
id = "large"
kind = "size_tier"
tier = "large"
place = 2
unit = "in_lb"
longest = 18
median = 14
shortest = 8
max_weight = 20
divisor = 139
[[rule]]
id = "card"
kind = "fulfilment_fee"
tier = "large"
weight_unit = "lb"
steps = [[1, 4.55], [3, 6.62]]
beyond_base = 6.92
beyond_each = 0.25
beyond_amount = 0.08
currency = "USD"
[[rule]]
id = "low"
kind = "storage_fee"
size = "standard"
season = "jan_sep"
amount = 0.78
volume = "ft3"
months = [1, 2, 3, 4, 5, 6, 7, 8, 9]
currency = "USD"
[[rule]]
id = "old"
kind = "aged_stock_fee"
age = "366"
from_days = 366
amount = 6.90
minimum = 0.15
volume = "ft3"
currency = "USD"
[[rule]]
id = "order"
kind = "fixed_fee"
fee = "per_order"
amounts = [{ up_to = 10, amount = 0.30 }, { amount = 0.40 }]
per = "order"
currency = "USD"
"""
ON = date(2026, 1, 15)
SHOP = {"channel": "shop", "market": "US"}


@pytest.fixture(scope="module")
def book():
    return build([parse_rules("b.toml", BOOK)])


def usd(text):
    return Money.of(text, "USD")


@pytest.mark.parametrize(
    ("sides", "grams", "tier"),
    [
        ((300, 200, 18), 400, "small"),
        ((381, 305, 19), 454, "small"),  # 15 x 12 x 0.75 in and a pound, as whole mm and g
        ((381, 305, 20), 454, "large"),
        ((300, 200, 18), 455, "large"),
        ((457, 356, 203), 9072, "large"),
    ],
)
def test_the_first_tier_a_unit_fits_is_its_own(book, sides, grams, tier):
    assert size_tier(book, ON, Unit(sides, grams), **SHOP).code == tier


def test_a_unit_that_fits_no_known_tier_has_none(book):
    with pytest.raises(NoRule):
        size_tier(book, ON, Unit((500, 356, 203), 100), **SHOP)
    ended = replace(book.by_id("small"), known_to=date(2025, 1, 1))
    past = Rulebook([ended, book.by_id("large")])
    with pytest.raises(Unconfirmed):
        size_tier(past, ON, Unit((300, 200, 18), 400), **SHOP)
    assert size_tier(past, ON, Unit((457, 356, 203), 500), **SHOP).code == "large"
    tree = fulfilment_of(book, ON, Unit((500, 356, 203), 100), **SHOP)
    assert (tree.state, tree.amount) == ("missing", None)


def test_volume_counts_where_the_tier_says_so(book):
    tier = size_tier(book, ON, Unit((457, 356, 203), 500), **SHOP)
    assert tier.billed_g == Fraction(457 * 356 * 203) / Fraction("25.4") ** 3 / 139 * GRAMS["lb"]
    assert size_tier(book, ON, Unit((300, 200, 18), 400), **SHOP).billed_g == Fraction("399.5")


@pytest.mark.parametrize(
    ("pounds", "fee"), [("1", "4.55"), ("1.01", "6.62"), ("3", "6.62"), ("3.1", "7.00"), ("3.26", "7.08")]
)
def test_a_card_has_steps_and_then_so_much_for_each_started_piece(book, pounds, fee):
    assert fulfilment_fee(book.by_id("card"), Fraction(pounds) * GRAMS["lb"]).amount == usd(fee)


def test_a_tier_without_a_card_is_missing_with_its_reason(book):
    tree = fulfilment_of(book, ON, Unit((300, 200, 18), 400), **SHOP)
    assert (tree.state, "no fulfilment_fee rule" in tree.formula) == ("missing", True)


def test_storage_by_volume_season_and_minimum(book):
    foot = round(MM3["ft3"])
    assert storage_fee(book.by_id("low"), foot, 3).amount == usd("2.34")
    assert storage_fee(book.by_id("old"), foot // 100).amount == usd("0.15")
    unit = Unit((305, 305, 305), 100)
    assert storage_of(book, ON, unit, size="standard", **SHOP).amount == usd("0.78")
    assert storage_of(book, date(2026, 10, 1), unit, size="standard", **SHOP).state == "missing"


def test_the_band_the_price_falls_in_gives_the_one_amount(book):
    row = book.by_id("order")
    assert [fixed_fee(row, usd(p)).amount for p in ("10.00", "10.01")] == [usd("0.30"), usd("0.40")]
    assert fixed_fee(row, Money.of("9", "EUR")).state == "missing"


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_heavier_unit_never_costs_less(a, b):
    card = build([parse_rules("b.toml", BOOK)]).by_id("card")
    low, high = sorted((a, b))
    assert fulfilment_fee(card, low).amount.minor <= fulfilment_fee(card, high).amount.minor


@given(st.integers(0, 10**9), st.integers(0, 24))
def test_storage_grows_with_volume_and_time_and_is_never_below_the_minimum(mm3, months):
    row = build([parse_rules("b.toml", BOOK)]).by_id("old")
    fee = storage_fee(row, mm3, months).amount
    assert fee.amount >= Decimal("0.15") * months
    assert fee.minor <= storage_fee(row, mm3 + 10**6, months + 1).amount.minor
