"""Functions of a price that are straight lines between steps, in exact integers (row 4.7).

A price is a whole number of minor units, 1 or more. Fees, taxes and duties are straight lines with
jumps at the bounds of their bands; sums of such are such again, and where one is at least a wanted
value is found piece by piece. Nothing is iterated and nothing is rounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

LEAST = 1  # the smallest price there is


class Line(NamedTuple):
    """From price `start` to the next line's: (slope x price + const) / the function's denominator."""

    start: int
    slope: int
    const: int


class Interval(NamedTuple):
    """Prices from `low` to `high`, both included; `high` None: without end."""

    low: int
    high: int | None


class Band(NamedTuple):
    """Part of a schedule: for values up to and including `up_to` (None: all above) rate x value + fixed."""

    up_to: Fraction | None
    rate: Fraction
    fixed: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Piecewise:
    """A function of the price: lines in rising order of their starts, the first from LEAST."""

    den: int
    lines: tuple[Line, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(line.start for line in self.lines))

    def ratio(self, price: int) -> tuple[int, int]:
        """The value at a price as (top, bottom), not reduced: for very many."""
        line = self.lines[bisect_right(self._starts, price) - 1]
        return line.slope * price + line.const, self.den

    def at(self, price: int) -> Fraction:
        """The exact value at a price."""
        return Fraction(*self.ratio(price))

    def times(self, factor: Fraction) -> Piecewise:
        """This function multiplied by an exact factor."""
        top, bottom = factor.as_integer_ratio()
        return Piecewise(self.den * bottom, tuple(Line(s, a * top, b * top) for s, a, b in self.lines))

    def plus(self, *others: Piecewise) -> Piecewise:
        """The sum of functions: its steps are all of theirs."""
        every = (self, *others)
        den = lcm(*(f.den for f in every))
        starts = sorted({line.start for f in every for line in f.lines})
        slopes, consts = [0] * len(starts), [0] * len(starts)
        for f in every:
            scale, at = den // f.den, -1
            for i, start in enumerate(starts):
                at += at + 1 < len(f.lines) and f.lines[at + 1].start == start
                slopes[i] += f.lines[at].slope * scale
                consts[i] += f.lines[at].const * scale
        return _joined(den, map(Line, starts, slopes, consts))

    def at_least(self, least: Fraction) -> Piecewise:
        """The greater of this function and a constant: what a minimum fee makes of a schedule."""
        den = lcm(self.den, least.denominator)
        floor = least.numerator * (den // least.denominator)
        lines: list[Line] = []
        for start, end, slope, const in self._stretches(den // self.den):
            lines += _raised(start, end, slope, const, floor)
        return _joined(den, lines)

    def _stretches(self, scale: int = 1) -> Iterable[tuple[int, int | None, int, int]]:
        """Each line with the last price it holds for."""
        for i, (start, slope, const) in enumerate(self.lines):
            end = self.lines[i + 1].start - 1 if i + 1 < len(self.lines) else None
            yield start, end, slope * scale, const * scale

    def where_at_least(self, top: int, bottom: int = 1) -> tuple[Interval, ...]:
        """Every price at which the function is top / bottom or more, as intervals from below.

        Example: -500 + 0.8 p is at least 0 from 625 on: ((625, None),).
        """
        found: list[Interval] = []
        wanted = top * self.den
        for start, end, slope, const in self._stretches(bottom):
            low, high = _enough(start, end, slope, wanted - const)
            if high is not None and high < low:
                continue
            if found and found[-1].high == low - 1:
                found[-1] = Interval(found[-1].low, high)
            else:
                found.append(Interval(low, high))
        return tuple(found)


def _enough(start: int, end: int | None, slope: int, wanted: int) -> tuple[int, int | None]:
    """The part of start..end where slope x price >= wanted; (1, 0) when there is none."""
    if slope > 0:
        return max(start, -(-wanted // slope)), end
    if slope < 0:
        most = wanted // slope  # dividing by a number below zero turns the inequality round
        return start, most if end is None else min(end, most)
    return (start, end) if wanted <= 0 else (1, 0)


def _raised(start: int, end: int | None, slope: int, const: int, floor: int) -> list[Line]:
    """One stretch under a least value: the line, the constant, or both with the step between them."""
    low, high = _enough(start, end, slope, floor - const)
    if (high is not None and high < low) or (end is not None and low > end):
        return [Line(start, 0, floor)]
    lines = [Line(start, 0, floor)] if low > start else []
    lines.append(Line(low, slope, const))
    if high is not None and (end is None or high < end):
        lines.append(Line(high + 1, 0, floor))
    return lines


def _joined(den: int, lines: Iterable[Line]) -> Piecewise:
    """Lines without repeats: a step at which nothing changes is none."""
    kept: list[Line] = []
    for line in lines:
        if not kept or (line.slope, line.const) != (kept[-1].slope, kept[-1].const):
            kept.append(line)
    return Piecewise(den, tuple(kept))


def straight(slope: Fraction, const: Fraction = Fraction(0)) -> Piecewise:
    """slope x price + const for every price."""
    den = lcm(slope.denominator, const.denominator)
    line = Line(LEAST, int(slope * den), int(const * den))
    return Piecewise(den, (line,))


def banded(bands: Sequence[Band], of: Piecewise, *, marginal: bool = False) -> Piecewise:
    """A schedule charged on a value that is itself a function of the price (and rises with it).

    Whole (the default): the band the value falls in gives rate and fixed part for all of it, which
    makes a jump at each bound; bounds belong to the lower band. Marginal: each rate on its own
    portion. Example: 8 % up to 10.00, else 15 % of the whole, charged on the price itself:
    ``banded([Band(F(1000), F(8, 100)), Band(None, F(15, 100))], straight(F(1)))`` with F for Fraction.
    """
    rows: list[tuple[int, Fraction, Fraction]] = []
    for start, end, slope, const in of._stretches():
        a, b = Fraction(slope, of.den), Fraction(const, of.den)
        rows += _over(bands, start, end, a, b, marginal)
    den = lcm(*(x.denominator for _s, a, b in rows for x in (a, b)))
    return _joined(den, [Line(s, int(a * den), int(b * den)) for s, a, b in rows])


def _over(
    bands: Sequence[Band], start: int, end: int | None, a: Fraction, b: Fraction, marginal: bool
) -> list[tuple[int, Fraction, Fraction]]:
    """The schedule over one stretch of the value a x price + b: (start, slope, const) of each band met."""
    rows: list[tuple[int, Fraction, Fraction]] = []
    carried, below = Fraction(0), Fraction(0)
    for up_to, rate, fixed in bands:
        if end is not None and start > end:
            break
        last = None if up_to is None or a == 0 else (up_to - b) // a
        if a == 0 and up_to is not None and b > up_to:
            last = start - 1
        if last is None or last >= start:
            base = carried - rate * below if marginal else Fraction(0)
            rows.append((start, rate * a, rate * b + fixed + base))
            if last is None:
                break
            start = last + 1
        if marginal and up_to is not None:
            carried += rate * (up_to - below)
            below = up_to
    return rows
