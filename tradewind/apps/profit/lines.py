"""Profit of an order's lines: its components split over them, exactly. Pure, like the order's own sum.

What a settlement says of a line is the line's; what it says of the order goes by the lines' value, as
does an estimate. Goods and landed cost follow the batches, freight the weight where every line is
measured, else the value. A line out of several batches is parted once more, by units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tradewind.apps.profit.computing import NAMES, Part, Profit, Rater, is_settled
from tradewind.apps.profit.estimating import FeeBook, Sale
from tradewind.apps.profit.facts import Line, OrderFacts, Use
from tradewind.engine.breakdown import ACTUAL, MISSING, worst
from tradewind.engine.line_split import fitted, spread, weighed
from tradewind.engine.settlement_kinds import FEES, KINDS, REFUND, REVENUE

COMPONENTS = {"revenue": (REVENUE, 1), "fees": (FEES, -1), "refund": (REFUND, -1)}
_COSTS = frozenset({"goods", "landed"})
Value = int | None


class LinePart(NamedTuple):
    """Units of a line out of one batch: components in the order of NAMES, None where not known."""

    line: Line
    batch: str
    supplier_id: int | None
    units: int
    values: tuple[Value, ...]
    state: str

    @property
    def profit(self) -> Value:
        """Revenue less every cost; None while a component is missing."""
        return left(self.values)


class Grain(NamedTuple):
    """Units of one line out of one batch, with the uses behind them."""

    place: int  # of the line
    batch: str
    supplier_id: int | None
    units: int
    uses: Sequence[Use]
    covered: bool  # by a cost layer


def left(values: Sequence[Value]) -> Value:
    """Revenue less every cost; None where one is not known."""
    known = [v for v in values if v is not None]
    return 2 * known[0] - sum(known) if len(known) == len(values) else None


def line_parts(facts: OrderFacts, profit: Profit, rate: Rater, fees: FeeBook) -> list[LinePart]:
    """The parts of every line, in the order of the lines; over them every known component is the order's."""
    if not facts.lines:
        return []
    if len(facts.lines) == 1 and len(facts.uses) == 1 and not facts.short:
        use = facts.uses[0]
        return [_whole(facts.lines[0], use.layer.batch, use.layer.supplier_id, profit)]
    grains = _grains(facts)
    if len(grains) == 1:
        return [_whole(facts.lines[0], grains[0].batch, grains[0].supplier_id, profit)]
    split = {name: _split(name, profit.parts[name], grains, facts, rate, fees) for name in NAMES}
    out = []
    for place, one in enumerate(grains):
        values = tuple([split[name][place] for name in NAMES])
        states = [_state(v, profit.parts[n]) for n, v in zip(NAMES, values, strict=True)]
        line = facts.lines[one.place]
        out.append(LinePart(line, one.batch, one.supplier_id, one.units, values, worst(states)))
    return out


def _whole(line: Line, batch: str, supplier_id: int | None, profit: Profit) -> LinePart:
    """An order of one line out of one batch: the line is the order."""
    values = tuple([profit.parts[name].minor for name in NAMES])
    return LinePart(line, batch, supplier_id, line.units, values, profit.state)


def _state(value: Value, part: Part) -> str:
    if value is None:
        return MISSING
    return ACTUAL if part.state == MISSING else part.state


def _grains(facts: OrderFacts) -> list[Grain]:
    """Lines by the batches their units came out of; units without a layer are a grain of their own."""
    of_line: dict[int, dict[tuple[str, int | None], list[Use]]] = {}
    for use in facts.uses:
        key = (use.layer.batch, use.layer.supplier_id)
        of_line.setdefault(use.line_id, {}).setdefault(key, []).append(use)
    grains = []
    for place, line in enumerate(facts.lines):
        rest = line.units
        for (batch, supplier), uses in of_line.get(line.id, {}).items():
            units = sum([u.qty for u in uses])
            rest -= units
            grains.append(Grain(place, batch, supplier, units, uses, covered=True))
        if rest > 0:
            grains.append(Grain(place, "", None, rest, (), covered=False))
    return grains


