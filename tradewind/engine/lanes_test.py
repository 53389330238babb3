"""Lanes: quantiles, the best lead, and where the recommendation flips."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import ACTUAL, ESTIMATED
from tradewind.engine.contracts import Refused
from tradewind.engine.lanes import MARGIN, VALUE, Lane, Need, plan_lanes, quantile
from tradewind.engine.money import Money

SEA_DAYS = (28, 30, 30, 31, 33, 34, 35, 38, 41, 60)
SEA = Lane("sea", Money(100, "USD"), 30, SEA_DAYS)
AIR = Lane("air", Money(500, "USD"), 7, (5, 5, 6, 6, 6, 7, 7, 8, 9, 12))
NEED = Need(D(10), Money(1200, "USD"), Money(900, "USD"), D("0.12"), D("0.01"))


def test_quantiles_are_observations() -> None:
    assert [quantile(SEA_DAYS, Fraction(n, 10)) for n in (1, 5, 9, 10)] == [28, 33, 41, 60]
    assert quantile([7], Fraction(9, 10)) == 7
    assert quantile([3, 1, 2], Fraction(1, 2)) == 2


def test_the_lead_is_the_newsvendors_quantile() -> None:
    plan = plan_lanes(NEED, [SEA])
    [sea] = plan.lanes
    holding = Fraction(12) * Fraction(12, 100) / 365 + Fraction(1, 100)
    assert sea.lead == quantile(SEA_DAYS, Fraction(9) / (9 + holding * 30)) == 60
    cheap = replace(NEED, margin=Money(100, "USD"), storage=D("0.05"))
    held = Fraction(12) * Fraction(12, 100) / 365 + Fraction(5, 100)
    [again] = plan_lanes(cheap, [SEA]).lanes
    assert again.lead == quantile(SEA_DAYS, 1 / (1 + held * 30)) == 31
    assert again.late_share == Fraction(6, 10)


def test_a_year_adds_up_to_the_cent_and_names_what_it_stands_on() -> None:
    [sea] = plan_lanes(NEED, [SEA]).lanes
    assert (sea.p50, sea.p90) == (33, 41)
    assert {p.name: p.amount for p in sea.year.parts} == {
        "lane_freight": Money(365_000, "USD"),  # 3650 units
        "lane_cash": Money(51_840, "USD"),  # 36 days x 12 x 0.12 x 10
        "lane_cycle_stock": Money(76_350, "USD"),  # 15 days x (14.40 + 36.50)
        "lane_waiting": Money(122_160, "USD"),  # 24 days x the same
        "lane_stock_out": Money(0, "USD"),
    }
    assert sea.year.amount == Money(615_350, "USD")
    assert sea.unit_cost == Fraction(615_350, 100) / 3650
    assert sea.cash == Money(900_000, "USD")  # 75 days x 10 x 12
    assert sea.year.state == ACTUAL
    assert plan_lanes(NEED, [replace(SEA, stated=True)]).lanes[0].year.state == ESTIMATED
    assert plan_lanes(NEED, [replace(SEA, days=(30, 31))]).lanes[0].year.state == ESTIMATED


def test_the_worked_flip_of_the_docstring() -> None:
    need = Need(D(1), Money(58_400, "USD"), Money(0, "USD"), D("0.10"))
    sea, air = Lane("sea", Money(100, "USD"), 1, (30,)), Lane("air", Money(500, "USD"), 1, (5,))
    plan = plan_lanes(need, [sea, air])
    assert [(f.at, f.below, f.above) for f in plan.flips[VALUE]] == [(584, "sea", "air")]
    assert plan.lanes[0].unit_cost == plan.lanes[1].unit_cost
    assert plan_lanes(replace(need, value=Money(58_399, "USD")), [sea, air]).lanes[0].lane.name == "sea"
    assert plan_lanes(replace(need, value=Money(58_401, "USD")), [sea, air]).lanes[0].lane.name == "air"


def test_what_cannot_be_is_refused_with_everything() -> None:
    need = Need(D(0), Money(1, "USD"), Money(-1, "EUR"), D("-0.1"))
    lanes = [Lane("a", Money(1, "EUR"), 0, ()), Lane("b", Money(-1, "USD"), 1, (-2,))]
    with pytest.raises(Refused) as refused:
        plan_lanes(need, lanes)
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (None, "units_a_day"), (None, "margin"), (None, "margin"), (None, "capital_rate"), (1, "freight"),
        (1, "interval_days"), (1, "days"), (2, "freight"), (2, "days"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        plan_lanes(NEED, [])


money = st.integers(0, 20_000).map(lambda minor: Money(minor, "USD"))
lane = st.builds(
    Lane,
    st.just(""),
    money,
    st.integers(1, 45),
    st.lists(st.integers(0, 70), min_size=1, max_size=8).map(tuple),
)
need = st.builds(
    Need,
    st.decimals("0.1", 50, places=1),
    money,
    money,
    st.decimals(0, 1, places=2),
    st.decimals(0, 1, places=2),
)


@given(need, lane)
def test_no_other_lead_is_cheaper(one: Need, way: Lane) -> None:
    [best] = plan_lanes(one, [way]).lanes
    capital = Fraction(one.value.amount) * Fraction(one.capital_rate) / 365
    held, n = capital + Fraction(one.storage), len(way.days)

    def cost(lead: int) -> Fraction:
        early = Fraction(sum(max(lead - d, 0) for d in way.days), n)
        late = Fraction(sum(max(d - lead, 0) for d in way.days), n)
        on_the_way = capital * Fraction(sum(way.days), n)
        shelf = held * (early + Fraction(way.interval_days, 2))
        lost = Fraction(one.margin.amount) * late / way.interval_days
        return Fraction(way.freight.amount) + on_the_way + shelf + lost

    assert best.unit_cost == cost(best.lead) == min(cost(lead) for lead in range(75))


@given(need, st.lists(lane, min_size=2, max_size=3), st.sampled_from([VALUE, MARGIN]))
def test_the_recommendation_flips_at_every_computed_break_even_and_nowhere_else(
    one: Need, ways: list[Lane], over: str
) -> None:
    named = [replace(way, name=f"lane {n}") for n, way in enumerate(ways)]
    flips = plan_lanes(one, named).flips[over]

    marks = [Fraction(0), *(flip.at for flip in flips), (flips[-1].at if flips else Fraction(0)) + 1000]
    for low, high in pairwise(marks):
        middle = {way.name: _unit_cost(one, way, over, (low + high) / 2) for way in named}
        best = min(middle.values())
        holder = next(
            (flip.above for flip in reversed(flips) if flip.at <= low), flips[0].below if flips else None
        )
        assert holder is None or middle[holder] == best
    for flip in flips:
        both = {way.name: _unit_cost(one, way, over, flip.at) for way in named}
        assert both[flip.below] == both[flip.above] == min(both.values())


def _unit_cost(one: Need, way: Lane, over: str, at: Fraction) -> Fraction:
    value = at if over == VALUE else Fraction(one.value.amount)
    margin = at if over == MARGIN else Fraction(one.margin.amount)
    capital, n = value * Fraction(one.capital_rate) / 365, len(way.days)
    held = capital + Fraction(one.storage)
    return min(
        Fraction(way.freight.amount)
        + capital * Fraction(sum(way.days), n)
        + held * (Fraction(sum(max(lead - d, 0) for d in way.days), n) + Fraction(way.interval_days, 2))
        + margin * Fraction(sum(max(d - lead, 0) for d in way.days), n) / way.interval_days
        for lead in set(way.days)
    )
