"""Rate-card quotes: weight bands, first and further weight, volumetric divisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a card: for `above_g` < chargeable <= `to_g` to a country; amounts in minor units."""

    country: str
    above_g: int
    to_g: int
    step_g: int
    step_minor: int
    first_g: int = 0
    first_minor: int = 0
    parcel_minor: int = 0
    minimum_g: int = 0
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Actual weight, sides in mm when known, destination country."""

    country: str
    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A price, or the reason why there is none (`amount` None)."""

    amount: Money | None
    chargeable_g: int
    band: Band | None
    reason: str = ""  # no_country, too_heavy, gap, no_dimensions, no_weight

    def explain(self) -> Breakdown:
        """The arithmetic: parcel charge, first weight, further weight."""
        raise NotImplementedError


class Card:
    """A rate card ready to be asked. `divisor` in cm3 per kg; None bills the actual weight only."""

    def __init__(self, bands: Sequence[Band], currency: str, divisor: int | None = None, source: str = "") -> None:
        raise NotImplementedError

    def quote(self, parcel: Parcel) -> Quote:
        """The price of a parcel, or a refusal with its reason."""
        raise NotImplementedError


def check_bands(bands: Sequence[Band]) -> list[Problem]:
    """Overlaps, gaps, widths and steps that cannot be, prices that fall at a band's edge."""
    raise NotImplementedError
