"""A market's customs tariff: what a line charges, in exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.money import Number

# States of a rate. KNOWN: its terms are all there is. REFERRED: the text points to another line's rate
# ("the duty provided in the applicable subheading + 25%"); its terms come on top of that. UNKNOWN: the
# text is kept and no number may be taken from it.
KNOWN, REFERRED, UNKNOWN = "known", "referred", "unknown"


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount for every unit: Specific(Decimal("0.012"), "USD", "kg") is 1.2 cents a kilogram.

    `unit` may name a content: "kg of copper". Major units of the currency per one unit.
    """

    amount: Decimal
    currency: str
    unit: str


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction of the value of a part of the goods: Share(Decimal("0.06"), "case")."""

    rate: Number
    part: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Duties that add up: a fraction of the value, amounts a unit, fractions of parts' values."""

    ad_valorem: Number = Decimal(0)
    specific: tuple[Specific, ...] = ()
    shares: tuple[Share, ...] = ()

    def needs(self) -> Iterator[str]:
        """Units and parts whose quantity or value must be known, e.g. "kg", "value of the case"."""
        yield from (s.unit for s in self.specific)
        yield from (f"value of {s.part}" for s in self.shares)


@dataclass(frozen=True, slots=True)
class Charge:
    """The exact duty in major units of the value's currency, or what is missing to know it."""

    amount: Fraction | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRate:
    """The rate of a tariff line: the sum of its terms, at least and at most what its limits say.

    `ad_valorem` is a fraction (0.065 for 6.5 %; a Fraction where no decimal is exact, as in 33 1/3 %).
    `text` is the official wording, `source` the tariff it stands in. Only a KNOWN rate gives a charge.
    """

    code: str
    ad_valorem: Number
    specific: tuple[Specific, ...]
    text: str
    source: str
    shares: tuple[Share, ...] = ()
    at_least: tuple[Terms, ...] = ()
    at_most: tuple[Terms, ...] = ()
    state: str = KNOWN

    @property
    def terms(self) -> Terms:
        """What adds up before the limits."""
        return Terms(self.ad_valorem, self.specific, self.shares)

    @property
    def free(self) -> bool:
        """Known to be nothing."""
        return self.state == KNOWN and self.terms == Terms() and not self.at_least

    def needs(self) -> tuple[str, ...]:
        """Units and parts that must be known beside the value, each once."""
        every = (self.terms, *self.at_least, *self.at_most)
        return tuple(dict.fromkeys(need for terms in every for need in terms.needs()))

    def charge(
        self, value: Fraction, currency: str, quantities: Mapping[str, Number], rates: Mapping[str, Number]
    ) -> Charge:
        """The duty on goods of a value in major units of a currency.

        `quantities`: how much of each unit (and the value of each part) `needs()` names. `rates`: units of
        `currency` per one of another currency. What is not given is named in `missing`; nothing is assumed.
        Example: 1.2 USD/kg + 5 % on 100 USD and 2 kg is 7.40.
        """
        if self.state != KNOWN:
            return Charge(None, (self.text or "the tariff gives no rate",))
        every = (self.terms, *self.at_least, *self.at_most)
        foreign = dict.fromkeys(s.currency for t in every for s in t.specific if s.currency != currency)
        missing = [n for n in self.needs() if n not in quantities] + [c for c in foreign if c not in rates]
        if missing:
            return Charge(None, tuple(missing))
        worth = {**{c: Fraction(rates[c]) for c in foreign}, currency: Fraction(1)}
        amount = _amount(self.terms, value, quantities, worth)
        for low in self.at_least:
            amount = max(amount, _amount(low, value, quantities, worth))
        for high in self.at_most:
            amount = min(amount, _amount(high, value, quantities, worth))
        return Charge(amount)


def _amount(
    terms: Terms, value: Fraction, quantities: Mapping[str, Number], worth: Mapping[str, Fraction]
) -> Fraction:
    total = value * Fraction(terms.ad_valorem)
    for s in terms.specific:
        total += Fraction(s.amount) * Fraction(quantities[s.unit]) * worth[s.currency]
    for share in terms.shares:
        total += Fraction(share.rate) * Fraction(quantities[f"value of {share.part}"])
    return total
