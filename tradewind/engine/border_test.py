from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.border import border
from tradewind.engine.consignment import Consignment, GoodsLine
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import landed_cost
from tradewind.engine.money import Money
from tradewind.engine.pricing import NET
from tradewind.rules import load

DAY = date(2026, 7, 1)
RATES = Rates([FxQuote("EUR", c, DAY, Decimal(r), "test") for c, r in (("GBP", "0.85"), ("USD", "1.1"))])


def unit(market: str, currency: str, scheme: str = "", rate: str | None = "0.12") -> Consignment:
    duty = None if rate is None else Decimal(rate)
    line = GoodsLine(Money(0, currency), 1, "6109.10", "CN", 300, duty_rate=duty)
    return Consignment(market, (line,), Money(500, currency), Money(0, currency), way="line", scheme=scheme)


def land(asked: Consignment):  # type: ignore[no-untyped-def]
    return landed_cost(asked, load(), RATES, DAY)


IOSS = border(unit("DE", "EUR", "ioss"), land)
GB = border(unit("GB", "GBP"), land)


def charged(found, value: int) -> Fraction:  # type: ignore[no-untyped-def]
    band = next(b for b in found.charge.bands if b.up_to is None or value <= b.up_to)
    return band.rate * value + band.fixed


def test_an_ioss_parcel_pays_three_euros_up_to_150_and_duty_and_tax_above() -> None:
    assert IOSS.charge is not None
    assert IOSS.charge.base == NET
    assert charged(IOSS, 1_000) == 300
    assert charged(IOSS, 15_000) == 300
    above = IOSS.at(15_001).amount
    assert above is not None
    assert above.minor > 5_000  # 12 % of 155.01 and 19 % of the sum
    assert abs(charged(IOSS, 15_001) - above.minor) <= 5


def test_a_british_parcel_pays_nothing_at_the_border_up_to_135() -> None:
    assert GB.charge is not None
    assert [b.up_to for b in GB.charge.bands] == [Fraction(13_500), None]
    assert charged(GB, 13_500) == 0
    # above: 12 % of 140.01 = 16.80, VAT 20 % of 156.81 = 31.36
    assert GB.at(13_501).amount == Money(4816, "GBP")


@pytest.mark.parametrize("found", [IOSS, GB], ids=["DE", "GB"])
@given(value=st.integers(1, 400_000))
def test_the_charge_tells_the_landed_cost_at_every_value(found, value: int) -> None:  # type: ignore[no-untyped-def]
    amount = found.at(value).amount
    assert amount is not None
    assert abs(charged(found, value) - amount.minor) <= 6


def test_where_duty_becomes_due_at_an_unknown_rate_the_charge_ends_with_the_reason() -> None:
    found = border(unit("GB", "GBP", rate=None), land)
    assert found.charge is not None
    assert (found.known_to, charged(found, 13_500)) == (13_500, 0)
    assert found.at(13_501).amount is None
    assert found.why == found.at(13_501).why != ""


def test_what_is_unknown_from_the_start_has_no_charge() -> None:
    found = border(unit("US", "USD", rate=None), land)
    assert found.charge is None
    assert found.why
