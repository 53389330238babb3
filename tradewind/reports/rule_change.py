"""What a change of rules does to the catalogue and to what was sold: row 1.4.

Costs, prices, rates of exchange and rate cards are those of today; only the day of the rules differs, or a
pack of proposed rows is laid over the book. So the difference is the rules' alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tradewind.apps.logistics.models import Service
from tradewind.apps.markets.queries import rates_between, rulebook
from tradewind.apps.markets.queries.rules import rulebook_with
from tradewind.apps.markets.queries.tariffs import all_tariffs
from tradewind.apps.prices.facts import FROM_ABROAD, FROM_HERE, Asked, unit_facts
from tradewind.apps.prices.judging import Judge, Offered, profit_at
from tradewind.apps.prices.queries import offered_of
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fx import ShiftedRates
from tradewind.engine.landed_cost import Landing
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.pricing import PROFIT, Target, margin_of
from tradewind.engine.rule_diff import Change, diff
from tradewind.engine.rulebook import Rulebook, RuleGap

WORST = 20  # listings for which other ways are tried


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Rules of day `before` against those of day `after`, the latter with a stored pack or proposed rows."""

    before: date
    after: date
    pack: str = ""
    kind: str = ""
    market: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A listing under one set of rules, at its wanted price; base currency but for the break-even."""

    profit: Money | None = None
    margin: Decimal | None = None
    break_even: Money | None = None
    parts: Mapping[str, Money] = field(default_factory=dict)
    breakdown: Breakdown | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A listing before and after. `lost` is of a unit at its price; `sold_lost` of the units sold lately,
    each at the price it was sold at (None where a side is missing). `better`: service and its gain a unit."""

    listing_id: int
    sku: str
    store_id: int
    price: Money
    before: Side
    after: Side
    units: int
    sold_lost: Money | None
    better: tuple[str, Money] | None = None

    @property
    def lost(self) -> Money | None:
        """Profit of a unit that goes; below zero where the change helps."""
        if self.before.profit is None or self.after.profit is None:
            return None
        return self.before.profit - self.after.profit

    @property
    def margin_lost(self) -> Decimal | None:
        """Margin that goes, as a share."""
        if self.before.margin is None or self.after.margin is None:
            return None
        return self.before.margin - self.after.margin


@dataclass(frozen=True, slots=True)
class Effect:
    """Every listing the change touches, the greatest loss of margin first; the others are counted."""

    moved: tuple[Moved, ...]
    same: int
    unknown: int  # without an answer on both sides
    rules: tuple[Change, ...]


def rule_change(*, what_if: WhatIf, today: date, days: int = 90, actor: Actor) -> Effect:
    """Re-price the catalogue and the orders of the last days under both sets of rules."""
    book = rulebook()
    other = book
    if what_if.pack or what_if.kind or what_if.market:
        other = rulebook_with(pack=what_if.pack, kind=what_if.kind, market=what_if.market)
    judges = (_judge(book, what_if.before, today), _judge(other, what_if.after, today))
    offers = [o for o in offered_of(actor, today) if o.price_minor is not None]
    sold = _sold({o.listing_id: _tax_shown(book, o, today) for o in offers}, today - timedelta(days=days))
    found = [_moved(one, judges, sold.get(one.listing_id, ())) for one in offers]
    changed = [m for m in found if _differs(m)]
    changed.sort(key=lambda m: (m.margin_lost is None, -(m.margin_lost or 0), m.listing_id))
    unknown = sum(1 for m in found if m.before.profit is None and m.after.profit is None)
    with_ways = _with_ways(changed, {o.listing_id: o for o in offers}, judges[1], today)
    return Effect(
        tuple(with_ways),
        len(found) - len(changed) - unknown,
        unknown,
        tuple(diff(book, what_if.before, what_if.after, None if other is book else other)),
    )


def _judge(book: Rulebook, on: date, today: date) -> Judge:
    """Rules of a day with the rates of exchange of today."""
    rates = ShiftedRates(rates_between(today, today), "", on=today)
    tariffs = all_tariffs()
    return Judge(book, rates, on, Landing(book, rates, on, tariffs, tariffs.measures))


def _differs(moved: Moved) -> bool:
    one, two = moved.before, moved.after
    return (one.profit, one.break_even, bool(one.missing)) != (two.profit, two.break_even, bool(two.missing))


