"""Splits keep every cent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.line_split import fitted, spread, weighed

minor = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(-5, 10**9), min_size=1, max_size=8)


@given(minor, weights)
def test_shares_sum_to_the_total_whatever_the_weights(total, by):
    parts = spread(total, by)
    assert sum(parts) == total
    assert len(parts) == len(by)
    if any(w > 0 for w in by):
        assert all(p == 0 for p, w in zip(parts, by, strict=True) if w <= 0 and len(by) > 1)


@given(st.lists(minor, min_size=1, max_size=8), st.integers(-50, 50))
def test_fitted_parts_sum_to_the_total_and_only_one_moves(parts, over):
    total = sum(parts) + over
    out = fitted(parts, total)
    assert sum(out) == total
    assert sum(1 for a, b in zip(parts, out, strict=True) if a != b) <= 1


def test_nothing_to_split_over_stays_empty_and_zero_weights_share_alike():
    assert spread(7, []) == []
    assert fitted([], 3) == []
    assert spread(-5, [0, 0]) == [-3, -2]
    assert spread(0, [1, 2]) == [0, 0]
    assert fitted([33, 33, 33], 100) == [34, 33, 33]


def test_freight_goes_by_weight_only_where_every_line_is_measured():
    assert weighed([500, 250], [1, 9]) == ("weight", [500, 250])
    assert weighed([500, None], [1, 9]) == ("value", [1, 9])
    assert weighed([500, 0], [1, 9]) == ("value", [1, 9])
