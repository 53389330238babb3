"""How listings stand: terms of each by rules and policy, floor and target solved, margin now. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_noop

from tradewind.apps.prices.facts import UnitFacts
from tradewind.apps.prices.importing import NAME as BORDER
from tradewind.apps.prices.importing import Importing, known_price
from tradewind.apps.prices.states import DEAD, GOOD, INFEASIBLE, MISSING, UNDER, UNPRICED
from tradewind.engine.border import Border
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fx import Rate, Rates
from tradewind.engine.landed_cost import Landing
from tradewind.engine.money import Money, exponent
from tradewind.engine.price_endings import Ending, endings
from tradewind.engine.price_terms import Found, Sale, sale_terms
from tradewind.engine.pricing import (
    MARGIN,
    MISSING_INPUT,
    NET,
    PROFIT,
    Band,
    Charge,
    Cost,
    PriceCurve,
    Priced,
    Target,
    margin_of,
)
from tradewind.engine.rulebook import Rulebook

BUYER, SELLER = "buyer", "seller"
# Stored as they are, shown in the reader's language.
NO_SKU = gettext_noop("no SKU stands behind it")
NO_POLICY = gettext_noop("no price policy covers it")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a policy asks, as plain values."""

    policy_id: int | None
    target: Target
    floor: Target
    endings: str
    ceiling: Money | None
    ads_rate: Decimal
    returns_rate: Decimal
    fx_buffer_rate: Decimal
    service: str
    import_by: str
    import_rate: Decimal | None
    lowers: bool
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A listing, what it is sold as and what is asked of its price."""

    listing_id: int
    channel: str
    market: str
    category: str
    currency: str
    price_minor: int | None
    base_currency: str
    wish: Wish | None
    unit: UnitFacts | None  # None: no SKU stands behind it
    store_id: int = 0


NOTHING = Priced()


@dataclass(frozen=True, slots=True)
class Judged:
    """How a listing stands; `target` is the price the policy wants, `floor` the lowest good one."""

    offered: Offered
    state: str
    reason: str = ""
    floor: Priced = NOTHING
    target: Priced = NOTHING
    curve: PriceCurve | None = None
    costs: tuple[Cost, ...] = ()


class Judge:
    """Rules, rates and a day, asked for many listings; terms are made once for those that share them."""

    def __init__(self, rulebook: Rulebook, rates: Rates, on: date, landing: Landing | None = None) -> None:
        self.rulebook, self.rates, self.on = rulebook, rates, on
        self.importing = Importing(landing or Landing(rulebook, rates, on))
        self._curves: dict[tuple[object, ...], tuple[Found, PriceCurve | None]] = {}

    def curve(
        self, sale: Sale, extra: tuple[Charge, ...] = (), taxed_to: int | None = None
    ) -> tuple[Found, PriceCurve | None]:
        """The terms of a sale, and the curve made of them; None while something is missing."""
        key = (sale, extra, taxed_to)
        if key not in self._curves:
            most = None if taxed_to is None else Fraction(taxed_to)
            found = sale_terms(sale, self.rulebook, self.on, extra, most)
            made = found.terms and PriceCurve(
                found.terms, sale.base_currency, self._rater(sale.base_currency)
            )
            self._curves[key] = (found, made or None)
        return self._curves[key]

    def _rater(self, base: str) -> _Rater:
        return _Rater(self.rates, base, self.on)

    def fingerprint(self, offered: Offered) -> str:
        """A hash of every fact the judgement stands on: the same facts give the same judgement."""
        made = self._asked(offered)
        terms = self.curve(*made)[0] if made else None
        money = {c.amount.currency for c in _costs(offered) if c.amount is not None} | {offered.currency}
        rates = [self.rates.find(code, offered.base_currency, self.on) for code in sorted(money)]
        known = [None if r is None else (r.base, r.rate, r.source) for r in rates]
        facts = (offered.price_minor, offered.wish, terms, _costs(offered), known)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def judge(self, offered: Offered) -> Judged:
        """Floor, target and state of a listing."""
        made, wish = self._asked(offered), offered.wish
        if made is None or wish is None:
            why = NO_SKU if offered.unit is None else NO_POLICY
            return Judged(offered, MISSING, why)
        found, curve = self.curve(*made)
        costs = _costs(offered)
        lacks = [*found.missing, *((c.name, c.formula) for c in costs if c.amount is None)]
        at_border = self._border(offered)
        if at_border is not None and at_border.charge is None:
            lacks.append((BORDER, at_border.why))
        if curve is None or lacks:
            return Judged(offered, MISSING, "; ".join(f"{name}: {why}" for name, why in lacks)[:300])
        known = self._known_price(at_border, made[0])
        if known is not None and (offered.price_minor or 0) > known.minor:
            return Judged(offered, MISSING, f"{BORDER}: {at_border.why if at_border else ''}"[:300])
        floor = curve.solve(costs, wish.floor, ceiling=known)
        if floor.reason == MISSING_INPUT:
            return Judged(offered, MISSING, "no exchange rate: " + ", ".join(floor.missing))
        target = curve.solve(
            costs,
            wish.target,
            endings=self._endings(wish.endings, offered.currency),
            ceiling=_lower(_ceiling(offered), known),
        )
        state = _state(offered, floor, curve, costs, exact=at_border is not None)
        return Judged(offered, state, "", floor, target, curve, costs)

    def _asked(self, offered: Offered) -> tuple[Sale, tuple[Charge, ...], int | None] | None:
        wish = offered.wish
        if wish is None or offered.unit is None:
            return None
        sale = Sale(
            offered.market, offered.channel, offered.category, offered.currency, wish.ads_rate,
            wish.returns_rate, wish.fx_buffer_rate, offered.base_currency,
        )  # fmt: skip
        found = self._border(offered)
        charge = _stated_charge(offered) if found is None else found.charge
        return sale, (charge,) if charge else (), found.taxed_to if found else None

    def _border(self, offered: Offered) -> Border | None:
        """What the seller bears at the border by the landed cost; None where it is not computed.

        Not computed: goods that lie in the market, parcels the buyer clears, a share stated in the policy.
        """
        wish, unit = offered.wish, offered.unit
        if wish is None or unit is None or unit.imported or wish.import_by == BUYER:
            return None
        if wish.import_rate is not None:
            return None
        return self.importing.border(unit, offered.market, offered.currency, wish.scheme)

    def _known_price(self, found: Border | None, sale: Sale) -> Money | None:
        """The largest price at which what is due at the border is known; None is any."""
        if found is None:
            return None
        tax = self.rulebook.find("vat", self.on, market=sale.market, category=sale.category)
        return known_price(found, tax, sale.currency)

    @staticmethod
    def _endings(text: str, currency: str) -> tuple[Ending, ...]:
        """The policy's endings; in a currency without cents ".99" is read as "9"."""
        if exponent(currency) == 0:
            text = " ".join(word.replace(".", "")[-1:] for word in text.split())
        return endings(text, currency)


