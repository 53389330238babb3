from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.packing import Carton, Item
from tradewind.engine.packing_check import faults
from tradewind.engine.packing_container import load_container

CALM = settings(max_examples=25, deadline=None)
flags = st.tuples(*[st.booleans()] * 3).map(lambda up: up if any(up) else (False, False, True))
item = st.builds(
    Item,
    st.just("X"),
    st.tuples(*[st.integers(15, 90)] * 3),
    st.integers(1, 30),
    st.integers(0, 500),
    flags,
    st.booleans(),
)


def left(loading):
    return [(at, qty, "") for at, qty in enumerate(loading.left) if qty]


def test_cubes_fill_a_container_to_the_last_corner():
    carton, cubes = Carton("C", (200, 300, 100)), [Item("CUBE", (50, 50, 50), qty=48)]
    loading = load_container(carton, cubes, 2_000)
    assert (loading.load.packed, loading.left, loading.stopped) == (carton.volume, (0,), False)
    assert faults(cubes, [loading.load], supported=True) == []


def test_two_sizes_that_only_fit_turned_fill_it_too():
    carton = Carton("C", (120, 80, 60))
    items = [Item("A", (60, 40, 30), qty=8), Item("B", (30, 60, 80), qty=2)]
    loading = load_container(carton, items, 20_000)
    assert loading.load.packed == carton.volume
    assert faults(items, [loading.load], left(loading), supported=True) == []


def test_even_without_any_budget_the_container_is_filled_once():
    loading = load_container(Carton("C", (200, 300, 100)), [Item("CUBE", (50, 50, 50), qty=48)], 1)
    assert (loading.left, loading.stopped) == ((0,), False)


def test_the_weight_limit_holds_back_goods():
    items = [Item("LEAD", (50, 50, 50), qty=8, weight_g=300)]
    loading = load_container(Carton("C", (100, 100, 100), tare_g=100, max_g=1_599), items, 2_000)
    assert (len(loading.load.places), loading.left) == (4, (4,))


def test_fragile_units_are_not_stacked():
    items = [Item("GLASS", (50, 50, 50), qty=8, fragile=True)]
    loading = load_container(Carton("C", (100, 100, 100)), items, 2_000)
    assert (len(loading.load.places), loading.left) == (4, (4,))


def test_an_item_that_does_not_fit_is_left():
    items = [Item("POLE", (150, 10, 10)), Item("CUBE", (100, 100, 100))]
    loading = load_container(Carton("C", (100, 100, 100)), items, 2_000)
    assert loading.left == (1, 0)


@CALM
@given(st.lists(item, min_size=1, max_size=5), st.tuples(*[st.integers(90, 260)] * 3))
def test_every_load_passes_the_independent_check_and_comes_out_the_same_again(items, inner):
    carton = Carton("C", inner, 200, 20_000)
    loading = load_container(carton, items, 1_500)
    assert faults(items, [loading.load], left(loading), supported=True) == []
    assert load_container(carton, items, 1_500) == loading


def bischoff_ratcliff(name):
    """An instance of Bischoff and Ratcliff (1995): the container and its items with their flags."""
    with zipfile.ZipFile(shared("data/binpacking_3d/instances.zip")) as instances:
        bins, rows = (
            list(csv.DictReader(io.StringIO(instances.read(f"bischoff1995/{name}_{part}.csv").decode())))
            for part in ("bins", "items")
        )
    items = [
        Item(
            row["ID"],
            (int(row["X"]), int(row["Y"]), int(row["Z"])),
            int(row["COPIES"]),
            upright=(row["ROTATION_ZYX"] == "1", row["ROTATION_XZY"] == "1", row["ROTATION_XYZ"] == "1"),
        )
        for row in rows
    ]
    return Carton("C", (int(bins[0]["X"]), int(bins[0]["Y"]), int(bins[0]["Z"]))), items


@pytest.mark.parametrize("name", ["BR1.txt_1", "BR4.txt_1"])
def test_public_instances_are_filled_with_their_flags_kept(name):
    carton, items = bischoff_ratcliff(name)
    loading = load_container(carton, items, 10_000)
    assert faults(items, [loading.load], left(loading), supported=True) == []
    assert loading.load.packed / carton.volume > 0.88
