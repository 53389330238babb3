"""What a price must be: exact, all feasible intervals, re-checked with rounded fees (row 4.7).

profit(p) = net(p) - fees(p) - import charges(p) - shares of net(p) - costs, where net is what the tax
leaves of the price the buyer is shown. It is piecewise linear with jumps, so that several intervals of
prices can be good with dead zones between them: all are given. Costs may be in any currency; profit is
counted in the base currency. The parts and their roundings are those of the pre-purchase profit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ACTUAL, Breakdown
from tradewind.engine.fx import Rate
from tradewind.engine.money import Money, minor_ratio, quantize
from tradewind.engine.piecewise import Band, Interval, Piecewise, banded, straight
from tradewind.engine.price_endings import ANY_ENDING, Ending, next_price
from tradewind.engine.price_parts import Share, Turn, net_formula

GROSS, NET = "gross", "net"  # what a charge is counted on: what the buyer pays, or what the tax leaves
MARGIN, MARKUP, PROFIT = "margin", "markup", "profit"
NEVER, CEILING, ENDING, MISSING_INPUT = "never", "ceiling", "ending", "missing"
_PATIENCE = 60  # endings tried one by one before the roundings are allowed for all at once


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax inside the price: a fraction of the net. `up_to`: the largest net value (minor units) on which
    it is collected at the sale; dearer goods are sold without it and taxed at the border."""

    rate: Fraction
    included: bool = True
    up_to: Fraction | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee or import charge by a schedule; bands, minimum and fixed parts in minor units of the price.

    `exact` gives what is charged at a value to the minor unit where the bands only come near it (duties are
    rounded part by part): every price advised is checked with it.
    """

    name: str
    bands: tuple[Band, ...]
    base: str = NET
    marginal: bool = False
    minimum: Fraction = Fraction(0)
    source: str = ""
    words: str = ""
    exact: Callable[[int], int] | None = field(default=None, repr=False)

    def at(self, value: int, curve: Piecewise) -> int:
        """What is charged at a value of its base, rounded; minor units."""
        return _half_up(*curve.ratio(value)) if self.exact is None else self.exact(value)

    def curve(self, of: Piecewise) -> Piecewise:
        """The charge as a function of the price, `of` being its base."""
        made = banded(self.bands, of, marginal=self.marginal)
        return made.at_least(self.minimum) if self.minimum else made


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sale in one market over one channel gives away: tax, charges, and shares of the net price."""

    currency: str
    tax: Tax
    charges: tuple[Charge, ...] = ()
    shares: tuple[tuple[str, Decimal], ...] = ()  # ads, returns, fx_buffer: estimates by nature


@dataclass(frozen=True, slots=True)
class Cost:
    """A stated cost of one unit (`adds`: a rebate); amount None is missing, `formula` then says why."""

    name: str
    amount: Money | None
    adds: bool = False
    state: str = ACTUAL
    formula: str = "stated"
    source: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What must be reached: a margin (share of the net price), a markup (share of the costs), a profit.

    A profit is in minor units of the base currency.
    """

    kind: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer: every interval of good prices (exact, fees unrounded), and the price advised.

    `price` is the lowest one with a wanted ending that is good with rounded fees too; None with the
    `reason`: never (no price is enough), ceiling, ending, missing (`missing` names what is not known).
    `breakdown`, `profit` and `net` (base currency) are those of the price; the tree grows when it is asked.
    """

    intervals: tuple[Interval, ...] = ()
    price: Money | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    profit: Money | None = None
    net: Money | None = None
    told: Callable[[], Breakdown] | None = field(default=None, repr=False, compare=False)

    @property
    def breakdown(self) -> Breakdown | None:
        """The price explained down to its parts; None where there is no price."""
        return None if self.told is None else self.told()

    @property
    def margin(self) -> Decimal | None:
        """Profit over net price at the advised price, 4 decimals half up."""
        return margin_of(self.profit, self.net)

    def holds(self, price: int) -> bool:
        """Whether a price (minor units) lies in one of the intervals."""
        return any(low <= price and (high is None or price <= high) for low, high in self.intervals)


