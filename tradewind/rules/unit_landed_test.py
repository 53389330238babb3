"""Duty of a unit before it is bought, worked out over the rules as shipped."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tradewind.engine.breakdown import MISSING
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.unit_landed import Entry
from tradewind.engine.unit_profit import UnitInputs, unit_profit
from tradewind.rules import load

JULY = date(2026, 7, 10)
RATES = Rates(
    [FxQuote("EUR", c, JULY, Decimal(r), "t") for c, r in (("CNY", "8"), ("GBP", ".8"), ("USD", "1.25"))]
)
PARCEL = Entry(hs_code="6109.10", origin="CN", way="line", scheme="ioss")
UNIT = UnitInputs(
    market="DE", channel="harbour", category="", price=Money(2380, "EUR"), goods_cost=Money(4000, "CNY"),
    first_leg=Money(800, "CNY"), fulfilment=Money(300, "EUR"), duty=None, ads_rate=Decimal(0),
    returns_rate=Decimal(0), fx_buffer_rate=Decimal(0), entry=PARCEL,
)  # fmt: skip


def parts(inputs, on=JULY, **more):
    told = unit_profit(inputs, load(), RATES, on, **more)
    return {part.name: part for part in told.breakdown.parts}


def amounts(inputs, *names, **more):
    found = parts(inputs, **more)
    return [found[name].amount.minor if name in found else 0 for name in names]


def test_a_parcel_under_ioss_pays_the_flat_duty_and_its_tax_is_that_of_the_price():
    assert amounts(UNIT, "net_price", "duty", "import_tax") == [16000, -2400, 0]  # EUR 3
    assert "EU.duty.flat_subheading.2026" in parts(UNIT)["duty"].source


def test_without_the_scheme_the_border_takes_the_tax_and_what_it_takes_beyond_the_price_is_a_cost():
    """20.00 net and 3.00 of duty: 4.37 at the border, 3.80 of it in the price; 0.57 remain, CNY 4.56."""
    inputs = replace(UNIT, entry=replace(PARCEL, scheme=""))
    assert amounts(inputs, "duty", "import_tax") == [-2400, -456]


def test_a_stated_duty_is_taken_as_stated():
    inputs = replace(UNIT, duty=Money(100, "EUR"))
    assert amounts(inputs, "duty", "import_tax") == [-800, 0]
    assert parts(inputs)["duty"].formula == "(stated) x rate"


def test_goods_in_bulk_are_valued_at_cost_with_the_first_leg_and_the_shipment_s_fees_are_shared():
    """200 units at CNY 48 are EUR 1,200, USD 1,250 without freight; duty 10 % and section 122 10 %."""
    entry = Entry("3924.10.40", "VN", "sea", duty_rate=Decimal("0.10"), units=200)
    inputs = replace(UNIT, market="US", price=Money(2500, "USD"), fulfilment=Money(300, "USD"), entry=entry)
    # goods 40 CNY = 6.25 USD: 20 % is 1.25 a unit, 8.00 CNY; fees (2.69 + 1.56) / 200 are 0.02, 0.14 CNY
    assert amounts(inputs, "duty", "border_fees", "import_tax") == [-800, -13, 0]


@pytest.mark.parametrize(
    ("entry", "lacking"),
    [
        (replace(PARCEL, origin=""), "origin"),
        (replace(PARCEL, way=""), "way"),
        (replace(PARCEL, hs_code=""), "hs_code"),
        (replace(PARCEL, way="sea", scheme=""), "batch_units"),
    ],
)
def test_what_the_duty_needs_and_nobody_stated_is_named(entry, lacking):
    told = parts(replace(UNIT, entry=entry))["duty"]
    assert told.state == MISSING
    assert lacking in told.formula


def test_past_what_is_known_the_duty_is_missing_and_there_is_no_margin():
    entry = Entry("6109.10.00", "CN", "express", duty_rate=Decimal("0.165"))
    inputs = replace(UNIT, market="US", price=Money(2500, "USD"), entry=entry)
    quotes = [
        FxQuote("EUR", c, date(2026, 11, 22), Decimal(r), "t") for c, r in (("CNY", "8"), ("USD", "1.2"))
    ]
    told = unit_profit(inputs, load(), Rates(quotes), date(2026, 11, 22))
    duty = next(part for part in told.breakdown.parts if part.name == "duty")
    assert "past its known life" in duty.formula
    assert (told.profit, told.margin) == (None, None)


def test_a_refused_question_is_a_missing_duty_with_its_words():
    told = parts(replace(UNIT, entry=replace(PARCEL, scheme="voec")))["duty"]
    assert told.state == MISSING
    assert "is not a scheme of this market" in told.formula
