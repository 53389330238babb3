from fractions import Fraction as F
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.piecewise import Band, Interval, Piecewise, banded, straight

rationals = st.fractions(-3, 3, max_denominator=50)
prices = st.integers(1, 400)


@st.composite
def functions(draw):
    cuts = sorted(draw(st.lists(st.integers(1, 300), max_size=4, unique=True)))
    rows = [Band(F(c), draw(rationals), draw(rationals)) for c in cuts]
    rows.append(Band(None, draw(rationals), draw(rationals)))
    return banded(rows, straight(F(1)), marginal=draw(st.booleans()))


@given(functions(), functions(), rationals, prices)
def test_sums_and_multiples_are_those_of_the_values(f, g, factor, price):
    assert f.plus(g).at(price) == f.at(price) + g.at(price)
    assert f.times(factor).at(price) == f.at(price) * factor


@given(functions(), rationals, prices)
def test_at_least_is_the_greater_value_everywhere(f, least, price):
    assert f.at_least(least).at(price) == max(f.at(price), least)


@given(functions(), rationals)
def test_intervals_hold_exactly_the_prices_that_are_enough(f, wanted):
    found = f.where_at_least(wanted.numerator, wanted.denominator)
    for price in range(1, 400):
        inside = any(a <= price and (b is None or price <= b) for a, b in found)
        assert inside == (f.at(price) >= wanted)
    for one, two in pairwise(found):
        assert one.high + 1 < two.low  # neighbours are one interval


@given(functions())
def test_starts_rise_from_the_least_price(f):
    starts = [line.start for line in f.lines]
    assert starts[0] == 1
    assert starts == sorted(set(starts))


def test_a_marginal_schedule_has_no_jump_and_a_whole_one_has():
    rows = [Band(F(25000), F(20, 100)), Band(None, F(5, 100))]
    assert banded(rows, straight(F(1)), marginal=True).at(25500) == 5025
    assert banded(rows, straight(F(1))).at(25500) == 1275


def test_a_bound_between_two_prices_belongs_to_the_lower_one():
    f = banded([Band(F(21, 2), F(0)), Band(None, F(1))], straight(F(1)))
    assert [f.at(10), f.at(11)] == [0, 11]


def test_a_falling_line_is_good_up_to_its_crossing():
    assert straight(F(-1, 3), F(10)).where_at_least(1) == (Interval(1, 27),)
    assert Piecewise(1, straight(F(0)).lines).where_at_least(1) == ()
