"""What one unit would earn before it is bought: the pre-purchase profit (rows 3.1, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ESTIMATED, MISSING, Breakdown
from tradewind.engine.fees import channel_fees
from tradewind.engine.fx import Rates
from tradewind.engine.landed_duty import Measures, Tariffs
from tradewind.engine.money import Money, quantize
from tradewind.engine.rulebook import Rulebook, RuleGap
from tradewind.engine.unit_landed import NO_ENTRY, Asked, Entry, Law, entry_parts
from tradewind.engine.vat import net_of


@dataclass(frozen=True, slots=True)
class UnitInputs:
    """One unit sold: any currency each; None is unknown and shows as missing, a zero is a stated zero.

    Rates are fractions (Decimal("0.05") is 5 %): ads, returns and the FX buffer, all of the net price.
    The buffer is zero by itself where the selling currency is the base currency. `vat_rebate` is left
    out when None (no rebate claimed).
    """

    market: str
    channel: str
    category: str
    price: Money | None  # what the buyer is shown: tax included where the market prices so
    goods_cost: Money | None
    first_leg: Money | None
    fulfilment: Money | None
    duty: Money | None
    ads_rate: Decimal | None
    returns_rate: Decimal | None
    fx_buffer_rate: Decimal | None
    base_currency: str = "CNY"
    vat_rebate: Money | None = None
    entry: Entry = NO_ENTRY  # how it enters the market: the duty is computed by it where none is stated


@dataclass(frozen=True, slots=True)
class UnitProfit:
    """Profit of a unit in the base currency, explained, and the net price it is a share of."""

    breakdown: Breakdown
    net_price: Money | None  # base currency

    @property
    def profit(self) -> Money | None:
        """The profit; None while any part is missing, so that nobody takes the known parts for it."""
        if self.breakdown.state == MISSING or not isinstance(self.breakdown.amount, Money):
            return None
        return self.breakdown.amount

    @property
    def margin(self) -> Decimal | None:
        """Profit over net price, 4 decimals half up (0.1234 is 12.34 %); None while a part is missing."""
        if self.profit is None or self.net_price is None or self.net_price.minor <= 0:
            return None
        return quantize(Fraction(self.profit.minor, self.net_price.minor), 4)


def unit_profit(
    inputs: UnitInputs,
    rulebook: Rulebook,
    rates: Rates,
    on: date,
    tariffs: Tariffs | None = None,
    measures: Measures | None = None,
) -> UnitProfit:
    """Profit of one unit sold on a day; costs are negative parts, everything in the base currency.

    Duty, border fees and import tax are stated, or worked out from how the unit enters. Selling-side parts
    are computed in the selling currency and converted; a missing price, rule, rate or cost is a missing
    part, and the total then says so.
    """
    base = inputs.base_currency
    net = _net(inputs, rulebook, on)
    fees = _fees(inputs, net, rulebook, on)
    costs = [
        *(_stated(name, getattr(inputs, name)) for name in ("fulfilment", "first_leg", "goods_cost")),
        *_entry(inputs, net, Law(rulebook, rates, on, tariffs, measures)),
    ]
    net_base = _in_base(net, base, rates, on)
    parts = [net_base, *(_in_base(cost, base, rates, on, -1) for cost in (*fees, *costs))]
    if inputs.vat_rebate is not None:
        parts.append(_in_base(_stated("vat_rebate", inputs.vat_rebate), base, rates, on))
    parts.append(_allowance("ads", net_base, inputs.ads_rate))
    parts.append(_allowance("returns", net_base, inputs.returns_rate))
    parts.append(_fx_buffer(inputs, net_base))
    tree = Breakdown.of("unit_profit", parts)
    return UnitProfit(tree, net_base.amount if isinstance(net_base.amount, Money) else None)


def _entry(inputs: UnitInputs, net: Breakdown, law: Law) -> tuple[Breakdown, ...]:
    if inputs.duty is not None or inputs.entry == NO_ENTRY:
        return (_stated("duty", inputs.duty),)
    asked = Asked(inputs.market, inputs.channel, inputs.category, net, inputs.goods_cost, inputs.first_leg)
    return entry_parts(asked, inputs.entry, law)


def _net(inputs: UnitInputs, rulebook: Rulebook, on: date) -> Breakdown:
    if inputs.price is None:
        return Breakdown.missing("net_price", "the selling price is not known")
    try:
        rule = rulebook.find("vat", on, market=inputs.market, category=inputs.category)
    except RuleGap as missing:
        return Breakdown.missing("net_price", str(missing))
    return net_of(inputs.price, rule)


def _fees(inputs: UnitInputs, net: Breakdown, rulebook: Rulebook, on: date) -> tuple[Breakdown, ...]:
    """Referral fee on the net price, payment fee on what the buyer pays."""
    if not isinstance(net.amount, Money) or inputs.price is None:
        return (Breakdown.missing("referral_fee", "the net price is not known"),)
    fees = channel_fees(
        rulebook,
        channel=inputs.channel,
        market=inputs.market,
        category=inputs.category,
        on=on,
        price=net.amount,
        paid=inputs.price,
    )
    return fees.parts


def _stated(name: str, amount: Money | None) -> Breakdown:
    if amount is None:
        return Breakdown.missing(name, "not stated")
    return Breakdown(name, amount, formula="stated")


def _in_base(node: Breakdown, base: str, rates: Rates, on: date, sign: int = 1) -> Breakdown:
    """The node's amount in the base currency, turned into a cost by sign -1; its own words are kept."""
    amount = node.amount
    if not isinstance(amount, Money) or (amount.currency == base and sign > 0):
        return node
    rate = rates.find(amount.currency, base, on)
    if rate is None:
        return rates.convert(amount, base, on, node.name)
    turned = rate.convert(amount if sign > 0 else -amount)
    if amount.currency == base:
        return Breakdown(node.name, turned, node.state, node.formula, node.inputs, node.source)
    inputs = {**node.inputs, **rate.words(amount)}
    source = f"{node.source}, {rate.source}" if node.source else rate.source
    formula = f"({node.formula}) x rate" if node.formula else "amount x rate"
    return Breakdown(node.name, turned, node.state, formula, inputs, source)


def _allowance(name: str, net: Breakdown, rate: Decimal | None) -> Breakdown:
    """A share of the net price set aside: an estimate by nature."""
    if rate is None:
        return Breakdown.missing(name, "the rate is not stated")
    if not isinstance(net.amount, Money):
        return Breakdown.missing(name, "the net price is not known")
    inputs = {"net price": str(net.amount), "rate": str(rate)}
    return Breakdown(name, -net.amount.times(rate), ESTIMATED, f"net price x {rate}", inputs)


def _fx_buffer(inputs: UnitInputs, net: Breakdown) -> Breakdown:
    if inputs.price is not None and inputs.price.currency == inputs.base_currency:
        return Breakdown("fx_buffer", Money.zero(inputs.base_currency), formula="sold in the base currency")
    return _allowance("fx_buffer", net, inputs.fx_buffer_rate)
