"""Which lane restocks a warehouse cheapest (row 2.3): freight, cash on the way, waiting stock, stock-outs.

A lane sends a batch every `interval_days` and its transit times are those observed: no curve is fitted.
A batch must leave some days before it is needed, the lead. Arriving earlier, the whole batch waits at
the cost of holding; arriving later, units of a day's sale are lost for every day. The lead is chosen where
the sum is least: the newsvendor's quantile of the observations, margin / (margin + holding x interval).
Demand is taken as even; what it swings is not in these numbers. A year has 365 days. Exact fractions
throughout: amounts shown are rounded once, each part of a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, Number, quantize

YEAR = 365
VALUE, MARGIN = "value", "margin"  # what a break-even may be asked of
FEW = 5  # observations below which a distribution is an estimate


@dataclass(frozen=True, slots=True)
class Lane:
    """A way of restocking: freight a unit, days between batches, observed transit times in days.

    `stated`: the days are somebody's word, not own history.
    """

    name: str
    freight: Money
    interval_days: int
    days: tuple[int, ...]
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What is restocked: units sold a day, cost of a unit, margin lost with a unit that cannot be sold.

    `capital_rate` a year as a fraction; `storage` for a unit and day in major units of the currency, exact.
    """

    units_a_day: Decimal
    value: Money
    margin: Money
    capital_rate: Decimal
    storage: Number = 0


@dataclass(frozen=True, slots=True)
class LaneCost:
    """A lane at its best lead: cost of a unit exactly (major units), the year explained, what it ties up."""

    lane: Lane
    p50: int
    p90: int
    lead: int
    unit_cost: Fraction
    late_share: Fraction  # of batches
    cash: Money  # tied up on average, on the way and in store
    year: Breakdown


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the best lane changes as one figure grows: up to `at` (major units) one, from there the other."""

    at: Fraction
    below: str
    above: str


@dataclass(frozen=True, slots=True)
class LanePlan:
    """Lanes, cheapest first, and what would have to change for another to be best.

    `flips`: every value of a unit, and every margin, at which the best lane changes, all else equal.
    """

    lanes: tuple[LaneCost, ...]
    flips: dict[str, tuple[Flip, ...]]

    def room(self, other: LaneCost) -> Fraction:
        """What the best lane's freight may rise (another's must fall) until both cost the same."""
        return other.unit_cost - self.lanes[0].unit_cost


def quantile(days: Sequence[int], share: Fraction) -> int:
    """The least observation that at least a share of them do not exceed: the 9th of ten is p90. Exact."""
    ranked = sorted(days)
    place = -(-share.numerator * len(ranked) // share.denominator)
    return ranked[max(place, 1) - 1]


def plan_lanes(need: Need, lanes: Sequence[Lane]) -> LanePlan:
    """Every lane at its best lead, cheapest first. Refused names every figure that cannot be.

    Example: sea at 1.00 a unit and 30 days beats air at 5.00 and 5 days while 25 days of capital cost less
    than 4.00; at 10 % a year that is a unit of 584.00, and there the recommendation flips.
    """
    problems = list(_problems(need, lanes))
    if problems:
        raise Refused(problems)
    found = sorted((_cost(need, lane) for lane in lanes), key=lambda cost: (cost.unit_cost, cost.lane.name))
    return LanePlan(tuple(found), {over: tuple(_flips(need, lanes, over)) for over in (VALUE, MARGIN)})


def _problems(need: Need, lanes: Sequence[Lane]) -> Iterator[Problem]:
    currency = need.value.currency
    if not lanes:
        yield Problem(None, "lines", "", "no lane to choose from", "one or more")
    if need.units_a_day <= 0:
        yield Problem(None, "units_a_day", str(need.units_a_day), "nothing is sold", "above zero")
    for name, money in (("value", need.value), ("margin", need.margin)):
        yield from _amount(None, name, money, currency)
    for name, share in (("capital_rate", need.capital_rate), ("storage", need.storage)):
        if share < 0:
            yield Problem(None, name, str(share), "is below zero", "0 or more")
    seen: set[str] = set()
    for no, lane in enumerate(lanes, 1):
        if lane.name in seen:
            yield Problem(no, "name", lane.name, "stands twice", "a name of its own")
        seen.add(lane.name)
        yield from _lane(no, lane, currency)


def _lane(no: int, lane: Lane, currency: str) -> Iterator[Problem]:
    yield from _amount(no, "freight", lane.freight, currency)
    if lane.interval_days < 1:
        yield Problem(no, "interval_days", str(lane.interval_days), "is not a number of days", "1 or more")
    if not lane.days or min(lane.days) < 0:
        yield Problem(no, "days", lane.name, "no transit time was observed", "days, as 28 31 30 44")


def _amount(row: int | None, name: str, money: Money, currency: str) -> Iterator[Problem]:
    if money.currency != currency:
        yield Problem(row, name, money.currency, "another currency than the unit's cost", currency)
    if money.minor < 0:
        yield Problem(row, name, str(money), "is below zero", "0 or more")


def _days(lane: Lane, lead: int) -> tuple[Fraction, Fraction, Fraction]:
    """Means over the observations: transit, days too early, days too late for a lead."""
    n = len(lane.days)
    early = sum(max(lead - day, 0) for day in lane.days)
    late = sum(max(day - lead, 0) for day in lane.days)
    return Fraction(sum(lane.days), n), Fraction(early, n), Fraction(late, n)


@dataclass(frozen=True, slots=True)
class _Line:
    """A lane's cost of a unit at one lead: fixed + by_value x value + by_margin x margin."""

    lane: str
    lead: int
    fixed: Fraction
    by_value: Fraction
    by_margin: Fraction

    def at(self, value: Fraction, margin: Fraction) -> Fraction:
        return self.fixed + self.by_value * value + self.by_margin * margin


