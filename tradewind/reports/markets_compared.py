"""Where one SKU earns most: every store side by side on one cost base, with what would move it (row 1.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.apps.prices.judging import Judge, Offered, margin_at
from tradewind.apps.prices.queries import judge_on, offered_everywhere
from tradewind.apps.stores.models import Store
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fx import ShiftedRates
from tradewind.engine.landed_cost import Landing
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.pricing import PROFIT, Target, margin_of

FREIGHT, GOODS, RETURNS, ADS, CURRENCY = "freight", "goods", "returns", "ads", "currency"
# What is tried on every market: the cost or share, and by which part it grows.
SHOCKS: Mapping[str, Fraction] = {
    FREIGHT: Fraction(1, 5), GOODS: Fraction(1, 10), RETURNS: Fraction(1), ADS: Fraction(1, 2),
    CURRENCY: Fraction(-1, 20),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A SKU in one store: at the wanted price where it is listed, else at the price its policy wants.

    Profit is of one unit in the base currency. `moves`: margin under each shock less the margin now; a
    shock whose effect is not known is left out. `missing` says why there is no answer.
    """

    store: Store
    offered: Offered
    price: Money | None
    listed: bool
    profit: Money | None
    margin: Decimal | None
    floor: Money | None
    break_even: Money | None
    breakdown: Breakdown | None
    moves: Mapping[str, Decimal]
    missing: str


def compare_markets(*, sku_id: int, on: date, actor: Actor) -> list[Standing]:
    """The SKU in every store in scope, the best margin first, those without an answer last.

    KeyError for an unknown SKU.
    """
    judge, offers = judge_on(on), offered_everywhere([sku_id], on, actor)
    if not offers:
        raise KeyError(sku_id)
    shocked = _fx(judge, offers[0][1].base_currency)
    found = [_standing(store, one, judge, shocked) for store, one in offers]
    found.sort(key=lambda s: (s.margin is None, -(s.margin or 0), s.store.code))
    return found


def _standing(store: Store, offered: Offered, judge: Judge, shocked: Judge) -> Standing:
    judged = judge.judge(offered)
    listed = offered.price_minor is not None
    wanted = judged.target.price
    price = offered.price_minor if listed else None if wanted is None else wanted.minor
    if judged.curve is None or price is None:
        why = judged.reason or judged.target.reason
        return Standing(store, offered, _money(price, offered), listed, None, None, None, None, None, {}, why)
    tree, profit, net = judged.curve.explain(price, judged.costs)
    margin = margin_of(profit, net)
    even = judged.curve.solve(judged.costs, Target(PROFIT, Fraction(0)))
    under = {n: margin_at(shocked if n == CURRENCY else judge, _shock(offered, n), price) for n in SHOCKS}
    moves = {n: after - margin for n, after in under.items() if after is not None and margin is not None}
    return Standing(
        store, offered, _money(price, offered), listed, profit, margin, judged.floor.price, even.price, tree,
        moves, "",
    )  # fmt: skip


def _money(minor: int | None, offered: Offered) -> Money | None:
    return None if minor is None else Money(minor, offered.currency)


def _shock(offered: Offered, name: str) -> Offered:
    """The same offer with one cost or share grown; the currency's shock is the judge's."""
    unit, wish, by = offered.unit, offered.wish, 1 + SHOCKS[name]
    if unit is None or wish is None:
        return offered
    if name == RETURNS:
        return replace(offered, wish=replace(wish, returns_rate=wish.returns_rate * Decimal(2)))
    if name == ADS:
        return replace(offered, wish=replace(wish, ads_rate=wish.ads_rate * Decimal("1.5")))
    grown = {FREIGHT: ("fulfilment", "first_leg"), GOODS: ("goods_cost",)}.get(name, ())
    costs = tuple(
        replace(c, amount=Money(round_half_up(c.amount.minor * by), c.amount.currency))
        if c.name in grown and c.amount is not None
        else c
        for c in unit.costs
    )
    return replace(offered, unit=replace(unit, costs=costs))


def _fx(judge: Judge, home: str) -> Judge:
    """The judge of a day on which every selling currency buys less of the base currency."""
    rates = ShiftedRates(judge.rates, home, 1 + SHOCKS[CURRENCY])
    landing = judge.importing.landing
    moved = Landing(judge.rulebook, rates, judge.on, landing.tariffs, landing.measures)
    return Judge(judge.rulebook, rates, judge.on, moved)


def best(found: Sequence[Standing]) -> Standing | None:
    """The store with the best margin; None where nobody has an answer."""
    return found[0] if found and found[0].margin is not None else None
