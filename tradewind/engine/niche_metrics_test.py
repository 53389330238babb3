from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.niche_metrics import SignalRow, measure, quantile

AS_OF = date(2026, 6, 30)
D = Decimal


def row(id, **kw):
    return SignalRow("lamps", str(id), **kw)


def value(code, rows):
    return measure(rows, AS_OF)[code].value


def test_concentration_is_exact():
    rows = [
        row(i, seller=s, brand=s, monthly_units=u)
        for i, (s, u) in enumerate([("a", 30), ("b", 30), ("c", 20), ("d", 20)])
    ]
    assert value("hhi_sellers", rows) == value("hhi_brands", rows) == 2600
    assert value("cr10_brands", rows) == 1
    rows = [row(i, brand=f"b{i}", monthly_units=10) for i in range(20)]
    assert value("cr10_brands", rows) == D("0.5")
    assert value("cr10_products", rows) == D("0.5")
    assert value("hhi_brands", rows) == 500


def test_the_shared_concentration_example_comes_out():
    yaml = pytest.importorskip("yaml")
    cases = yaml.safe_load(
        shared("data/worked-examples/market_selection_mcda.yaml").read_text(encoding="utf-8")
    )["cases"]
    cases = [case for case in cases if case["method"] == "hhi"]
    assert cases
    for case in cases:
        rows = [
            row(i, seller=f"s{i}", monthly_units=s) for i, s in enumerate(case["inputs"]["shares_percent"])
        ]
        assert value("hhi_sellers", rows) == case["expected"]["hhi"]


def test_names_are_one_holder_whatever_their_case_and_a_blank_one_is_left_out_and_counted():
    rows = [
        row(1, brand="Lumo", monthly_units=50),
        row(2, brand=" LUMO ", monthly_units=50),
        row(3, monthly_units=900),
    ]
    metric = measure(rows, AS_OF)["hhi_brands"]
    assert (metric.value, metric.rows, metric.of) == (D(10000), 2, 3)


def test_demand_and_growth_take_the_rows_that_know():
    rows = [row(1, monthly_units=120, monthly_units_before=100), row(2, monthly_units=80), row(3)]
    assert value("demand", rows) == 200
    assert value("growth", rows) == D("0.2")
    assert value("growth", [row(1, monthly_units=5, monthly_units_before=0)]) is None
    assert value("demand", [row(1)]) is None


@pytest.mark.parametrize(("age", "new"), [(0, 1), (180, 1), (181, 0)])
def test_new_means_listed_within_a_hundred_and_eighty_days(age, new):
    rows = [row(1, listed_on=AS_OF - timedelta(days=age)), row(2, listed_on=date(2020, 1, 1)), row(3)]
    assert value("new_share", rows) == Fraction(new, 2)


def test_a_listing_day_after_the_table_s_day_is_not_known():
    assert value("new_share", [row(1, listed_on=AS_OF + timedelta(days=1))]) is None


def test_new_products_sell_against_the_average():
    new, old = AS_OF - timedelta(days=10), date(2020, 1, 1)
    rows = [row(1, listed_on=new, monthly_units=30), row(2, listed_on=old, monthly_units=10)]
    assert value("new_units", rows) == D("1.5")
    assert value("new_units", rows[1:]) is None


def test_ratings_prices_and_reviews():
    rows = [
        row(i, rating=D(r), price_minor=p, reviews=n, monthly_units=u)
        for i, (r, p, n, u) in enumerate(
            [("4.5", 1000, 10, 5), ("4.0", 2000, 100, 9), ("3.5", 3000, 1000, 7)]
        )
    ]
    assert value("rating_gap", rows) == 1
    assert value("price_spread", rows) == D("0.5")
    assert value("review_barrier", rows) == 100
    rows += [row(100 + i, monthly_units=1000, reviews=7) for i in range(10)]
    assert value("review_barrier", rows) == 7


def test_coverage_counts_known_cells():
    assert value("coverage", [row(1, brand="a", price_minor=5, rating=D(4))]) == D("0.333333")
    assert value("price_spread", [row(1, price_minor=5)]) is None


UNITS = st.lists(
    st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(0, 10**6)), min_size=1, max_size=40
)


@given(UNITS)
def test_concentration_stays_in_its_bounds_and_does_not_mind_the_order(pairs):
    rows = [row(i, seller=s, monthly_units=u) for i, (s, u) in enumerate(pairs)]
    metrics = measure(rows, AS_OF)
    assert metrics == measure(list(reversed(rows)), AS_OF)
    if metrics["hhi_sellers"].value is not None:
        holders = len({s for s, _ in pairs})
        assert D(10000) / holders - 1 <= metrics["hhi_sellers"].value <= 10000
        assert 0 < metrics["cr10_sellers"].value <= 1


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.fractions(0, 1))
def test_a_quantile_lies_within_the_values(values, part):
    assert min(values) <= quantile(values, part) <= max(values)
    assert quantile(values, Fraction(0)) == min(values)
    assert quantile(values, Fraction(1)) == max(values)
