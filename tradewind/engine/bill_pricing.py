"""A billed parcel priced at our facts, then at the creditor's: what it should cost, and what each adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil

from tradewind.engine.rates import GRAM, NO_DIMENSIONS, OUNCE, Asked, Card, Parcel, Quote, Weight

# Why a line is too dear.
RATE, WEIGHT, SIZE, ZONE, SERVICE, SURCHARGE, DUPLICATE = (
    "rate", "weight", "size", "zone", "service", "surcharge", "duplicate",
)  # fmt: skip
UNKNOWN_PARCEL, NOT_SHIPPED, OTHER_COMPANY = "unknown_parcel", "not_shipped", "other_company"
NOT_RENDERED = (UNKNOWN_PARCEL, NOT_SHIPPED, OTHER_COMPANY)
# Why something cannot be judged, besides the reasons of a quote.
NO_PARCEL, NO_CARD, NOT_WEIGHED, NOT_MEASURED, OTHER_CURRENCY = (
    "no_parcel", "no_card", "not_weighed", "not_measured", "other_currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is let pass: grams or a share of our weight, whichever is more.

    `size_rate`: a share of the weight by volume; `minor`: money.
    """

    grams: int = 0
    rate: Decimal = Decimal(0)
    size_rate: Decimal = Decimal(0)
    minor: int = 0

    def slack(self, grams: int) -> int:
        """By how many grams a parcel of ours may be billed heavier."""
        return max(self.grams, int(grams * self.rate))


EXACT = Tolerance()


@dataclass(frozen=True, slots=True)
class Billed:
    """A line of a bill: charges by code in minor units, and the parcel as the creditor saw it.

    `freight` is the base price, `total` the whole price; other codes are surcharges as the card names them.
    """

    line: int
    parcel: str  # what tells parcels apart, as the tracking number
    charges: Mapping[str, int]
    billed_g: int | None = None
    scale_g: int | None = None
    sides_mm: tuple[int, int, int] | None = None
    country: str = ""
    zone: str = ""

    @property
    def amount(self) -> int:
        """What the line asks."""
        return sum(self.charges.values())


@dataclass(frozen=True, slots=True)
class Ours:
    """What is known here of a parcel on the day it was shipped.

    `refused`: one of NOT_RENDERED. `weighed`: by a scale, not by the sum of its goods. `measured`: its sides
    are its own, or those of its only unit. `billed_card`: the card of the service the bill names, where that
    is another than ours.
    """

    parcel: Parcel | None = None
    card: Card | None = None
    weighed: bool = True
    measured: bool = True
    refused: str = ""
    unjudged: str = ""  # why it cannot be judged at all
    billed_card: Card | None = None


class Pricing:
    """A parcel as we know it and as it was billed, ready to be priced at any mixture of the two.

    `weight` is the right one, `too_heavy` the cause when the billed one is above it, `place` the billed
    destination where it is priced otherwise than ours, `unjudged` what could not be compared and why.
    """

    def __init__(self, ours: Ours, parcel: Parcel, card: Card, billed: Billed, tolerance: Tolerance) -> None:
        self.card, self.parcel, self.billed, self.tolerance = card, parcel, billed, tolerance
        self.unjudged: list[tuple[str, str]] = []
        self.theirs = self._units(billed.billed_g)
        self.too_heavy = ""
        self.weight = self._judged(ours)
        self.zone = card.zone(parcel.country, parcel.postcode)
        self.place = self._billed_place()

    def chain(self) -> list[tuple[str, Quote]]:
        """From what is right to what was billed: quotes at our facts, then with their weight, their place."""
        found = [("", self._quote("", self.weight))]
        weight = self.weight
        if self.too_heavy:
            weight = Weight(self.theirs or 0)
            found.append((self.too_heavy, self._quote("", weight)))
        if self.place:
            found.append((ZONE, self._quote(self.place, weight)))
        return found

    def _units(self, grams: int | None) -> int | None:
        """A billed weight in units of the card; None where the card does not count in weight."""
        weighing = self.card.weighing
        if not grams or weighing.unit not in (GRAM, OUNCE):
            return None
        return replace(weighing, divisor=None).weigh(Parcel("", grams)).units

    def _judged(self, ours: Ours) -> Weight:
        """The weight that is right; the billed one where it is, or where ours cannot tell."""
        own = self.card.weighing.weigh(self.parcel)
        why = own.reason or self._unsure(ours)
        if why:
            self.unjudged.append(("size" if why in (NO_DIMENSIONS, NOT_MEASURED) else "weight", why))
            return Weight(self.theirs) if self.theirs else Weight(0, False, why)
        if self.theirs is None:
            return own
        if self.theirs <= self._allowed(own):
            return Weight(self.theirs, own.by_volume)
        self.too_heavy = self._cause(own)
        return own

    def _unsure(self, ours: Ours) -> str:
        if not ours.weighed:
            return NOT_WEIGHED
        return NOT_MEASURED if self.card.weighing.wants_sides and not ours.measured else ""

    def _allowed(self, own: Weight) -> int:
        """The most units that are let pass."""
        weighing, grams = self.card.weighing, self.parcel.weight_g
        heavier = replace(self.parcel, weight_g=grams + self.tolerance.slack(grams))
        most = weighing.weigh(heavier).units
        if own.by_volume:
            most = max(most, weighing.rounded(ceil(own.units * (1 + self.tolerance.size_rate))))
        return most

    def _cause(self, own: Weight) -> str:
        """Whether scale or volume made the parcel too heavy, as far as the bill lets see."""
        billed, parcel, weighing = self.billed, self.parcel, self.card.weighing
        if not weighing.wants_sides:
            return WEIGHT
        if billed.scale_g is not None:
            most = parcel.weight_g + self.tolerance.slack(parcel.weight_g)
            return SIZE if billed.scale_g <= most else WEIGHT
        if billed.sides_mm is not None:
            seen = Parcel(parcel.country, parcel.weight_g, *billed.sides_mm)
            return SIZE if weighing.weigh(seen).units >= (self.theirs or 0) else WEIGHT
        return SIZE if own.by_volume else WEIGHT

    def _billed_place(self) -> str:
        """The country or zone the bill names where that is another than ours and the card knows it."""
        country, zone = self.billed.country, self.billed.zone
        if country and country != self.parcel.country:
            return country
        if not zone or _bare(zone) in (_bare(self.zone), self.parcel.country.casefold()):
            return ""
        return next((name for name in (zone, _bare(zone)) if self._quote(name, self.weight).band), "")

    def _quote(self, place: str, weight: Weight) -> Quote:
        """A price at a weight, to our place or to a country or zone of the card, where no postcode counts."""
        parcel = replace(self.parcel, country=place, postcode="") if place else self.parcel
        return self.card.quote_at(Asked(parcel), weight)


def _bare(zone: str) -> str:
    """A zone without the word: "Zone 3" and "3区" are 3."""
    text = zone.casefold()
    for word in ("zone", "area", "分区", "区"):
        text = text.replace(word, "")
    return text.strip(" -:")
