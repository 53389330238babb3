from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule
from tradewind.engine.vat import net_of

TODAY = date(2026, 11, 22)


def vat(rate, included=True):
    values = {"rate": Decimal(rate), "included": included, "name": "VAT"}
    return Rule("DE.vat", "vat", {}, values, TODAY, None, "s", TODAY, "confirmed", "high", "f")


@pytest.mark.parametrize(
    ("price", "rate", "net", "tax"),
    [
        (Money(11900, "EUR"), "0.19", 10000, -1900),
        (Money(1999, "GBP"), "0.20", 1666, -333),
        (Money(1980, "JPY"), "0.10", 1800, -180),
        (Money(1, "EUR"), "0.19", 1, 0),
        (Money(1000, "EUR"), "0", 1000, 0),
    ],
)
def test_the_tax_is_taken_out_of_the_price(price, rate, net, tax):
    tree = net_of(price, vat(rate))
    assert (tree.amount.minor, tree.parts[1].amount.minor) == (net, tax)
    assert tree.parts[1].source == "DE.vat"


def test_where_prices_are_shown_without_tax_the_price_is_the_net():
    assert net_of(Money(1999, "USD"), vat("0.19", included=False)).amount == Money(1999, "USD")


@given(st.integers(0, 10**10), st.decimals("0", "0.27", places=3))
def test_the_tax_on_the_net_is_the_tax_again_within_a_cent(minor, rate):
    tree = net_of(Money(minor, "EUR"), vat(rate))
    again = tree.amount.times(rate)
    assert abs(again.minor + tree.parts[1].amount.minor) <= 1
    assert tree.amount - tree.parts[1].amount == Money(minor, "EUR")
