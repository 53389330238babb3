"""Exchange rates: the one in force on or before a day, stated with date, source and path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import FxQuote
from tradewind.engine.money import Money

SAME, DIRECT, INVERSE, CROSS = "same", "direct", "inverse", "cross"


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `quote` per one `base`, the day it is of (the older leg's of a cross), and how it was got."""

    base: str
    quote: str
    rate: Decimal  # 10 decimals, half up: what is stored is what is multiplied
    on: date
    source: str
    path: str  # same, direct, inverse, cross via EUR

    def convert(self, money: Money) -> Money:
        """The amount in the quote currency, rounded half up once."""
        raise NotImplementedError


class Rates:
    """Quotes of any pairs, to be asked for a day. Missing or too old gives None, never a guess."""

    def __init__(
        self, quotes: Iterable[FxQuote], *, max_age_days: int = 7, pivot: str = "EUR", sources: Sequence[str] = ()
    ) -> None:
        """`sources`: which source wins where several quote the same pair and day; else by name."""
        self.max_age_days, self.pivot = max_age_days, pivot

    def find(self, base: str, quote: str, on: date) -> Rate | None:
        """Direct, else inverse, else crossed through the pivot; the newest quote at most max_age_days old."""
        raise NotImplementedError

    def convert(self, money: Money, currency: str, on: date, name: str = "converted") -> Breakdown:
        """The amount in another currency, explained; a missing component when no rate is known."""
        raise NotImplementedError
