"""A cash calendar: flows with bands on days become a running balance, least, likely and most.

Least is the cautious reading: money comes late and at its least, or, where its day is only estimated and no
latest day is known, not at all; money goes early and at its most. Most is the opposite. Likely is between.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tradewind.engine.money import Money

ONCE, WEEK, MONTH, QUARTER, YEAR = "once", "week", "month", "quarter", "year"
EVERY = (ONCE, WEEK, MONTH, QUARTER, YEAR)
_MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}


@dataclass(frozen=True, slots=True)
class Band:
    """Three readings of an amount, minor units; signed."""

    low: int = 0
    likely: int = 0
    high: int = 0

    def __add__(self, other: Band) -> Band:
        return Band(self.low + other.low, self.likely + other.likely, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Flow:
    """Money expected in (above zero) or out (below), with its band of amounts and of days.

    `amount` is the likely one; `least` and `most` bound its size (both as signed amounts of the same sign).
    `on` is the likely day; `first` and `last` bound it. A `last` of None: nobody can say how late, so the
    cautious reading leaves an inflow out. `kind` groups flows on the screen; `source` names the document.
    """

    kind: str
    on: date
    amount: Money
    state: str  # actual, estimated
    source: str = ""
    least: Money | None = None
    most: Money | None = None
    first: date | None = None
    last: date | None = None
    certain: bool = True  # False: `last` None means no bound; True: it means `on`


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar in one currency: what comes, what goes, what is there in the evening."""

    on: date
    coming: Band
    going: Band
    balance: Band


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days in one currency, and the first evening below the least cash wanted, by each reading."""

    currency: str
    opening: int
    days: tuple[Day, ...]
    short_on: Mapping[str, date] = field(default_factory=dict)  # low, likely, high -> first day below


def recurring(every: str, first: date, until: date | None, since: date, to: date) -> list[date]:
    """Days of something that recurs, from `since` to `to`, both included.

    A day of the month that a month lacks is its last: monthly from 31 January falls on 28 February and on
    31 March again.
    """
    end = to if until is None else min(to, until)
    if every == ONCE:
        return [first] if since <= first <= end else []
    days, n = [], 0
    while (day := _nth(every, first, n)) <= end:
        if day >= since:
            days.append(day)
        n += 1
    return days


def _nth(every: str, first: date, n: int) -> date:
    if every == WEEK:
        return first + timedelta(weeks=n)
    month = first.month - 1 + n * _MONTHS[every]
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def calendar(
    opening: Money, flows: Iterable[Flow], since: date, days: int, floor: int | None = None
) -> Calendar:
    """The calendar of flows in one currency over `days` days from `since` on.

    What lies before the first day falls on it (it is overdue), what lies after the last is not counted.
    Example: 100.00 there, 30.00 to pay tomorrow: the evening of tomorrow has 70.00 by every reading.
    """
    coming = [[0, 0, 0] for _ in range(days)]
    going = [[0, 0, 0] for _ in range(days)]
    for flow in flows:
        side = coming if flow.amount.minor > 0 else going
        for reading, (on, minor) in enumerate(_readings(flow)):
            at = None if on is None else max((on - since).days, 0)
            if at is not None and at < days:
                side[at][reading] += minor
    balance, out = Band(opening.minor, opening.minor, opening.minor), []
    for n in range(days):
        into, out_of = Band(*coming[n]), Band(*going[n])
        balance = balance + into + out_of
        out.append(Day(since + timedelta(days=n), into, out_of, balance))
    return Calendar(opening.currency, opening.minor, tuple(out), _short(out, floor))


def _readings(flow: Flow) -> tuple[tuple[date | None, int], tuple[date, int], tuple[date, int]]:
    """(day, amount) by the cautious, the likely and the hopeful reading; no day: not counted."""
    least = (flow.least or flow.amount).minor
    most = (flow.most or flow.amount).minor
    small, big = sorted((least, most), key=abs)
    first, last = flow.first or flow.on, flow.last or (flow.on if flow.certain else None)
    likely = (flow.on, flow.amount.minor)
    if flow.amount.minor > 0:
        return (last, small), likely, (first, big)
    return (first, big), likely, (last or flow.on, small)


def _short(days: Sequence[Day], floor: int | None) -> dict[str, date]:
    if floor is None:
        return {}
    found: dict[str, date] = {}
    for name in ("low", "likely", "high"):
        day = next((d.on for d in days if getattr(d.balance, name) < floor), None)
        if day is not None:
            found[name] = day
    return found


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of ascending whole numbers: percentile([1, 2, 3, 4], 50) == 2."""
    if not ordered:
        raise ValueError("no numbers")
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]


def closing_after(closings: Sequence[date], cycle_days: int, day: date) -> date | None:
    """The first close of a settlement period on or after a day, continuing the rhythm of the last one seen.

    None without any close seen. Example: closes every 14 days, the last on 1 November: 3 November -> 15th.
    """
    if not closings or cycle_days < 1:
        return None
    at = bisect_left(closings, day)
    if at < len(closings):
        return closings[at]
    last = closings[-1]
    return last + timedelta(days=-(-(day - last).days // cycle_days) * cycle_days)
