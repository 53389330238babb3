"""Prices as shops write them: 19.99, 24.95, 1,980 yen. Whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.engine.money import EXPONENTS, MoneyError, parse_decimal


@dataclass(frozen=True, slots=True)
class Ending:
    """Prices whose last digits are `tail`: those that leave `tail` when divided by `step`."""

    step: int
    tail: int

    def holds(self, price: int) -> bool:
        """Whether a price ends so."""
        return price % self.step == self.tail

    def next(self, price: int) -> int:
        """The smallest price at or above one that ends so."""
        return price + (self.tail - price) % self.step


ANY_ENDING: tuple[Ending, ...] = (Ending(1, 0),)


def endings(text: str, currency: str) -> tuple[Ending, ...]:
    """Endings as people write them: ".99", "9.99 .95" or, in yen, "80 90"; "" is every price.

    The digits given are the last ones of the price, so ".99" takes 12.99 and "9.99" takes 19.99 only.
    MoneyError for what is no ending of the currency.
    Example: ``endings(".99", "USD") == (Ending(100, 99),)``; ``endings("9", "JPY") == (Ending(10, 9),)``.
    """
    words = text.replace(",", " ").split()
    return tuple(dict.fromkeys(_ending(word, currency) for word in words)) or ANY_ENDING


def _ending(word: str, currency: str) -> Ending:
    places = EXPONENTS[currency]
    whole, _dot, part = word.partition(".")
    if not (whole + part).isdigit() or len(part) != (places if _dot else 0) or len(whole) > 6:
        raise MoneyError(f"{word!r} is not an ending of a price in {currency}")
    if not _dot:  # whole units: the decimals, if the currency has any, are zeros
        part = "0" * places
    return Ending(10 ** (len(whole) + places), int(parse_decimal(whole + part or "0")))


def next_price(price: int, among: Sequence[Ending]) -> int:
    """The smallest price at or above one that has one of the endings."""
    return min(ending.next(price) for ending in among)


def last_price(price: int, among: Sequence[Ending]) -> int:
    """The greatest price at or below one that has one of the endings; below 1 where there is none."""
    return max(price - (price - ending.tail) % ending.step for ending in among)