def margin_of(profit: Money | None, net: Money | None) -> Decimal | None:
    """Profit over net price, 4 decimals half up; None where one is not known or nothing is left."""
    if profit is None or net is None or net.minor <= 0:
        return None
    return quantize(Fraction(profit.minor, net.minor), 4)


class PriceCurve:
    """Terms made ready: what a price leaves, solved for many units with their own costs.

    `rater` gives the rate of a currency to the base currency, None when unknown.
    """

    def __init__(self, terms: Terms, base: str, rater: Callable[[str], Rate | None]) -> None:
        self.terms, self.base, self.rater = terms, base, rater
        self._ratios: dict[str, tuple[int, int] | None] = {}
        self._turns: dict[str, Turn] = {}
        gross = straight(Fraction(1))
        self._net = _net(terms.tax)
        bases = {GROSS: gross, NET: self._net}
        fees = [c.curve(bases[c.base]).times(Fraction(-1)) for c in terms.charges]
        self._by_value = [(c, c.curve(gross)) for c in terms.charges]
        self._shares = [Share(name, rate) for name, rate in terms.shares]
        kept = Fraction(1) - sum((Fraction(share.rate) for share in self._shares), Fraction(0))
        self._left = self._net.times(kept).plus(*fees)
        self._wanted: dict[Fraction, Piecewise] = {}
        self._last: tuple[int, tuple[int, int]] = (0, (0, 0))
        self._taxed = net_formula(terms.tax.rate, True)

    def solve(
        self,
        costs: Sequence[Cost],
        target: Target,
        *,
        endings: Sequence[Ending] = ANY_ENDING,
        ceiling: Money | None = None,
    ) -> Priced:
        """The prices at which a unit with these costs reaches the target, and the lowest good one."""
        known = self._summed(costs)
        if isinstance(known, tuple):
            return Priced(reason=MISSING_INPUT, missing=known)
        intervals = self._intervals(known, target)
        if not intervals:
            return Priced(reason=NEVER)
        most = None if ceiling is None else ceiling.minor
        inside = tuple(_cut(intervals, most))
        if not inside:
            return Priced(intervals, reason=CEILING)
        fixed = self._converted(costs)
        price = self._advised(inside, fixed, len(costs), known, target, endings)
        if price is None:
            return Priced(inside, reason=ENDING)
        net, profit = self._rounded(price)
        return Priced(
            inside, Money(price, self.terms.currency), "", (), Money(profit - fixed, self.base),
            Money(net, self.base), lambda: self.explain(price, costs)[0],
        )  # fmt: skip

    def _summed(self, costs: Sequence[Cost]) -> Fraction | tuple[str, ...]:
        """The exact sum of costs in minor units of the base currency; else what is missing."""
        top, bottom, missing = 0, 1, []
        for cost in costs:
            ratio = None if cost.amount is None else self._ratio(cost.amount.currency)
            if cost.amount is None or ratio is None:
                missing.append(cost.name)
                continue
            minor = -cost.amount.minor if cost.adds else cost.amount.minor
            top, bottom = top * ratio[1] + minor * ratio[0] * bottom, bottom * ratio[1]
        if self._ratio(self.terms.currency) is None:
            missing.append("fx_rate")
        return tuple(missing) if missing else Fraction(top, bottom)

    def _ratio(self, currency: str) -> tuple[int, int] | None:
        """Minor units of the base currency per minor unit, reduced; None where no rate is known."""
        try:
            return self._ratios[currency]
        except KeyError:
            rate = self.rater(currency)
            if rate is None:
                self._ratios[currency] = None
            else:
                self._turns[currency] = Turn(rate)
                found = Fraction(*minor_ratio(rate.base, rate.quote, rate.rate))
                self._ratios[currency] = found.as_integer_ratio()
            return self._ratios[currency]

    def _intervals(self, costs: Fraction, target: Target) -> tuple[Interval, ...]:
        margin = target.value if target.kind == MARGIN else Fraction(0)
        if margin not in self._wanted:
            left = self._left.plus(self._net.times(-margin)) if margin else self._left
            rate = Fraction(*(self._ratio(self.terms.currency) or (0, 1)))
            self._wanted[margin] = left.times(rate)
        return self._wanted[margin].where_at_least(*_needed(costs, target).as_integer_ratio())

    def _advised(
        self,
        inside: Sequence[Interval],
        fixed: int,
        costs: int,
        known: Fraction,
        target: Target,
        endings: Sequence[Ending],
    ) -> int | None:
        """The lowest price of the intervals with an ending that is good with rounded fees as well."""
        tried = 0
        for low, high in inside:
            price = next_price(low, endings)
            while high is None or price <= high:
                if self._good(price, fixed, target):
                    return price
                tried += 1
                if tried > _PATIENCE:
                    return self._past_rounding(inside, known, target, endings, costs, price)
                price = next_price(price + 1, endings)
        return None

    def _past_rounding(
        self,
        inside: Sequence[Interval],
        known: Fraction,
        target: Target,
        endings: Sequence[Ending],
        costs: int,
        after: int,
    ) -> int | None:
        """Where a unit of price leaves less than roundings take: a price good with all of them at worst."""
        parts = costs + 2 * len(self.terms.charges) + len(self.terms.shares) + 3
        units = max(Fraction(*(self._ratio(self.terms.currency) or (1, 1))), Fraction(1))
        safe = self._intervals(known + parts * units * (1 + abs(target.value)), target)
        for low, high in _both(safe, inside):
            price = next_price(max(low, after), endings)
            if high is None or price <= high:
                return price
        return None

    def _good(self, price: int, fixed: int, target: Target) -> bool:
        """Whether the target is reached when every part is rounded as it will be charged."""
        net, profit = self._rounded(price)
        if target.kind == MARGIN:
            return (profit - fixed) * target.value.denominator >= net * target.value.numerator
        return Fraction(profit) >= _needed(Fraction(fixed), target)

    def reaches(self, price: int, costs: Sequence[Cost], target: Target) -> bool:
        """Whether a unit sold at a price reaches the target with every part rounded as it is charged."""
        return self._good(price, self._converted(costs), target)

    def _converted(self, costs: Sequence[Cost]) -> int:
        """Stated costs in minor units of the base currency, each rounded."""
        total = 0
        for cost in costs:
            if cost.amount is not None:
                minor = self._in_base(cost.amount.minor, cost.amount.currency)
                total += -minor if cost.adds else minor
        return total

    def _in_base(self, minor: int, currency: str) -> int:
        ratio = self._ratio(currency)
        assert ratio is not None, "costs without a rate were refused before"
        return _half_up(minor * ratio[0], ratio[1])

    def net(self, price: int) -> int:
        """The net of a price, tax rounded half up, in minor units of the price's currency."""
        tax = self.terms.tax
        if not tax.included or (tax.up_to is not None and price > tax.up_to * (1 + tax.rate)):
            return price
        top, bottom = tax.rate.as_integer_ratio()
        return price - _half_up(price * top, top + bottom)

    def _rounded(self, price: int) -> tuple[int, int]:
        """Net price, and profit before stated costs, in minor units of the base currency; kept."""
        if self._last[0] != price:
            self._last = (price, self._rounded_anew(price))
        return self._last[1]

    def _rounded_anew(self, price: int) -> tuple[int, int]:
        currency, net = self.terms.currency, self.net(price)
        in_base = self._in_base(net, currency)
        profit = in_base
        for charge, curve in self._by_value:
            value = net if charge.base == NET else price
            profit -= self._in_base(charge.at(value, curve), currency)
        for share in self._shares:
            profit -= _half_up(in_base * share.ratio[0], share.ratio[1])
        return in_base, profit

    def explain(self, price: int, costs: Sequence[Cost]) -> tuple[Breakdown, Money | None, Money]:
        """(Breakdown, profit, net price) of a unit sold at a price, everything in the base currency.

        The profit is None while a cost is missing.
        """
        currency, net = self.terms.currency, self.net(price)
        assert self._ratio(currency) is not None, "a price without a rate was refused before"
        turn, tax = self._turns[currency], self.terms.tax
        shown, left = Money(price, currency), Money(net, currency)
        asked, kept = str(shown), str(left)
        inputs = {"price": asked, "vat": str(shown - left)}
        formula = self._taxed if net != price else net_formula(tax.rate, False)
        parts = [turn.part("net_price", left, 1, formula, inputs, tax.source, said=kept)]
        on = {NET: (net, {"charged_on": kept}), GROSS: (price, {"charged_on": asked})}
        for charge, curve in self._by_value:
            value, words = on[charge.base]
            fee = Money(charge.at(value, curve), currency)
            parts.append(turn.part(charge.name, fee, -1, charge.words, words, charge.source))
        parts += [self._cost(cost) for cost in costs]
        in_base = parts[0].amount
        assert isinstance(in_base, Money)
        said = str(in_base)
        parts += [
            s.part(_half_up(in_base.minor * s.ratio[0], s.ratio[1]), self.base, said) for s in self._shares
        ]
        tree = Breakdown.of("unit_profit", parts)
        known = all(part.amount is not None for part in parts)
        return tree, tree.amount if known and isinstance(tree.amount, Money) else None, in_base

    def _cost(self, cost: Cost) -> Breakdown:
        if cost.amount is None:
            return Breakdown.missing(cost.name, cost.formula or "not stated")
        if self._ratio(cost.amount.currency) is None:
            why = f"no {cost.amount.currency}/{self.base} rate is known"
            return Breakdown.missing(cost.name, why, inputs={"amount": str(cost.amount)})
        turn, sign = self._turns[cost.amount.currency], 1 if cost.adds else -1
        return turn.part(cost.name, cost.amount, sign, cost.formula, cost.inputs, cost.source, cost.state)


