"""Chargeable weight: each carrier's rounding at its boundaries, by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.rates_weight import CM3, OUNCE, PIECE, Box, Parcel, Weighing, Weight

UPS = Weighing(OUNCE, 139, "up", step=16)
UPS_2017 = Weighing(OUNCE, 139, "nearest", step=16)
USPS = Weighing(OUNCE, 166, "up", step=16, volume_over=1728)
EXPRESS = Weighing(divisor=5000, side="up", side_mm=10, step=500, heavy_over=30_000, heavy_step=1000)


def units(weighing, weight, *sides, **kw):
    return weighing.weigh(Parcel("US", weight, *sides, **kw)).units


def test_inches_go_up_one_by_one():
    # 11.1 x 8.5 x 6.2 in: 12 x 9 x 7 = 756 in3; / 139 = 5.44 lb; 6 lb
    assert units(UPS, 900, 282, 216, 157) == 96
    # before 2025-08-18 to the nearest: 11 x 9 x 6 = 594 in3; 4.27 lb; 5 lb (8.5 in goes up)
    assert units(UPS_2017, 900, 282, 216, 157) == 80


@pytest.mark.parametrize(
    ("grams", "pounds"), [(1, 1), (453, 1), (454, 1), (455, 2), (907, 2), (908, 3), (2268, 5), (2269, 6)]
)
def test_pounds_start_where_whole_grams_say_so(grams, pounds):
    # a pound is 453.59237 g: a box of one is entered as 454 g
    assert units(UPS, grams, 10, 10, 10) == pounds * 16


@pytest.mark.parametrize(("mm", "inches"), [(25, 1), (26, 2), (305, 12), (306, 13), (1219, 48), (1220, 49)])
def test_an_inch_starts_where_whole_millimetres_say_so(mm, inches):
    # a cube of 1 lb and 1 in by 139 in: volume weight in lb is the third side in inches
    assert units(Weighing(OUNCE, 1, "up"), 1, mm, 1, 1) == inches * 16


def test_volume_counts_only_above_a_cubic_foot():
    assert units(USPS, 500, 305, 305, 305) == 32  # 1728 in3 is not over: 500 g are 2 lb
    assert units(USPS, 500, 330, 305, 305) == 192  # 13 x 12 x 12 = 1872 in3; / 166 = 11.3; 12 lb


@pytest.mark.parametrize(
    ("weight", "sides", "want"),
    [
        (1, (10, 10, 10), 500),
        (500, (10, 10, 10), 500),
        (501, (10, 10, 10), 1000),
        (600, (291, 200, 100), 1500),  # 30 x 20 x 10 = 6000 cm3 / 5 = 1.2 kg
        (30_000, (10, 10, 10), 30_000),
        (30_001, (10, 10, 10), 31_000),
        (30_600, (10, 10, 10), 31_000),
    ],
)
def test_express_goes_by_half_kilos_and_whole_ones_above_thirty(weight, sides, want):
    assert units(EXPRESS, weight, *sides) == want


def test_half_of_the_excess_volume_is_charged():
    soft = Weighing(divisor=6000, volume_share=Decimal("0.5"))
    # 300 x 200 x 100 mm at 6000 is 1000 g; scale 400 g: 400 + 600 / 2
    assert units(soft, 400, 300, 200, 100) == 700
    assert units(soft, 1000, 300, 200, 100) == 1000
    third = Weighing(divisor=6000, volume_share=Decimal("0.3"))
    assert units(third, 401, 300, 200, 100) == 581  # 401 + 0.3 x 599 = 580.7


@pytest.mark.parametrize(("scale", "want"), [(500, 500), (499, 1000)])
def test_volume_counts_only_beyond_a_multiple_of_the_scale(scale, want):
    # 1000 g by volume is not above 2 x 500 g
    assert units(Weighing(divisor=6000, volume_times=Decimal(2)), scale, 300, 200, 100) == want


def test_sides_to_the_nearest_half_centimetre():
    near = Weighing(divisor=1000, side="nearest", side_mm=5)
    assert units(near, 1, 12, 100, 100) == 100  # 12 mm to 10
    assert units(near, 1, 13, 100, 100) == 150  # 13 mm to 15


def test_cubic_metres_pieces_and_weight_or_measure():
    sides = (500, 400, 300)
    assert units(Weighing(CM3, minimum=1_000_000), 9000, *sides, pieces=5) == 1_000_000  # 0.3 m3, billed 1
    assert units(Weighing(CM3), 9000, *sides, pieces=20) == 1_200_000
    assert units(Weighing(PIECE), 9000, pieces=7) == 7
    wm = Weighing(divisor=1000)  # a tonne or a cubic metre, whichever is more
    assert units(wm, 9000, *sides, pieces=20) == 1_200_000  # 1.2 m3 against 180 kg
    assert units(wm, 90_000, *sides, pieces=20) == 1_800_000


def test_boxes_of_one_consignment_are_weighed_together_or_each():
    light, heavy = (1000, 300, 200, 100), Box(3000, 100, 100, 100)
    both = Parcel("US", *light, others=(heavy,))
    assert Weighing(divisor=3000).weigh(both) == Weight(4000, False)  # 2000 + 333 by volume
    assert Weighing(divisor=3000, by_piece=True).weigh(both) == Weight(5000, True)
    assert Weighing(divisor=3000, piece_minimum=2500).weigh(both) == Weight(5500, False)
    assert Weighing(divisor=3000, step=1000, by_piece=True).weigh(
        Parcel("US", 1001, 10, 10, 10, pieces=3)
    ).units == 6000  # fmt: skip


@pytest.mark.parametrize(
    ("weighing", "parcel", "reason"),
    [
        (Weighing(), Parcel("US", 0), "no_weight"),
        (Weighing(), Parcel("US", 1, others=(Box(0),)), "no_weight"),
        (Weighing(divisor=6000), Parcel("US", 1, 1, 1), "no_dimensions"),
        (Weighing(CM3), Parcel("US", 1), "no_dimensions"),
        (UPS, Parcel("US", 1, 1, 1, 1, others=(Box(1),)), "no_dimensions"),
    ],
)
def test_what_is_not_known_is_no_weight(weighing, parcel, reason):
    assert weighing.weigh(parcel) == Weight(0, False, reason)


def test_a_rule_of_the_book_states_it():
    values = {"unit": "g", "divisor": 5000, "side": "up", "side_mm": 10, "step": 500, "says": "DHL"}
    assert Weighing.by_rule(values) == Weighing("g", 5000, "up", 10, 500)


ways = st.builds(
    Weighing,
    st.sampled_from(["g", OUNCE]),
    st.integers(100, 8000),
    st.sampled_from(["", "up", "nearest"]),
    st.sampled_from([1, 5, 10]),
    st.sampled_from([1, 16, 100, 500]),
    volume_share=st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.3")]),
    volume_over=st.sampled_from([0, 1728]),
    minimum=st.sampled_from([0, 50, 500]),
    by_piece=st.booleans(),
)
sides = st.integers(1, 1500)


@given(ways, st.integers(1, 40_000), sides, sides, sides, st.integers(0, 5000), st.integers(1, 4))
def test_more_weight_never_weighs_less_and_sides_may_be_swapped(way, grams, a, b, c, more, pieces):
    one = way.weigh(Parcel("US", grams, a, b, c, pieces=pieces)).units
    assert one == way.weigh(Parcel("US", grams, c, b, a, pieces=pieces)).units
    assert way.weigh(Parcel("US", grams + more, a, b, c, pieces=pieces)).units >= one
    assert way.weigh(Parcel("US", grams, a, b, c, pieces=pieces + 1)).units >= one
    assert one >= way.minimum


@given(ways, st.integers(1, 40_000), sides, sides, sides, st.integers(0, 300))
def test_a_larger_box_never_weighs_less(way, grams, a, b, c, more):
    small, large = (way.weigh(Parcel("US", grams, side, b, c)).units for side in (a, a + more))
    assert large >= small
