from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.breakdown import MISSING
from tradewind.engine.fees import channel_fees, payment_fee, referral_fee
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.rulebook import Rule, Rulebook

TODAY = date(2026, 11, 22)


def row(kind, keys=None, **values):
    keys = keys or {"channel": "x", "market": "US", "category": "*"}
    return Rule("r1", kind, keys, values, date(2024, 1, 1), None, "s", TODAY, "confirmed", "high", "f")


def schedule(shape, *tiers, minimum=None, currency="USD"):
    read = tuple((None if top is None else Decimal(top), Decimal(rate)) for top, rate in tiers)
    values = {"shape": shape, "tiers": read, "currency": currency}
    return row("referral_fee", **values, **({"minimum": Decimal(minimum)} if minimum else {}))


FLAT = schedule("flat", (None, "0.15"), minimum="0.30")
BABY = schedule("price_switch", ("10", "0.08"), (None, "0.15"), minimum="0.30")
APPAREL = schedule("price_switch", ("15", "0.05"), ("20", "0.10"), (None, "0.17"), minimum="0.30")
JEWELRY = schedule("marginal", ("250", "0.20"), (None, "0.05"), minimum="0.30")
THREE = schedule("marginal", ("100", "0.15"), ("200", "0.08"), (None, "0.01"))


@pytest.mark.parametrize(
    ("rule", "price", "fee"),
    [
        (FLAT, "19.99", "3.00"),
        (FLAT, "1.99", "0.30"),
        (FLAT, "2.00", "0.30"),
        (FLAT, "2.07", "0.31"),
        (FLAT, "0.01", "0.30"),
        (BABY, "10.00", "0.80"),
        (BABY, "10.01", "1.50"),
        (APPAREL, "15.00", "0.75"),
        (APPAREL, "15.01", "1.50"),
        (APPAREL, "20.00", "2.00"),
        (APPAREL, "20.01", "3.40"),
        (JEWELRY, "250.00", "50.00"),
        (JEWELRY, "255.00", "50.25"),
        (THREE, "50.00", "7.50"),
        (THREE, "150.00", "19.00"),
        (THREE, "300.00", "24.00"),
    ],
)
def test_a_schedule_gives_the_fee_to_the_cent(rule, price, fee):
    tree = referral_fee(Money.of(price, "USD"), rule)
    assert (tree.amount, tree.source) == (Money.of(fee, "USD"), "r1")


def test_the_fee_says_how_it_was_reckoned():
    assert referral_fee(Money.of("255.00", "USD"), JEWELRY).formula == "250 x 0.20 + 5.00 x 0.05"
    assert referral_fee(Money.of("1.00", "USD"), FLAT).formula == "minimum"
    assert referral_fee(Money.of("1.00", "USD"), FLAT).inputs == {"price": "1.00 USD", "minimum": "0.30 USD"}


def test_nothing_sold_costs_nothing():
    assert referral_fee(Money(0, "USD"), FLAT).amount == Money(0, "USD")
    assert payment_fee(Money(0, "USD"), row("payment_fee", rate=Decimal("0.029"))).amount == Money(0, "USD")


def test_a_minimum_of_another_currency_is_missing_and_not_taken_at_par():
    tree = referral_fee(Money(1999, "GBP"), FLAT)
    assert (tree.amount, tree.state) == (None, MISSING)
    assert "in USD, the price in GBP" in tree.formula


def test_a_plain_rate_needs_no_currency():
    assert referral_fee(Money(1980, "JPY"), schedule("flat", (None, "0.15"), currency=None)).amount == Money(
        297, "JPY"
    )


def test_a_payment_fee_is_a_share_and_a_fixed_part():
    rule = row("payment_fee", rate=Decimal("0.029"), fixed=Decimal("0.30"), currency="USD")
    assert payment_fee(Money(4000, "USD"), rule).amount == Money(146, "USD")
    assert payment_fee(Money(4000, "EUR"), rule).state == MISSING


