"""When a channel lets an order's money go: held from delivery on, paid when a period closes, then on its way.

Days are the store's own. What is not known is said, never guessed: without a scan the way's promise stands
in and the day is estimated; without either there is no day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.cash_calendar import closing_after

DELIVERY, SHIPMENT, PAYMENT = "delivery", "shipment", "payment"


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """A channel's rules of paying out, as they hold for one store on one day.

    `hold_days` from `counted_from` until the money is free (the day after a hold has run is in it). With
    `cycle_days` it is paid when a period closes; `closings` are the closes seen so far, ascending. `lag_days`
    lie between a close and the deposit, `transit_days` between the deposit and the account; None: nobody has
    said, so the day of arrival is only estimated. `unsure` names further reasons why days are estimated,
    `sources` the rules and observations these terms stand on.
    """

    counted_from: str = DELIVERY
    hold_days: int = 0
    most_hold_days: int | None = None
    cycle_days: int | None = None
    closings: tuple[date, ...] = ()
    lag_days: int = 0
    transit_days: int | None = None
    most_transit_days: int | None = None
    business_days: bool = False
    unsure: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transit:
    """Days from shipment to delivery: what the way promises, and what was seen of it (10, 50, 90 of 100)."""

    promise: int | None = None
    seen: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """When an order's money is free and when it is on the account; `first` and `last` bound the latter.

    State of the days: actual (scanned and by rule), estimated, missing (then there are none). `last` None: no
    latest day can be told. `why` says what is missing or estimated, as a code.
    """

    delivered_on: date | None
    free_on: date | None
    cash_on: date | None
    first: date | None
    last: date | None
    state: str
    why: tuple[str, ...] = ()


def release(
    terms: ReleaseTerms | None,
    *,
    placed: date,
    shipped: date | None,
    delivered: date | None,
    transit: Transit,
) -> Release:
    """The release of one order.

    Example: delivered on 1 November, held 7 days and free the day after, closing every 14 days, last on 1
    November: free on the 9th, closed on the 15th.
    """
    if terms is None:
        return Release(delivered, None, None, None, None, MISSING, ("no_rule",))
    starts = _starts(terms.counted_from, placed, shipped, delivered, transit)
    if starts is None:
        return Release(delivered, None, None, None, None, MISSING, ("no_delivery",))
    first, likely, last = starts
    why = [] if first == last else ["no_scan"]
    free = likely + timedelta(days=terms.hold_days)
    longest = terms.most_hold_days if terms.most_hold_days is not None else terms.hold_days
    latest = None if last is None else last + timedelta(days=longest)
    cash, unsure = _paid(terms, free)
    why += [*unsure, *terms.unsure]
    early, _unsure = _paid(terms, first + timedelta(days=terms.hold_days))
    late = None if latest is None else _latest(terms, latest)
    state = ESTIMATED if why else ACTUAL
    known = delivered if delivered is not None else (likely if terms.counted_from == DELIVERY else None)
    return Release(known, free, cash, early, late, state, tuple(why))


def _starts(
    counted_from: str, placed: date, shipped: date | None, delivered: date | None, transit: Transit
) -> tuple[date, date, date | None] | None:
    """The day from which the hold counts: first, likely, last; None where there is none."""
    if counted_from == PAYMENT:
        return placed, placed, placed
    if counted_from == SHIPMENT:
        return None if shipped is None else (shipped, shipped, shipped)
    if delivered is not None:
        return delivered, delivered, delivered
    if shipped is None or (transit.promise is None and transit.seen is None):
        return None
    if transit.seen is None:
        day = shipped + timedelta(days=transit.promise or 0)
        return day, day, None
    quick, usual, slow = transit.seen
    likely = usual if transit.promise is None else transit.promise
    days = (min(quick, likely), likely, max(slow, likely))
    first, middle, last = (shipped + timedelta(days=n) for n in days)
    return first, middle, last


def _paid(terms: ReleaseTerms, free: date) -> tuple[date, list[str]]:
    """The likely day on the account of money free on a day, and what of it is only estimated."""
    unsure: list[str] = []
    deposit = free
    if terms.cycle_days is not None:
        close = closing_after(terms.closings, terms.cycle_days, free)
        if close is None:  # no period was seen: the longest wait is likely enough
            unsure.append("no_period_seen")
            close = free + timedelta(days=terms.cycle_days)
        deposit = close + timedelta(days=terms.lag_days)
    if terms.transit_days is None:
        return deposit, [*unsure, "no_transit"]
    return _after(deposit, terms.transit_days, terms.business_days), unsure


def _latest(terms: ReleaseTerms, free: date) -> date | None:
    """The latest day on the account; None while the way of the payout is not known."""
    if terms.transit_days is None or terms.unsure:
        return None
    deposit, _unsure = _paid(terms, free)
    more = (terms.most_transit_days or terms.transit_days) - terms.transit_days
    return _after(deposit, more, terms.business_days)


def _after(day: date, count: int, business: bool) -> date:
    if not business:
        return day + timedelta(days=count)
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
