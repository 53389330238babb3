"""Look-ups in a tariff: inheritance, fan-out, columns and programmes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.tariff import UNKNOWN
from tradewind.engine.tariff_schedule import COLUMN_2, Line, Schedule, dotted, plain_code

DAY = date(2026, 5, 1)
LINES = [
    Line("0101"), Line("010121"), Line("01012100", "Free", "", "Free"),
    Line("0101210010"), Line("0101210020"),
    Line("0101300000", "6.8%", "Free (A+,AU)2%(JP)", "15%"),
    Line("010190"), Line("01019030", "Free", "", "Free"), Line("01019040", "4.5%", "Free (AU)", "20%"),
    Line("85171300", "1%"), Line("8517130010", "2%"),  # lists exceptions only
    Line("39241040", "3.4%"), Line("39241050", "3.40%"), Line("99990000"),
]  # fmt: skip
SCHEDULE = Schedule(LINES, currency="USD", source="a tariff")


def share(hs: str, column: str = "general") -> object:
    rate = SCHEDULE.find(hs, DAY, column)
    return rate and rate.ad_valorem


def test_ten_digits_inherit_the_rate_of_eight_and_keep_their_own_code() -> None:
    rate = SCHEDULE.find("0101.21.00.10", DAY)
    assert rate is not None
    assert (rate.code, rate.free, rate.text, rate.source) == ("0101210010", True, "Free", "a tariff")


def test_punctuation_is_tolerated_and_zeros_kept() -> None:
    assert share("0101.30.00.00") == share("0101-30 00 00") == share("0101300000") == D("0.068")
    assert dotted(plain_code("01 01.30")) == "0101.30"
    for bad in ("101300000", "abc", "", "0101", "٠١٠١٣٠"):
        with pytest.raises(Refused, match="not a tariff code"):
            SCHEDULE.find(bad, DAY)


def test_a_short_code_with_one_rate_below_has_it_and_with_several_is_refused_with_all_of_them() -> None:
    assert share("0101.30") == D("0.068")
    assert share("3924.10") == D("0.034")  # one rate, written in two ways
    with pytest.raises(Refused) as refused:
        SCHEDULE.find("0101.90", DAY)
    problem = refused.value.problems[0]
    assert (problem.field, problem.value) == ("hs", "0101.90")
    assert problem.accepted == "0101.90.30 Free; 0101.90.40 4.5%"


def test_a_code_that_is_not_listed_inherits_only_where_the_tariff_lists_exceptions() -> None:
    assert share("8517130099") == D("0.01")
    assert share("8517130010") == D("0.02")
    with pytest.raises(Refused, match="several rates"):
        SCHEDULE.find("85171300", DAY)
    assert SCHEDULE.find("0101210099", DAY) is None  # the tariff lists all of them
    assert SCHEDULE.find("0202300000", DAY) is None
    assert not SCHEDULE.has("0101210099")
    assert SCHEDULE.has("8517130099")
    assert SCHEDULE.has("010190")


def test_the_second_column_and_the_programmes() -> None:
    assert share("01013000", COLUMN_2) == D("0.15")
    specials = SCHEDULE.specials("0101300000", DAY)
    assert {name: rate.ad_valorem for name, rate in specials.items()} == {"A+": 0, "AU": 0, "JP": D("0.02")}
    assert SCHEDULE.specials("0101210010", DAY) == {}


def test_a_line_without_any_rate_is_unknown_not_free() -> None:
    rate = SCHEDULE.find("99990000", DAY)
    assert rate is not None
    assert (rate.state, rate.free) == (UNKNOWN, False)


def test_measures_are_those_the_footnotes_name_and_unknown_without_any() -> None:
    lines = [
        Line("95030000", "Free", notes="See 9903.88.15."),
        Line("9503000073", notes="See 9903.01.24; See 2/"),
        Line("84137020", "Free"),
    ]
    noted = Schedule(lines, currency="USD", source="")
    assert noted.measures("9503.00.00.73") == {"9903.88.15", "9903.01.24"}
    assert noted.measures("95030000") == {"9903.88.15"}
    assert noted.measures("84137020") == frozenset()
    assert noted.measures("84137099") is None
    assert SCHEDULE.measures("0101300000") is None


codes = st.text("0189", min_size=8, max_size=8)


@given(st.dictionaries(codes, st.integers(0, 40), min_size=1, max_size=12), st.data())
def test_every_ten_digits_below_have_the_rate_of_eight(rates: dict[str, int], data: st.DataObject) -> None:
    tens = {code + data.draw(st.text("019", min_size=2, max_size=2)): code for code in rates}
    lines = [Line(code, f"{rate}%") for code, rate in rates.items()] + [Line(ten) for ten in tens]
    schedule = Schedule(lines, currency="USD", source="")
    for ten, eight in tens.items():
        found = schedule.find(ten, DAY)
        assert found is not None
        assert found.ad_valorem == D(rates[eight]) / 100
    for code in rates:
        below = {rate for other, rate in rates.items() if other.startswith(code[:6])}
        if len(below) == 1:
            assert schedule.find(code[:6], DAY).ad_valorem == D(below.pop()) / 100  # type: ignore[union-attr]
        else:
            with pytest.raises(Refused):
                schedule.find(code[:6], DAY)
