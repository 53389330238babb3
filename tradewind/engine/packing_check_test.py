"""Each planted fault is named; a sound load is silent."""

from __future__ import annotations

from tradewind.engine.packing import Carton, Item, Load, Place
from tradewind.engine.packing_check import faults

BOX = Carton("BOX", (100, 100, 100), tare_g=50, max_g=1_000)
CUBE = Item("CUBE", (50, 50, 50), qty=2, weight_g=400)


def check(items, *places, carton=BOX, **how):
    return faults(items, [Load(carton, places)], **how)


def test_a_sound_load_has_no_fault():
    assert (
        check([CUBE], Place(0, (0, 0, 0), (50, 50, 50)), Place(0, (0, 0, 50), (50, 50, 50)), supported=True)
        == []
    )


def test_overlap_is_named():
    found = check([CUBE], Place(0, (0, 0, 0), (50, 50, 50)), Place(0, (49, 0, 0), (50, 50, 50)))
    assert found == ["BOX: CUBE at (0, 0, 0) and CUBE at (49, 0, 0) overlap"]


def test_sticking_out_is_named():
    found = check([CUBE], Place(0, (51, 0, 0), (50, 50, 50)), Place(0, (0, 0, 0), (50, 50, 50)))
    assert found == ["BOX: CUBE at (51, 0, 0) sticks out"]


def test_a_side_that_may_not_stand_is_named():
    vase = Item("VASE", (20, 30, 60), upright=(False, False, True))
    assert check([vase], Place(0, (0, 0, 0), (30, 20, 60))) == []
    assert check([vase], Place(0, (0, 0, 0), (60, 20, 30))) == ["BOX: VASE may not lie as (60, 20, 30)"]
    assert check([vase], Place(0, (0, 0, 0), (20, 30, 61))) == ["BOX: VASE may not lie as (20, 30, 61)"]


def test_quantities_packed_and_left_must_be_those_asked_for():
    one = Place(0, (0, 0, 0), (50, 50, 50))
    assert check([CUBE], one) == ["CUBE: 1 units of 2"]
    assert check([CUBE], one, left=[(0, 1, "why")]) == []
    assert check([CUBE], one, left=[(0, 2, "why")]) == ["CUBE: 3 units of 2"]


def test_gross_weight_counts_the_carton():
    heavy = Item("LEAD", (10, 10, 10), weight_g=951)
    assert check([heavy], Place(0, (0, 0, 0), (10, 10, 10))) == ["BOX: 1001 g gross is more than 1000 g"]


def test_nothing_may_lie_over_a_fragile_unit_even_without_touching():
    glass = Item("GLASS", (50, 50, 10), fragile=True)
    brick = Item("BRICK", (50, 50, 10))
    low, high = Place(0, (0, 0, 0), (50, 50, 10)), Place(1, (40, 40, 60), (50, 50, 10))
    assert check([glass, brick], low, high) == [
        "BOX: GLASS at (0, 0, 0) and BRICK at (40, 40, 60): the lower one is fragile"
    ]
    assert check([brick, glass], low, high) == []


def test_a_base_that_is_not_full_is_named_only_where_support_is_asked_for():
    plate = Item("PLATE", (60, 50, 10))
    cube = Place(0, (0, 0, 0), (50, 50, 50))
    places = [cube, Place(0, (0, 50, 0), (50, 50, 50)), Place(1, (0, 0, 50), (60, 50, 10))]
    assert check([CUBE, plate], *places) == []
    assert check([CUBE, plate], *places, supported=True) == [
        "BOX: PLATE at (0, 0, 50) does not stand on a full base"
    ]


def test_a_base_may_rest_on_two_tops_of_one_height():
    slab = Item("SLAB", (100, 50, 10))
    left, right = Place(0, (0, 0, 0), (50, 50, 50)), Place(0, (50, 0, 0), (50, 50, 50))
    assert check([CUBE, slab], left, right, Place(1, (0, 0, 50), (100, 50, 10)), supported=True) == []