def test_the_fees_of_a_sale_add_up_and_name_what_is_not_known():
    pay = row("payment_fee", {"channel": "x", "market": "*"}, rate=Decimal("0.029"))
    book = Rulebook([FLAT, Rule("p1", *(getattr(pay, f) for f in pay.__slots__[1:]))])
    ask = {
        "channel": "x",
        "category": "toys",
        "on": TODAY,
        "price": Money(2000, "USD"),
        "paid": Money(2500, "USD"),
    }
    tree = channel_fees(book, market="US", **ask)
    assert [(part.name, part.amount.minor) for part in tree.parts] == [
        ("referral_fee", 300),
        ("payment_fee", 73),
    ]
    assert tree.amount == Money(373, "USD")
    tree = channel_fees(book, market="GB", **ask)
    assert (tree.amount, tree.state) == (Money(73, "USD"), MISSING)
    assert "no referral_fee rule is in force for channel x, market GB" in tree.parts[0].formula
    tree = channel_fees(Rulebook([]), market="US", **ask)
    assert [part.name for part in tree.parts] == ["referral_fee"]
    assert tree.amount is None


def test_the_shared_price_examples_pay_the_referral_fee_they_state():
    yaml = pytest.importorskip("yaml")
    cases = yaml.safe_load(shared("data/worked-examples/pricing_cost_plus.yaml").read_text(encoding="utf-8"))[
        "cases"
    ]
    checked = 0
    for case in cases:
        given, expected = case["inputs"], case["expected"]
        if not expected.get("feasible") or "referral_at_min" not in expected or Decimal(given["vat"]):
            continue
        shape = "price_switch" if given["whole"] else "marginal"
        rule = schedule(shape, *given["tiers"], minimum=given["minfee"])
        fee = referral_fee(Money.of(str(expected["min_price"]), "USD"), rule).amount
        assert fee == Money.rounded(Decimal(str(expected["referral_at_min"])), "USD")
        checked += 1
    assert checked >= 3


RATES = st.decimals("0", "0.5", places=3)
BOUNDS = st.lists(st.integers(1, 500), min_size=1, max_size=4, unique=True).map(sorted)


@st.composite
def schedules(draw, shape):
    bounds = draw(BOUNDS)
    return schedule(shape, *[(str(b), draw(RATES)) for b in bounds], (None, draw(RATES)))


@given(schedules("marginal"), st.integers(1, 100_000))
def test_portions_equal_the_sum_over_every_cent(rule, minor):
    exact, floor = Fraction(0), 0
    for top, rate in rule.values["tiers"]:
        upper = minor if top is None else min(minor, int(top * 100))
        exact += max(upper - floor, 0) * Fraction(rate)
        floor = max(floor, upper)
    assert referral_fee(Money(minor, "USD"), rule).amount == Money(round_half_up(exact), "USD")


@given(schedules("marginal"), st.integers(1, 100_000), st.integers(0, 5_000))
def test_a_fee_by_portions_never_falls_when_the_price_rises(rule, minor, more):
    low, high = (referral_fee(Money(m, "USD"), rule).amount for m in (minor, minor + more))
    assert low <= high


@given(st.sampled_from([FLAT, BABY, APPAREL, JEWELRY]), st.integers(1, 10**7))
def test_no_fee_is_below_its_minimum(rule, minor):
    assert referral_fee(Money(minor, "USD"), rule).amount >= Money(30, "USD")


@given(st.sampled_from([FLAT, BABY, APPAREL, JEWELRY, THREE]), st.integers(1, 50_000), st.integers(1, 20))
def test_a_line_of_several_units_pays_what_the_units_pay_each_within_its_rounding(rule, minor, units):
    one = referral_fee(Money(minor, "USD"), rule).amount.minor
    line = referral_fee(Money(minor * units, "USD"), rule, units).amount.minor
    assert abs(line - one * units) <= Fraction(units + 1, 2)


def test_the_minimum_holds_for_every_unit():
    assert referral_fee(Money(300, "USD"), FLAT, 3).amount == Money(90, "USD")
    assert referral_fee(Money(2000, "USD"), BABY, 2).amount == Money(160, "USD")
    assert referral_fee(Money(2002, "USD"), BABY, 2).amount == Money(300, "USD")
