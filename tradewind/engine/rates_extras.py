"""What a card adds to its base price and what it does not carry: surcharges and limits of size and weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewind.engine.contracts import Problem
from tradewind.engine.rates_weight import NO_DIMENSIONS, UNKNOWN, Asked
from tradewind.engine.restrictions import Goods

BASE, ALL = "base", "all"
NO_POSTCODE, NO_ATTRIBUTES = "no_postcode", "no_attributes"
TOO_HEAVY, TOO_LARGE = "too_heavy", "too_large"
# What surcharges are usually called; a card may have others.
SURCHARGES = (
    "fuel", "battery", "remote", "extended", "peak", "oversize", "overweight", "handling", "signature",
    "residential", "customs", "insurance", "magnet", "liquid", "powder",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds of one box; None does not bound. `girth_mm` is length + 2 x (width + height)."""

    weight_g: int | None = None
    longest_mm: int | None = None
    second_mm: int | None = None
    girth_mm: int | None = None
    sum_mm: int | None = None

    @property
    def bounds(self) -> tuple[int | None, ...]:
        """In the order of Figures."""
        return self.weight_g, self.longest_mm, self.second_mm, self.girth_mm, self.sum_mm

    @property
    def ceilings(self) -> tuple[int, ...] | None:
        """The same as numbers that nothing goes beyond where there is no bound; None where there are none."""
        bounds = self.bounds
        return None if self == NO_SIZE else tuple(_ENDLESS if b is None else b for b in bounds)

    def exceeded(self, asked: Asked) -> bool | None:
        """Whether any box goes beyond any bound; None when that cannot be known without its sides."""
        unknown = False
        bounds = self.bounds
        for figures in asked.figures:
            for figure, bound in zip(figures, bounds, strict=True):
                if bound is not None and figure > bound:
                    return True
            unknown = unknown or (figures[1] == UNKNOWN and any(bound is not None for bound in bounds[1:]))
        return None if unknown else False

    def tighter(self, other: Size) -> Size:
        """The lower bound of two of each kind."""
        pairs = zip(self.bounds, other.bounds, strict=True)
        return Size(*(a if b is None else b if a is None else min(a, b) for a, b in pairs))


NO_SIZE = Size()
_ENDLESS = 1 << 62


