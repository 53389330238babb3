from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.costing import AVERAGES, FIFO, MONTH_END, MOVING_AVERAGE, Layer, consume
from tradewind.engine.recosting import Batch, Take, recost


def test_a_bill_known_late_gives_what_it_would_have_given_at_first():
    found = recost([
        Batch(1, 3, 100, 100), Take("a", ((1, 1),), FIFO), Take("b", ((1, 1),), FIFO),
    ])  # fmt: skip
    assert found.uses == {("a", 1): (33, 33), ("b", 1): (34, 34)}
    assert found.left == {1: (33, 33)}


def test_the_month_s_average_is_the_same_for_every_unit_of_the_month_whenever_it_left():
    found = recost([
        Batch(1, 2, 200, 0, "01"), Take("a", ((1, 1),), MONTH_END, "01"), Batch(2, 2, 600, 40, "01", ("", 1)),
        Take("b", ((1, 1), (2, 1)), MONTH_END, "01"),
    ])  # fmt: skip
    sums = {}
    for (source, _batch), (goods, landed) in found.uses.items():
        sums[source] = [a + b for a, b in zip(sums.get(source, (0, 0)), (goods, landed), strict=True)]
    assert sums == {"a": [200, 10], "b": [400, 20]}
    assert found.left == {1: (0, 0), 2: (200, 10)}


def test_a_month_opens_at_what_the_month_before_left():
    found = recost([
        Batch(1, 2, 300, 0, "01"), Take("a", ((1, 1),), MONTH_END, "01"),
        Batch(2, 1, 50, 0, "02", ("", 1)), Take("b", ((1, 1),), MONTH_END, "02"),
    ])  # fmt: skip
    assert found.uses["a", 1] == (150, 0)
    assert found.uses["b", 1][0] + found.uses.get(("b", 2), (0, 0))[0] == 100
    assert found.left == {1: (0, 0), 2: (100, 0)}


def test_a_missing_cost_makes_the_month_missing_and_what_was_not_touched_keeps_its_own():
    found = recost([
        Batch(1, 2, None, 10, "01"), Batch(2, 2, 100, 0, "01", ("", 1)),
        Take("a", ((1, 1),), MONTH_END, "01"),
    ])  # fmt: skip
    assert found.uses["a", 1][0] is None
    assert sum(landed for _goods, landed in found.uses.values()) == 3
    assert found.left[2][0] is None or found.left[2][0] == 100


def test_the_evening_out_of_a_month_is_laid_on_what_was_sold_not_on_what_moved_on():
    found = recost([
        Batch(1, 1, 100, 0, "01"), Batch(2, 1, 300, 0, "01", ("", 1)),
        Take("sale", ((1, 1),), MONTH_END, "01"), Take("leg", ((2, 1),), MONTH_END, "01", moves_on=True),
    ])  # fmt: skip
    assert found.uses["leg", 2] == (200, 0)
    assert (found.uses["sale", 1][0], found.uses["sale", 2][0]) == (100, 100)


HISTORY = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 5000), st.integers(-50, 900)) | st.integers(1, 12),
    min_size=1, max_size=14,
)  # fmt: skip


def replayed(history, method):
    """A pool lived through step by step, and the events it leaves behind."""
    layers, events, uses, left = {}, [], {}, {}
    for n, step in enumerate(history):
        period = f"{n // 4:02}"
        if isinstance(step, tuple):
            layers[n] = Layer(n, *step)
            events.append(Batch(n, *step, period=period, rank=("", n)))
            continue
        held = sum(x.left_qty for x in layers.values())
        if held < step:
            continue
        found = consume(list(layers.values()), step, method)
        for u in found:
            old = layers[u.layer_id]
            layers[u.layer_id] = Layer(
                old.id, old.left_qty - u.qty, old.left_goods_minor - u.goods_minor,
                old.left_landed_minor - u.landed_minor,
            )  # fmt: skip
            uses[n, u.layer_id] = (u.goods_minor, u.landed_minor)
        events.append(Take(n, tuple((u.layer_id, u.qty) for u in found if u.qty), method, period))
    left = {pk: (x.left_goods_minor, x.left_landed_minor) for pk, x in layers.items()}
    return events, uses, left


@given(HISTORY, st.sampled_from([FIFO, MOVING_AVERAGE]))
def test_costed_again_a_pool_is_what_it_was_when_it_was_lived_through(history, method):
    events, uses, left = replayed(history, method)
    found = recost(events)
    assert (found.uses, found.left) == (uses, left)


@given(HISTORY, st.sampled_from([FIFO, *AVERAGES]))
def test_nothing_is_lost_and_nothing_made(history, method):
    events, _uses, _left = replayed(history, MOVING_AVERAGE)
    again = [e if isinstance(e, Batch) else Take(e.source, e.picks, method, e.period) for e in events]
    found = recost(again)
    for n in (0, 1):
        came = sum((e.goods_minor, e.landed_minor)[n] for e in again if isinstance(e, Batch))
        gone = sum(cost[n] for cost in found.uses.values())
        assert gone + sum(cost[n] for cost in found.left.values()) == came


@given(HISTORY)
def test_every_take_of_a_month_is_at_its_average_within_a_fen(history):
    events, _uses, _left = replayed(history, MOVING_AVERAGE)
    events = [e if isinstance(e, Batch) else Take(e.source, e.picks, MONTH_END, e.period) for e in events]
    found = recost(events)
    for period in {e.period for e in events}:
        now = [e for e in events if e.period == period]
        takes = [e for e in now if isinstance(e, Take)]
        if not takes:
            continue
        before = [e for e in events if e.period < period]
        opening = recost(before)
        units = sum(e.qty for e in before + now if isinstance(e, Batch)) - sum(
            q for e in before if isinstance(e, Take) for _b, q in e.picks
        )
        value = sum(c[0] for c in opening.left.values())
        value += sum(e.goods_minor for e in now if isinstance(e, Batch))
        for take in takes:
            cost = sum(c[0] for (source, _b), c in found.uses.items() if source == take.source)
            qty = sum(q for _b, q in take.picks)
            assert abs(cost - Fraction(value * qty, units)) <= 1


def test_a_take_of_a_batch_that_has_not_come_is_an_error():
    with pytest.raises(KeyError):
        recost([Take("a", ((7, 1),), FIFO)])
