"""The parts of a priced unit, explained: the same names and roundings as in the pre-purchase profit.

Made by the hundred thousand, so that what is the same for every unit is put into words once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.fx import SAME, Rate
from tradewind.engine.money import Money, quantize


@dataclass(frozen=True, slots=True)
class Turn:
    """A way into the base currency: its rate, with the words that are the same for every amount."""

    rate: Rate
    same: bool = field(init=False)
    words: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        words = self.rate.words(Money(0, self.rate.base))
        object.__setattr__(self, "same", self.rate.path == SAME)
        object.__setattr__(self, "words", {k: v for k, v in words.items() if k != "amount"})

    def part(
        self,
        name: str,
        amount: Money,
        sign: int,
        formula: str,
        inputs: Mapping[str, str],
        source: str,
        state: str = ACTUAL,
        *,
        said: str = "",
    ) -> Breakdown:
        """An amount as a part in the base currency; sign -1 makes it a cost; `said`: the amount in words."""
        turned = Money(self.rate.minor(amount.minor) * sign, self.rate.quote)
        if self.same:
            return Breakdown(name, turned, state, formula, inputs, source)
        source = f"{source}, {self.rate.source}" if source else self.rate.source
        formula = f"({formula}) x rate"
        inputs = {**inputs, "amount": said or str(amount), **self.words}
        return Breakdown(name, turned, state, formula, inputs, source)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the net price set aside: ads, returns, FX buffer. An estimate by nature."""

    name: str
    rate: Decimal
    ratio: tuple[int, int] = field(init=False)
    formula: str = field(init=False)
    words: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", self.rate.as_integer_ratio())
        object.__setattr__(self, "formula", f"net price x {self.rate}")
        object.__setattr__(self, "words", str(self.rate))

    def part(self, minor: int, currency: str, net: str) -> Breakdown:
        """The share as a cost; `minor` rounded already, `net` the net price in words."""
        inputs = {"net price": net, "rate": self.words}
        return Breakdown(self.name, Money(-minor, currency), ESTIMATED, self.formula, inputs)


def net_formula(rate: Fraction, taxed: bool) -> str:
    """How the net came out of the price, in words."""
    return f"price / (1 + {quantize(rate, 4).normalize():f})" if taxed else "no tax in the price"