def _split(
    name: str, part: Part, grains: Sequence[Grain], facts: OrderFacts, rate: Rater, fees: FeeBook
) -> list[Value]:
    if name in _COSTS:
        return _costs(name, part, grains, facts, rate)
    if part.minor is None:
        return [None] * len(grains)
    by_line = _freight(part.minor, facts) if name == "freight" else _said(name, part.minor, facts, rate, fees)
    return list(_by_units(by_line, grains))


def _by_units(by_line: Sequence[int], grains: Sequence[Grain]) -> list[int]:
    out: list[int] = []
    for place, minor in enumerate(by_line):
        out += spread(minor, [g.units for g in grains if g.place == place])
    return out


def _values(facts: OrderFacts) -> list[int]:
    return [line.net for line in facts.lines]


def _freight(minor: int, facts: OrderFacts) -> list[int]:
    return spread(minor, freight_key(facts)[1])


def freight_key(facts: OrderFacts) -> tuple[str, list[int]]:
    """By what the lines bear the order's freight, and their weights."""
    weights = [None if x.weight_g is None else x.weight_g * x.units for x in facts.lines]
    return weighed(weights, _values(facts))


def _said(name: str, minor: int, facts: OrderFacts, rate: Rater, fees: FeeBook) -> list[int]:
    """Revenue, fees or refunds a line: converted a line and currency at a time, fitted to the order's."""
    sums = [0] * len(facts.lines)
    for currency, by_line in line_sums(name, facts, fees).items():
        found = None if currency == facts.base else rate(currency, facts.base, facts.on)
        for place, own in enumerate(by_line):
            sums[place] += own if found is None else found.minor(own)
    return fitted(sums, minor)


def line_sums(name: str, facts: OrderFacts, fees: FeeBook) -> dict[str, list[int]]:
    """Currency -> a component a line, what belongs to no line shared by value."""
    if name == "refund" or is_settled(facts):
        return _settled(facts, *COMPONENTS[name])
    if name == "revenue":
        own = _values(facts)
        rest = facts.goods + facts.shipping - sum(own)
    else:
        sale = Sale(facts.channel, facts.market, facts.on, facts.currency)
        own = [fees.referral(sale, x.category, x.qty, x.net) or 0 for x in facts.lines]
        rest = fees.payment(sale, facts.goods + facts.shipping + facts.tax) or 0
    more = spread(rest, _values(facts))
    return {facts.currency: [a + b for a, b in zip(own, more, strict=True)]}


def _settled(facts: OrderFacts, component: str, sign: int) -> dict[str, list[int]]:
    places = {line.id: place for place, line in enumerate(facts.lines)}
    own: dict[str, list[int]] = {}
    rest: dict[str, int] = {}
    for said in facts.kinds:
        if said.kind not in KINDS or KINDS[said.kind].component != component:
            continue
        mine = own.setdefault(said.currency, [0] * len(places))
        place = None if said.line_id is None else places.get(said.line_id)
        if place is None:
            rest[said.currency] = rest.get(said.currency, 0) + sign * said.minor
        else:
            mine[place] += sign * said.minor
    for currency, minor in rest.items():
        more = spread(minor, _values(facts))
        own[currency] = [a + b for a, b in zip(own[currency], more, strict=True)]
    return own


def _costs(name: str, part: Part, grains: Sequence[Grain], facts: OrderFacts, rate: Rater) -> list[Value]:
    found = [_cost(name, one, facts, rate) for one in grains]
    if part.minor is None:
        return found
    return list(fitted([v or 0 for v in found], part.minor))


def _cost(name: str, one: Grain, facts: OrderFacts, rate: Rater) -> Value:
    """What the units of a grain cost; None where a use has no cost, its leg no bill, or no rate is known."""
    if not one.covered:
        return None
    total = 0
    for use in one.uses:
        minor = use.goods if name == "goods" else None if use.layer.unbilled else use.landed
        if minor is None:
            return None
        if minor and use.layer.currency != facts.base:
            found = rate(use.layer.currency, facts.base, facts.on)
            if found is None:
                return None
            minor = found.minor(minor)
        total += minor
    return total
