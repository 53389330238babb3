from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.contracts import Refused
from tradewind.engine.scales import Metric, Weights, points_of, scale, score

SCALES = {"demand": scale(("0", "0"), ("100", "1")), "risk": scale(("10", "1"), ("20", "0.5"), ("50", "0"))}
D = Decimal


@pytest.mark.parametrize(
    ("code", "value", "points"),
    [
        ("demand", "-5", 0),
        ("demand", "25", Fraction(1, 4)),
        ("demand", "1000", 1),
        ("risk", "10", 1),
        ("risk", "15", Fraction(3, 4)),
        ("risk", "20", Fraction(1, 2)),
        ("risk", "35", Fraction(1, 4)),
        ("risk", "99", 0),
    ],
)
def test_points_lie_on_straight_lines_between_the_anchors(code, value, points):
    assert SCALES[code].points(D(value)) == points


def test_a_score_is_the_sum_of_its_parts_with_what_is_unknown_shown():
    weights = Weights({"demand": D(3), "risk": D(1)}, tuple(SCALES))
    known = {"demand": Metric("demand", D(50), 2, 3, "units"), "risk": Metric("risk", D(20), 3, 3)}
    tree = score("s", known, weights, SCALES, "table 7")
    assert [(part.name, part.amount, part.state) for part in tree.parts] == [
        ("demand", D("37.5000"), ESTIMATED),
        ("risk", D("12.5000"), ACTUAL),
    ]
    assert tree.amount == D("50.0000")
    assert tree.parts[0].inputs == {
        "weight": "3",
        "most": "75.0000",
        "value": "50",
        "points": "0.5000",
        "rows": "2 of 3",
        "scale": "0: 0, 100: 1",
    }
    tree = score("s", known | {"risk": Metric("risk", None, 0, 3)}, weights, SCALES)
    assert (tree.amount, tree.state) == (D("37.5000"), MISSING)
    assert tree.parts[1].inputs == {"weight": "1", "most": "25.0000"}
    assert points_of(score("s", {c: Metric(c, None, 0, 0) for c in SCALES}, weights, SCALES)) == 0


def test_a_weight_of_zero_leaves_the_metric_out():
    weights = Weights({"demand": D(1), "risk": D(0)}, tuple(SCALES))
    tree = score("s", {"demand": Metric("demand", D(100), 1, 1)}, weights, SCALES)
    assert (len(tree.parts), tree.amount) == (1, D(100))


@pytest.mark.parametrize(
    "values", [{"colour": D(1)}, {"demand": D(-1)}, {"demand": D(0)}, {}, {"demand": D("NaN")}]
)
def test_weights_that_weigh_nothing_known_are_refused(values):
    with pytest.raises(Refused):
        Weights(values, tuple(SCALES))


VALUES = st.decimals("-100", "200", places=2)
WEIGHT = st.decimals("0.1", "50", places=1)


@given(VALUES, VALUES, WEIGHT, WEIGHT)
def test_a_score_lies_between_zero_and_a_hundred_and_sums_exactly(a, b, wa, wb):
    metrics = {"demand": Metric("demand", a, 1, 1), "risk": Metric("risk", b, 1, 1)}
    tree = score("s", metrics, Weights({"demand": wa, "risk": wb}, tuple(SCALES)), SCALES)
    assert tree.amount == sum(part.amount for part in tree.parts)
    assert 0 <= tree.amount <= D("100.0001")


@given(VALUES, VALUES)
def test_more_of_the_good_never_earns_less(a, b):
    low, high = sorted((a, b))
    assert SCALES["demand"].points(low) <= SCALES["demand"].points(high)
    assert SCALES["risk"].points(low) >= SCALES["risk"].points(high)
