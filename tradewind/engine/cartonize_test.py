from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.engine.cartonize import TOO_HEAVY, TOO_LARGE, cartonize
from tradewind.engine.contracts import Refused
from tradewind.engine.packing import Carton, Item, turnings
from tradewind.engine.packing_check import faults
from tradewind.engine.packing_order import IMPOSSIBLE, PACKED, UNDECIDED, pack_order

SIZES = [(160, 120, 60), (200, 150, 100), (250, 200, 150), (300, 220, 180), (400, 300, 250)]
CARTONS = [Carton(f"C{n}", size) for n, size in enumerate(SIZES)]
CALM = settings(max_examples=40, deadline=None)

flags = st.tuples(*[st.booleans()] * 3).map(lambda up: up if any(up) else (False, False, True))
item = st.builds(
    Item,
    st.just("X"),
    st.tuples(*[st.integers(20, 220)] * 3),
    st.integers(1, 3),
    st.integers(0, 3_000),
    flags,
    st.booleans(),
)
order = st.lists(item, min_size=1, max_size=4)


def test_two_units_fill_the_smallest_carton():
    packing = cartonize(
        [Item("A", (100, 80, 50), qty=2)], [Carton("L", (300, 300, 300)), Carton("S", (100, 80, 100))]
    )
    [load] = packing.loads
    assert (load.carton.code, load.packed, packing.proven) == ("S", 800_000, True)
    assert len({place.at for place in load.places}) == 2


def test_the_cheapest_carton_is_taken_before_the_smallest():
    cartons = [Carton("SMALL", (100, 80, 100), cost=90), Carton("LARGE", (300, 300, 300), cost=70)]
    assert cartonize([Item("A", (100, 80, 50), qty=2)], cartons).loads[0].carton.code == "LARGE"


def test_a_carton_is_passed_over_for_its_weight():
    cartons = [Carton("LIGHT", (100, 100, 100), 100, 1_100), Carton("STRONG", (110, 110, 110), 100, 1_101)]
    assert cartonize([Item("A", (50, 50, 50), 1, 1_000)], cartons).loads[0].carton.code == "LIGHT"
    packing = cartonize([Item("A", (50, 50, 50), 1, 1_001)], cartons)
    assert (packing.loads[0].carton.code, packing.proven) == ("STRONG", True)


def test_what_no_carton_takes_is_left_with_the_reason_and_the_rest_is_packed():
    items = [
        Item("POLE", (900, 10, 10), 2, 1),
        Item("LEAD", (50, 50, 50), 1, 9_000),
        Item("A", (50, 50, 50), 1, 1),
    ]
    packing = cartonize(items, [Carton("C", (100, 100, 100), 100, 5_000)])
    assert packing.left == ((0, 2, TOO_LARGE), (1, 1, TOO_HEAVY))
    assert [place.item for load in packing.loads for place in load.places] == [2]
    assert faults(items, packing.loads, packing.left) == []


def test_an_order_too_large_for_one_carton_goes_into_the_cheapest_pair():
    cartons = [Carton("ONE", (100, 100, 100), cost=50), Carton("TWO", (200, 100, 100), cost=80)]
    items = [Item("A", (100, 100, 100), qty=3)]
    packing = cartonize(items, cartons)
    assert sorted(load.carton.code for load in packing.loads) == ["ONE", "TWO"]
    assert faults(items, packing.loads) == []


def test_many_units_fill_carton_after_carton():
    items = [Item("MUG", (100, 100, 100), qty=60, weight_g=300)]
    packing = cartonize(items, [Carton("S", (100, 100, 200)), Carton("L", (300, 300, 300))])
    assert [len(load.places) for load in packing.loads] == [27, 27, 6]
    assert faults(items, packing.loads, supported=True) == []


def test_a_long_container_takes_thousands_of_small_boxes():
    items = [Item("A", (300, 250, 200), qty=3000), Item("B", (410, 320, 150), qty=100)]
    packing = cartonize(items, [Carton("40HQ", (12_032, 2_352, 2_698))])
    assert [len(load.places) for load in packing.loads] == [3100]
    assert faults(items, packing.loads, supported=True) == []


