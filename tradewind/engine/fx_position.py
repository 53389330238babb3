"""Open money in a foreign currency: what it came in at, what was gained on what has left, what it is worth.

Money in comes at the rate of its day. Money out leaves at the average of what is there, and the
difference to the rate of its day is realised. What is left is worth what the last rate says; the
difference to what it came in at is unrealised. Exact fractions of the base currency's minor unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tradewind.engine.money import round_half_up


@dataclass(frozen=True, slots=True)
class Movement:
    """Net minor units of a day into (above zero) or out of a position, and the rate of the day.

    `rate` is minor units of base per minor unit of the currency.
    """

    minor: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Position:
    """Minor units there (a debt is below zero), what they came in at, and what was realised so far."""

    balance: int = 0
    carrying: Fraction = Fraction(0)
    realised: Fraction = Fraction(0)  # a gain is above zero

    def moved(self, by: Movement) -> Position:
        """The position after a movement; one that passes zero is left whole and opened anew.

        Example: 100 in at 7, 40 out at 7.5: 60 left at 420, 20 realised.
        """
        if not by.minor:
            return self
        worth = by.minor * by.rate
        if self.balance * by.minor >= 0:
            return Position(self.balance + by.minor, self.carrying + worth, self.realised)
        closing = -min(abs(by.minor), abs(self.balance)) * (1 if self.balance > 0 else -1)
        released = self.carrying * Fraction(-closing, self.balance)
        gained = -closing * by.rate - released
        left = Position(self.balance + closing, self.carrying - released, self.realised + gained)
        return left.moved(Movement(by.minor - closing, by.rate))

    def unrealised(self, rate: Fraction) -> Fraction:
        """What would be gained if all of it left at a rate; for a debt a rise is a loss."""
        return self.balance * rate - self.carrying


def followed(movements: Iterable[Movement]) -> Position:
    """The position after all movements, in their order."""
    position = Position()
    for one in movements:
        position = position.moved(one)
    return position


@dataclass(frozen=True, slots=True)
class Differences:
    """Exchange differences as postings of base currency: a loss is a debit, above zero."""

    realised: int
    unrealised: int
    rounding: int

    @property
    def total(self) -> int:
        return self.realised + self.unrealised + self.rounding


def differences(total: int, realised: Fraction, unrealised: Fraction) -> Differences:
    """Split what the books are over in base currency; gains above zero become credits.

    `total` is what must be posted so that everything sums to zero; realised and unrealised are rounded
    once each, and what rounding of every single conversion left is named apart.
    """
    first, second = -round_half_up(realised), -round_half_up(unrealised)
    return Differences(first, second, total - first - second)
