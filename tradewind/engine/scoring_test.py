from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import MISSING
from tradewind.engine.contracts import Refused
from tradewind.engine.scoring import (
    DEFAULT_WEIGHTS,
    INDICATOR_SCALES,
    MARKET_WEIGHTS,
    NICHE_SCALES,
    IndicatorRow,
    SignalRow,
    market_ranking,
    scan,
)

AS_OF = date(2026, 6, 30)
D = Decimal


def rows(niche, units, before, reviews, n=4):
    return [
        SignalRow(
            niche,
            f"{niche}{i}",
            "",
            f"b{i}",
            f"s{i}",
            1999,
            units,
            before,
            D("4.2"),
            reviews,
            date(2026, 5, 1),
            300,
        )
        for i in range(n)
    ]


BIG = rows("big", 6000, 6000, 4000)
GROWING = rows("growing", 300, 200, 40)


def names(found):
    return [(niche.rank, niche.niche) for niche in found]


def test_another_weight_gives_the_rank_it_must():
    both = BIG + GROWING
    assert names(scan(both, {"demand": D(1)}, as_of=AS_OF)) == [(1, "big"), (2, "growing")]
    assert names(scan(both, {"growth": D(1)}, as_of=AS_OF)) == [(1, "growing"), (2, "big")]
    assert names(scan(both, {"demand": D(1), "review_barrier": D(9)}, as_of=AS_OF)) == [
        (1, "growing"),
        (2, "big"),
    ]


def test_every_score_is_the_sum_of_its_explained_points():
    for niche in scan(BIG + GROWING, as_of=AS_OF, source="table 7"):
        assert niche.score.amount == sum(part.amount for part in niche.score.parts if part.amount is not None)
        assert [part.name for part in niche.score.parts] == list(DEFAULT_WEIGHTS)
        assert {part.source for part in niche.score.parts} == {"table 7"}
        assert niche.products == 4


def test_an_unknown_number_earns_nothing_and_is_shown():
    (niche,) = scan([SignalRow("dark", "1", monthly_units=3000)], as_of=AS_OF)
    missing = {part.name for part in niche.score.parts if part.state == MISSING}
    assert missing == set(DEFAULT_WEIGHTS) - {"demand"}
    assert (niche.score.state, niche.score.amount) == (MISSING, D("10.0000"))


def test_equal_scores_stand_by_demand_then_by_name():
    found = scan(
        rows("b", 40000, 1, 1) + rows("a", 50000, 1, 1) + rows("c", 40000, 1, 1),
        {"demand": D(1)},
        as_of=AS_OF,
    )
    assert names(found) == [(1, "a"), (2, "b"), (3, "c")]


def test_weights_nobody_knows_are_refused():
    with pytest.raises(Refused, match="weather"):
        scan(BIG, {"weather": D(1)}, as_of=AS_OF)
    with pytest.raises(Refused):
        market_ranking([], {"weather": D(1)})
    assert scan([], as_of=AS_OF) == []


def test_every_default_weight_has_a_scale_that_runs_one_way():
    assert set(DEFAULT_WEIGHTS) <= set(NICHE_SCALES)
    assert set(MARKET_WEIGHTS) <= set(INDICATOR_SCALES)
    for scale in [*NICHE_SCALES.values(), *INDICATOR_SCALES.values()]:
        values, points = [a for a, _ in scale.anchors], [b for _, b in scale.anchors]
        assert values == sorted(set(values))
        assert points in (sorted(points), sorted(points, reverse=True))
        assert {0, 1} <= {min(points), max(points)}


def test_countries_are_ranked_by_the_newest_year_with_its_source():
    data = [
        IndicatorRow("DE", "population", 2023, D(83_000_000), "World Bank"),
        IndicatorRow("DE", "population", 2024, D(84_000_000), "World Bank"),
        IndicatorRow("FR", "population", 2024, D(68_000_000), "World Bank"),
        IndicatorRow("AD", "rainfall", 2024, D(1)),
    ]
    found = market_ranking(data, {"population": D(1)})
    assert [(m.rank, m.country) for m in found] == [(1, "DE"), (2, "FR"), (3, "AD")]
    assert found[0].score.parts[0].inputs["value"] == "84000000.000000"
    assert "of 2024, World Bank" in found[0].score.parts[0].formula
    assert found[2].score.state == MISSING


@st.composite
def tables(draw):
    number = st.one_of(st.none(), st.integers(0, 20000))
    return [
        SignalRow(
            draw(st.sampled_from("pqrs")),
            str(i),
            "",
            draw(st.sampled_from(["", "x", "y"])),
            "s",
            draw(number),
            draw(number),
            draw(number),
            draw(st.one_of(st.none(), st.decimals("1", "5", places=1))),
            draw(number),
        )
        for i in range(draw(st.integers(1, 14)))
    ]


@given(tables(), tables())
def test_adding_a_niche_never_turns_the_rank_of_two_others_round(table, more):
    more = [
        SignalRow("new " + r.niche, r.external_id, monthly_units=r.monthly_units, reviews=r.reviews)
        for r in more
    ]
    alone = [niche.niche for niche in scan(table, as_of=AS_OF)]
    together = [niche.niche for niche in scan(table + more, as_of=AS_OF)]
    assert [niche for niche in together if niche in alone] == alone


@given(tables())
def test_the_same_table_in_any_order_gives_the_same_ranking(table):
    assert scan(table, as_of=AS_OF) == scan(list(reversed(table)), as_of=AS_OF)
