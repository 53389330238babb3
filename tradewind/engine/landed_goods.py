"""A consignment made ready for the rules: goods by tariff line, exact, in the market's currency."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.consignment import Consignment, GoodsLine
from tradewind.engine.contracts import Problem
from tradewind.engine.formula import whole
from tradewind.engine.fx import Rates
from tradewind.engine.import_steps import VALUE, Steps
from tradewind.engine.money import EXPONENTS, Money, exponent, trusted
from tradewind.engine.rulebook import NoRule, Rule, Rulebook

ZERO = Decimal(0)
NO_SCHEME = "none"


class Book:
    """A rulebook and rates for many consignments: what was asked once is remembered."""

    def __init__(self, rulebook: Rulebook, rates: Rates, on: date) -> None:
        self.rulebook, self.rates, self.on = rulebook, rates, on
        self._remembered: dict[Hashable, Any] = {}

    def remember(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """The answer to a question, asked the first time only; refusals are not remembered."""
        try:
            return self._remembered[key]
        except KeyError:
            answer = self._remembered[key] = ask()
            return answer

    def find(self, kind: str, **keys: str) -> Rule | None:
        """The row in force, or None; Unconfirmed is raised."""
        try:
            return self.rulebook.find(kind, self.on, **keys)
        except NoRule:
            return None

    def worth(self, currency: str, target: str) -> Decimal | None:
        """Units of the target currency per unit of another, exactly; None when no rate is known."""
        found: Decimal | None = self.remember(
            ("worth", currency, target), lambda: self._worth(currency, target)
        )
        return found

    def _worth(self, currency: str, target: str) -> Decimal | None:
        rate = self.rates.find(currency, target, self.on)
        return None if rate is None else rate.rate

    def worth_words(self, currency: str, target: str) -> str:
        """The rate of exchange as a decimal number, for a Breakdown."""
        words: str = self.remember(
            ("words", currency, target), lambda: f"{(self.worth(currency, target) or ZERO).normalize():f}"
        )
        return words

    def convert(self, amount: Decimal, currency: str, target: str) -> Decimal:
        """An exact amount in another currency; KeyError when no rate is known."""
        if currency == target or not amount:
            return amount
        worth = self.worth(currency, target)
        if worth is None:
            raise KeyError(f"{currency}/{target}")
        return amount * worth


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows that speak of a line: thresholds of duty and tax, the tax's rate.

    The words are known at once where the price of one unit decides, else once the parcel is summed ("").
    """

    duty: Rule
    tax: Rule
    rate: Rule | None
    duty_word: str = ""
    tax_word: str = ""
    mark: Hashable = field(init=False)  # what tells goods apart that the rules treat apart

    def __post_init__(self) -> None:
        mark = (self.duty.id, self.tax.id, self.rate and self.rate.id, self.duty_word, self.tax_word)
        object.__setattr__(self, "mark", mark)


@dataclass(slots=True, eq=False)
class Group:
    """Goods of one tariff line: what customs see as one line, however the seller lists it."""

    line: GoodsLine  # one of them, for what all have in common
    hs: str
    sides: Sides
    rows: list[int]
    goods: Decimal = ZERO
    qty: int = 0
    weight_g: int | None = 0
    values: dict[str, Decimal] = field(default_factory=dict)  # names of the formulas
    duty_word: str = ""  # what the thresholds say: free, due, sale, ask or a regime
    tax_word: str = ""
    regime: Rule | None = None  # the duty row that stands alone for them

    @property
    def weight_kg(self) -> Decimal | None:
        return None if self.weight_g is None else Decimal(self.weight_g) / 1000


