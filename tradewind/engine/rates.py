"""Rate-card quotes: a parcel's price with every component, or why there is none. Whole units, minor units.

Postal, express, lines, first leg by sea and air, local tails: bands by zone (`rates_bands`), countries and
postcodes to zones (`rates_places`), chargeable weight (`rates_weight`), surcharges and limits
(`rates_extras`). Many cards asked together are a Deck (`rates_deck`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money, trusted
from tradewind.engine.rates_bands import FALLS, Band, check_bands
from tradewind.engine.rates_extras import (
    ALL,
    BASE,
    NO_ATTRIBUTES,
    NO_POSTCODE,
    NO_SIZE,
    TOO_HEAVY,
    TOO_LARGE,
    Applying,
    Charged,
    Extras,
    Limit,
    Size,
    Surcharge,
    Unjudged,
    check_surcharges,
)
from tradewind.engine.rates_places import Place, Places, check_places, postcode
from tradewind.engine.rates_weight import (
    CM3,
    GRAM,
    NO_DIMENSIONS,
    NO_WEIGHT,
    OUNCE,
    PIECE,
    UNITS,
    Asked,
    Box,
    Parcel,
    Weighing,
    Weight,
)

__all__ = [
    "ALL",
    "BASE",
    "CM3",
    "FALLS",
    "GAP",
    "GRAM",
    "NO_ATTRIBUTES",
    "NO_COUNTRY",
    "NO_DIMENSIONS",
    "NO_POSTCODE",
    "NO_SIZE",
    "NO_WEIGHT",
    "OUNCE",
    "PIECE",
    "TOO_HEAVY",
    "TOO_LARGE",
    "UNITS",
    "Asked",
    "Band",
    "Box",
    "Card",
    "Charged",
    "Limit",
    "Parcel",
    "Place",
    "Quote",
    "Size",
    "Surcharge",
    "Unjudged",
    "Weighing",
    "Weight",
    "check_bands",
    "check_places",
    "check_surcharges",
    "in_force",
    "postcode",
]  # fmt: skip

NO_COUNTRY, GAP = "no_country", "gap"


class Quote(NamedTuple):
    """A price, or the reason why there is none (`minor` None). A tuple: quotes are made by the million.

    `chargeable` in the card's `unit`. `unjudged`: surcharges and limits for which something is not known;
    they are not in the price, and the explanation says so.
    """

    minor: int | None
    currency: str
    chargeable: int
    band: Band | None
    reason: str = ""  # no_country, no_postcode, no_weight, no_dimensions, too_heavy, too_large, gap
    by_volume: bool = False
    source: str = ""
    unit: str = GRAM
    charged: tuple[Charged, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def amount(self) -> Money | None:
        """The price; None when refused."""
        return None if self.minor is None else Money(self.minor, self.currency)

    def explain(self) -> Breakdown:
        """The arithmetic: parcel charge, first weight, further weight, each surcharge; missing with why."""
        if self.minor is None or self.band is None:
            return Breakdown.missing("freight", self.reason)
        parts = self._base(self.band)
        parts += [self._surcharge(charged) for charged in self.charged]
        parts += [Breakdown.missing(f"{code}_surcharge", reason) for code, reason in self.unjudged]
        band = self.band
        inputs = {
            f"chargeable_{self.unit}": str(max(self.chargeable, band.minimum)),
            "weighed": "volume" if self.by_volume else "scale",
            "band": f"{band.zone} {band.above}-{band.to} {self.unit}",
        }
        return Breakdown.of("freight", parts, inputs=inputs, source=self.source)

    def _base(self, band: Band) -> list[Breakdown]:
        currency, unit = self.currency, self.unit
        step = trusted(band.step_minor, currency)
        if band.pro_rata:
            further = f"{band.over(self.chargeable)} {unit} x {step} per {band.step} {unit}"
        else:
            further = f"{band.steps(self.chargeable)} x {step} per {band.step} {unit}"
        first = f"first {band.first} {unit}"
        parts = [
            Breakdown("freight_parcel", trusted(band.parcel_minor, currency), formula="a parcel"),
            Breakdown("freight_first", trusted(band.first_minor, currency), formula=first),
            Breakdown("freight_further", trusted(band.further(self.chargeable), currency), formula=further),
        ]
        short = band.price(self.chargeable) - sum(
            p.amount.minor for p in parts if isinstance(p.amount, Money)
        )
        if short:
            least = f"at least {trusted(band.least_minor, currency)}"
            parts.append(Breakdown("freight_minimum", trusted(short, currency), formula=least))
        return parts

    def _surcharge(self, charged: Charged) -> Breakdown:
        s, currency = charged.surcharge, self.currency
        words = [f"{trusted(s.parcel_minor, currency)} a parcel"] if s.parcel_minor else []
        if s.piece_minor:
            words.append(f"{trusted(s.piece_minor, currency)} a box")
        if s.step_minor:
            words.append(f"{trusted(s.step_minor, currency)} per {s.step} {self.unit}")
        if s.rate:
            words.append(f"{s.rate * 100:f} % of {'freight' if s.of == BASE else 'freight and surcharges'}")
        if s.least_minor:
            words.append(f"at least {trusted(s.least_minor, currency)}")
        if s.most_minor is not None:
            words.append(f"at most {trusted(s.most_minor, currency)}")
        inputs = {
            name: value
            for name, value in (("name", s.name), ("attribute", s.attribute), ("area", s.area))
            if value
        }
        return Breakdown(
            f"{s.code}_surcharge", trusted(charged.minor, currency), formula=" + ".join(words), inputs=inputs
        )


class View(NamedTuple):
    """A zone as Deck needs it to price many parcels at once.

    `rows`: of each band above, minimum, first, fixed price, step, price of a step, least price, pro rata.
    """

    tops: list[int]
    rows: list[tuple[int, ...]]
    bounds: tuple[int, ...] | None
    extras: Extras | None


_NOWHERE = View([], [], None, None)


class _Zone:
    """One zone ready to be asked."""

    def __init__(self, bands: list[Band], extras: Extras | None) -> None:
        self.bands, self.extras = bands, extras
        self.tops = [band.to for band in bands]
        self.rows = [_figures(band) for band in bands]


def _figures(band: Band) -> tuple[int, ...]:
    fixed = band.parcel_minor + band.first_minor
    return (
        band.above, band.minimum, band.first, fixed, band.step, band.step_minor, band.least_minor,
        int(band.pro_rata),
    )  # fmt: skip


class Card:
    """A rate card ready to be asked for one day.

    `places` map destinations to zones; a country none of them names is a zone of its own. `areas` (remote,
    extended ...) carry surcharges. `weighing` may be just a divisor (cm3 per kg; None: scale weight only).
    Surcharges must be those of the day: see in_force. `blocked`: the reason why it prices nothing now.
    """

    def __init__(
        self,
        bands: Iterable[Band],
        currency: str,
        weighing: Weighing | int | None = None,
        source: str = "",
        *,
        places: Iterable[Place] = (),
        areas: Iterable[Place] = (),
        surcharges: Iterable[Surcharge] = (),
        limits: Iterable[Limit] = (),
        blocked: str = "",
    ) -> None:
        self.currency, self.source, self.blocked = currency, source, blocked
        self.weighing = weighing if isinstance(weighing, Weighing) else Weighing(divisor=weighing)
        self._places = Places(places)
        self._areas = Places(areas)
        surcharges, limits = list(surcharges), list(limits)
        by_zone: dict[str, list[Band]] = {}
        for band in sorted(bands, key=lambda b: (b.zone, b.to)):
            by_zone.setdefault(band.zone, []).append(band)
        self._zones = {zone: _Zone(rows, _extras(zone, surcharges, limits)) for zone, rows in by_zone.items()}

    def zone(self, country: str, code: str = "") -> str:
        """The zone of a destination; the country itself when the card has no zones for it."""
        return self._places.find(country, postcode(code)) or country

    def quote(self, parcel: Parcel, asked: Asked | None = None) -> Quote:
        """The price of a parcel with every surcharge, or a refusal with its reason.

        Chargeable weight is by the card's weighing; where that wants sides and there are none it refuses.
        """
        asked = asked or Asked(parcel)
        return self.quote_at(asked, self.weighing.weigh(parcel, asked.boxes))

    def quote_at(self, asked: Asked, weight: Weight) -> Quote:
        """The price at a chargeable weight that somebody else has found: a bill is priced as it weighed."""
        units, by_volume, _reason = weight
        found = self._look(asked, weight)
        if isinstance(found, str):
            return Quote(None, self.currency, units, None, found, unit=self.weighing.unit)
        band, applying, unjudged = found
        minor = band.price(units)
        charged: tuple[Charged, ...] = ()
        if applying is not None:
            charged = applying.charged(minor, units, asked.pieces)
            minor += sum(c.minor for c in charged)
            unjudged += applying.unjudged
        unit = self.weighing.unit
        return Quote(minor, self.currency, units, band, "", by_volume, self.source, unit, charged, unjudged)

    def price(self, asked: Asked, weight: Weight) -> int | str:
        """The minor units of `quote`, or its reason, without the rest."""
        found = self._look(asked, weight)
        if isinstance(found, str):
            return found
        band, applying, _unjudged = found
        minor, units = band.price(weight.units), weight.units
        return minor if applying is None else applying.totals([minor], [units], [asked.pieces])[0]

    def view(self, country: str) -> View | None:
        """What all parcels to a country meet alike; None where the card alone can say."""
        if self.blocked or self._places.by_postcode(country):
            return None
        zone = self._zones.get(self._places.find(country, "") or country)
        if zone is None:
            return _NOWHERE
        if zone.extras is None:
            return View(zone.tops, zone.rows, None, None)
        return View(zone.tops, zone.rows, zone.extras.most.ceilings, zone.extras)

    def by_area(self, country: str) -> bool:
        """Whether the postcode decides the area of a country."""
        return self._areas.by_postcode(country)

    def area(self, country: str, code: str) -> tuple[str | None, bool]:
        """The area of a destination, and whether it is known."""
        if not self._areas:
            return None, True
        return self._areas.find(country, code), bool(code) or not self._areas.by_postcode(country)

    def _look(self, asked: Asked, weight: Weight) -> str | tuple[Band, Applying | None, tuple[Unjudged, ...]]:
        """The band of a parcel with the surcharges that apply and the limits not judged; or a reason."""
        country, code = asked.parcel.country, asked.postcode
        if self.blocked or (not code and self._places.by_postcode(country)):
            return self.blocked or NO_POSTCODE
        zone = self._zones.get(self._places.find(country, code) or country)
        if zone is None:
            return NO_COUNTRY
        units, _by_volume, reason = weight
        if reason:
            return reason
        at = bisect_left(zone.tops, units)
        if at == len(zone.tops):
            return TOO_HEAVY
        band = zone.bands[at]
        if units <= band.above:
            return GAP
        return (band, None, ()) if zone.extras is None else self._extras(zone.extras, asked, band)

    def _extras(
        self, extras: Extras, asked: Asked, band: Band
    ) -> str | tuple[Band, Applying | None, tuple[Unjudged, ...]]:
        unjudged: tuple[Unjudged, ...] = ()
        if extras.most != NO_SIZE:
            reason, unjudged = extras.refuses(asked)
            if reason:
                return reason
        area = self.area(asked.parcel.country, asked.postcode)
        return band, extras.applying(asked, *area), unjudged


def _extras(zone: str, surcharges: Sequence[Surcharge], limits: Sequence[Limit]) -> Extras | None:
    rows = [s for s in surcharges if s.zone in ("", zone)]
    bounds = [limit for limit in limits if limit.zone in ("", zone)]
    return Extras(rows, bounds) if rows or bounds else None


def in_force(surcharges: Iterable[Surcharge], on: date) -> list[Surcharge]:
    """The surcharges charged on a day."""
    return [s for s in surcharges if s.holds(on)]
