"""Rate-card quotes: weight bands, first and further weight, volumetric divisor. Whole grams, minor units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem
from tradewind.engine.money import Money

NO_COUNTRY, NO_WEIGHT, NO_DIMENSIONS = "no_country", "no_weight", "no_dimensions"
TOO_HEAVY, GAP = "too_heavy", "gap"
FALLS = "a price that does not fall"  # `accepted` of the one finding a forwarder may confirm


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a card: for `above_g` < chargeable <= `to_g` to a country; amounts in minor units.

    Price = parcel + first (for the first `first_g` grams) + step for every started `step_g` beyond.
    `minimum_g`: what lighter parcels of the band are charged as.
    """

    country: str
    above_g: int
    to_g: int
    step_g: int
    step_minor: int
    first_g: int = 0
    first_minor: int = 0
    parcel_minor: int = 0
    minimum_g: int = 0
    row: int | None = None  # of the file it came from

    def steps(self, chargeable_g: int) -> int:
        """Started steps beyond the first weight."""
        over = (chargeable_g if chargeable_g > self.minimum_g else self.minimum_g) - self.first_g
        return -(-over // self.step_g) if over > 0 else 0

    def price(self, chargeable_g: int) -> int:
        """Minor units for a chargeable weight."""
        return self.parcel_minor + self.first_minor + self.steps(chargeable_g) * self.step_minor


@dataclass(frozen=True, slots=True)
class Parcel:
    """Actual weight, sides in mm when known, destination country."""

    country: str
    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None


class Quote(NamedTuple):
    """A price, or the reason why there is none (`amount` None). A tuple: quotes are made by the million."""

    minor: int | None
    currency: str
    chargeable_g: int
    band: Band | None
    reason: str = ""  # no_country, no_weight, no_dimensions, too_heavy, gap
    by_volume: bool = False
    source: str = ""

    @property
    def amount(self) -> Money | None:
        """The price; None when refused."""
        return None if self.minor is None else Money(self.minor, self.currency)

    def explain(self) -> Breakdown:
        """The arithmetic: parcel charge, first weight, further weight; missing with the reason."""
        if self.minor is None or self.band is None:
            return Breakdown.missing("freight", self.reason)
        band, currency = self.band, self.currency
        steps = band.steps(self.chargeable_g)
        weight = max(self.chargeable_g, band.minimum_g)
        parts = [
            Breakdown("freight_parcel", Money(band.parcel_minor, currency), formula="a parcel"),
            Breakdown("freight_first", Money(band.first_minor, currency), formula=f"first {band.first_g} g"),
            Breakdown(
                "freight_further",
                Money(steps * band.step_minor, currency),
                formula=f"{steps} x {Money(band.step_minor, currency)} per {band.step_g} g",
            ),
        ]
        inputs = {
            "chargeable_g": str(weight),
            "weighed": "volume" if self.by_volume else "scale",
            "band": f"{band.country} {band.above_g}-{band.to_g} g",
        }
        return Breakdown.of("freight", parts, inputs=inputs, source=self.source)


class Card:
    """A rate card ready to be asked. `divisor` in cm3 per kg; None bills the actual weight only."""

    def __init__(
        self, bands: Iterable[Band], currency: str, divisor: int | None = None, source: str = ""
    ) -> None:
        self.currency, self.divisor, self.source = currency, divisor, source
        self._bands: dict[str, tuple[list[int], list[Band]]] = {}
        for band in sorted(bands, key=lambda b: (b.country, b.to_g)):
            tops, rows = self._bands.setdefault(band.country, ([], []))
            tops.append(band.to_g)
            rows.append(band)

    def quote(self, parcel: Parcel) -> Quote:
        """The price of a parcel, or a refusal with its reason.

        Chargeable weight is the greater of the scale and volume / divisor, rounded up to a gram:
        300 x 200 x 100 mm at 6000 cm3/kg is 1000 g. Without sides a card with a divisor refuses.
        """
        country = self._bands.get(parcel.country)
        if country is None:
            return Quote(None, self.currency, 0, None, NO_COUNTRY)
        if parcel.weight_g <= 0:
            return Quote(None, self.currency, 0, None, NO_WEIGHT)
        weight = parcel.weight_g
        if self.divisor is not None:
            if not parcel.length_mm or not parcel.width_mm or not parcel.height_mm:
                return Quote(None, self.currency, 0, None, NO_DIMENSIONS)
            weight = max(weight, -(-parcel.length_mm * parcel.width_mm * parcel.height_mm // self.divisor))
        tops, rows = country
        at = bisect_left(tops, weight)
        if at == len(rows):
            return Quote(None, self.currency, weight, None, TOO_HEAVY)
        band = rows[at]
        if weight <= band.above_g:
            return Quote(None, self.currency, weight, None, GAP)
        minor = band.price(weight)
        return Quote(minor, self.currency, weight, band, "", weight > parcel.weight_g, self.source)


def check_bands(bands: Sequence[Band]) -> list[Problem]:
    """Overlaps, gaps, widths and steps that cannot be, prices that fall at a band's edge."""
    problems = [problem for band in bands for problem in _alone(band)]
    by_country: dict[str, list[Band]] = {}
    for band in bands:
        by_country.setdefault(band.country, []).append(band)
    for rows in by_country.values():
        rows.sort(key=lambda b: (b.above_g, b.to_g))
        for low, high in pairwise(rows):
            problems += _edge(low, high)
    return problems


def _alone(band: Band) -> list[Problem]:
    problems = []
    if band.to_g <= band.above_g or band.above_g < 0:
        problems.append(
            Problem(band.row, "to_g", str(band.to_g), "the band has no width", f"more than {band.above_g}")
        )
    if band.step_g <= 0:
        problems.append(Problem(band.row, "step_g", str(band.step_g), "a step has grams", "1 or more"))
    for name in ("step_minor", "first_g", "first_minor", "parcel_minor", "minimum_g"):
        if getattr(band, name) < 0:
            problems.append(Problem(band.row, name, str(getattr(band, name)), "is below zero", "0 or more"))
    if band.price(band.to_g) <= 0 if band.step_g > 0 else False:
        problems.append(Problem(band.row, "step_minor", "0", "the band is free of charge", "a price"))
    return problems


def _edge(low: Band, high: Band) -> list[Problem]:
    where = f"{high.country} {high.above_g}-{high.to_g} g"
    if high.above_g < low.to_g:
        return [Problem(high.row, "above_g", where, "overlaps the band before", f"{low.to_g}")]
    if high.above_g > low.to_g:
        return [Problem(high.row, "above_g", where, "leaves a gap after the band before", f"{low.to_g}")]
    if low.step_g > 0 and high.step_g > 0 and high.price(high.above_g + 1) < low.price(low.to_g):
        reason = "costs less than the band before at the edge: a slip of a digit?"
        return [Problem(high.row, "step_minor", where, reason, FALLS)]
    return []
