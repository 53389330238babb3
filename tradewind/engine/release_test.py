"""Release dates by hand, and laws over any of them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.release import PAYMENT, SHIPMENT, ReleaseTerms, Transit, release

NOV = date(2026, 11, 1)  # a Sunday
HELD = ReleaseTerms(hold_days=8, cycle_days=14, closings=(NOV,), transit_days=3, most_transit_days=5,
                    business_days=True)  # fmt: skip
NO_WAY = Transit()


def of(terms, *, shipped=NOV - timedelta(days=9), delivered=NOV, transit=NO_WAY):
    return release(
        terms, placed=NOV - timedelta(days=10), shipped=shipped, delivered=delivered, transit=transit
    )


def test_seven_days_after_delivery_and_free_the_day_after_then_the_close_then_business_days():
    got = of(HELD)
    assert (got.free_on, got.cash_on, got.last) == (date(2026, 11, 9), date(2026, 11, 18), date(2026, 11, 20))
    assert (got.state, got.why) == (ACTUAL, ())


def test_a_later_scan_moves_the_day_and_may_miss_the_close():
    got = of(HELD, delivered=date(2026, 11, 8))
    assert (got.free_on, got.cash_on) == (date(2026, 11, 16), date(2026, 12, 2))


def test_without_a_scan_the_promise_stands_in_and_no_latest_day_is_told():
    got = of(HELD, delivered=None, transit=Transit(promise=9))
    assert (got.delivered_on, got.free_on, got.last) == (NOV, date(2026, 11, 9), None)
    assert (got.state, got.why) == (ESTIMATED, ("no_scan",))


def test_what_was_seen_of_the_way_bounds_the_promise():
    got = of(HELD, delivered=None, transit=Transit(9, (5, 8, 20)))
    assert got.free_on == date(2026, 11, 9)
    assert got.first == date(2026, 11, 18)  # free on the 5th: the same close
    assert got.last == date(2026, 12, 4)  # delivered on the 12th: the close of the 29th
    assert of(HELD, delivered=None, transit=Transit(None, (5, 8, 20))).delivered_on == date(2026, 10, 31)


def test_with_neither_scan_nor_promise_or_without_a_rule_there_is_no_day():
    assert of(HELD, delivered=None).why == ("no_delivery",)
    assert of(None).why == ("no_rule",)
    assert of(None).state == MISSING


def test_a_hold_may_count_from_payment_or_shipment():
    terms = ReleaseTerms(PAYMENT, 2, transit_days=0)
    assert of(terms, delivered=None).cash_on == NOV - timedelta(days=8)
    terms = ReleaseTerms(SHIPMENT, 2, transit_days=0)
    assert of(terms, delivered=None).cash_on == NOV - timedelta(days=7)
    assert of(terms, delivered=None, shipped=None).why == ("no_delivery",)


def test_an_unknown_period_or_way_is_said():
    got = of(ReleaseTerms(hold_days=8, cycle_days=14))
    assert (got.cash_on, got.last, got.why) == (
        date(2026, 11, 23), None, ("no_period_seen", "no_transit"),
    )  # fmt: skip


days = st.integers(0, 40)


@given(days, days, st.one_of(st.none(), days), st.integers(1, 31), days, st.booleans(), st.booleans())
def test_days_are_in_order_and_a_later_delivery_is_never_paid_earlier(
    hold, way, promise, cycle, transit, business, scanned
):
    terms = ReleaseTerms(hold_days=hold, cycle_days=cycle, closings=(NOV,), transit_days=transit,
                         most_transit_days=transit + 2, business_days=business)  # fmt: skip
    seen = Transit(promise, (way, way + 3, way + 9))
    shipped = NOV
    got = of(
        terms, shipped=shipped, delivered=shipped + timedelta(days=way) if scanned else None, transit=seen
    )
    assert got.delivered_on <= got.free_on <= got.cash_on
    assert got.first <= got.cash_on <= got.last
    later = of(terms, shipped=shipped, delivered=shipped + timedelta(days=way + 1), transit=seen)
    if scanned:
        assert later.cash_on >= got.cash_on
        assert (later.free_on - got.free_on).days == 1