class _Rater:
    """Rates to one currency on one day."""

    def __init__(self, rates: Rates, base: str, on: date) -> None:
        self.rates, self.base, self.on = rates, base, on

    def __call__(self, currency: str) -> Rate | None:
        return self.rates.find(currency, self.base, self.on)


def target_of(kind: str, value: Decimal, base: str) -> Target:
    """A policy's target for the engine; a profit is stated in major units of the base currency."""
    if kind == PROFIT:
        return Target(kind, Fraction(value) * 10 ** exponent(base))
    return Target(kind, Fraction(value))


def floor_of(margin: Decimal) -> Target:
    """The floor a policy keeps: a margin."""
    return Target(MARGIN, Fraction(margin))


def standing(judged: Judged, price_minor: int) -> tuple[Money | None, Decimal | None]:
    """(profit, margin) of a unit at a price, in the base currency; None where something is missing."""
    if judged.curve is None:
        return None, None
    _tree, profit, net = judged.curve.explain(price_minor, judged.costs)
    return profit, margin_of(profit, net)


def profit_at(judge: Judge, offered: Offered, price_minor: int) -> tuple[Breakdown, Money, Money] | None:
    """(Breakdown, profit, net price) of a unit of an offer sold at a price; None: something is missing."""
    judged = judge.judge(replace(offered, price_minor=price_minor))
    if judged.curve is None:
        return None
    tree, profit, net = judged.curve.explain(price_minor, judged.costs)
    return None if profit is None else (tree, profit, net)


def margin_at(judge: Judge, offered: Offered, price_minor: int) -> Decimal | None:
    """The margin of a unit of an offer sold at a price; None where something is missing."""
    found = profit_at(judge, offered, price_minor)
    return None if found is None else margin_of(found[1], found[2])


def _stated_charge(offered: Offered) -> Charge | None:
    """The share of the net price a policy states for everything due at the border."""
    wish, unit = offered.wish, offered.unit
    if wish is None or unit is None or unit.imported or wish.import_by == BUYER or wish.import_rate is None:
        return None
    words = f"net price x {wish.import_rate.normalize():f}, stated in the policy"
    return Charge("duty", (Band(None, Fraction(wish.import_rate)),), NET, words=words)


def _costs(offered: Offered) -> tuple[Cost, ...]:
    """The unit's costs, with the duty where none is charged by the price."""
    if offered.unit is None or offered.wish is None:
        return ()
    if offered.unit.imported:
        why = "imported with the first leg"
    elif offered.wish.import_by == BUYER:
        why = "the buyer pays at the border"
    else:
        return offered.unit.costs
    return (*offered.unit.costs, Cost("duty", Money.zero(offered.base_currency), formula=why))


def _ceiling(offered: Offered) -> Money | None:
    ceiling = offered.wish.ceiling if offered.wish else None
    return ceiling if ceiling is not None and ceiling.currency == offered.currency else None


def _lower(one: Money | None, two: Money | None) -> Money | None:
    found = [amount for amount in (one, two) if amount is not None]
    return min(found, key=lambda amount: amount.minor) if found else None


def _state(offered: Offered, floor: Priced, curve: PriceCurve, costs: Sequence[Cost], *, exact: bool) -> str:
    """`exact`: intervals come near the border charge only, so the price itself is asked."""
    if not floor.intervals:
        return INFEASIBLE
    if offered.price_minor is None or offered.wish is None:
        return UNPRICED
    good = floor.holds(offered.price_minor)
    if exact:
        good = curve.reaches(offered.price_minor, costs, offered.wish.floor)
    if good:
        return GOOD
    return UNDER if offered.price_minor < floor.intervals[0].low else DEAD
