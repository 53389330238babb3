from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import ESTIMATED, MISSING
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule, Rulebook
from tradewind.engine.unit_profit import UnitInputs, unit_profit

TODAY = date(2026, 11, 22)


def row(id, kind, keys, **values):
    return Rule(id, kind, keys, values, date(2024, 1, 1), None, "s", TODAY, "confirmed", "high", "f")


BOOK = Rulebook(
    [
        row(
            "DE.vat", "vat", {"market": "DE", "category": "*"},
            rate=Decimal("0.19"), included=True, name="VAT",
        ),
        row(
            "x.referral", "referral_fee", {"channel": "x", "market": "*", "category": "*"},
            shape="flat", tiers=((None, Decimal("0.15")),),
        ),
    ]
)  # fmt: skip
RATES = Rates(
    [FxQuote("EUR", "CNY", TODAY, Decimal("8"), "ecb"), FxQuote("EUR", "USD", TODAY, Decimal("1.6"), "ecb")]
)
INPUTS = UnitInputs(
    market="DE",
    channel="x",
    category="toys",
    price=Money(2380, "EUR"),  # 20.00 net
    goods_cost=Money(4000, "CNY"),
    first_leg=Money(500, "CNY"),
    fulfilment=Money(300, "EUR"),
    duty=Money(100, "USD"),
    ads_rate=Decimal("0.05"),
    returns_rate=Decimal("0.03"),
    fx_buffer_rate=Decimal("0.02"),
)


def minors(result):
    return {
        part.name: part.amount.minor if part.amount is not None else None for part in result.breakdown.parts
    }


def test_a_unit_s_profit_is_worked_out_to_the_fen():
    result = unit_profit(INPUTS, BOOK, RATES, TODAY)
    assert minors(result) == {
        "net_price": 16000,
        "referral_fee": -2400,
        "fulfilment": -2400,
        "first_leg": -500,
        "goods_cost": -4000,
        "duty": -500,
        "ads": -800,
        "returns": -480,
        "fx_buffer": -320,
    }
    assert result.profit == result.breakdown.amount == Money(4600, "CNY")
    assert result.net_price == Money(16000, "CNY")
    assert result.margin == Decimal("0.2875")
    assert result.breakdown.state == ESTIMATED
    assert "x.referral" in result.breakdown.parts[1].source


def test_a_rebate_is_added_only_when_it_is_claimed():
    result = unit_profit(replace(INPUTS, vat_rebate=Money(460, "CNY")), BOOK, RATES, TODAY)
    assert minors(result)["vat_rebate"] == 460
    assert result.profit == Money(5060, "CNY")


@pytest.mark.parametrize("field", ["goods_cost", "first_leg", "fulfilment", "duty"])
def test_a_cost_nobody_stated_is_missing_and_gives_no_margin(field):
    result = unit_profit(replace(INPUTS, **{field: None}), BOOK, RATES, TODAY)
    part = next(part for part in result.breakdown.parts if part.name == field)
    assert (part.amount, part.state, part.formula) == (None, MISSING, "not stated")
    assert (result.breakdown.state, result.profit, result.margin) == (MISSING, None, None)


@pytest.mark.parametrize(
    ("field", "name"), [("ads_rate", "ads"), ("returns_rate", "returns"), ("fx_buffer_rate", "fx_buffer")]
)
def test_an_allowance_nobody_stated_is_missing(field, name):
    result = unit_profit(replace(INPUTS, **{field: None}), BOOK, RATES, TODAY)
    assert minors(result)[name] is None
    assert result.margin is None


def test_a_stated_zero_is_a_zero():
    result = unit_profit(replace(INPUTS, duty=Money(0, "CNY")), BOOK, RATES, TODAY)
    assert result.profit == Money(5100, "CNY")


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"price": None}, {"net_price", "referral_fee", "ads", "returns", "fx_buffer"}),
        ({"market": "FR"}, {"net_price", "referral_fee", "ads", "returns", "fx_buffer"}),
        ({"channel": "y"}, {"referral_fee"}),
        ({"duty": Money(100, "GBP")}, {"duty"}),
    ],
)
def test_what_no_rule_or_rate_tells_is_missing_where_it_is_needed(change, missing):
    result = unit_profit(replace(INPUTS, **change), BOOK, RATES, TODAY)
    assert {name for name, minor in minors(result).items() if minor is None} == missing
    assert result.margin is None


def test_sold_in_the_base_currency_there_is_no_exchange_risk():
    result = unit_profit(replace(INPUTS, base_currency="EUR", fx_buffer_rate=None), BOOK, RATES, TODAY)
    assert minors(result)["fx_buffer"] == 0
    assert result.net_price == Money(2000, "EUR")


AMOUNTS = st.builds(Money, st.integers(0, 10**6), st.sampled_from(["CNY", "EUR", "USD"]))
SHARES = st.decimals("0", "0.4", places=3)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, SHARES, SHARES, SHARES)
def test_the_profit_is_the_sum_of_its_parts_and_a_dearer_unit_never_earns_more(
    price, goods, leg, freight, duty, ads, returns, buffer
):
    given_ = UnitInputs("DE", "x", "toys", price, goods, leg, freight, duty, ads, returns, buffer)
    result = unit_profit(given_, BOOK, RATES, TODAY)
    assert result.profit == Money.total((part.amount for part in result.breakdown.parts), "CNY")
    dearer = unit_profit(replace(given_, goods_cost=goods + Money(1, goods.currency)), BOOK, RATES, TODAY)
    assert dearer.profit <= result.profit