def _half_up(top: int, bottom: int) -> int:
    whole = (abs(top) * 2 + bottom) // (bottom * 2)
    return whole if top >= 0 else -whole


def _net(tax: Tax) -> Piecewise:
    if not tax.included:
        return straight(Fraction(1))
    kept = 1 / (1 + tax.rate)
    if tax.up_to is None:
        return straight(kept)
    bands = (Band(tax.up_to * (1 + tax.rate), kept), Band(None, Fraction(1)))
    return banded(bands, straight(Fraction(1)))


def _needed(costs: Fraction, target: Target) -> Fraction:
    """What the price must leave before stated costs (a margin is counted on the other side)."""
    if target.kind == MARKUP:
        return costs * (1 + target.value)
    return costs + target.value if target.kind == PROFIT else costs


def _cut(intervals: Sequence[Interval], most: int | None) -> list[Interval]:
    return list(_both(intervals, (Interval(1, most),)))


def _both(some: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """Prices that lie in an interval of each of two lists."""
    found = []
    for a in some:
        for b in others:
            low = max(a.low, b.low)
            highs = [h for h in (a.high, b.high) if h is not None]
            high = min(highs) if highs else None
            if high is None or low <= high:
                found.append(Interval(low, high))
    return found


__all__ = [
    "CEILING", "ENDING", "GROSS", "MARGIN", "MARKUP", "MISSING_INPUT", "NET", "NEVER", "PROFIT", "Band",
    "Charge", "Cost", "Interval", "PriceCurve", "Priced", "Target", "Tax", "Terms", "margin_of",
]  # fmt: skip
