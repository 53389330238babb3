"""Points for numbers on fixed scales, and the score they sum to.

A scale is absolute: what a number earns does not depend on the other options, so adding or removing
an option never turns the rank of two others round (min-max scores do).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import quantize

PLACES = 4  # decimals of points


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured number: value (None unknown), how many of how many inputs stood behind it."""

    code: str
    value: Decimal | None
    rows: int
    of: int
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Points 0..1 by straight lines between (value, points) anchors; flat beyond the ends."""

    anchors: tuple[tuple[Decimal, Decimal], ...]

    def points(self, value: Decimal) -> Fraction:
        """Example: anchors (0, 0), (10, 1): 5 earns 1/2, 20 earns 1."""
        first, last = self.anchors[0], self.anchors[-1]
        if value <= first[0]:
            return Fraction(first[1])
        for (x0, y0), (x1, y1) in pairwise(self.anchors):
            if value <= x1:
                part = Fraction(value - x0) / Fraction(x1 - x0)
                return Fraction(y0) + part * (Fraction(y1) - Fraction(y0))
        return Fraction(last[1])

    def words(self) -> str:
        return ", ".join(f"{x}: {y}" for x, y in self.anchors)


def scale(*anchors: tuple[str, str]) -> Scale:
    """A scale of (value, points) pairs in rising order of value."""
    return Scale(tuple((Decimal(x), Decimal(y)) for x, y in anchors))


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much; shares of their sum. Refused: unknown codes, below zero, all zero."""

    values: Mapping[str, Decimal]
    known: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        accepted = ", ".join(self.known)
        problems = [
            Problem(None, code, str(weight), "is not something that is weighed", accepted)
            for code, weight in self.values.items()
            if code not in self.known
        ]
        problems += [
            Problem(None, code, str(weight), "is not a weight", "a number of zero or more")
            for code, weight in self.values.items()
            if not weight.is_finite() or weight < 0
        ]
        if not problems and not sum(self.values.values()):
            problems.append(Problem(None, "weights", "0", "all weights are zero", "one above zero"))
        if problems:
            raise Refused(problems)

    def share(self, code: str) -> Fraction:
        """The weight as a part of all weights."""
        return Fraction(self.values[code]) / Fraction(sum(self.values.values()))


def score(
    name: str, metrics: Mapping[str, Metric], weights: Weights, scales: Mapping[str, Scale], source: str = ""
) -> Breakdown:
    """0..100 as a sum of points, a part for each weighed metric in the order of the weights.

    A part is 100 x weight share x points on the scale, 4 decimals; the score is their sum exactly. An
    unknown metric is a missing part: it earns nothing yet, and its inputs say what it could add.
    """
    parts = []
    for code, weight in weights.values.items():
        if not weight:
            continue
        metric, full = metrics[code], weights.share(code) * 100
        stated = {"weight": str(weight), "most": str(quantize(full, PLACES))}
        if metric.value is None:
            parts.append(Breakdown.missing(code, "nothing is known", inputs=stated, source=source))
            continue
        earned = scales[code].points(metric.value)
        stated |= {
            "value": str(metric.value),
            "points": str(quantize(earned, PLACES)),
            "rows": f"{metric.rows} of {metric.of}",
            "scale": scales[code].words(),
        }
        state = ACTUAL if metric.rows == metric.of else ESTIMATED
        formula = f"100 x weight share x points; {metric.formula}"
        amount = quantize(full * earned, PLACES)
        parts.append(Breakdown(code, amount, state, formula, stated, source))
    return Breakdown.of(name, parts, zero=Decimal(0))


def points_of(tree: Breakdown) -> Decimal:
    """The score as a number; zero where nothing is known."""
    return tree.amount if isinstance(tree.amount, Decimal) else Decimal(0)