@dataclass(frozen=True, slots=True)
class Limit:
    """What is not carried to a zone ("" all of them): any box beyond `most`."""

    most: Size
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Surcharge:
    """One addition: so much a parcel, a box, every started `step` units (or in proportion), a share.

    `rate` is a fraction of the base price, or (`of` = all) of base and every other surcharge that is not.
    It counts when all its conditions hold: zone, attribute of the goods, area of the destination, option
    asked for, a box `over` a size, the days. Of several that apply under one code the dearest counts.
    """

    code: str
    name: str = ""
    parcel_minor: int = 0
    piece_minor: int = 0
    step_minor: int = 0
    step: int = 1000
    pro_rata: bool = False
    rate: Decimal = Decimal(0)
    of: str = BASE
    least_minor: int = 0
    most_minor: int | None = None
    zone: str = ""
    attribute: str = ""
    area: str = ""
    option: str = ""
    over: Size = NO_SIZE
    valid_from: date | None = None
    valid_to: date | None = None  # inclusive
    row: int | None = None  # of the file it came from

    def holds(self, on: date) -> bool:
        """Whether it is charged on a day at all."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def amount(self, base: int, units: int, pieces: int) -> int:
        """Minor units on a base price."""
        minor = self.parcel_minor + self.piece_minor * pieces
        if self.step_minor:
            if self.pro_rata:
                minor += (2 * units * self.step_minor + self.step) // (2 * self.step)
            else:
                minor += -(-units // self.step) * self.step_minor
        if self.rate:
            top, bottom = self.rate.as_integer_ratio()
            minor += (2 * base * top + bottom) // (2 * bottom)
        if minor < self.least_minor:
            minor = self.least_minor
        return minor if self.most_minor is None or minor < self.most_minor else self.most_minor


Conditions = tuple[Goods, frozenset[str]]  # what is stated of the goods, options asked for


class Charged(NamedTuple):
    """A surcharge that applies, and its amount in minor units."""

    surcharge: Surcharge
    minor: int


class Unjudged(NamedTuple):
    """A surcharge or limit that cannot be judged, and what is missing for it."""

    code: str
    reason: str


class Extras:
    """The surcharges and limits of one zone of a card on one day."""

    def __init__(self, surcharges: Iterable[Surcharge], limits: Iterable[Limit]) -> None:
        rows = list(surcharges)
        self.sized = [s for s in rows if s.over != NO_SIZE]
        self.plain = [s for s in rows if s.over == NO_SIZE]
        self.most = NO_SIZE
        for limit in limits:
            self.most = self.most.tighter(limit.most)
        self.least = NO_SIZE  # a parcel within this is beyond none of the sizes of the surcharges
        for row in self.sized:
            self.least = self.least.tighter(row.over)
        self._known: dict[tuple[Conditions, str | None, bool], Applying] = {}

    def refuses(self, asked: Asked) -> tuple[str, tuple[Unjudged, ...]]:
        """Why the limits refuse a parcel ("" when they do not), and what they could not judge."""
        verdict = self.most.exceeded(asked)
        if verdict:
            most = self.most.weight_g
            heavy = most is not None and any(figures[0] > most for figures in asked.figures)
            return (TOO_HEAVY if heavy else TOO_LARGE), ()
        return "", (Unjudged("limit", NO_DIMENSIONS),) if verdict is None else ()

    def applying(self, asked: Asked, area: str | None, area_known: bool) -> Applying:
        """The surcharges that apply to a parcel, and what cannot be judged."""
        known = self.alike(asked.conditions, area, area_known)
        if not self.sized or self.least.exceeded(asked) is False:
            return known
        over = [row for row in self.sized if row.over.exceeded(asked) is not False]
        more, unsure = _apply(over, asked.conditions, area, area_known, asked)
        return Applying(known.rows + more, known.unjudged + unsure)

    def alike(self, conditions: Conditions, area: str | None, area_known: bool = True) -> Applying:
        """The surcharges that do not look at sizes."""
        key = (conditions, area, area_known)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Applying(*_apply(self.plain, conditions, area, area_known))
        return known


class Applying:
    """Surcharges that apply together; `total` is their sum on a base price, `charged` says each."""

    def __init__(self, rows: list[Surcharge], unjudged: tuple[Unjudged, ...]) -> None:
        self.rows, self.unjudged = rows, unjudged
        self.flat = sum(row.parcel_minor for row in rows)
        self.on_base = [row.rate.as_integer_ratio() for row in rows if row.rate and row.of == BASE]
        self.on_all = [row.rate.as_integer_ratio() for row in rows if row.rate and row.of == ALL]
        self.by_unit = [(row.step_minor, row.step, row.pro_rata) for row in rows if row.step_minor]
        bounded = any(row.least_minor or row.most_minor is not None or row.piece_minor for row in rows)
        mixed = any(row.of == ALL and (row.parcel_minor or row.step_minor) for row in rows)
        self.simple = not bounded and not mixed and len({row.code for row in rows}) == len(rows)

    def totals(self, bases: Sequence[int], units: Sequence[int], pieces: Sequence[int]) -> list[int]:
        """Minor units of base price and surcharges of many parcels; the same as by `charged`, faster."""
        if not self.simple:
            return [
                base + sum(c.minor for c in self.charged(base, unit, piece))
                for base, unit, piece in zip(bases, units, pieces, strict=True)
            ]
        sums = [base + self.flat for base in bases]
        for top, bottom in self.on_base:
            top, bottom, half = 2 * top, 2 * bottom, bottom
            sums = [have + (base * top + half) // bottom for have, base in zip(sums, bases, strict=True)]
        for each, step, pro_rata in self.by_unit:
            if pro_rata:
                sums = [s + (2 * n * each + step) // (2 * step) for s, n in zip(sums, units, strict=True)]
            else:
                sums = [s - (-n // step) * each for s, n in zip(sums, units, strict=True)]
        wholes = sums
        for top, bottom in self.on_all:
            top, bottom, half = 2 * top, 2 * bottom, bottom
            sums = [have + (whole * top + half) // bottom for have, whole in zip(sums, wholes, strict=True)]
        return sums

    def charged(self, base: int, units: int, pieces: int) -> tuple[Charged, ...]:
        """The dearest surcharge of each code; those on everything after those on the base."""
        charged: dict[str, Charged] = {}
        whole = base
        for of in (BASE, ALL):
            for row in self.rows:
                if row.of != of:
                    continue
                minor = row.amount(whole, units, pieces)
                before = charged.get(row.code)
                if before is None or minor > before.minor:
                    charged[row.code] = Charged(row, minor)
            if of == BASE:
                whole += sum(c.minor for c in charged.values())
        return tuple(charged.values())


def _apply(
    rows: Sequence[Surcharge],
    conditions: Conditions,
    area: str | None,
    area_known: bool,
    asked: Asked | None = None,
) -> tuple[list[Surcharge], tuple[Unjudged, ...]]:
    applying, unjudged = [], dict[Unjudged, None]()
    for row in rows:
        answers = [a for a in _answers(row, conditions, area, area_known) if a != "yes"]
        if asked is not None and row.over.exceeded(asked) is None:
            answers.append(NO_DIMENSIONS)
        if not answers:
            applying.append(row)
        elif "no" not in answers:
            unjudged[Unjudged(row.code, answers[0])] = None
    return applying, tuple(unjudged)


def _answers(row: Surcharge, conditions: Conditions, area: str | None, area_known: bool) -> Iterable[str]:
    """ "yes", "no" or what is missing, for every condition but size that the row has."""
    goods, options = conditions
    if row.option:
        yield "yes" if row.option in options else "no"
    if row.attribute:
        states = goods.states(row.attribute)
        yield NO_ATTRIBUTES if states is None else "yes" if states else "no"
    if row.area:
        yield ("yes" if row.area == area else "no") if area_known else NO_POSTCODE


def check_surcharges(surcharges: Sequence[Surcharge], areas: Iterable[str]) -> list[Problem]:
    """Surcharges that add nothing, name areas that the card does not list, or have dates the wrong way."""
    problems, known = [], set(areas)
    for s in surcharges:
        if not (s.parcel_minor or s.piece_minor or s.step_minor or s.rate or s.least_minor):
            problems.append(Problem(s.row, "surcharge", s.code, "adds nothing", "an amount or a share"))
        if s.area and s.area not in known:
            problems.append(
                Problem(
                    s.row, "area", s.area, "no postcodes of this area are listed", ", ".join(sorted(known))
                )
            )
        if s.valid_from and s.valid_to and s.valid_to < s.valid_from:
            problems.append(
                Problem(s.row, "valid_to", str(s.valid_to), "ends before it starts", str(s.valid_from))
            )
        if s.step <= 0:
            problems.append(Problem(s.row, "step", str(s.step), "a step has units", "1 or more"))
    return problems
