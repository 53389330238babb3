from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.formula import EXACT, Formula, FormulaError, whole
from tradewind.engine.money import round_half_up


def value(text, **names):
    return Formula.read(text)({name: Decimal(n) for name, n in names.items()})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 4 - 3", 3), ("8 / 4 / 2", 1), ("-2 * -3", 6),
        ("0.1 + 0.2", Decimal("0.3")), ("1 / 4", Decimal("0.25")), ("--2", 2), ("max(1, 5, 3)", 5),
        ("min(2, 0.5)", Decimal("0.5")), ("floor_to(12999, 1000)", 12000), ("ceil_to(12001, 1000)", 13000),
        ("round_to(2.5, 1)", 3), ("round_to(0.125, 0.05)", Decimal("0.15")), ("floor_to(0.99, 1)", 0),
    ],
)  # fmt: skip
def test_formulas_are_exact(text, answer):
    assert value(text) == answer


def test_names_are_asked_for_and_given():
    formula = Formula.read("(goods + duty) / (1 - rate) * rate", {"goods", "duty", "rate"})
    assert formula.names == {"goods", "duty", "rate"}
    told = formula({"goods": Decimal(50), "duty": Decimal(10), "rate": Decimal("0.17")})
    assert abs(Fraction(told) - Fraction(1020, 83)) < Fraction(1, 10**50)


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "(1", "1)", "1 2", "a b", "2 ** 3", "pow(2, 3)", "max(1)", "floor_to(1)", "a.b", "x[0]",
     "__import__('os')", "1e5", "A", "a = 1", "1 if a else 2", "(" * 40 + "1" + ")" * 40],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(FormulaError):
        Formula.read(text)


def test_a_name_that_does_not_exist_is_refused_when_read_and_names_those_that_do():
    with pytest.raises(FormulaError, match="dutty: not known here \\(duty, goods\\)"):
        Formula.read("goods + dutty", {"goods", "duty"})


def test_a_missing_value_and_a_division_by_zero_are_named():
    with pytest.raises(FormulaError, match="no value for 'a'"):
        value("a + 1")
    with pytest.raises(FormulaError, match="divides by zero"):
        value("1 / a", a=0)
    with pytest.raises(FormulaError, match="divides by zero"):
        value("floor_to(1, 0)")


NUMBERS = st.decimals(min_value=0, max_value=10**9, places=4)


@given(NUMBERS, NUMBERS, st.integers(1, 1000))
def test_rounding_keeps_its_promises(a, b, step):
    low, high = value("floor_to(a, s)", a=a, s=step), value("ceil_to(a, s)", a=a, s=step)
    near = value("round_to(a, s)", a=a, s=step)
    assert low <= a <= high
    assert high - low in (0, step)
    assert near in (low, high)
    assert abs(near - a) * 2 <= step
    assert value("max(a, b) + min(a, b)", a=a, b=b) == a + b


@given(NUMBERS, NUMBERS, st.integers(1, 10**9), st.integers(1, 10**4))
def test_what_a_division_leaves_never_tips_a_rounding(a, b, shared, rate):
    """An amount shared out by value and charged a rate, against exact fractions, at its very edges too."""
    names = {"a": a, "b": b, "w": shared, "r": Decimal(rate) / 10**4}
    exact = (Fraction(a) + Fraction(a) * Fraction(b) / shared) * Fraction(rate, 10**4)
    assert value("round_to((a + a * b / w) * r, 0.01)", **names) == Decimal(round_half_up(exact * 100)) / 100
    assert value("floor_to((a + a * b / w) * r, 1)", **names) == exact.__floor__()
    assert value("round_to(a / w * w / 2, 1)", **names) == round_half_up(Fraction(a) / 2)


def test_a_half_that_a_division_wore_down_is_still_a_half():
    with localcontext(EXACT):
        third = Decimal(1) / 3
        assert third * 3 != 1
        assert whole(third * 3 / 2) == 1
