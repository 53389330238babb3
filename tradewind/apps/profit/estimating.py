"""Channel fees of sales by the dated schedule, for very many orders: each question is asked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fees import payment_fee, referral_fee
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule, Rulebook, RuleGap


@dataclass(frozen=True, slots=True)
class Sale:
    """What a fee depends on besides money."""

    channel: str
    market: str
    on: date
    currency: str


class FeeBook:
    """Referral and payment fees as positive minor units; None where no row is in force.

    The rulebook is read when the first fee is asked: settled orders ask none.
    """

    def __init__(self, rulebook: Callable[[], Rulebook]) -> None:
        self._read = rulebook
        self._rules: dict[tuple[str, str, str, str, date], Rule | None] = {}
        self._units: dict[tuple[str, str, int], int | None] = {}
        self._payments: dict[tuple[str, str, int], int | None] = {}
        self._pays: dict[str, bool] = {}

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules in force, read once."""
        return self._read()

    def referral(self, sale: Sale, category: str, qty: int, minor: int) -> int | None:
        """Fee of a line of `qty` units sold for `minor` together: unit by unit, as the schedule is."""
        rule = self._rule("referral_fee", sale, category)
        if rule is None:
            return None
        low, over = divmod(minor, qty)
        small, large = self._unit(rule, low, sale.currency), self._unit(rule, low + 1, sale.currency)
        return None if small is None or large is None else small * (qty - over) + large * over

    def payment(self, sale: Sale, paid: int) -> int | None:
        """Fee on the whole payment; zero where the channel has no payment fee."""
        if not self.charges_payment(sale.channel):
            return 0
        rule = self._rule("payment_fee", sale, "")
        if rule is None:
            return None
        key = (rule.id, sale.currency, paid)
        if key not in self._payments:
            fee = payment_fee(Money(paid, sale.currency), rule).amount
            self._payments[key] = fee.minor if isinstance(fee, Money) else None
        return self._payments[key]

    def charges_payment(self, channel: str) -> bool:
        """Whether the schedule knows payment fees of the channel."""
        if channel not in self._pays:
            self._pays[channel] = self.rulebook.speaks_of("payment_fee", "channel", channel)
        return self._pays[channel]

    def explain(self, sale: Sale, category: str, qty: int, minor: int) -> Breakdown:
        """One line's referral fee with the row it stands on."""
        fee = self.referral(sale, category, qty, minor)
        rule = self._rule("referral_fee", sale, category)
        inputs = {"price": str(Money(minor, sale.currency)), "units": str(qty), "category": category}
        if fee is None or rule is None:
            return Breakdown.missing("referral_fee", f"no rule for {sale.channel} {category}", inputs=inputs)
        return Breakdown(
            "referral_fee", Money(fee, sale.currency), "estimated", "unit by unit", inputs, f"rule:{rule.id}"
        )

    def payment_rule(self, sale: Sale) -> str:
        """The id of the payment fee's row."""
        rule = self._rule("payment_fee", sale, "")
        return f"rule:{rule.id}" if rule else ""

    def _rule(self, kind: str, sale: Sale, category: str) -> Rule | None:
        key = (kind, sale.channel, sale.market, category, sale.on)
        if key not in self._rules:
            keys = {"channel": sale.channel, "market": sale.market}
            if kind == "referral_fee":
                keys["category"] = category
            try:
                self._rules[key] = self.rulebook.find(kind, sale.on, **keys)
            except RuleGap:
                self._rules[key] = None
        return self._rules[key]

    def _unit(self, rule: Rule, minor: int, currency: str) -> int | None:
        key = (rule.id, currency, minor)
        if key not in self._units:
            fee = referral_fee(Money(minor, currency), rule).amount
            self._units[key] = fee.minor if isinstance(fee, Money) else None
        return self._units[key]
