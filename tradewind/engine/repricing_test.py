from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.repricing import (
    CEILING,
    FLOOR,
    MATCH,
    MOVED,
    NO_RIVAL,
    OFF,
    STEADY,
    TOO_OFTEN,
    TRIFLE,
    UNDERCUT,
    WINNING,
    Decision,
    Guard,
    Rule,
    Seen,
    reprice,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GUARD = Guard(1000, 2000)
UNDER = Rule(UNDERCUT, 1)


@pytest.mark.parametrize(
    ("seen", "rule", "guard", "moves", "want"),
    [
        (Seen(1500, (1400, 1450)), UNDER, GUARD, 0, Decision(1399, MOVED)),
        (Seen(1500, (1400, 1450)), Rule(MATCH), GUARD, 0, Decision(1400, MOVED)),
        (Seen(1500, (900,)), UNDER, GUARD, 0, Decision(1000, MOVED, FLOOR)),
        (Seen(1000, (900,)), UNDER, GUARD, 0, Decision(1000, STEADY, FLOOR)),
        (Seen(1500, (2500,)), UNDER, GUARD, 0, Decision(2000, MOVED, CEILING)),
        (Seen(1500, (2500,)), Rule(UNDERCUT, 1, rise=False), GUARD, 0, Decision(1500, STEADY, CEILING)),
        (Seen(1500, (1400,), buy_box=True), UNDER, GUARD, 0, Decision(1500, WINNING)),
        (Seen(1500, (1600,), buy_box=True), UNDER, GUARD, 0, Decision(1599, MOVED)),
        (Seen(1500, ()), UNDER, GUARD, 0, Decision(1500, NO_RIVAL)),
        (Seen(1500, (1400,)), UNDER, Guard(1000, 2000, on=False), 0, Decision(1500, OFF)),
        (Seen(900, (800,)), UNDER, Guard(1000, 2000, on=False), 0, Decision(900, OFF)),
        (Seen(1401, (1400,)), UNDER, Guard(1000, 2000, hysteresis=5), 0, Decision(1401, TRIFLE)),
        (Seen(1500, (1400,)), UNDER, Guard(1000, 2000, moves_a_day=3), 3, Decision(1500, TOO_OFTEN)),
        # below the floor it is brought back whatever the day's moves
        (Seen(900, (800,)), UNDER, Guard(1000, 2000, moves_a_day=3), 3, Decision(1000, MOVED, FLOOR)),
        (Seen(2100, ()), UNDER, GUARD, 0, Decision(2000, MOVED, CEILING)),
    ],
)
def test_decisions(seen, rule, guard, moves, want):
    before = [NOON - timedelta(hours=n + 1) for n in range(moves)]
    assert reprice(seen, rule, guard, before, NOON) == want


def test_moves_of_yesterday_do_not_count():
    guard = Guard(1000, 2000, moves_a_day=1)
    assert reprice(Seen(1500, (1400,)), UNDER, guard, [NOON - timedelta(days=1)], NOON).moved
    assert not reprice(Seen(1500, (1400,)), UNDER, guard, [NOON - timedelta(hours=23)], NOON).moved


@pytest.mark.parametrize(
    ("rule", "guard"),
    [
        (Rule("beat"), GUARD), (Rule(UNDERCUT, 0), GUARD), (Rule(), Guard(0, 10)), (Rule(), Guard(10, 9)),
        (Rule(), Guard(1, 9, hysteresis=0)),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(rule, guard):
    with pytest.raises(Refused):
        reprice(Seen(5, ()), rule, guard, [], NOON)


def war(one, two, start, rules, hours=24 * 400):
    """Two machines that look at each other in turn; every price of both, and when nothing moved any more."""
    prices, guards, moves = list(start), (one, two), ([], [])
    quiet, at = 0, NOON
    for n in range(hours):
        me = n % 2
        seen = Seen(prices[me], (prices[1 - me],), buy_box=prices[me] < prices[1 - me])
        said = reprice(seen, rules[me], guards[me], moves[me], at)
        assert guards[me].floor <= said.price <= guards[me].ceiling or not said.moved
        if said.moved:
            moves[me].append(at)
            del moves[me][:-50]
        quiet = 0 if said.moved or said.reason == TOO_OFTEN else quiet + 1
        prices[me] = said.price
        if quiet == 4:
            return prices, n
        at += timedelta(hours=1)
    return prices, None


def test_a_war_of_two_machines_ends_at_the_floor():
    prices, ended = war(Guard(1000, 2000), Guard(900, 2000), (1800, 1800), (UNDER, UNDER))
    assert ended is not None
    assert prices == [1000, 999]  # the dearer one stands at its floor, the other a cent below and no lower


def test_equal_floors_end_at_that_floor():
    prices, ended = war(Guard(1000, 2000), Guard(1000, 2000), (1800, 1700), (UNDER, UNDER))
    assert ended is not None
    assert prices == [1000, 1000]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(100, 150), st.integers(100, 150), st.integers(100, 220), st.integers(100, 220),
    st.integers(1, 9), st.integers(0, 3), st.integers(1, 4), st.integers(2, 24),
)  # fmt: skip
def test_every_war_ends_and_no_floor_is_passed(floor_a, floor_b, a, b, by, other, hysteresis, daily):
    rules = Rule(UNDERCUT, by), Rule(UNDERCUT, other) if other else Rule(MATCH)
    guards = Guard(floor_a, 200, hysteresis, daily), Guard(floor_b, 200, 1, daily)
    prices, ended = war(*guards, (a, b), rules)
    assert ended is not None
    assert prices[0] >= floor_a
    assert prices[1] >= floor_b
