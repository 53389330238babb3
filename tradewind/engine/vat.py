"""Value added tax and its kin: what of a price is tax, by the market's dated rate."""

from __future__ import annotations

from fractions import Fraction

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule


def net_of(price: Money, rule: Rule) -> Breakdown:
    """The net price out of what the buyer is shown, by a `vat` row: net and tax sum to the price.

    Where shoppers are shown prices without tax (`included` false) the price is the net. The tax is
    price x rate / (1 + rate), half up. Example: 119.00 at 0.19 is 100.00 net, 19.00 tax.
    """
    rate = rule.decimal("rate")
    tax = Money.zero(price.currency)
    formula = "prices are shown without tax"
    if rule.values["included"]:
        top, bottom = rate.as_integer_ratio()
        tax = price.times(Fraction(top, top + bottom))
        formula = f"price / (1 + {rate})"
    parts = [
        Breakdown("gross_price", price),
        Breakdown("vat", -tax, formula=formula, inputs={"rate": str(rate)}, source=rule.id),
    ]
    return Breakdown.of("net_price", parts)
