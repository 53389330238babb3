"""The waterfall of one order's profit, down to settlement lines, batches, parcels, rule rows and rates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tradewind.apps.orders.models import OrderLine
from tradewind.apps.profit.computing import Profit, Rater, compute, is_settled
from tradewind.apps.profit.estimating import FeeBook, Sale
from tradewind.apps.profit.facts import OrderFacts
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.stock.models import LayerUse
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import FEES, KINDS, REFUND, REVENUE, place


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document's amount in its own currency, signed as it moves profit."""

    name: str
    amount: Money
    source: str
    state: str


def explain(facts: OrderFacts, rate: Rater, fees: FeeBook) -> Breakdown:
    """Profit as revenue less every cost; equal to the stored row wherever a component is known."""
    profit = compute(facts, rate, fees)
    settled = is_settled(facts)
    lines, uses = _lines_of(facts), _uses_of(facts)
    revenue = _settled_leaves(lines, REVENUE, ACTUAL) if settled else _order_leaves(facts)
    charged = _settled_leaves(lines, FEES, ACTUAL) if settled else _fee_leaves(facts, fees)
    refund = _settled_leaves(lines, REFUND, profit.parts["refund"].state)
    parts = [
        _component("revenue", profit, 1, revenue, facts, rate),
        _component("fees", profit, -1, charged, facts, rate),
        _component("goods", profit, -1, _use_leaves(uses, "goods"), facts, rate),
        _component("landed", profit, -1, _use_leaves(uses, "landed"), facts, rate),
        _component("freight", profit, -1, _parcel_leaves(facts), facts, rate),
        _component("refund", profit, -1, refund, facts, rate),
    ]
    return Breakdown.of("profit", parts, zero=Money.zero(facts.base), source=f"order:{facts.external_id}")


_WHY: dict[str, Callable[[OrderFacts], str]] = {
    "goods": lambda f: "units without a cost layer" if f.short else "a batch has no goods cost",
    "landed": lambda f: "a first leg has no bill yet" if f.unbilled else "units without a cost layer",
    "freight": lambda f: "a parcel has no freight" if f.parcels else "no parcel is known",
}


def _component(
    name: str, profit: Profit, sign: int, leaves: list[Leaf], facts: OrderFacts, rate: Rater
) -> Breakdown:
    """A component whose leaves are converted one by one; what rounding leaves over is a leaf by itself."""
    part = profit.parts[name]
    if part.minor is None:
        say = _WHY.get(name)
        return Breakdown.missing(name, say(facts) if say else "no rule or no exchange rate")
    whole = Money(sign * part.minor, facts.base)
    shown = [_shown(leaf, facts, rate, part.state) for leaf in leaves]
    over = whole - Money.total((s.amount for s in shown if isinstance(s.amount, Money)), facts.base)
    if over and shown:
        shown.append(Breakdown("rounding", over, part.state, formula="sum converted once - parts"))
    if not shown:
        return Breakdown(name, whole, part.state)
    return Breakdown(name, whole, part.state, parts=tuple(shown))


def _shown(leaf: Leaf, facts: OrderFacts, rate: Rater, state: str) -> Breakdown:
    if leaf.amount.currency == facts.base:
        return Breakdown(leaf.name, leaf.amount, state, source=leaf.source)
    found = rate(leaf.amount.currency, facts.base, facts.on)
    assert found is not None, "a component with a value has its rate"
    inputs = {
        "amount": str(leaf.amount), "rate": f"{found.rate:f}", "rate_of": str(found.on),
        "rate_source": found.source,
    }  # fmt: skip
    return Breakdown(leaf.name, found.convert(leaf.amount), state, "amount x rate", inputs, leaf.source)


def _lines_of(facts: OrderFacts) -> list[SettlementLine]:
    """What settlements say of the order, in the order of the files; read once for every component."""
    if not facts.kinds:
        return []
    rows = SettlementLine.objects.filter(order_id=facts.order_id).exclude(settlement__state="held")
    return list(rows.select_related("settlement").order_by("settlement", "line_no"))


def _settled_leaves(lines: Iterable[SettlementLine], component: str, state: str) -> list[Leaf]:
    mine = [x for x in lines if x.kind in KINDS and KINDS[x.kind].component == component]
    return [
        Leaf(
            x.kind, Money(x.amount_minor, x.settlement.currency),
            f"settlement:{x.settlement.external_id}#{x.line_no}", state,
        )
        for x in sorted(mine, key=lambda line: place(line.kind))
    ]  # fmt: skip


def _order_leaves(facts: OrderFacts) -> list[Leaf]:
    source = f"order:{facts.external_id}"
    found = [("principal", facts.goods), ("shipping", facts.shipping)]
    return [Leaf(name, Money(minor, facts.currency), source, ESTIMATED) for name, minor in found if minor]


def _fee_leaves(facts: OrderFacts, fees: FeeBook) -> list[Leaf]:
    sale = Sale(facts.channel, facts.market, facts.on, facts.currency)
    leaves = []
    for line in facts.lines:
        fee = fees.explain(sale, line.category, line.qty, line.net)
        if isinstance(fee.amount, Money) and fee.amount:
            leaves.append(Leaf("referral_fee", -fee.amount, fee.source, ESTIMATED))
    paid = fees.payment(sale, facts.goods + facts.shipping + facts.tax)
    if paid:
        leaves.append(Leaf("payment_fee", Money(-paid, facts.currency), fees.payment_rule(sale), ESTIMATED))
    return leaves


def _uses_of(facts: OrderFacts) -> list[LayerUse]:
    """What the order's lines took out of batches; read once for goods and landed cost."""
    if not facts.uses:
        return []
    lines = OrderLine.objects.filter(order_id=facts.order_id).values("id")
    rows = LayerUse.objects.filter(source="order_line", source_id__in=lines)
    return list(rows.select_related("layer").order_by("id"))


def _use_leaves(uses: Iterable[LayerUse], what: str) -> list[Leaf]:
    leaves = []
    for use in uses:
        minor = use.goods_minor if what == "goods" else use.landed_minor
        if minor:
            amount = Money(-minor, use.layer.currency)
            leaves.append(Leaf(what, amount, f"batch:{use.layer.batch}/{use.layer_id}", use.layer.state))
    return leaves


def _parcel_leaves(facts: OrderFacts) -> list[Leaf]:
    return [
        Leaf("freight", Money(-(minor or 0), currency), source, state)
        for minor, currency, state, source in facts.parcels
        if currency
    ]
