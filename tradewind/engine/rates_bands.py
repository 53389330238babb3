"""Bands of a rate card: first and further weight, price per kg and per parcel; what cannot be is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tradewind.engine.contracts import Problem

FALLS = "a price that does not fall"  # `accepted` of the one finding a forwarder may confirm


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a card: for `above` < chargeable <= `to` units to a zone; amounts in minor units.

    Price = parcel + first (for the first `first` units) + `step_minor` for every started `step` beyond; with
    `pro_rata` in proportion instead, rounded half up: 68 a kg for 123 g is 8.36. `minimum`: what lighter
    parcels of the band are charged as; `least_minor`: the least the band costs.
    """

    zone: str
    above: int
    to: int
    step: int
    step_minor: int
    first: int = 0
    first_minor: int = 0
    parcel_minor: int = 0
    minimum: int = 0
    pro_rata: bool = False
    least_minor: int = 0
    row: int | None = None  # of the file it came from

    def over(self, units: int) -> int:
        """Units charged beyond the first weight."""
        beyond = (units if units > self.minimum else self.minimum) - self.first
        return beyond if beyond > 0 else 0

    def steps(self, units: int) -> int:
        """Started steps beyond the first weight."""
        return -(-self.over(units) // self.step)

    def further(self, units: int) -> int:
        """Minor units for the weight beyond the first."""
        if self.pro_rata:
            return (2 * self.over(units) * self.step_minor + self.step) // (2 * self.step)
        return self.steps(units) * self.step_minor

    def price(self, units: int) -> int:
        """Minor units for chargeable units, surcharges apart."""
        over = (units if units > self.minimum else self.minimum) - self.first
        minor = self.parcel_minor + self.first_minor
        if over > 0:
            step, each = self.step, self.step_minor
            minor += (2 * over * each + step) // (2 * step) if self.pro_rata else -(-over // step) * each
        return minor if minor > self.least_minor else self.least_minor


def check_bands(bands: Sequence[Band]) -> list[Problem]:
    """Overlaps, gaps, widths and steps that cannot be, prices that fall at a band's edge."""
    problems = [problem for band in bands for problem in _alone(band)]
    by_zone: dict[str, list[Band]] = {}
    for band in bands:
        by_zone.setdefault(band.zone, []).append(band)
    for rows in by_zone.values():
        rows.sort(key=lambda b: (b.above, b.to))
        for low, high in pairwise(rows):
            problems += _edge(low, high)
    return problems


def _alone(band: Band) -> list[Problem]:
    problems = []
    if band.to <= band.above or band.above < 0:
        problems.append(
            Problem(band.row, "to", str(band.to), "the band has no width", f"more than {band.above}")
        )
    if band.step <= 0:
        problems.append(Problem(band.row, "step", str(band.step), "a step has units", "1 or more"))
    for name in ("step_minor", "first", "first_minor", "parcel_minor", "minimum", "least_minor"):
        if getattr(band, name) < 0:
            problems.append(Problem(band.row, name, str(getattr(band, name)), "is below zero", "0 or more"))
    if band.step > 0 and band.price(band.to) <= 0:
        problems.append(Problem(band.row, "step_minor", "0", "the band is free of charge", "a price"))
    return problems


def _edge(low: Band, high: Band) -> list[Problem]:
    where = f"{high.zone} {high.above}-{high.to}"
    if high.above < low.to:
        return [Problem(high.row, "above", where, "overlaps the band before", f"{low.to}")]
    if high.above > low.to:
        return [Problem(high.row, "above", where, "leaves a gap after the band before", f"{low.to}")]
    if low.step > 0 and high.step > 0 and high.price(high.above + 1) < low.price(low.to):
        reason = "costs less than the band before at the edge: a slip of a digit?"
        return [Problem(high.row, "step_minor", where, reason, FALLS)]
    return []
