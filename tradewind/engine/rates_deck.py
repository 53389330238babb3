"""Many ways asked for many parcels: every price, compared in one currency, ranked by cost, promise and risk.

Parcels of one country and kind are priced a card at a time: each is weighed once for all cards that weigh
alike, what they meet alike is worked out once, a card's bands stay in the processor's memory. Only prices
are computed; the whole quote, with its arithmetic, is made of those that somebody looks at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tradewind.engine.rates import (
    GAP,
    NO_COUNTRY,
    TOO_HEAVY,
    TOO_LARGE,
    Asked,
    Card,
    Parcel,
    Quote,
    View,
    Weighing,
    Weight,
)
from tradewind.engine.rates_extras import Applying, Conditions, Extras
from tradewind.engine.rates_weight import UNKNOWN as UNKNOWN_SIDE
from tradewind.engine.restrictions import REFUSED, UNKNOWN, DangerRule, Goods, Judgement, Term, judge

NOT_TAKEN, NO_RATE = "not_taken", "no_rate"  # goods refused; price in a currency that cannot be compared
AIR = "air"
_SCALE = 1_000_000  # of ranking factors
_NO_SCORE, _REFUSED = 1 << 60, 1 << 61  # after every score
_REMEMBERED = 2_000  # kinds of parcels


@dataclass(frozen=True, slots=True)
class Way:
    """A service with its card. `ratio`: its minor units to the compared ones, None without a rate.

    `promise_days` and `late` (share of parcels seen late) are None when not known.
    """

    card: Card
    ratio: tuple[int, int] | None = (1, 1)
    promise_days: int | None = None
    tracked: bool = True
    late: Decimal | None = None
    terms: tuple[Term, ...] = ()
    mode: str = ""  # air, sea, rail, road; "" not stated


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside the price, as shares of it: a day, no tracking, all parcels late, unknown terms.

    Score = price x (1 + day x days) x (1 + untracked + late x share seen late + unknown). A promise that is
    not known counts as the longest one known; a late share that is not known counts nothing, and is said.
    """

    day: Decimal = Decimal("0.01")
    untracked: Decimal = Decimal("0.05")
    late: Decimal = Decimal("0.50")
    unknown: Decimal = Decimal("0.05")


class Choice(NamedTuple):
    """A way's answer for a parcel: place in the deck, price in its own and compared minor units, score.

    Refused: `minor` None and the `reason`. No rate between the currencies: a price without `compare`.
    """

    at: int
    minor: int | None
    compare: int | None
    score: int | None
    reason: str = ""


class Ranking:
    """The answers of all ways for one parcel, the best first, refusals last."""

    __slots__ = ("_asked", "_deck", "_rows")

    def __init__(self, deck: Deck, asked: Asked, rows: list[tuple[int, int, int | str]]) -> None:
        self._deck, self._asked, self._rows = deck, asked, rows

    @property
    def parcel(self) -> Parcel:
        """What was asked."""
        return self._asked.parcel

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Choice]:
        return (self._choice(row) for row in self._rows)

    @property
    def best(self) -> Choice | None:
        """The first that has a score; None when no way can be compared."""
        if not self._rows or self._rows[0][0] >= _NO_SCORE:
            return None
        return self._choice(self._rows[0])

    def quote(self, choice: Choice) -> Quote:
        """The whole quote, ready to explain itself; of goods that are not taken only that."""
        card = self._deck.ways[choice.at].card
        if choice.reason == NOT_TAKEN:
            return Quote(None, card.currency, 0, None, NOT_TAKEN)
        return card.quote(self._asked.parcel, self._asked)

    def _choice(self, row: tuple[int, int, int | str]) -> Choice:
        score, at, minor = row
        if isinstance(minor, str):
            return Choice(at, None, None, None, minor)
        if score >= _NO_SCORE:
            return Choice(at, minor, None, None, NO_RATE)
        return Choice(at, minor, compared(minor, self._deck.ways[at].ratio), score)


class _Seen(NamedTuple):
    """A way as all parcels of one kind meet it."""

    weighing: int  # which of the deck's
    ratio: tuple[int, int] | None
    factor: int
    view: View | None
    refused: bool