def _moved(offered: Offered, judges: tuple[Judge, Judge], sold: Sequence[tuple[int, int]]) -> Moved:
    price = offered.price_minor or 0
    before, after = (_side(judge, offered, price) for judge in judges)
    return Moved(
        offered.listing_id,
        offered.unit.goods.code if offered.unit else "",
        offered.store_id,
        Money(price, offered.currency),
        before,
        after,
        sum(units for _price, units in sold),
        _sold_lost(offered, judges, sold) if before.profit is not None and after.profit is not None else None,
    )


def _side(judge: Judge, offered: Offered, price: int) -> Side:
    judged = judge.judge(offered)
    if judged.curve is None:
        return Side(missing=judged.reason)
    tree, profit, net = judged.curve.explain(price, judged.costs)
    even = judged.curve.solve(judged.costs, Target(PROFIT, Fraction(0)))
    parts: dict[str, Money] = {}
    for part in tree.parts:
        if isinstance(part.amount, Money):
            parts[part.name] = parts[part.name] + part.amount if part.name in parts else part.amount
    return Side(profit, margin_of(profit, net), even.price, parts, tree)


_SOLD = """SELECT o.store_id, n.external_sku, o.currency, n.qty, n.price_minor - n.discount_minor,
  n.tax_minor, count(*)
FROM orders_orderline n JOIN orders_order o ON o.id = n.order_id
WHERE o.placed_at >= %s AND o.state <> 'cancelled'
GROUP BY o.store_id, n.external_sku, o.currency, n.qty, n.price_minor - n.discount_minor, n.tax_minor"""
_KEYS = "SELECT id, store_id, external_sku, currency FROM listings_listing"


def _tax_shown(book: Rulebook, offered: Offered, on: date) -> bool:
    """Whether shoppers of the market are shown prices with the tax in them."""
    try:
        rule = book.find("vat", on, market=offered.market, category=offered.category)
    except RuleGap:
        return False
    return bool(rule.values["included"])


def _sold(taxed: Mapping[int, bool], since: date) -> dict[int, list[tuple[int, int]]]:
    """Listing -> (price of a unit as the listing states prices, units sold at it) since a day."""
    keys = {(store, sku, currency): pk for pk, store, sku, currency in fetch(_KEYS) if pk in taxed}
    found: dict[int, dict[int, int]] = {}
    for store, sku, currency, qty, net, tax, lines in fetch(_SOLD, [since]):
        pk = keys.get((store, sku, currency))
        if pk is not None:
            price = round_half_up(Fraction(net + (tax if taxed[pk] else 0), qty))
            at = found.setdefault(pk, {})
            at[price] = at.get(price, 0) + qty * lines
    return {pk: sorted(prices.items()) for pk, prices in found.items()}


def _sold_lost(
    offered: Offered, judges: tuple[Judge, Judge], sold: Sequence[tuple[int, int]]
) -> Money | None:
    lost = Money.zero(offered.base_currency)
    for price, units in sold:
        before, after = (profit_at(judge, offered, price) for judge in judges)
        if before is None or after is None:
            return None
        lost += (before[1] - after[1]) * units
    return lost


def _with_ways(
    changed: Sequence[Moved], offers: Mapping[int, Offered], judge: Judge, today: date
) -> list[Moved]:
    """The worst losers with the service under which they would earn most, where another earns more."""
    losers = [m for m in changed if m.lost is not None and m.lost.minor > 0][:WORST]
    services = {
        kinds: list(Service.objects.filter(kind__in=kinds).order_by("code").values_list("code", flat=True))
        for kinds in (FROM_ABROAD, FROM_HERE)
    }
    asked: list[tuple[Moved, Asked]] = []
    for one in losers:
        unit = offers[one.listing_id].unit
        if unit is not None:
            ways = services[FROM_HERE if unit.imported else FROM_ABROAD]
            asked += [(one, replace(unit.asked, service=code)) for code in ways]
    best: dict[int, tuple[Money, str]] = {}
    for (one, way), unit in zip(asked, unit_facts([a for _m, a in asked], today), strict=True):
        offered = replace(offers[one.listing_id], unit=unit)
        found = profit_at(judge, offered, one.price.minor)
        if found is not None and (one.listing_id not in best or found[1] > best[one.listing_id][0]):
            best[one.listing_id] = (found[1], way.service)
    return [_with_best(m, best.get(m.listing_id)) for m in changed]


def _with_best(moved: Moved, best: tuple[Money, str] | None) -> Moved:
    now = moved.after.profit
    if best is None or now is None or best[0] <= now:
        return moved
    return replace(moved, better=(best[1], best[0] - now))