def _lines(need: Need, lane: Lane) -> list[_Line]:
    """The cost for every lead worth choosing: the observed times. Between two of them it is straight."""
    capital, storage = Fraction(need.capital_rate) / YEAR, Fraction(need.storage)
    found = []
    for lead in sorted(set(lane.days)):
        transit, early, late = _days(lane, lead)
        held = early + Fraction(lane.interval_days, 2)
        fixed = Fraction(lane.freight.amount) + storage * held
        by_value, by_margin = capital * (transit + held), late / lane.interval_days
        found.append(_Line(lane.name, lead, fixed, by_value, by_margin))
    return found


def _best(need: Need, lane: Lane) -> _Line:
    value, margin = Fraction(need.value.amount), Fraction(need.margin.amount)
    return min(_lines(need, lane), key=lambda line: (line.at(value, margin), line.lead))


def _cost(need: Need, lane: Lane) -> LaneCost:
    line = _best(need, lane)
    value, margin = Fraction(need.value.amount), Fraction(need.margin.amount)
    transit, early, late = _days(lane, line.lead)
    cycle, units = Fraction(lane.interval_days, 2), Fraction(need.units_a_day)
    holding = value * Fraction(need.capital_rate) / YEAR
    whole = units * YEAR
    known = ESTIMATED if lane.stated or len(lane.days) < FEW else ACTUAL
    held = holding + Fraction(need.storage)
    parts = [
        _part(need, "lane_freight", Fraction(lane.freight.amount) * whole, ACTUAL, days=Fraction(0)),
        _part(need, "lane_cash", holding * transit * whole, known, days=transit),
        _part(need, "lane_cycle_stock", held * cycle * whole, ACTUAL, days=cycle),
        _part(need, "lane_waiting", held * early * whole, known, days=early),
        _part(need, "lane_stock_out", margin * late / lane.interval_days * whole, known, days=late),
    ]
    return LaneCost(
        lane,
        quantile(lane.days, Fraction(1, 2)),
        quantile(lane.days, Fraction(9, 10)),
        line.lead,
        line.at(value, margin),
        Fraction(sum(day > line.lead for day in lane.days), len(lane.days)),
        Money.rounded(value * units * (transit + cycle + early), need.value.currency),
        Breakdown.of("lane_year", parts, formula="365 days", inputs={"lead_days": str(line.lead)}),
    )


def _part(need: Need, name: str, amount: Fraction, state: str, days: Fraction) -> Breakdown:
    inputs = {"days": str(quantize(days, 2))} if days else {}
    return Breakdown(name, Money.rounded(amount, need.value.currency), state, inputs=inputs)


def _flips(need: Need, lanes: Sequence[Lane], over: str) -> Iterator[Flip]:
    """Where the least of all lines passes from one lane's to another's, as one figure grows from nothing."""
    value, margin = Fraction(need.value.amount), Fraction(need.margin.amount)
    lines = []
    for line in (line for lane in lanes for line in _lines(need, lane)):
        if over == VALUE:
            lines.append((line.by_value, line.at(Fraction(0), margin), line.lane))
        else:
            lines.append((line.by_margin, line.at(value, Fraction(0)), line.lane))
    now = min(lines, key=lambda line: (line[1], line[0], line[2]))
    while True:
        # The next to be least is the flatter line that is met first; of those met together the flattest.
        meets = [((one[1] - now[1]) / (now[0] - one[0]), one[0], one) for one in lines if one[0] < now[0]]
        if not meets:
            return
        at, _slope, after = min(meets)
        if after[2] != now[2]:
            yield Flip(at, now[2], after[2])
        now = after
