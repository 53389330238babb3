"""Lines and orders beyond the channel's key: sure or proposed, never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.line_match import (
    LINE_KEY,
    SPELLING,
    SUM,
    Candidate,
    Group,
    Link,
    match_lines,
    normal,
)
from tradewind.engine.money import Money

DAY = date(2026, 6, 20)


def usd(minor):
    return Money(minor, "USD")


def group(pk, key="", gross=20_00, skus=("LAMP",), on=DAY, count=1, goods=None):
    return Group(pk, key, usd(gross if goods is None else goods), usd(gross), on, frozenset(skus), count)


def order(pk, key, gross=20_00, skus=("LAMP",), on=DAY - timedelta(days=2), **kw):
    return Candidate(pk, key, usd(gross), usd(gross), on, frozenset(skus), **kw)


@pytest.mark.parametrize("text", ["113-0042", "'113-0042", "#113 0042", "1130042.0", "01130042"])
def test_spreadsheets_and_shops_do_not_change_a_number(text):
    assert normal(text) == "1130042"


def test_a_number_written_otherwise_is_sure_when_the_money_agrees():
    assert match_lines([group(1, "#10-42")], [order(7, "1042")]).links == (Link(1, 7, SPELLING),)
    near = match_lines([group(1, "#10-42", 20_01, count=2)], [order(7, "1042")])
    assert near.links == (Link(1, 7, "spelling_rounding"),)
    fees = match_lines([group(1, "#10-42", 0)], [order(7, "1042", settled=True)])
    assert fees.links == (Link(1, 7, SPELLING),)


def test_an_order_in_another_currency_agrees_at_the_days_rate():
    found = match_lines([group(1, "#1042", 20_45)], [order(7, "1042", 20_00, converted=True)])
    assert found.links == (Link(1, 7, "spelling_fx"),)
    far = match_lines([group(1, "#1042", 22_00)], [order(7, "1042", 20_00, converted=True)])
    assert far.links == ()


def test_another_amount_or_sku_under_the_same_number_is_for_a_person():
    found = match_lines([group(1, "#1042", 25_00)], [order(7, "1042")])
    assert found.links == ()
    (idea,) = found.proposals
    assert (idea.order_id, idea.reason, idea.difference, idea.days) == (
        7, "same_number_other_amount", usd(5_00), 2,
    )  # fmt: skip
    assert match_lines([group(1, "#1042", skus=("CUP",))], [order(7, "1042")]).links == ()


def test_two_orders_whose_numbers_read_alike_are_for_a_person():
    found = match_lines([group(1, "#1042")], [order(7, "10-42"), order(8, "104-2")])
    assert found.links == ()
    assert [p.order_id for p in found.proposals] == [7, 8]


def test_the_number_of_an_orders_line_is_sure():
    found = match_lines([group(1, "SUB-9")], [order(7, "1042", line_keys=("SUB-8", "SUB-9"))])
    assert found.links == (Link(1, 7, LINE_KEY),)


def test_an_unknown_number_is_not_doubted_by_amounts():
    found = match_lines([group(1, "999999")], [order(7, "1042")])
    assert (found.links, found.proposals, found.left) == ((), (), (1,))


def test_a_part_of_a_number_is_proposed_when_the_money_agrees():
    found = match_lines([group(1, "100042")], [order(7, "SHOP-100042"), order(8, "SHOP-200042")])
    assert [(p.order_id, p.reason) for p in found.proposals] == [(7, "part_of_number")]


def test_lines_without_a_number_that_alone_add_up_to_one_order_are_sure():
    lines = [group(1, "", 17_00), group(2, "", 3_00), group(3, "", 44_00)]
    found = match_lines(lines, [order(7, "1042", 20_00)])
    assert found.links == (Link(1, 7, SUM), Link(2, 7, SUM))
    assert found.left == (3,)


def test_two_orders_or_two_sets_that_fit_are_proposed():
    two = match_lines([group(1)], [order(7, "1042"), order(8, "1043")])
    assert two.links == ()
    assert [(p.order_id, p.reason, p.rank) for p in two.proposals] == [
        (7, "same_amount_same_sku", 1), (8, "same_amount_same_sku", 2),
    ]  # fmt: skip
    sets = match_lines([group(1), group(2)], [order(7, "1042")])
    assert sets.links == ()
    assert {p.group_id for p in sets.proposals} == {1, 2}


def test_an_order_already_settled_answers_no_second_sale_by_amount():
    assert match_lines([group(1)], [order(7, "1042", settled=True)]).left == (1,)


def test_days_too_far_apart_say_nothing():
    assert match_lines([group(1)], [order(7, "1042", on=DAY - timedelta(days=90))]).left == (1,)


KEYS = st.sampled_from(["", "", "#1042", "1042", "10-43", "104300", "X-104300", "2042"])
GROUPS = st.lists(st.tuples(KEYS, st.sampled_from([0, 10, 20, 30, 50])), max_size=7)
ORDERS = st.lists(st.tuples(KEYS.filter(bool), st.sampled_from([10, 20, 30, 50]), st.booleans()), max_size=6)


@given(GROUPS, ORDERS, st.randoms(use_true_random=False))
def test_whatever_comes_a_group_has_one_answer_and_order_of_input_changes_nothing(groups, orders, rnd):
    left = [group(n, key, minor) for n, (key, minor) in enumerate(groups, 1)]
    right = [order(n, key, minor, settled=old) for n, (key, minor, old) in enumerate(orders, 1)]
    found = match_lines(left, right)
    linked = [x.group_id for x in found.links]
    proposed = {p.group_id for p in found.proposals}
    assert len(linked) == len(set(linked))
    assert set(linked) | proposed | set(found.left) == {g.id for g in left}
    assert not set(linked) & proposed
    assert not proposed & set(found.left)
    rnd.shuffle(left)
    rnd.shuffle(right)
    assert match_lines(left, right) == found


@given(st.lists(st.integers(1, 30), min_size=1, max_size=7), st.lists(st.integers(1, 60), max_size=5))
def test_a_sum_is_taken_only_where_no_other_reading_is_possible(lines, orders):
    left = [group(n, "", minor) for n, minor in enumerate(lines, 1)]
    right = [order(n, f"A{n}", minor) for n, minor in enumerate(orders, 1)]
    sums = {}
    for bits in range(1, 1 << len(left)):
        chosen = [g for n, g in enumerate(left) if bits >> n & 1]
        for o in right:
            if sum(g.gross.minor for g in chosen) == o.gross.minor:
                sums.setdefault(o.id, []).append({g.id for g in chosen})
    taken = {}
    for link in match_lines(left, right).links:
        taken.setdefault(link.order_id, set()).add(link.group_id)
    for order_id, ids in taken.items():
        assert sums[order_id] == [ids]
        assert not any(ids & other for o, sets in sums.items() if o != order_id for other in sets)
