"""The waterfall of one order's profit, down to settlement lines, batches, parcels, rule rows and rates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradewind.apps.profit.computing import NAMES, Profit, Rater, compute, is_settled
from tradewind.apps.profit.estimating import FeeBook, Sale
from tradewind.apps.profit.facts import OrderFacts
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.stock.models import LayerUse
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import FEES, KINDS, REFUND, REVENUE, place


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document's amount in its own currency, signed as it moves profit; the line or batch it is of."""

    name: str
    amount: Money
    source: str
    state: str
    line_id: int | None = None
    batch: tuple[str, int | None] | None = None  # and supplier


@dataclass(frozen=True, slots=True)
class Documents:
    """What stands behind some orders, read for all of them at once: settlement lines and batches' units."""

    lines: Mapping[int, Sequence[SettlementLine]]
    uses: Mapping[int, Sequence[LayerUse]]


def explain(facts: OrderFacts, rate: Rater, fees: FeeBook) -> Breakdown:
    """Profit as revenue less every cost; equal to the stored row wherever a component is known."""
    profit = compute(facts, rate, fees)
    found = leaves(facts, profit, fees, documents([facts]))
    parts = [_component(n, profit, 1 if n == "revenue" else -1, found[n], facts, rate) for n in NAMES]
    return Breakdown.of("profit", parts, zero=Money.zero(facts.base), source=f"order:{facts.external_id}")


def leaves(facts: OrderFacts, profit: Profit, fees: FeeBook, behind: Documents) -> dict[str, list[Leaf]]:
    """The documents behind every component of an order."""
    settled = is_settled(facts)
    lines, uses = behind.lines.get(facts.order_id, ()), behind.uses.get(facts.order_id, ())
    return {
        "revenue": _settled_leaves(lines, REVENUE, ACTUAL) if settled else _order_leaves(facts),
        "fees": _settled_leaves(lines, FEES, ACTUAL) if settled else _fee_leaves(facts, fees),
        "goods": _use_leaves(uses, "goods", facts),
        "landed": _use_leaves(uses, "landed", facts),
        "freight": _parcel_leaves(facts),
        "refund": _settled_leaves(lines, REFUND, profit.parts["refund"].state),
    }


def documents(orders: Sequence[OrderFacts]) -> Documents:
    """Settlement lines in the order of the files, and units out of batches, of orders: two statements."""
    lines: dict[int, list[SettlementLine]] = {}
    ids = [f.order_id for f in orders if f.kinds]
    said = SettlementLine.objects.filter(order_id__among=ids).exclude(settlement__state="held")
    for line in said.select_related("settlement").order_by("settlement", "line_no") if ids else ():
        lines.setdefault(line.order_id or 0, []).append(line)
    uses: dict[int, list[LayerUse]] = {}
    of_line = {x.id: f.order_id for f in orders if f.uses for x in f.lines}
    taken = LayerUse.objects.filter(source="order_line", source_id__among=list(of_line))
    for use in taken.select_related("layer").order_by("id") if of_line else ():
        uses.setdefault(of_line[use.source_id], []).append(use)
    return Documents(lines, uses)


_WHY: dict[str, Callable[[OrderFacts], str]] = {
    "goods": lambda f: "units without a cost layer" if f.short else "a batch has no goods cost",
    "landed": lambda f: "a first leg has no bill yet" if f.unbilled else "units without a cost layer",
    "freight": lambda f: "a parcel has no freight" if f.parcels else "no parcel is known",
}


def _component(
    name: str, profit: Profit, sign: int, found: list[Leaf], facts: OrderFacts, rate: Rater
) -> Breakdown:
    """A component whose leaves are converted one by one; what rounding leaves over is a leaf by itself."""
    part = profit.parts[name]
    if part.minor is None:
        say = _WHY.get(name)
        return Breakdown.missing(name, say(facts) if say else "no rule or no exchange rate")
    whole = Money(sign * part.minor, facts.base)
    shown = [_shown(leaf, facts, rate, part.state) for leaf in found]
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


def _settled_leaves(lines: Sequence[SettlementLine], component: str, state: str) -> list[Leaf]:
    mine = [x for x in lines if x.kind in KINDS and KINDS[x.kind].component == component]
    return [
        Leaf(
            x.kind, Money(x.amount_minor, x.settlement.currency),
            f"settlement:{x.settlement.external_id}#{x.line_no}", state, x.order_line_id,
        )
        for x in sorted(mine, key=lambda line: place(line.kind))
    ]  # fmt: skip


def _order_leaves(facts: OrderFacts) -> list[Leaf]:
    """Goods a line, what the order's total says beyond its lines, and shipping."""
    source = f"order:{facts.external_id}"
    parts: list[tuple[str, int, int | None]] = [("principal", line.net, line.id) for line in facts.lines]
    parts.append(("principal", facts.goods - sum(line.net for line in facts.lines), None))
    parts.append(("shipping", facts.shipping, None))
    return [
        Leaf(name, Money(minor, facts.currency), source, ESTIMATED, line)
        for name, minor, line in parts
        if minor
    ]


def _fee_leaves(facts: OrderFacts, fees: FeeBook) -> list[Leaf]:
    sale = Sale(facts.channel, facts.market, facts.on, facts.currency)
    found = []
    for line in facts.lines:
        fee = fees.explain(sale, line.category, line.qty, line.net)
        if isinstance(fee.amount, Money) and fee.amount:
            found.append(Leaf("referral_fee", -fee.amount, fee.source, ESTIMATED, line.id))
    paid = fees.payment(sale, facts.goods + facts.shipping + facts.tax)
    if paid:
        found.append(Leaf("payment_fee", Money(-paid, facts.currency), fees.payment_rule(sale), ESTIMATED))
    return found


def _use_leaves(uses: Iterable[LayerUse], what: str, facts: OrderFacts) -> list[Leaf]:
    suppliers = {u.layer.id: u.layer.supplier_id for u in facts.uses}
    found = []
    for use in uses:
        minor = use.goods_minor if what == "goods" else use.landed_minor
        if minor:
            found.append(
                Leaf(
                    what, Money(-minor, use.layer.currency), f"batch:{use.layer.batch}/{use.layer_id}",
                    use.layer.state, use.source_id, (use.layer.batch, suppliers.get(use.layer_id)),
                )
            )  # fmt: skip
    return found


def _parcel_leaves(facts: OrderFacts) -> list[Leaf]:
    return [
        Leaf("freight", Money(-(minor or 0), currency), source, state)
        for minor, currency, state, source in facts.parcels
        if currency
    ]
