from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.costing import (
    BATCH,
    FIFO,
    MONTH_END,
    MOVING_AVERAGE,
    Layer,
    NotEnough,
    Use,
    consume,
    method_on,
)

LAYERS = [Layer(1, 7, 1000, 70), Layer(2, 10, 2000, 0)]


def test_fifo_takes_the_oldest_first_and_the_last_unit_takes_the_rest():
    assert consume(LAYERS, 3) == [Use(1, 3, 429, 30)]
    assert consume([Layer(1, 4, 571, 40)], 4) == [Use(1, 4, 571, 40)]
    assert consume(LAYERS, 8) == [Use(1, 7, 1000, 70), Use(2, 1, 200, 0)]


def test_the_moving_average_takes_the_pool_s_cost_and_leaves_the_rest_at_the_average():
    layers = [Layer(1, 1, 300), Layer(2, 1, 100)]
    assert consume(layers, 1, MOVING_AVERAGE) == [Use(1, 1, 300, 0), Use(2, 0, -100, 0)]
    assert consume(layers, 2, MOVING_AVERAGE) == [Use(1, 1, 300, 0), Use(2, 1, 100, 0)]


def test_a_cost_that_is_missing_stays_missing():
    assert consume([Layer(1, 2, None, 10)], 1) == [Use(1, 1, None, 5)]
    assert [use.goods_minor for use in consume([Layer(1, 2, None), Layer(2, 2, 100)], 3, MOVING_AVERAGE)] == [
        None,
        None,
    ]


def test_more_than_there_is_and_less_than_one_are_refused():
    with pytest.raises(NotEnough, match="18 units asked, the layers hold 17"):
        consume(LAYERS, 18)
    for qty in (0, -1):
        with pytest.raises(ValueError, match="one or more"):
            consume(LAYERS, qty)
    with pytest.raises(ValueError, match="unknown costing method"):
        consume(LAYERS, 1, "lifo")


def test_empty_layers_are_passed_over():
    assert consume([Layer(1, 0, 0), Layer(2, 1, 5)], 1) == [Use(2, 1, 5, 0)]


def test_a_batch_is_taken_as_fifo_takes_and_an_open_month_at_the_moving_average():
    assert consume(LAYERS, 8, BATCH) == consume(LAYERS, 8, FIFO)
    assert consume(LAYERS, 8, MONTH_END) == consume(LAYERS, 8, MOVING_AVERAGE)


def test_a_method_is_in_force_from_its_day():
    changes = [["2027-03-01", "fifo"], ["2027-01-01", "month_end"]]
    assert [method_on("fifo", changes, date(2027, m, d)) for m, d in ((1, 1), (2, 28), (3, 1))] == [
        "month_end",
        "month_end",
        "fifo",
    ]
    assert method_on("fifo", changes, date(2026, 12, 31)) == "fifo"
    assert method_on("batch", [], date(2026, 12, 31)) == "batch"


COST = st.integers(0, 10**9)
STOCK = st.lists(st.tuples(st.integers(1, 50), COST, COST), min_size=1, max_size=6).map(
    lambda rows: [Layer(i, *row) for i, row in enumerate(rows)]
)


@given(STOCK, st.data(), st.sampled_from([FIFO, MOVING_AVERAGE]))
def test_consumed_bit_by_bit_to_the_end_every_fen_comes_out_once(layers, data, method):
    taken = {layer.id: [0, 0, 0] for layer in layers}
    left = list(layers)
    while held := sum(layer.left_qty for layer in left):
        uses = {use.layer_id: use for use in consume(left, data.draw(st.integers(1, held)), method)}
        for id, use in uses.items():
            taken[id] = [
                a + b for a, b in zip(taken[id], (use.qty, use.goods_minor, use.landed_minor), strict=True)
            ]
        none = Use(0, 0, 0, 0)
        left = [
            Layer(
                layer.id,
                layer.left_qty - (use := uses.get(layer.id, none)).qty,
                layer.left_goods_minor - use.goods_minor,
                layer.left_landed_minor - use.landed_minor,
            )
            for layer in left
        ]
        assert all(layer.left_qty >= 0 and layer.left_goods_minor >= 0 for layer in left)
    assert [tuple(taken[layer.id]) for layer in layers] == [
        (layer.left_qty, layer.left_goods_minor, layer.left_landed_minor) for layer in layers
    ]


@given(STOCK, st.data())
def test_the_moving_average_is_the_pool_s_average_within_half_a_fen(layers, data):
    held, pool = sum(layer.left_qty for layer in layers), sum(layer.left_goods_minor for layer in layers)
    qty = data.draw(st.integers(1, held))
    total = sum(use.goods_minor for use in consume(layers, qty, MOVING_AVERAGE))
    assert abs(total - Fraction(pool * qty, held)) <= Fraction(1, 2)
