from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.allocation import BASES, Key, Line, allocate
from tradewind.engine.contracts import Refused

# Two batches of lamps and one of shades: 3 kg, 1 kg, 1 kg; 12, 4 and 24 dm3.
GOODS = [
    Line(1, 6, 3000, 12_000_000, 600_00, "LAMP"),
    Line(2, 2, 1000, 4_000_000, 300_00, "LAMP"),
    Line(3, 4, 1000, 24_000_000, 100_00, "SHADE"),
]


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        (Key("weight"), [6000, 2000, 2000]),
        (Key("volumetric", 6000), [3000, 1000, 6000]),
        (Key("chargeable", 6000), [3750, 1250, 5000]),  # 3 kg, 1 kg, and 24 dm3 / 6000 = 4 kg
        (Key("volume"), [3000, 1000, 6000]),
        (Key("qty"), [5000, 1667, 3333]),
        (Key("value"), [6000, 3000, 1000]),
        (Key("declared", stated={"LAMP": F("33.35"), "SHADE": F("66.65")}), [2501, 834, 6665]),
        (Key("custom", stated={"LAMP": F(1), "SHADE": F(3)}), [1875, 625, 7500]),
    ],
)
def test_each_key_shares_a_bill_by_its_own_figure_to_the_cent(key, parts):
    assert [s.minor for s in allocate(10_000, GOODS, key, F(100))] == parts
    assert sum(parts) == 10_000


def test_what_a_part_was_measured_by_is_kept_exactly():
    assert [s.measure for s in allocate(1, GOODS, Key("volumetric", 7000))] == [
        F(12_000_000, 7000), F(4_000_000, 7000), F(24_000_000, 7000),
    ]  # fmt: skip


def test_declared_lines_are_each_exactly_their_own_however_their_batches_round():
    goods = [Line(i, 1, sku="A") for i in range(3)] + [Line(9 + i, 1, sku="C") for i in range(5)]
    found = allocate(200, goods, Key("declared", stated={"A": F(1), "C": F(1)}), F(2))
    assert [s.minor for s in found] == [34, 33, 33, 20, 20, 20, 20, 20]


def test_what_comes_back_is_shared_below_zero():
    assert [s.minor for s in allocate(-100, GOODS, Key("value"))] == [-60, -30, -10]
    stated = {"LAMP": F(-40), "SHADE": F(-60)}
    found = allocate(-10_000, GOODS, Key("declared", stated=stated), F(-100))
    assert [s.minor for s in found] == [-3000, -1000, -6000]


def problems(*args):
    with pytest.raises(Refused) as caught:
        allocate(*args)
    return [(p.row, p.field, p.value, p.reason) for p in caught.value.problems]


def test_an_unknown_weight_is_named_and_never_taken_as_zero():
    goods = [Line(1, 3, 1, sku="A"), Line(2, 1, sku="B"), Line(3, 1, -5, sku="C")]
    assert problems(100, goods, Key("weight")) == [
        (2, "weight_g", "B", "is not known"), (3, "weight_g", "C", "is below zero"),
    ]  # fmt: skip


def test_every_problem_of_a_key_is_named_at_once():
    assert [p[:2] for p in problems(100, [Line(1, 1, 1)], Key("chargeable"))] == [
        (None, "divisor"), (1, "volume_mm3"),
    ]  # fmt: skip
    assert problems(100, GOODS, Key("colour"))[0][3] == "is not known"
    assert problems(100, [], Key("qty"))[0][3] == "there are no batches to share by"
    assert problems(100, [Line(1, 1, 0)], Key("weight"))[0][3].startswith("nothing to share by")
    stated = {"LAMP": F(-1), "HOOD": F(2)}
    assert problems(10_000, GOODS, Key("declared", stated=stated), F(100)) == [
        (None, "stated", "SHADE", "is not stated: give 0 if it takes no part"),
        (None, "stated", "HOOD", "is not among the goods"),
        (None, "stated", "LAMP", "has the wrong sign"),
        (None, "stated", "1", "the declared lines do not sum to the bill"),
    ]
    stated = {"LAMP": F(0), "SHADE": F(0)}
    assert problems(1, GOODS, Key("custom", stated=stated))[0][3].startswith("nothing to share by")


LINES = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999),
              st.sampled_from("ABC")),
    min_size=1, max_size=8,
)  # fmt: skip


@given(st.integers(-(10**9), 10**9), LINES, st.sampled_from(BASES), st.integers(1, 9000), st.data())
def test_a_bill_shared_sums_to_the_bill_by_every_key(total, rows, basis, divisor, data):
    goods = [Line(i, *row) for i, row in enumerate(rows)]
    stated = {sku: F(data.draw(st.integers(0, 10**6)), 100) for sku in {g.sku for g in goods}}
    key = Key(basis, divisor, stated if basis in ("declared", "custom") else {})
    try:
        found = allocate(total, goods, key, sum(stated.values()) if basis == "declared" else None)
    except Refused:
        return
    assert sum(s.minor for s in found) == total
    assert [s.key for s in found] == [g.key for g in goods]
    assert all(s.minor == 0 for s in found if s.measure == 0)
