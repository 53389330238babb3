from datetime import date
from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.price_endings import endings
from tradewind.engine.price_terms import Sale, sale_terms
from tradewind.engine.pricing import MARGIN, Cost, PriceCurve, Target
from tradewind.engine.rulebook import Rule, Rulebook
from tradewind.engine.unit_profit import UnitInputs, unit_profit

TODAY = date(2026, 11, 22)


def row(id, kind, keys, **values):
    return Rule(id, kind, keys, values, date(2024, 1, 1), None, "s", TODAY, "confirmed", "high", "f")


def fee(market, shape, *tiers, **more):
    read = tuple((None if top is None else Decimal(top), Decimal(rate)) for top, rate in tiers)
    keys = {"channel": "x", "market": market, "category": "*"}
    return row(f"x.{market}", "referral_fee", keys, shape=shape, tiers=read, **more)


def vat(market, rate, included):
    keys = {"market": market, "category": "*"}
    return row(f"vat.{market}", "vat", keys, rate=Decimal(rate), included=included, name="VAT")


BOOK = Rulebook(
    [
        vat("DE", "0.19", True), vat("US", "0", False), vat("JP", "0.10", True),
        fee("DE", "price_switch", ("10", "0.08"), (None, "0.15"), minimum=Decimal("0.30"), currency="EUR"),
        fee("US", "marginal", ("25", "0.20"), (None, "0.05"), minimum=Decimal("0.30"), currency="USD"),
        fee("JP", "flat", (None, "0.12")),
        row("x.pay", "payment_fee", {"channel": "x", "market": "*"}, rate=Decimal("0.029")),
    ]
)  # fmt: skip
RATES = Rates(
    [
        FxQuote("EUR", "CNY", TODAY, Decimal("8.1234"), "ecb"),
        FxQuote("EUR", "USD", TODAY, Decimal("1.17"), "ecb"),
        FxQuote("EUR", "JPY", TODAY, Decimal("182.35"), "ecb"),
    ]
)
CURRENCY = {"DE": "EUR", "US": "USD", "JP": "JPY"}


def rater(currency):
    return RATES.find(currency, "CNY", TODAY)


def both(market, price, goods, freight, ads, returns, buffer):
    """The same unit through the price engine and through the pre-purchase profit."""
    currency = CURRENCY[market]
    sale = Sale(market, "x", "toys", currency, ads, returns, buffer)
    costs = [
        Cost("fulfilment", Money(freight, currency)), Cost("first_leg", Money(333, "CNY")),
        Cost("goods_cost", Money(goods, "CNY")), Cost("duty", Money(77, "USD")),
        Cost("vat_rebate", Money(41, "CNY"), adds=True),
    ]  # fmt: skip
    inputs = UnitInputs(
        market, "x", "toys", Money(price, currency), Money(goods, "CNY"), Money(333, "CNY"),
        Money(freight, currency), Money(77, "USD"), ads, returns, buffer, "CNY", Money(41, "CNY"),
    )  # fmt: skip
    curve = PriceCurve(sale_terms(sale, BOOK, TODAY).terms, "CNY", rater)
    return curve, costs, unit_profit(inputs, BOOK, RATES, TODAY)


shares = st.integers(0, 300).map(lambda n: Decimal(n) / 1000)


@settings(deadline=None)
@given(
    st.sampled_from(["DE", "US", "JP"]), st.integers(1, 90000), st.integers(0, 90000), st.integers(0, 5000),
    shares, shares, shares,
)  # fmt: skip
def test_every_part_is_that_of_the_pre_purchase_profit(market, price, goods, freight, ads, returns, buffer):
    curve, costs, theirs = both(market, price, goods, freight, ads, returns, buffer)
    tree, profit, net = curve.explain(price, costs)
    ours = [(p.name, p.amount) for p in tree.parts]
    assert ours == [(p.name, p.amount) for p in theirs.breakdown.parts]
    assert (profit, net) == (theirs.profit, theirs.net_price)


@pytest.mark.parametrize("market", ["DE", "US", "JP"])
@pytest.mark.parametrize("margin", ["0.1", "0.1525", "0.3"])
def test_the_solved_price_keeps_its_promise_in_the_pre_purchase_profit(market, margin):
    rates = Decimal("0.08"), Decimal("0.03"), Decimal("0.02")
    curve, costs, _ = both(market, 1, 5150, 320, *rates)
    ending = endings(".99" if market != "JP" else "9", CURRENCY[market])
    for ends in ((), ending):
        more = {"endings": ends} if ends else {}
        got = curve.solve(costs, Target(MARGIN, F(margin)), **more)
        _, _, promised = both(market, got.price.minor, 5150, 320, *rates)
        assert promised.profit == got.profit
        assert F(promised.profit.minor, promised.net_price.minor) >= F(margin)
        assert promised.breakdown.amount == got.breakdown.amount == got.profit
        assert promised.net_price == got.net
    below = got.intervals[0].low - 2
    _, _, short = both(market, below, 5150, 320, *rates)
    assert F(short.profit.minor, short.net_price.minor) < F(margin)


def test_everything_that_is_missing_is_named_at_once():
    found = sale_terms(Sale("FR", "y", "toys", "EUR", None, Decimal(0), None), BOOK, TODAY)
    assert found.terms is None
    assert [name for name, _why in found.missing] == ["net_price", "referral_fee", "ads", "fx_buffer"]
    assert "no vat rule is in force for market FR" in found.missing[0][1]


def test_a_schedule_in_another_currency_is_missing_not_converted():
    found = sale_terms(Sale("DE", "x", "toys", "PLN", Decimal(0), Decimal(0), Decimal(0)), BOOK, TODAY)
    assert found.missing == (("referral_fee", "the schedule is in EUR, the price in PLN"),)


def test_a_seller_who_keeps_what_is_earned_needs_no_buffer():
    sale = Sale("DE", "x", "toys", "EUR", Decimal(0), Decimal(0), None, base_currency="EUR")
    assert [name for name, _rate in sale_terms(sale, BOOK, TODAY).terms.shares] == ["ads", "returns"]
