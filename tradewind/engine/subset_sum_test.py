from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.subset_sum import LIMIT, subsets


def test_a_set_is_found_by_its_places():
    assert subsets([5, 3, 2], 5) == [(0,), (1, 2)]
    assert subsets([5, 3, 2], 4) == []
    assert subsets([], 0) == []
    assert subsets([1] * (LIMIT + 1), 1) is None


def test_the_shared_examples_come_out():
    yaml = pytest.importorskip("yaml")
    text = shared("data/worked-examples/reconciliation_matching.yaml").read_text(encoding="utf-8")
    cases = [case for case in yaml.safe_load(text)["cases"] if case["method"] == "subset_sum"]
    assert len(cases) >= 3
    for case in cases:
        found = subsets(case["inputs"]["amounts"], case["inputs"]["target"], 10_000)
        expected = case["expected"]
        assert (len(found) == 1) == expected["auto_accept"]
        if "solutions" in expected:
            assert sorted(found) == sorted(tuple(s) for s in expected["solutions"])
        if "solution_count" in expected:
            assert len(found) == expected["solution_count"]


@given(st.lists(st.integers(-20, 20), max_size=9), st.integers(-40, 40))
def test_all_sets_are_found_and_no_other(amounts, total):
    every = [
        chosen
        for size in range(1, len(amounts) + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[i] for i in chosen) == total
    ]
    assert sorted(subsets(amounts, total, 10_000)) == sorted(every)
    assert len(subsets(amounts, total)) == min(len(every), 2)
