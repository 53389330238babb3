"""The reserve rolled forward: chains that hold, and the one place where they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.money import Money
from tradewind.engine.reserve_roll import GAP, OPENING, OVERDRAWN, TRANSFER, Break, Period, roll

START = datetime(2026, 1, 1, tzinfo=UTC)


def usd(minor):
    return Money(minor, "USD")


def period(n, released, held, activity, transfers=(), *, restated=True, days=14):
    """The nth fortnight; its total is what its lines come to."""
    total = released - held + activity + sum(transfers)
    start = START + timedelta(days=days * n)
    return Period(
        n, start, start + timedelta(days=days), usd(total), usd(held), usd(released),
        tuple(map(usd, transfers)), restated,
    )  # fmt: skip


def test_six_periods_tie():
    held = [100, 80, 0, 250, 40, 60]
    chain = [period(n, held[n - 1] if n else 0, held[n], 1000 + n) for n in range(6)]
    found = roll(chain)
    assert found.breaks == ()
    assert [s.opening for s in found.steps] == [None, *map(usd, held[:-1])]
    assert [s.closing for s in found.steps] == [usd(h) for h in held]
    assert [s.activity for s in found.steps] == [usd(1000 + n) for n in range(6)]


def test_a_debt_is_carried_taken_over_and_charged():
    chain = [period(0, 0, 0, -50), period(1, 0, 0, 30, (-50, 50)), period(2, 0, 0, 70)]
    found = roll(chain)
    assert found.breaks == ()
    assert [(s.paid.minor, s.debt.minor, s.inflow.minor) for s in found.steps] == [
        (0, 50, 0), (30, 0, 50), (70, 0, 0),
    ]  # fmt: skip


def test_what_the_channel_advances_is_owed_until_a_later_file_takes_it():
    found = roll([period(0, 0, 0, -50, (50,)), period(1, 0, 0, 120, (-50,))])
    assert found.breaks == ()
    assert [(s.paid.minor, s.debt.minor) for s in found.steps] == [(0, 50), (70, 0)]


def test_a_payout_that_failed_comes_back_once():
    chain = [period(0, 0, 0, 90), period(1, 0, 0, 10, (90,)), period(2, 0, 0, 10, (90,))]
    found = roll(chain)
    assert [s.returned for s in found.steps] == [(), (0,), ()]
    assert found.breaks == (Break(TRANSFER, 2, 1, usd(90)),)


def test_a_missing_file_is_a_gap_and_a_wrong_opening_an_opening():
    whole = [period(n, 100 if n else 0, 100, 10) for n in range(3)]
    assert roll([whole[0], period(2, 70, 100, 10)]).breaks == (Break(GAP, 2, 0, usd(-30)),)
    assert roll([whole[0], period(1, 70, 100, 10), whole[2]]).breaks == (Break(OPENING, 1, 0, usd(-30)),)


def test_a_rolling_reserve_may_release_part_but_not_more_than_is_held():
    chain = [
        period(0, 0, 100, 500, restated=False),
        period(1, 30, 10, 500, restated=False),
        period(2, 90, 0, 500, restated=False),
    ]
    found = roll(chain)
    assert [s.closing.minor for s in found.steps] == [100, 80, -10]
    assert found.breaks == (Break(OVERDRAWN, 2, 1, usd(10)),)


def test_transfers_of_a_wallet_are_money_in_and_out_and_no_breaks():
    found = roll([period(0, 0, 0, 90, restated=False), period(1, 0, 0, 10, (-7, 25), restated=False)])
    assert found.breaks == ()
    assert found.steps[1].inflow == usd(18)


def made(draws):
    """A consistent chain: every file releases what the one before held."""
    chain, before = [], 0
    for n, (held, activity) in enumerate(draws):
        chain.append(period(n, before, held, activity))
        before = held
    return chain


STEPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**6), 10**7)), min_size=1, max_size=7)


@given(STEPS)
def test_the_account_with_the_channel_ties_at_every_step(draws):
    found = roll(made(draws))
    assert found.breaks == ()
    kept = None
    for step in found.steps:
        if kept is not None:
            assert kept + step.activity + step.inflow - step.paid == step.closing - step.debt
        kept = step.closing - step.debt


@given(STEPS, st.data())
def test_one_changed_opening_is_one_break_there_and_by_that_much(draws, data):
    chain = made(draws)
    at = data.draw(st.integers(0, len(chain) - 1))
    by = data.draw(st.integers(1, 1000))
    bad = chain[at]
    chain[at] = Period(
        bad.id, bad.start, bad.end, bad.total + usd(by), bad.held, bad.released + usd(by), (), True
    )
    breaks = roll(chain[::-1]).breaks
    if at == 0:
        assert breaks == ()
    else:
        assert breaks == (Break(OPENING, at, at - 1, usd(by)),)
