from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.double_entry import (
    EntryPlan,
    PostingPlan,
    Unbalanced,
    imbalance,
    reverse,
    trial_balance,
    without_zeros,
)
from tradewind.engine.money import Money

TODAY = date(2026, 11, 22)


def post(account, minor, currency="USD", **kw):
    return PostingPlan(account, Money(minor, currency), **kw)


def entry(*lines):
    return EntryPlan("settlement:1", TODAY, "settlement", lines)


def test_an_entry_balances_in_every_currency_at_birth():
    plan = entry(post("1122", 100), post("6001", -100), post("1900", 720, "CNY"), post("1001", -720, "CNY"))
    assert trial_balance(plan.lines) == {
        "CNY": {"1001": -720, "1900": 720},
        "USD": {"1122": 100, "6001": -100},
    }


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((post("1122", 100), post("6001", -99)), "over by 0.01 USD"),
        ((post("1122", 100), post("6001", -100, "EUR")), "over by -1.00 EUR, 1.00 USD"),
        ((post("1122", 100),), "at least two lines"),
        ((), "at least two lines"),
        ((post("1122", 0), post("6001", 0)), "a line of zero"),
    ],
)
def test_an_entry_that_does_not_balance_is_never_born(lines, words):
    with pytest.raises(Unbalanced, match=words):
        entry(*lines)


def test_a_list_of_lines_is_frozen_with_the_entry():
    lines = [post("1122", 100), post("6001", -100)]
    plan = EntryPlan("e", TODAY, "", lines)
    lines.clear()
    assert len(plan.lines) == 2


def test_lines_of_one_account_store_and_order_are_added_and_zeros_dropped():
    lines = [
        post("6001", -5, store_id=1),
        post("6001", -6, store_id=1),
        post("6001", -7, store_id=2),
        post("1", 3),
        post("1", -3),
    ]
    assert without_zeros(lines) == (post("6001", -11, store_id=1), post("6001", -7, store_id=2))


POSTS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3"]),
        st.integers(-(10**9), 10**9).filter(bool),
        st.sampled_from(["USD", "CNY"]),
    ),
    max_size=8,
)


@given(POSTS)
def test_a_plan_is_born_exactly_when_every_currency_sums_to_zero(rows):
    lines = tuple(post(*row) for row in rows)
    balanced = all(sum(m for _, m, c in rows if c == currency) == 0 for currency in ("USD", "CNY"))
    assert (imbalance(lines) == {}) == balanced
    if balanced and len(lines) >= 2:
        plan = entry(*lines)
        undone = reverse(plan, event="undo", on=TODAY, memo="")
        assert without_zeros(plan.lines + undone.lines) == ()
        assert all(sum(accounts.values()) == 0 for accounts in trial_balance(plan.lines).values())
    else:
        with pytest.raises(Unbalanced):
            entry(*lines)
