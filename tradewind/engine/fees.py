"""Channel fees of a sale by the dated schedule. Fees are positive amounts of the order's currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule, Rulebook, RuleGap

FLAT, PRICE_SWITCH, MARGINAL = "flat", "price_switch", "marginal"
Tiers = tuple[tuple[Decimal | None, Decimal], ...]


def referral_fee(price: Money, rule: Rule, units: int = 1) -> Breakdown:
    """Referral fee of one sale by a schedule row, rounded half up once; a refund's price gives no fee.

    `price` is what the fee is charged on, tax excluded. Shapes: flat; price_switch (the band the whole
    price falls in gives the one rate, bounds belong to the lower band); marginal (each rate on its
    portion). Bounds and the minimum are those of one unit: `price` is of all `units`. Missing where
    the schedule is of another currency.
    Example: jewelry 20 % to 250 + 5 % above: a price of 255 gives 50.25.
    """
    if price.minor <= 0:
        return Breakdown(
            "referral_fee", Money.zero(price.currency), formula="nothing was sold", source=rule.id
        )
    stated = rule.values.get("currency")
    needs_currency = "minimum" in rule.values or len(rule.values["tiers"]) > 1
    if needs_currency and stated != price.currency:
        why = f"the schedule is in {stated or 'no currency'}, the price in {price.currency}"
        return Breakdown.missing("referral_fee", why, source=rule.id)
    tiers: Tiers = rule.values["tiers"]
    fee, formula = (_marginal if rule.values["shape"] == MARGINAL else _whole_price)(price, tiers, units)
    inputs = {"price": str(price)}
    if "minimum" in rule.values:
        least = Money.of(rule.decimal("minimum"), price.currency) * units
        inputs["minimum"] = str(least)
        if least > fee:
            return Breakdown("referral_fee", least, formula="minimum", inputs=inputs, source=rule.id)
    return Breakdown("referral_fee", fee, formula=formula, inputs=inputs, source=rule.id)


def _whole_price(money: Money, tiers: Tiers, units: int) -> tuple[Money, str]:
    rate = tiers[0][1]
    if len(tiers) > 1:
        price = money.amount
        rate = next(rate for bound, rate in tiers if bound is None or price <= bound * units)
    return money.times(rate), f"price x {rate}"


def _marginal(money: Money, tiers: Tiers, units: int) -> tuple[Money, str]:
    price = money.amount
    total, floor, words = Decimal(0), Decimal(0), []
    for bound, rate in tiers:
        if price <= floor:
            break
        top = price if bound is None else min(price, bound * units)
        total += (top - floor) * rate
        words.append(f"{top - floor} x {rate}")
        floor = top
    return Money.rounded(total, money.currency), " + ".join(words)


def payment_fee(amount: Money, rule: Rule) -> Breakdown:
    """Payment fee: percent of the whole payment plus a fixed part; rounded half up once."""
    if amount.minor <= 0:
        return Breakdown(
            "payment_fee", Money.zero(amount.currency), formula="nothing was paid", source=rule.id
        )
    rate, fixed = rule.decimal("rate"), rule.values.get("fixed")
    if fixed is not None and rule.values.get("currency") != amount.currency:
        why = f"the fixed part is in {rule.values.get('currency')}, the payment in {amount.currency}"
        return Breakdown.missing("payment_fee", why, source=rule.id)
    fee = Money.rounded(amount.amount * rate + (fixed or 0), amount.currency)
    formula = f"paid x {rate}" + (f" + {fixed}" if fixed is not None else "")
    return Breakdown("payment_fee", fee, formula=formula, inputs={"paid": str(amount)}, source=rule.id)


def channel_fees(
    rulebook: Rulebook,
    *,
    channel: str,
    market: str,
    category: str,
    on: date,
    price: Money,
    paid: Money,
    units: int = 1,
) -> Breakdown:
    """Referral fee on the price and payment fee on what was paid; a part is missing where no row is in force.

    A channel without any payment-fee rows has no such part (its referral fee covers it).
    """
    parts = [_referral(rulebook, channel, market, category, on, price, units)]
    if rulebook.speaks_of("payment_fee", "channel", channel):
        try:
            parts.append(payment_fee(paid, rulebook.find("payment_fee", on, channel=channel, market=market)))
        except RuleGap as missing:
            parts.append(Breakdown.missing("payment_fee", str(missing)))
    return Breakdown.of("channel_fees", parts)


def _referral(
    rulebook: Rulebook, channel: str, market: str, category: str, on: date, price: Money, units: int
) -> Breakdown:
    try:
        rule = rulebook.find("referral_fee", on, channel=channel, market=market, category=category)
    except RuleGap as missing:
        return Breakdown.missing("referral_fee", str(missing))
    return referral_fee(price, rule, units)
