from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import MISSING
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rate, Rates
from tradewind.engine.money import EXPONENTS, Money, to_currency

DAY = date(2026, 6, 30)


def quote(base, other, rate, on=DAY, source="ecb"):
    return FxQuote(base, other, on, Decimal(rate), source)


ECB = [quote("EUR", "USD", "1.1000"), quote("EUR", "CNY", "7.9200"), quote("EUR", "JPY", "171.00")]


def test_a_quote_is_taken_as_it_stands_turned_round_or_crossed():
    rates = Rates(ECB)
    assert rates.find("EUR", "USD", DAY) == Rate("EUR", "USD", Decimal("1.1000"), DAY, "ecb", "direct")
    assert rates.find("USD", "EUR", DAY) == Rate("USD", "EUR", Decimal("0.9090909091"), DAY, "ecb", "inverse")
    assert rates.find("USD", "CNY", DAY) == Rate("USD", "CNY", Decimal("7.2"), DAY, "ecb", "cross via EUR")
    assert rates.find("USD", "USD", DAY) == Rate("USD", "USD", Decimal(1), DAY, "", "same")


def test_the_newest_rate_on_or_before_the_day_counts_and_never_a_later_one():
    rates = Rates(
        [quote("EUR", "USD", "1.08", date(2026, 6, 26)), quote("EUR", "USD", "1.10", date(2026, 6, 29))]
    )
    assert rates.find("EUR", "USD", date(2026, 6, 28)).rate == Decimal("1.08")
    assert rates.find("EUR", "USD", date(2026, 6, 29)).rate == Decimal("1.10")
    assert rates.find("EUR", "USD", date(2026, 6, 25)) is None


def test_a_rate_grows_too_old():
    rates = Rates([quote("EUR", "USD", "1.1")], max_age_days=3)
    assert rates.find("EUR", "USD", DAY + timedelta(days=3)).on == DAY
    assert rates.find("EUR", "USD", DAY + timedelta(days=4)) is None


def test_a_cross_is_as_old_as_its_older_leg_and_fails_with_either():
    old = DAY - timedelta(days=5)
    rates = Rates([quote("EUR", "USD", "1.1", old, "ecb"), quote("EUR", "CNY", "7.92", DAY, "pboc")])
    assert rates.find("USD", "CNY", DAY) == Rate(
        "USD", "CNY", Decimal("7.2"), old, "ecb, pboc", "cross via EUR"
    )
    assert rates.find("USD", "CNY", DAY + timedelta(days=3)) is None
    assert rates.find("USD", "GBP", DAY) is None


def test_two_sources_of_a_day_are_chosen_between_by_name_or_by_preference():
    quotes = [quote("EUR", "USD", "1.2", source="bank"), quote("EUR", "USD", "1.1", source="ecb")]
    assert Rates(quotes).find("EUR", "USD", DAY).source == "bank"
    assert Rates(quotes, sources=["ecb"]).find("EUR", "USD", DAY).rate == Decimal("1.1")


def test_the_newer_of_a_pair_s_two_directions_counts():
    quotes = [quote("EUR", "USD", "1.10", DAY - timedelta(days=2)), quote("USD", "EUR", "0.8", DAY)]
    assert Rates(quotes).find("EUR", "USD", DAY).path == "inverse"


def test_a_conversion_explains_itself():
    tree = Rates(ECB).convert(Money(1000, "USD"), "CNY", DAY + timedelta(days=1))
    assert tree.amount == Money(7200, "CNY")
    assert tree.inputs == {
        "amount": "10.00 USD",
        "rate": "7.2000000000",
        "of": "2026-06-30",
        "path": "cross via EUR",
    }
    assert tree.source == "ecb"


def test_no_rate_is_missing_and_not_one():
    tree = Rates(ECB).convert(Money(1000, "USD"), "GBP", DAY)
    assert (tree.amount, tree.state) == (None, MISSING)
    assert tree.formula == "no USD/GBP rate on or up to 7 days before 2026-06-30"


def test_a_rate_converts_only_its_own_currency_and_is_above_zero():
    with pytest.raises(ValueError, match="does not convert"):
        Rates(ECB).find("EUR", "USD", DAY).convert(Money(1, "GBP"))
    with pytest.raises(ValueError, match="above zero"):
        Rates([quote("EUR", "USD", "0")])


RATE = st.decimals("0.001", "1000", places=6)


@given(RATE, RATE, st.integers(-(10**10), 10**10))
def test_what_is_converted_is_the_stated_rate_times_the_amount(usd, cny, minor):
    rates = Rates([quote("EUR", "USD", usd), quote("EUR", "CNY", cny)])
    rate = rates.find("USD", "CNY", DAY)
    if rate is None:  # too small for ten decimals: no guess
        return
    assert rates.convert(Money(minor, "USD"), "CNY", DAY).amount == rate.convert(Money(minor, "USD"))
    assert abs(rate.rate - cny / usd) <= Decimal("0.0000000001")


@given(
    st.permutations(ECB),
    st.sampled_from(["USD", "CNY", "JPY", "EUR"]),
    st.sampled_from(["USD", "CNY", "JPY"]),
)
def test_the_order_of_quotes_does_not_matter(quotes, base, other):
    assert Rates(quotes).find(base, other, DAY) == Rates(ECB).find(base, other, DAY)


@given(
    st.sampled_from(sorted(EXPONENTS)),
    st.sampled_from(sorted(EXPONENTS)),
    st.integers(-(10**13), 10**13),
    st.decimals("0.0000000001", "100000", places=10),
)
def test_whole_numbers_convert_exactly_as_money_does(base, quote, minor, rate):  # fmt: skip
    found = Rate(base, quote, rate, DAY, "ecb", "direct")
    assert found.minor(minor) == to_currency(Money(minor, base), quote, rate).minor
    assert found.convert(Money(minor, base)) == to_currency(Money(minor, base), quote, rate)
    assert found.minor(-minor) == -found.minor(minor)