class Deck:
    """Ways ready to be asked together."""

    def __init__(
        self, ways: Sequence[Way], weights: Weights | None = None, law: Sequence[DangerRule] = ()
    ) -> None:
        self.ways, self.law, self.weights = tuple(ways), tuple(law), weights or Weights()
        known = [way.promise_days for way in self.ways if way.promise_days is not None]
        self.longest = max(known, default=None)
        alike: dict[Weighing, int] = {}
        self._weighing = [alike.setdefault(way.card.weighing, len(alike)) for way in self.ways]
        self._weighings = list(alike)
        self._kinds: dict[tuple[str, Conditions], list[_Seen]] = {}

    def judgement(self, at: int, goods: Goods) -> Judgement:
        """What a way says of goods."""
        way = self.ways[at]
        return judge(goods, way.terms, self.law if way.mode == AIR else None)

    def factors(self, at: int, verdict: str) -> tuple[Fraction, Fraction]:
        """(1 + days, 1 + risk) by which a way's price is multiplied for its score."""
        way, w = self.ways[at], self.weights
        days = way.promise_days if way.promise_days is not None else self.longest or 0
        risk = (0 if way.tracked else w.untracked) + (way.late or 0) * w.late
        risk += w.unknown if verdict == UNKNOWN else 0
        return 1 + Fraction(w.day) * days, 1 + Fraction(risk)

    def rank(self, parcels: Sequence[Parcel]) -> list[Ranking]:
        """Every way's answer for every parcel, in the order of the parcels."""
        groups: dict[tuple[str, Conditions], list[int]] = {}
        askeds = [Asked(parcel) for parcel in parcels]
        for n, asked in enumerate(askeds):
            groups.setdefault((asked.parcel.country, asked.conditions), []).append(n)
        out: list[Ranking | None] = [None] * len(askeds)
        for key, members in groups.items():
            rows = self._group(self._seen(key), [askeds[n] for n in members])
            for n, row in zip(members, rows, strict=True):
                out[n] = Ranking(self, askeds[n], row)
        return [one for one in out if one is not None]

    def _group(self, seen: Sequence[_Seen], askeds: list[Asked]) -> list[list[tuple[int, int, int | str]]]:
        """Sorted (score, place, price or reason) of parcels of one kind."""
        if not seen:
            return [[] for _asked in askeds]
        parcels = _Alike(askeds, self._weighings)
        prices, scores = [], []
        for at, way in enumerate(seen):
            column = self._column(at, way, parcels)
            prices.append(column)
            scores.append(_scores(column, way.ratio, way.factor))
        places = range(len(seen))
        return [
            sorted(zip(score, places, price, strict=True))
            for score, price in zip(zip(*scores, strict=True), zip(*prices, strict=True), strict=True)
        ]

    def _column(self, at: int, way: _Seen, parcels: _Alike) -> Sequence[int | str]:
        if way.refused:
            return [NOT_TAKEN] * len(parcels.askeds)
        weights = parcels.weights[way.weighing]
        if way.view is None:
            price = self.ways[at].card.price
            return [price(asked, weight) for asked, weight in zip(parcels.askeds, weights, strict=True)]
        return _priced(self.ways[at].card, way.view, weights, parcels)

    def _seen(self, key: tuple[str, Conditions]) -> list[_Seen]:
        seen = self._kinds.get(key)
        if seen is None:
            if len(self._kinds) >= _REMEMBERED:
                self._kinds.clear()
            country, conditions = key
            seen = self._kinds[key] = []
            for at, way in enumerate(self.ways):
                verdict = self.judgement(at, conditions[0]).verdict
                days, risk = self.factors(at, verdict)
                factor = round(days * risk * _SCALE)
                view = way.card.view(country)
                seen.append(_Seen(self._weighing[at], way.ratio, factor, view, verdict == REFUSED))
        return seen


def compared(minor: int, ratio: tuple[int, int] | None) -> int | None:
    """Minor units in the compared currency, rounded half up; None without a rate."""
    if ratio is None:
        return None
    top, bottom = ratio
    return (2 * minor * top + bottom) // (2 * bottom)


def _scores(column: Sequence[int | str], ratio: tuple[int, int] | None, factor: int) -> list[int]:
    if ratio is None:
        return [_REFUSED if type(minor) is str else _NO_SCORE for minor in column]
    top, bottom = 2 * ratio[0], 2 * ratio[1]
    half = ratio[1]
    return [
        _REFUSED if type(minor) is str else (minor * top + half) // bottom * factor  # type: ignore[operator]
        for minor in column
    ]


