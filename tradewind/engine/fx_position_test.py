from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.fx_position import Movement, Position, differences, followed


def test_what_leaves_is_realised_against_the_average_of_what_is_there():
    found = followed([Movement(100, Fraction(7)), Movement(100, Fraction(8)), Movement(-50, Fraction(9))])
    assert found == Position(150, Fraction(1125), Fraction(75)), "50 at 9 less 50 at 7.5"
    assert found.unrealised(Fraction(8)) == 75


def test_a_debt_that_rises_is_a_loss():
    owed = followed([Movement(-100, Fraction(7))])
    assert owed.unrealised(Fraction(71, 10)) == -10
    assert owed.moved(Movement(100, Fraction(72, 10))).realised == -20


def test_a_position_that_passes_zero_is_closed_and_opened_anew():
    found = followed([Movement(100, Fraction(7)), Movement(-130, Fraction(8))])
    assert found == Position(-30, Fraction(-240), Fraction(100))


def test_differences_name_rounding_apart():
    found = differences(-30, Fraction(101, 10), Fraction(196, 10))
    assert (found.realised, found.unrealised, found.rounding) == (-10, -20, 0)
    assert differences(-31, Fraction(101, 10), Fraction(196, 10)).rounding == -1


moves = st.lists(
    st.builds(Movement, st.integers(-(10**9), 10**9), st.fractions(Fraction(1, 1000), Fraction(1000))),
    max_size=30,
)


@given(moves, st.fractions(Fraction(1, 1000), Fraction(1000)))
def test_realised_and_unrealised_are_together_worth_less_what_came_and_went(found, rate):
    position = followed(found)
    assert position.balance == sum(m.minor for m in found)
    whole = position.balance * rate - sum(m.minor * m.rate for m in found)
    assert position.realised + position.unrealised(rate) == whole
    assert position.balance or position.carrying == 0
