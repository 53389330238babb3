"""Rates read out of the words of tariffs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.duty_text import duty_rate, special_rates
from tradewind.engine.tariff import KNOWN, REFERRED, UNKNOWN, Share, Specific, Terms

USD = "USD"


def usd(amount: str, unit: str) -> Specific:
    return Specific(D(amount), USD, unit)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Free", Terms()),
        ("6.8%", Terms(D("0.068"))),
        ("33 1/3%", Terms(Fraction(1, 3))),
        ("6.6¢/kg", Terms(D(0), (usd("0.066", "kg"),))),
        ("$1.20/kg + 5%", Terms(D("0.05"), (usd("1.2", "kg"),))),
        ("8¢/kg +12%", Terms(D("0.12"), (usd("0.08", "kg"),))),
        ("5.8¢/kg on drained weight", Terms(D(0), (usd("0.058", "kg of drained weight"),))),
        ("0.9¢ each", Terms(D(0), (usd("0.009", "item"),))),
        ("90¢/pr. + 37.5%", Terms(D("0.375"), (usd("0.9", "pair"),))),
        ("3¢/doz.", Terms(D(0), (usd("0.03", "dozen"),))),
        ("$1.34/1000", Terms(D(0), (usd("0.00134", "item"),))),
        ("$2.50/thou- sand + 40%", Terms(D("0.4"), (usd("0.0025", "item"),))),
        ("10¢/1,000 pins + 3.5%", Terms(D("0.035"), (usd("0.0001", "pin"),))),
        ("$1.10/t, including weight of container", Terms(D(0), (usd("0.0011", "kg with container"),))),
        (
            "40¢ each + 6% on the case + 5.3% on the battery",
            Terms(D(0), (usd("0.4", "item"),), (Share(D("0.06"), "case"), Share(D("0.053"), "battery"))),
        ),
        ("1.1¢/kg on lead content", Terms(D(0), (usd("0.011", "kg of lead"),))),
        ("4.4 percent of the fair retail value", Terms(shares=(Share(D("0.044"), "fair retail value"),))),
        (
            "10.20% + 93.10 EUR / 100 kg",
            Terms(D("0.102"), (Specific(D("0.931"), "EUR", "kg"),)),
        ),
        ("77.00 GBP/100kg", Terms(D(0), (Specific(D("0.77"), "GBP", "kg"),))),
        ("1.40 GBP / % vol / hl", Terms(D(0), (Specific(D("0.014"), "GBP", "% vol l"),))),
    ],
)
def test_rates_as_tariffs_write_them(text: str, terms: Terms) -> None:
    rate = duty_rate(text, USD)
    assert (rate.state, rate.terms, rate.at_least, rate.at_most) == (KNOWN, terms, (), ())


def test_limits() -> None:
    rate = duty_rate("18.40% MIN 22.00 EUR / 100 kg MAX 24.00 EUR / 100 kg", "EUR")
    assert rate.ad_valorem == D("0.184")
    assert rate.at_least == (Terms(specific=(Specific(D("0.22"), "EUR", "kg"),)),)
    assert rate.at_most == (Terms(specific=(Specific(D("0.24"), "EUR", "kg"),)),)
    assert duty_rate("5% but not less than 20¢/kg", USD).at_least == (Terms(specific=(usd("0.2", "kg"),)),)


@pytest.mark.parametrize(
    "text",
    [
        "", "free of charge", "Entry Price", "9.00% +  EA", "7.2 MIN 0.36 EUR/100 kg",
        "43¢ each + 2.8¢/jewel over 7",
        "Free, under bond, as prescribed in U.S. note 1 to this subchapter", "3¢/firkin", "10.5", "-4%",
        "3.6606¢/kg less 0.020668¢/kg for each degree under 100 degrees",
        "The duty provided in the applicable subheading + some more",
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_unknown_and_keeps_its_words(text: str) -> None:
    rate = duty_rate(text, USD, code="0101", source="a tariff")
    assert (rate.state, rate.terms, rate.code, rate.source) == (UNKNOWN, Terms(), "0101", "a tariff")
    assert rate.text == " ".join(text.split())


def test_a_rate_that_refers_to_another_line_keeps_what_comes_on_top() -> None:
    rate = duty_rate("The duty provided in the applicable subheading + 7.5%", USD)
    assert (rate.state, rate.terms) == (REFERRED, Terms(D("0.075")))
    steel = duty_rate(
        "The duty provided in the applicable subheading + a duty of 25% upon the value of the steel content.",
        USD,
    )
    assert (steel.state, steel.shares) == (REFERRED, (Share(D("0.25"), "steel content"),))
    for text in ("No change", "See 9912.11.05", "The rate applicable to the natural juice in heading 2009"):
        assert duty_rate(text, USD).state == REFERRED


def test_seasons() -> None:
    text = "14.00% (01 JUL - 31 JAN), 0.00% (01 FEB - 30 JUN)"
    assert duty_rate(text, "GBP", on=date(2021, 1, 31)).ad_valorem == D("0.14")
    assert duty_rate(text, "GBP", on=date(2021, 2, 1)).ad_valorem == 0
    assert duty_rate(text, "GBP", on=date(2021, 12, 25)).ad_valorem == D("0.14")
    assert duty_rate(text, "GBP").state == UNKNOWN
    gap = "9.60% (01 JAN-15 MAY), 13.40% (16 MAY-30 JUNE)"
    assert duty_rate(gap, "EUR", on=date(2021, 7, 1)).state == UNKNOWN
    assert duty_rate(gap, "EUR", on=date(2021, 6, 30)).ad_valorem == D("0.134")


def test_special_rates_by_programme() -> None:
    text = "Free (A+,AU, BH)2.8% (JP) See 9912.11.05-9912.11.20 (S+)"
    assert list(special_rates(text)) == [
        ("A+", "Free"), ("AU", "Free"), ("BH", "Free"), ("JP", "2.8%"), ("S+", "See 9912.11.05-9912.11.20"),
    ]  # fmt: skip
    assert list(special_rates("No change")) == [("", "No change")]
    assert list(special_rates("Free (See U.S. note 4 of this subchapter)")) == [
        ("", "Free (See U.S. note 4 of this subchapter)")
    ]
    assert list(special_rates("")) == []


amounts = st.decimals("0.001", 900, places=3)


@given(
    st.none() | amounts,
    st.lists(st.tuples(amounts, st.sampled_from(["kg", "liter", "pr.", "m2"])), max_size=3),
)
def test_every_sum_written_is_read_back(share: D | None, parts: list[tuple[D, str]]) -> None:
    words = [f"{amount}¢/{unit}" for amount, unit in parts] + ([f"{share}%"] if share is not None else [])
    units = {"kg": "kg", "liter": "l", "pr.": "pair", "m2": "m2"}
    rate = duty_rate(" + ".join(words) or "Free", USD)
    assert rate.state == KNOWN
    assert rate.ad_valorem == (share or D(0)) / 100
    assert rate.specific == tuple(Specific(amount / 100, USD, units[unit]) for amount, unit in parts)


@given(st.text(max_size=60))
def test_any_text_gives_an_answer_and_never_a_silent_nothing(text: str) -> None:
    rate = duty_rate(text, USD)
    assert rate.state == UNKNOWN or any(c.isdigit() for c in text) or rate.state == REFERRED or "Free" in text
