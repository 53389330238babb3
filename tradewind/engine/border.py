"""What a seller bears at the border for one unit, as a function of its price: the landed cost made a charge.

Goods sent from abroad are taxed on what they are sold for, so the price decides the duty and the duty
decides the price. The landed cost is asked at values, cut where it is not a straight line, until lines
between asked values tell it to the minor unit; the price solver then takes it as one more fee.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.consignment import NOT_DUE, SELLER, UNKNOWN, Consignment, LandedCost
from tradewind.engine.contracts import Problem
from tradewind.engine.money import Money
from tradewind.engine.pricing import NET, Band, Charge

NAME = "border"
_FIRST = (0, 100, 1_000, 10_000, 100_000, 1_000_000)  # minor units; above the last the line goes on


@dataclass(frozen=True, slots=True)
class Borne:
    """What the seller bears at a value: duty, tax at the border and fees; freight is not in it."""

    amount: Money | None  # None: something of it is unknown
    why: str
    parts: tuple[Breakdown, ...]
    rules: tuple[str, ...]
    problems: tuple[Problem, ...]
    taxed: bool  # at the sale, and not at the border


def borne(asked: Consignment, found: LandedCost) -> Borne:
    """The seller's part of an answer: what `pays` says less the carriage the seller pays anyway."""
    unknown = [
        a for a in (found.duty, found.border_tax) if a.state == UNKNOWN and SELLER in (a.payer or SELLER)
    ]
    lacking = [fee for fee in found.fees if fee.amount is None]
    why = "; ".join(dict.fromkeys([a.why for a in unknown] + [fee.formula for fee in lacking]))
    taxed = found.sale_tax.state != NOT_DUE
    parts = tuple(p for p in found.breakdown.parts if p.name in ("duty", "border_tax", "border_fees"))
    if unknown or lacking:
        return Borne(None, why, parts, found.rules, found.problems, taxed)
    currency = found.pays[SELLER].currency
    carried = [p.amount for p in found.breakdown.parts if p.name in ("freight", "insurance", "charges")]
    amount = found.pays[SELLER] - Money.total([m for m in carried if isinstance(m, Money)], currency)
    return Borne(amount, "", parts, found.rules, found.problems, taxed)


@dataclass(frozen=True, slots=True)
class Border:
    """The charge for the price solver, or why there is none; `at` asks the landed cost itself at a value.

    `known_to`: the largest net value at which it is known; None is every value. `taxed_to`: the largest
    at which the tax is one of the sale; None is every value, 0 none.
    """

    charge: Charge | None
    why: str
    at: Callable[[int], Borne]
    known_to: int | None = None
    taxed_to: int | None = None


def border(
    unit: Consignment, land: Callable[[Consignment], LandedCost], *, tolerance: int = 5, most: int = 400
) -> Border:
    """What the seller bears for one unit sold at any net value (minor units of the market's currency).

    `unit` is the parcel as sent; the value of its single line is put in. `tolerance`: by how many minor
    units a line may differ from an asked value (each rounded part adds one; truncation to 100 yen more).
    `most`: values asked at most; past them the nearest lines stand. Missing where the answer at 1,000
    minor units is unknown.
    """
    currency = unit.lines[0].value.currency
    [line] = unit.lines

    @cache
    def at(value: int) -> Borne:
        asked = replace(unit, lines=(replace(line, value=Money(value, currency)),))
        return borne(asked, land(asked))

    probe = at(_FIRST[2])
    if probe.amount is None:
        return Border(None, probe.why or "what is due at the border is not known", at)
    bands, known_to = _bands(_Curve(at, tolerance, most))
    why = "" if known_to is None else at(known_to + 1).why
    source = ", ".join(probe.rules)
    words = "landed cost at the net price"
    charge = Charge(NAME, bands, NET, source=source, words=words, exact=lambda value: _minor(at(value)))
    return Border(charge, why, at, known_to, _taxed_to(at, _FIRST[-1] if known_to is None else known_to))


def _minor(found: Borne) -> int:
    assert found.amount is not None, "values past the known ones are not asked"
    return found.amount.minor


def _taxed_to(at: Callable[[int], Borne], most: int) -> int | None:
    """The last value taxed at the sale, found by halving: dearer goods are taxed at the border."""
    if at(most).taxed:
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle).taxed else (low, middle)
    return low


class _Unknown(Exception):
    pass


class _Curve:
    """The function asked, and how often it may still be."""

    def __init__(self, at: Callable[[int], Borne], tolerance: int, most: int) -> None:
        self.at, self.tolerance, self.left = at, tolerance, most
        self.known: dict[int, int] = {}

    def __call__(self, value: int) -> int:
        if value not in self.known:
            found = self.at(value).amount
            if found is None:
                raise _Unknown
            self.left -= 1
            self.known[value] = found.minor
        return self.known[value]

    def straight(self, low: int, high: int) -> bool:
        """Whether the line from low to high tells the values between them, at the thirds and the middle."""
        base, rise, run = self(low), self(high) - self(low), high - low
        probes = {low + 1, low + run // 3, low + run // 2, high - run // 3, high - 1}
        return all(
            abs((self(p) - base) * run - rise * (p - low)) <= self.tolerance * run for p in probes if p > low
        )


def _bands(curve: _Curve) -> tuple[tuple[Band, ...], int | None]:
    """The bands, and the largest known value where the function stops being known."""
    pieces: list[tuple[int, int]] = []
    stack = list(pairwise(_FIRST))[::-1]
    while stack:
        low, high = stack.pop()
        try:
            done = high - low <= 1 or curve.left <= 0 or curve.straight(low, high)
            curve(high)
        except _Unknown:
            if high - low <= 1:
                return _joined(curve, pieces or [(0, low)]), low
            done = False
        if done:
            pieces.append((low, high))
        else:
            middle = (low + high) // 2
            stack += [(middle, high), (low, middle)]
    return _joined(curve, pieces), None


def _joined(curve: _Curve, pieces: list[tuple[int, int]]) -> tuple[Band, ...]:
    """Neighbours on one line made one; a jump between two values belongs to the lower one."""
    merged: list[tuple[int, int]] = []
    for low, high in pieces:
        if high - low == 1 and abs(curve(high) - curve(low)) > curve.tolerance:
            continue  # the jump itself: the next band begins above `low`
        if merged and merged[-1][1] == low and curve.straight(merged[-1][0], high):
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    bands = []
    for number, (low, high) in enumerate(merged):
        rate = Fraction(curve(high) - curve(low), high - low)
        last = number + 1 == len(merged)
        bands.append(Band(None if last else Fraction(high), rate, curve(low) - rate * low))
    return tuple(bands)


def explained(found: Borne, names: Mapping[str, str] | None = None) -> Breakdown:
    """What is borne as a tree for a price's waterfall; missing with the reason."""
    name = (names or {}).get(NAME, NAME)
    if found.amount is None:
        return Breakdown.missing(name, found.why or "not known")
    return Breakdown(name, found.amount, formula="landed cost", source=", ".join(found.rules))