class _Alike:
    """Parcels of one country and kind: weighed once for all cards, held against each size once."""

    def __init__(self, askeds: list[Asked], weighings: Sequence[Weighing]) -> None:
        self.askeds = askeds
        self.weights = [
            [weighing.weigh(asked.parcel, asked.boxes) for asked in askeds] for weighing in weighings
        ]
        self.pieces = [asked.pieces for asked in askeds]
        self.country, self.conditions = askeds[0].parcel.country, askeds[0].conditions
        self._sideless = {n: "" for n, asked in enumerate(askeds) if _unknown(asked)}
        self._beyond: dict[tuple[int, ...], dict[int, str]] = {}

    def beyond(self, bounds: tuple[int, ...]) -> dict[int, str]:
        """The parcels that limits refuse, and why."""
        found = self._beyond.get(bounds)
        if found is None:
            reasons = ((n, _beyond(asked, bounds)) for n, asked in enumerate(self.askeds))
            found = self._beyond[bounds] = {n: reason for n, reason in reasons if reason}
        return found

    def special(self, ceilings: tuple[int, ...] | None) -> set[int]:
        """Parcels that may be beyond a size of the surcharges, or have no sides to tell."""
        return {*self._sideless, *self.beyond(ceilings)} if ceilings is not None else set()


def _priced(card: Card, view: View, weights: Sequence[Weight], parcels: _Alike) -> list[int | str]:
    """What Card.price gives for each, where the postcode does not decide the zone."""
    if not view.tops:
        return [NO_COUNTRY] * len(weights)
    column = _bases(view.tops, view.rows, weights)
    if view.bounds is not None:
        for n, reason in parcels.beyond(view.bounds).items():
            if type(column[n]) is int:
                column[n] = reason
    if view.extras is not None:
        for applying, places in _applying(card, view.extras, column, parcels):
            bases: list[int] = [column[n] for n in places]  # type: ignore[misc]
            units, pieces = [weights[n][0] for n in places], [parcels.pieces[n] for n in places]
            for n, total in zip(places, applying.totals(bases, units, pieces), strict=True):
                column[n] = total
    return column


def _applying(
    card: Card, extras: Extras, column: Sequence[int | str], parcels: _Alike
) -> list[tuple[Applying, list[int]]]:
    """Which surcharges apply to which of the parcels that have a price."""
    priced = [n for n, minor in enumerate(column) if type(minor) is int]
    special = parcels.special(extras.least.ceilings)
    groups: dict[tuple[str | None, bool], list[int]] = {}
    if card.by_area(parcels.country):
        for n in priced:
            groups.setdefault(card.area(parcels.country, parcels.askeds[n].postcode), []).append(n)
    else:
        groups[card.area(parcels.country, "")] = priced
    found = []
    for area, places in groups.items():
        if special:
            found += [(extras.applying(parcels.askeds[n], *area), [n]) for n in places if n in special]
            places = [n for n in places if n not in special]
        found.append((extras.alike(parcels.conditions, *area), places))
    return [(applying, places) for applying, places in found if applying.rows and places]


def _bases(tops: list[int], rows: list[tuple[int, ...]], weights: Sequence[Weight]) -> list[int | str]:
    out: list[int | str] = []
    top = tops[-1]
    for units, _by_volume, reason in weights:
        if reason or units > top:
            out.append(reason or TOO_HEAVY)
            continue
        above, minimum, first, fixed, step, each, least, pro_rata = rows[bisect_left(tops, units)]
        over = (units if units > minimum else minimum) - first
        if over > 0:
            fixed += (2 * over * each + step) // (2 * step) if pro_rata else -(-over // step) * each
        out.append(GAP if units <= above else fixed if fixed > least else least)
    return out


def _unknown(asked: Asked) -> bool:
    return any(figures[1] == UNKNOWN_SIDE for figures in asked.figures)


def _beyond(asked: Asked, bounds: Sequence[int]) -> str:
    """Why the limits refuse a parcel; "" when they do not."""
    large = ""
    for weight, longest, second, girth, total in asked.figures:
        if weight > bounds[0]:
            return TOO_HEAVY
        if longest > bounds[1] or second > bounds[2] or girth > bounds[3] or total > bounds[4]:
            large = TOO_LARGE
    return large
