"""Channel fees of a sale by the dated schedule. Fees are positive amounts of the order's currency."""

from __future__ import annotations

from datetime import date

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule, Rulebook


def referral_fee(price: Money, rule: Rule) -> Breakdown:
    """Referral fee of one sale (`price`: what the fee is charged on, tax excluded), by a schedule row."""
    raise NotImplementedError


def payment_fee(amount: Money, rule: Rule) -> Breakdown:
    """Payment fee: percent of the whole payment plus a fixed part."""
    raise NotImplementedError


def channel_fees(
    rulebook: Rulebook, *, channel: str, market: str, category: str, on: date, price: Money, paid: Money
) -> Breakdown:
    """Referral and payment fee of a sale; a part is missing where no row is in force."""
    raise NotImplementedError
