from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.money import (
    EXPONENTS,
    Money,
    MoneyError,
    parse_decimal,
    quantize,
    round_half_up,
    share,
    to_currency,
)

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINOR = st.integers(-(10**15), 10**15)
MONEY = st.builds(Money, MINOR, CURRENCIES)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        ("-0.01", "EUR", -1),
        ("1980", "JPY", 1980),
        ("1.234", "KWD", 1234),
        ("0", "CNY", 0),
        ("1e2", "USD", 10000),
    ],
)
def test_text_becomes_minor_units_of_the_currency_s_own_decimals(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("12.345", "USD"),
        ("1.5", "JPY"),
        ("abc", "USD"),
        ("", "USD"),
        ("1", "XXX"),
        ("NaN", "USD"),
        ("Infinity", "USD"),
        ("1e999999999", "USD"),
        ("1e-999999999", "USD"),
        (1.5, "USD"),
    ],
)
def test_what_is_not_an_exact_amount_of_a_known_currency_is_refused(amount, currency):
    with pytest.raises(MoneyError):
        Money.of(amount, currency)


def test_minor_units_are_whole_numbers_and_nothing_else():
    for wrong in (1.0, True, Decimal(1), "1"):
        with pytest.raises(MoneyError):
            Money(wrong, "USD")


def test_two_currencies_never_mix():
    one, two = Money(100, "USD"), Money(100, "EUR")
    for operation in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(MoneyError, match="convert first"):
            getattr(one, operation)(two)
    assert one != two
    with pytest.raises(TypeError):
        one + 5


@pytest.mark.parametrize(
    ("value", "whole"), [("2.5", 3), ("-2.5", -3), ("2.49", 2), ("-2.51", -3), ("0.5", 1), ("0", 0)]
)
def test_halves_go_away_from_zero(value, whole):
    assert round_half_up(Fraction(value)) == whole


def test_a_rate_rounds_once_and_a_float_rate_is_refused():
    assert Money(1999, "USD").times(Decimal("0.15")) == Money(300, "USD")
    assert Money(-1999, "USD").times(Decimal("0.15")) == Money(-300, "USD")
    with pytest.raises(MoneyError):
        Money(100, "USD").times(0.15)
    with pytest.raises(TypeError):
        Money(100, "USD") * Decimal("2")
    with pytest.raises(MoneyError):
        to_currency(Money(100, "USD"), "CNY", 7.1)
    with pytest.raises(MoneyError):
        Money.rounded(1.5, "USD")
    assert Money.rounded(Fraction(1, 3), "USD") == Money(33, "USD")


@pytest.mark.parametrize(
    ("money", "currency", "rate", "result"),
    [
        (Money(1000, "USD"), "CNY", "7.10", Money(7100, "CNY")),
        (Money(1000, "USD"), "JPY", "155.555", Money(1556, "JPY")),
        (Money(1556, "JPY"), "USD", "0.0064", Money(996, "USD")),
        (Money(1000, "KWD"), "USD", "3.25", Money(325, "USD")),
    ],
)
def test_conversion_minds_both_currencies_decimals(money, currency, rate, result):
    assert to_currency(money, currency, Decimal(rate)) == result


def test_a_share_gives_the_odd_cents_to_the_largest_remainders_then_to_the_earlier():
    assert share(100, [1, 1, 1]) == [34, 33, 33]
    assert share(-100, [1, 1, 1]) == [-34, -33, -33]
    assert share(5, [1, 2, 0]) == [2, 3, 0]
    assert share(0, [0, 7]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_a_share_needs_weights_that_can_share(weights):
    with pytest.raises(MoneyError):
        share(10, weights)


def test_numbers_are_read_within_reason():
    assert parse_decimal(" 12.50 ") == Decimal("12.50")
    for wrong in ("NaN", "inf", "1e99", "1e-99", "x", ""):
        with pytest.raises(MoneyError):
            parse_decimal(wrong)
    assert quantize(Fraction(1, 3), 4) == Decimal("0.3333")
    assert str(quantize(Decimal("2.5"), 0)) == "3"


def test_an_amount_reads_with_its_currency():
    assert str(Money(-123456, "USD")) == "-1,234.56 USD"
    assert str(Money(1980, "JPY")) == "1,980 JPY"


@given(st.integers(-(10**12), 10**12), WEIGHTS)
def test_a_share_never_loses_a_cent_and_stays_within_one_of_the_exact_part(total, weights):
    parts = share(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(MONEY, st.integers(1, 50))
def test_parts_of_a_split_differ_by_one_at_most(money, n):
    parts = money.split(n)
    assert Money.total(parts, money.currency) == money
    assert max(p.minor for p in parts) - min(p.minor for p in parts) <= 1


@given(MONEY)
def test_major_units_and_back_is_the_same_amount(money):
    assert Money.of(money.amount, money.currency) == money
    assert Money.of(str(money.amount), money.currency) == money
    assert money - money == Money.zero(money.currency)
    assert Money.zero(money.currency) - money == -money


@given(MINOR, MINOR, MINOR, CURRENCIES)
def test_sums_do_not_mind_their_order(a, b, c, currency):
    x, y, z = Money(a, currency), Money(b, currency), Money(c, currency)
    assert (x + y) + z == x + (z + y)
    assert (x < y) == (a < b)


@given(MINOR, st.fractions(min_value=0, max_value=5))
def test_rounding_is_the_same_both_sides_of_zero(minor, rate):
    assert Money(minor, "USD").times(rate) == -Money(-minor, "USD").times(rate)
    assert abs(Money(minor, "USD").times(rate).minor - minor * rate) <= Fraction(1, 2)
