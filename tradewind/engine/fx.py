"""Exchange rates: the one in force on or before a day, stated with date, source and path."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import FxQuote
from tradewind.engine.money import Money, minor_ratio, quantize

SAME, DIRECT, INVERSE = "same", "direct", "inverse"
PLACES = 10  # decimals of a rate, in the database too: what is stored is what is multiplied


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `quote` per one `base`, the day it is of (the older leg's of a cross), and how it was got."""

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str
    path: str  # same, direct, inverse, cross via EUR
    _ratio: tuple[int, int] = field(init=False, repr=False, compare=False)  # between minor units

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ratio", minor_ratio(self.base, self.quote, self.rate))

    def minor(self, minor: int) -> int:
        """Minor units of base in minor units of quote, rounded half up once: `convert` for very many."""
        top, bottom = self._ratio
        whole = (abs(minor) * top * 2 + bottom) // (bottom * 2)
        return whole if minor >= 0 else -whole

    def convert(self, money: Money) -> Money:
        """The amount in the quote currency, rounded half up once; ValueError for another currency."""
        if money.currency != self.base:
            raise ValueError(f"a {self.base}/{self.quote} rate does not convert {money.currency}")
        return Money(self.minor(money.minor), self.quote)

    def words(self, money: Money) -> dict[str, str]:
        """What a conversion of an amount stands on, for a Breakdown's inputs."""
        return {"amount": str(money), "rate": f"{self.rate:f}", "of": str(self.on), "path": self.path}


class Rates:
    """Quotes of any pairs, to be asked for a day. Missing or too old gives None, never a guess."""

    def __init__(
        self,
        quotes: Iterable[FxQuote],
        *,
        max_age_days: int = 7,
        pivot: str = "EUR",
        sources: Sequence[str] = (),
    ) -> None:
        """`sources`: which source wins where several quote the same pair and day; the others by name."""
        self.max_age = timedelta(days=max_age_days)
        self.pivot = pivot
        order = {source: i for i, source in enumerate(sources)}
        best: dict[tuple[str, str], dict[date, FxQuote]] = {}
        for quote in sorted(quotes, key=lambda q: (order.get(q.source, len(order)), q.source)):
            if quote.rate <= 0:
                raise ValueError(f"{quote.base}/{quote.quote} {quote.on}: a rate is above zero")
            best.setdefault((quote.base, quote.quote), {}).setdefault(quote.on, quote)
        self._found: dict[tuple[str, str, date], Rate | None] = {}
        self._series = {
            pair: (sorted(days), [days[day] for day in sorted(days)]) for pair, days in best.items()
        }

    def _newest(self, base: str, quote: str, on: date) -> FxQuote | None:
        days, quotes = self._series.get((base, quote), ([], []))
        at = bisect_right(days, on) - 1
        return quotes[at] if at >= 0 and on - days[at] <= self.max_age else None

    def _leg(self, base: str, quote: str, on: date) -> tuple[Fraction, date, str, str] | None:
        """A pair straight or turned round; the newer of the two, the straight one on the same day."""
        straight, turned = self._newest(base, quote, on), self._newest(quote, base, on)
        if straight and (turned is None or straight.on >= turned.on):
            return Fraction(straight.rate), straight.on, straight.source, DIRECT
        if turned:
            return 1 / Fraction(turned.rate), turned.on, turned.source, INVERSE
        return None

    def find(self, base: str, quote: str, on: date) -> Rate | None:
        """Direct, else inverse, else crossed through the pivot; quotes at most max_age_days old.

        A pair's own quote goes before a cross even where the cross is newer. Answers are remembered.
        """
        key = (base, quote, on)
        if key not in self._found:
            self._found[key] = self._find(base, quote, on)
        return self._found[key]

    def _find(self, base: str, quote: str, on: date) -> Rate | None:
        if base == quote:
            return Rate(base, quote, Decimal(1), on, "", SAME)
        leg = self._leg(base, quote, on)
        if leg:
            value, day, source, path = leg
            return _rate(base, quote, value, day, source, path)
        first, second = self._leg(base, self.pivot, on), self._leg(self.pivot, quote, on)
        if not first or not second:
            return None
        sources = first[2] if first[2] == second[2] else f"{first[2]}, {second[2]}"
        path = f"cross via {self.pivot}"
        return _rate(base, quote, first[0] * second[0], min(first[1], second[1]), sources, path)

    def convert(self, money: Money, currency: str, on: date, name: str = "converted") -> Breakdown:
        """The amount in another currency, explained; a missing component when no rate is known."""
        if money.currency == currency:
            return Breakdown(name, money)
        rate = self.find(money.currency, currency, on)
        if rate is None:
            why = f"no {money.currency}/{currency} rate on or up to {self.max_age.days} days before {on}"
            return Breakdown.missing(name, why, inputs={"amount": str(money)})
        return Breakdown(
            name,
            rate.convert(money),
            formula="amount x rate",
            inputs=rate.words(money),
            source=rate.source,
        )


class ShiftedRates(Rates):
    """Rates of a what-if: every currency is worth `factor` times as much of one home currency.

    `on`: ask the rates of this day whatever day is asked for. Example: factor 0.95 makes a foreign coin
    buy 5 % less.
    """

    def __init__(
        self, rates: Rates, home: str, factor: Fraction = Fraction(1), on: date | None = None
    ) -> None:
        super().__init__((), max_age_days=rates.max_age.days, pivot=rates.pivot)
        self.rates, self.home, self.factor, self.fixed = rates, home, factor, on

    def find(self, base: str, quote: str, on: date) -> Rate | None:
        """As the rates themselves, moved where exactly one side is the home currency."""
        found = self.rates.find(base, quote, self.fixed or on)
        if found is None or (base == self.home) == (quote == self.home):
            return found
        value = Fraction(found.rate) * (self.factor if quote == self.home else 1 / self.factor)
        return _rate(base, quote, value, found.on, found.source, found.path)


def _rate(base: str, quote: str, value: Fraction, on: date, source: str, path: str) -> Rate | None:
    rounded = quantize(value, PLACES)
    return Rate(base, quote, rounded, on, source, path) if rounded else None
