"""Charges of duty rates, and the look-up of a schedule."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.tariff import REFERRED, UNKNOWN, Charge, DutyRate, Share, Specific, Terms

PER_KG = Specific(D("1.2"), "USD", "kg")


def _rate(ad_valorem: str = "0", *specific: Specific, **kw: object) -> DutyRate:
    return DutyRate("01012100", D(ad_valorem), specific, "as written", "a tariff", **kw)  # type: ignore[arg-type]


def test_a_compound_rate_adds_up() -> None:
    rate = _rate("0.05", PER_KG)
    assert rate.needs() == ("kg",)
    assert rate.charge(Fraction(100), "USD", {"kg": 2}, {}) == Charge(Fraction(37, 5))


def test_what_is_missing_is_named_and_nothing_is_assumed() -> None:
    rate = _rate("0.05", PER_KG, Specific(D(3), "GBP", "item"), shares=(Share(D("0.06"), "case"),))
    missing = ("item", "value of case", "USD", "GBP")
    assert rate.charge(Fraction(100), "EUR", {"kg": 2}, {}) == Charge(None, missing)


def test_a_rate_that_is_not_known_gives_no_charge() -> None:
    for state in (REFERRED, UNKNOWN):
        rate = _rate("0.25", state=state)
        assert rate.charge(Fraction(100), "USD", {}, {}) == Charge(None, ("as written",))
        assert not rate.free
    assert _rate().free


def test_another_currency_is_converted() -> None:
    assert _rate("0", PER_KG).charge(Fraction(1), "EUR", {"kg": 1}, {"USD": D("0.9")}).amount == Fraction(
        27, 25
    )


rates = st.decimals(0, 5, places=4)


@given(rates, rates, rates, st.integers(0, 10**6), st.integers(0, 1000))
def test_limits_hold(base: D, low: D, high: D, value: int, kg: int) -> None:
    at_least = Terms(specific=(Specific(low, "USD", "kg"),))
    at_most = Terms(specific=(Specific(low + high, "USD", "kg"),))
    limited = _rate(str(base), at_least=(at_least,), at_most=(at_most,))
    amount = limited.charge(Fraction(value), "USD", {"kg": kg}, {}).amount
    assert amount is not None
    assert Fraction(low) * kg <= amount <= Fraction(low + high) * kg
    plain = Fraction(base) * value
    assert amount == plain or amount in (Fraction(low) * kg, Fraction(low + high) * kg)