def test_fragile_units_stand_side_by_side():
    glass = [Item("GLASS", (100, 100, 40), 2, upright=(False, False, True), fragile=True)]
    packing = cartonize(glass, [Carton("CUBE", (100, 100, 100)), Carton("FLAT", (200, 100, 100))])
    assert packing.loads[0].carton.code == "FLAT"


def test_bad_input_is_refused_with_every_problem():
    with pytest.raises(Refused) as refused:
        cartonize(
            [Item("A", (0, 10, 30_000), 0, -1, (False, False, False))],
            [Carton("C", (10, 10, 10), 100, 100, -5), Carton("C", (10, 10, 10))],
        )
    assert [(p.row, p.field, p.value) for p in refused.value.problems] == [
        (1, "length_mm", "0"), (1, "height_mm", "30000"), (1, "qty", "0"), (1, "weight_g", "-1"),
        (1, "upright", ""), (1, "max_g", "100"), (1, "cost", "-5"), (None, "cartons", ""), (None, "cost", ""),
    ]  # fmt: skip
    with pytest.raises(Refused, match="nothing to pack"):
        cartonize([], [])


def test_a_limit_of_weight_needs_weights():
    with pytest.raises(Refused, match="the item's must be known"):
        cartonize([Item("A", (10, 10, 10))], [Carton("C", (10, 10, 10), max_g=100)])


@CALM
@given(order)
def test_every_packing_passes_the_independent_check(items):
    cartons = [Carton(c.code, c.inner, 100, 9_000) for c in CARTONS]
    packing = cartonize(items, cartons)
    assert faults(items, packing.loads, packing.left) == []
    assert cartonize(items, cartons[::-1]) == packing


@CALM
@given(order)
def test_a_supported_packing_has_full_bases(items):
    packing = cartonize(items, CARTONS, supported=True)
    assert faults(items, packing.loads, packing.left, supported=True) == []


def cut(sides, cuts):
    """A box sawn by planes: always packable back into itself."""
    pieces = [sides]
    for which, axis, share in cuts:
        at = which % len(pieces)
        whole = pieces[at]
        first = max(whole[axis] * share // 10, 1)
        if first < whole[axis]:
            pieces[at : at + 1] = [
                (*whole[:axis], first, *whole[axis + 1 :]),
                (*whole[:axis], whole[axis] - first, *whole[axis + 1 :]),
            ]
    return pieces


sawn = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(1, 9)), max_size=5)


@CALM
@given(sawn)
def test_a_sawn_box_goes_back_into_itself(cuts):
    pieces = cut((310, 230, 170), cuts)
    items = [Item(f"P{n}", sides) for n, sides in enumerate(pieces)]
    answer = pack_order(Carton("SELF", (310, 230, 170)), items, nodes=20_000)
    assert answer.state == PACKED
    smaller = Carton("LESS", (310, 230, 169))
    assert pack_order(smaller, items).state == IMPOSSIBLE


@CALM
@given(
    st.lists(st.tuples(*[st.integers(1, 4)] * 3), min_size=1, max_size=3), st.tuples(*[st.integers(2, 5)] * 3)
)
def test_impossible_is_true_where_every_position_was_tried(sides, room):
    """On a grid so coarse that all positions can be tried: the answer is the truth."""
    items = [Item(f"P{n}", each) for n, each in enumerate(sides)]
    state = pack_order(Carton("C", room), items, nodes=100_000).state
    assert state != UNDECIDED
    assert (state == PACKED) == anywhere(items, room, frozenset())


def anywhere(items, room, taken):
    if not items:
        return True
    for way in turnings(items[0]):
        for corner in cells((0, 0, 0), tuple(r - w + 1 for r, w in zip(room, way, strict=True))):
            mine = cells(corner, tuple(c + w for c, w in zip(corner, way, strict=True)))
            if not mine & taken and anywhere(items[1:], room, taken | mine):
                return True
    return False


def cells(low, high):
    return {
        (x, y, z)
        for x in range(low[0], high[0])
        for y in range(low[1], high[1])
        for z in range(low[2], high[2])
    }