@dataclass(slots=True, eq=False)
class Parcel:
    """A consignment being computed. Amounts are exact major units of `currency`."""

    asked: Consignment
    book: Book
    formula: Rule
    currency: str
    scale: int
    groups: list[Group]
    worths: list[Decimal]  # of each line, in the currency
    problems: list[Problem] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    stated: dict[str, int] = field(default_factory=dict)  # minor units of freight, insurance, charges
    texts: dict[str, str] = field(default_factory=dict)  # thresholds in words, by row
    zero: Money = field(init=False)
    sums: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zero = Money(0, self.currency)

    def minor(self, amount: Decimal) -> int:
        """Whole minor units, half up."""
        return int(whole(amount * self.scale))

    def amount(self, minor: int) -> Decimal:
        """Whole minor units as major ones."""
        return Decimal(minor) / self.scale

    def money(self, minor: int) -> Money:
        return trusted(minor, self.currency) if minor else self.zero

    def words(self, amount: Decimal) -> str:
        """An amount as people read it, for a Breakdown: "1,234.50 USD"."""
        return f"{whole(amount * self.scale) / self.scale:,} {self.currency}"

    def problem(self, field: str, value: str, reason: str, accepted: str = "") -> str:
        """Note what keeps an answer unknown, once; gives the reason in words."""
        found = Problem(None, field, value, reason, accepted)
        if found not in self.problems:
            self.problems.append(found)
        return f"{field}: {reason}" + (f" ({value})" if value else "")

    def total(self, basis: str, currency: str) -> Decimal:
        """The consignment's value on a basis, in a currency: straight from the currencies it is stated in."""
        key = (basis, currency)
        if key not in self.sums:
            self.sums[key] = self._total(basis, currency)
        return self.sums[key]

    def _total(self, basis: str, currency: str) -> Decimal:
        if basis == VALUE:
            value = sum((group.values[VALUE] for group in self.groups), ZERO)
            return self.book.convert(value, self.currency, currency)
        amounts = [line.value for line in self.asked.lines]
        if basis in ("goods_plus_freight", "cif") or (basis == "intrinsic" and not self.asked.freight_shown):
            amounts.append(self.asked.freight)
        if basis == "cif" or (basis == "intrinsic" and not self.asked.freight_shown):
            amounts.append(self.asked.insurance)
        return sum((self.book.convert(major(a), a.currency, currency) for a in amounts), ZERO)


def major(money: Money) -> Decimal:
    """Exact major units."""
    return Decimal(money.minor).scaleb(-EXPONENTS[money.currency])


def digits(hs: str) -> str:
    """A tariff code as its digits: "6109.10" is "610910"."""
    return hs.replace(".", "").replace(" ", "")


def parcel(asked: Consignment, book: Book, formula: Rule, sides: Sequence[Sides]) -> Parcel:
    """The consignment with its goods grouped and freight shared by value; rates of exchange must exist."""
    currency = formula.text("currency")
    worths = [book.convert(major(line.value), line.value.currency, currency) for line in asked.lines]
    groups = _groups(asked.lines, worths, sides)
    made = Parcel(asked, book, formula, currency, 10 ** exponent(currency), groups, worths)
    charges = asked.charges
    sums = {
        "freight": book.convert(major(asked.freight), asked.freight.currency, currency),
        "insurance": book.convert(major(asked.insurance), asked.insurance.currency, currency),
        "charges": book.convert(major(charges), charges.currency, currency) if charges else ZERO,
        "fees": ZERO,
    }
    made.stated = {name: made.minor(amount) for name, amount in sums.items()}
    _share_out(groups, sums)
    steps: Steps = formula.values["steps"]
    for group in groups:
        for step in steps.before:
            group.values[step.name] = step.formula.within(group.values)
    return made


def _groups(lines: Iterable[GoodsLine], worths: list[Decimal], sides: Sequence[Sides]) -> list[Group]:
    found: dict[Hashable, Group] = {}
    for row, line in enumerate(lines):
        hs, side = digits(line.hs), sides[row]
        key = (hs, line.origin, line.duty_rate, line.measures, line.attributes, side.mark)
        group = found.get(key)
        if group is None:
            group = found[key] = Group(line, hs, side, [])
        group.rows.append(row)
        group.goods += worths[row]
        group.qty += line.qty
        if line.weight_g is None or group.weight_g is None:
            group.weight_g = None
        else:
            group.weight_g += line.weight_g
    return list(found.values())


def _share_out(groups: list[Group], sums: Mapping[str, Decimal]) -> None:
    """Give each group its share of what is stated for the whole, by value (by units where all are free)."""
    whole_value = sum([group.goods for group in groups], ZERO)
    units = sum([group.qty for group in groups])
    for group in groups:
        values = group.values
        if len(groups) == 1:
            values.update(sums)
        else:
            part = group.goods / whole_value if whole_value else Decimal(group.qty) / units
            for name, amount in sums.items():
                values[name] = amount * part if amount else ZERO
        values["goods"], values["qty"] = group.goods, Decimal(group.qty)
        weight = group.weight_kg
        if weight is not None:
            values["weight_kg"] = weight


def spread(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Whole units by weights that sum to the total, largest remainders first; equally if nothing weighs."""
    if len(weights) == 1:
        return [total]
    if not total:
        return [0] * len(weights)
    whole_weight = sum(weights, ZERO)
    if not whole_weight:
        weights, whole_weight = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [abs(total) * weight / whole_weight for weight in weights]
    parts = [int(amount) for amount in exact]
    left = abs(total) - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += 1
    return parts if total > 0 else [-part for part in parts]
