"""The calendar by hand, and laws: bands in order, nothing lost, the day below found."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.cash_calendar import (
    EVERY,
    MONTH,
    ONCE,
    QUARTER,
    WEEK,
    Band,
    Flow,
    calendar,
    closing_after,
    percentile,
    recurring,
)
from tradewind.engine.money import Money

DAY = date(2026, 11, 23)


def cny(minor):
    return Money(minor, "CNY")


def flow(minor, at=0, **more):
    return Flow("x", DAY + timedelta(days=at), cny(minor), "actual", **more)


def test_money_known_exactly_gives_one_line():
    found = calendar(cny(10_000), [flow(-3_000, 1), flow(500, 2)], DAY, 3)
    assert [d.balance for d in found.days] == [Band(10_000, 10_000, 10_000), Band(7_000, 7_000, 7_000),
                                               Band(7_500, 7_500, 7_500)]  # fmt: skip


def test_what_is_overdue_falls_on_the_first_day_and_what_lies_beyond_is_not_counted():
    found = calendar(cny(0), [flow(-100, -9), flow(700, 3)], DAY, 3)
    assert [d.balance.likely for d in found.days] == [-100, -100, -100]


def test_the_cautious_reading_leaves_out_money_of_no_known_day_and_the_hopeful_takes_it_early():
    unsure = flow(900, 2, first=DAY, last=None, certain=False)
    found = calendar(cny(0), [unsure], DAY, 3)
    assert [d.balance for d in found.days] == [Band(0, 0, 900), Band(0, 0, 900), Band(0, 900, 900)]


def test_what_goes_out_goes_early_and_at_its_most_for_the_cautious():
    planned = flow(-100, 1, least=cny(-80), most=cny(-150), first=DAY, last=DAY + timedelta(days=2))
    found = calendar(cny(1_000), [planned], DAY, 3)
    assert [d.balance for d in found.days] == [Band(850, 1_000, 1_000), Band(850, 900, 1_000),
                                               Band(850, 900, 920)]  # fmt: skip


def test_the_first_evening_below_the_floor_is_told_by_each_reading():
    found = calendar(cny(100), [flow(-60, 1, least=cny(-10), most=cny(-60))], DAY, 3, floor=50)
    assert found.short_on == {"low": DAY + timedelta(days=1), "likely": DAY + timedelta(days=1)}
    assert calendar(cny(100), [flow(-60, 1)], DAY, 3).short_on == {}


def test_months_that_lack_the_day_take_their_last_and_go_back():
    got = recurring(MONTH, date(2026, 1, 31), None, date(2026, 2, 1), date(2026, 4, 30))
    assert got == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert recurring(QUARTER, date(2026, 1, 15), date(2026, 7, 14), DAY.replace(month=1, day=1), DAY) == [
        date(2026, 1, 15), date(2026, 4, 15),
    ]  # fmt: skip
    assert recurring(ONCE, DAY, None, DAY, DAY) == [DAY]
    assert recurring(WEEK, DAY, None, DAY + timedelta(days=1), DAY + timedelta(days=7)) == [
        DAY + timedelta(days=7)
    ]


def test_a_rhythm_is_continued_from_the_last_close():
    closes = [date(2026, 10, 18), date(2026, 11, 1)]
    assert closing_after(closes, 14, date(2026, 10, 20)) == date(2026, 11, 1)
    assert closing_after(closes, 14, date(2026, 11, 1)) == date(2026, 11, 1)
    assert closing_after(closes, 14, date(2026, 11, 2)) == date(2026, 11, 15)
    assert closing_after([], 14, DAY) is None


def test_percentiles_are_ones_of_the_numbers():
    assert [percentile([1, 2, 3, 4], p) for p in (0, 10, 50, 51, 90, 100)] == [1, 1, 2, 3, 4, 4]


@st.composite
def flows(draw):
    minor = draw(st.integers(-10_000, 10_000).filter(bool))
    sign = 1 if minor > 0 else -1
    on = draw(st.integers(-5, 40))
    first, last = on - draw(st.integers(0, 5)), on + draw(st.integers(0, 5))
    certain = draw(st.booleans())
    return flow(
        minor, on, least=cny(minor - sign * draw(st.integers(0, abs(minor)))),
        most=cny(minor + sign * draw(st.integers(0, 500))), first=DAY + timedelta(days=first),
        last=DAY + timedelta(days=last) if certain or sign < 0 else None, certain=certain,
    )  # fmt: skip


@given(st.lists(flows(), max_size=12), st.integers(-5_000, 5_000))
def test_the_readings_are_in_order_every_evening_and_every_day_adds_up(found, opening):
    got = calendar(cny(opening), found, DAY, 60)
    before = Band(opening, opening, opening)
    for day in got.days:
        assert day.balance.low <= day.balance.likely <= day.balance.high
        assert day.balance == before + day.coming + day.going
        before = day.balance
    assert before.likely == opening + sum(f.amount.minor for f in found)


@given(st.sampled_from(EVERY), st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 400))
def test_what_recurs_stays_within_and_is_the_same_cut_in_two(every, first, span):
    since, to = date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=span)
    middle = since + timedelta(days=span // 2)
    got = recurring(every, first, None, since, to)
    assert all(since <= day <= to and day >= first for day in got)
    cut = recurring(every, first, None, since, middle)
    cut += recurring(every, first, None, middle + timedelta(days=1), to)
    assert got == cut
