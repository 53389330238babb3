import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING, Breakdown, BreakdownError, worst
from tradewind.engine.money import Money

LEAVES = st.one_of(
    st.builds(
        Breakdown,
        st.sampled_from(["cogs", "fee", "freight"]),
        st.builds(Money, st.integers(-(10**9), 10**9), st.just("USD")),
        st.sampled_from([ACTUAL, ESTIMATED]),
        st.text(max_size=5),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    ),
    st.builds(lambda why: Breakdown.missing("duty", why), st.text(max_size=5)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(lambda parts: Breakdown.of("sum", parts)),
    max_leaves=12,
)


def usd(name, minor, state=ACTUAL):
    return Breakdown(name, Money(minor, "USD"), state)


def test_a_tree_is_the_sum_of_its_parts_and_as_sure_as_the_least_sure():
    tree = Breakdown.of("profit", [usd("sales", 1000), usd("fee", -150, ESTIMATED)])
    assert (tree.amount, tree.state) == (Money(850, "USD"), ESTIMATED)


def test_a_missing_part_is_seen_in_the_total_and_counts_for_nothing():
    tree = Breakdown.of("profit", [usd("sales", 1000), Breakdown.missing("cogs", "no cost layer")])
    assert (tree.amount, tree.state) == (Money(1000, "USD"), MISSING)
    assert Breakdown.of("profit", [Breakdown.missing("cogs", "none")]).amount is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Breakdown("profit", Money(1, "USD"), parts=(usd("a", 2),)),
        lambda: Breakdown("profit", Money(2, "USD"), ESTIMATED, parts=(usd("a", 2),)),
        lambda: Breakdown("profit", Money(2, "USD"), "sure"),
        lambda: Breakdown("profit", None),
        lambda: Breakdown.of("profit", [usd("a", 1), Breakdown("b", Money(1, "EUR"))]),
        lambda: Breakdown.of("profit", [usd("a", 1), Breakdown("b", Decimal(1))]),
    ],
)
def test_a_tree_that_does_not_add_up_is_never_born(wrong):
    with pytest.raises(BreakdownError):
        wrong()


def test_walking_shows_parents_before_children_in_order():
    tree = Breakdown.of("a", [Breakdown.of("b", [usd("c", 1)]), usd("d", 2)])
    assert [(depth, node.name) for depth, node in tree.walk()] == [(0, "a"), (1, "b"), (2, "c"), (1, "d")]


def test_no_states_at_all_are_actual():
    assert worst([]) == ACTUAL


@given(TREES)
def test_every_tree_survives_storage(tree):
    assert Breakdown.from_json(json.loads(json.dumps(tree.to_json()))) == tree


@given(TREES)
def test_every_total_is_the_sum_of_its_known_leaves(tree):
    leaves = [node for _, node in tree.walk() if not node.parts]
    known = [leaf.amount for leaf in leaves if leaf.amount is not None]
    assert (tree.amount or Money.zero("USD")) == Money.total(known, "USD")
    assert tree.state == worst([leaf.state for leaf in leaves])
