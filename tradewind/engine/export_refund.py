"""Refund of Chinese VAT on exports, for a trading firm (免退税) and for a producer (免抵退税).

Amounts are in CNY, rates fractions. The dated rows of kind `export_refund` and `refund_rate` stand behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class TradingRefund:
    """What comes back of the VAT of a purchase, and what stays as cost."""

    refund: Money
    cost: Money

    def breakdown(self, source: str = "") -> Breakdown:
        """The VAT of the invoice as refund and cost."""
        parts = [
            Breakdown("vat_refund", self.refund, formula="net invoice x refund rate", source=source),
            Breakdown("vat_cost", self.cost, formula="net invoice x (levy - refund rate)", source=source),
        ]
        return Breakdown.of("input_vat", parts)


@dataclass(frozen=True, slots=True)
class ProducerRefund:
    """The four steps: what may not be credited, tax payable, cap and refund; and where the rest goes.

    `payable` below zero is excess credit. `set_off` (免抵税额) stands against tax of home sales;
    `carried_forward` is credited in the next period.
    """

    non_creditable: Money
    payable: Money
    cap: Money
    refund: Money
    set_off: Money
    carried_forward: Money


def trading_refund(net_invoice: Money, *, levy: Decimal, refund_rate: Decimal) -> TradingRefund:
    """Refund on a purchase invoice, each part rounded half up once.

    Example: 300,000 net at 13 % and 9 % give 27,000 back and 12,000 of cost. Refused: a negative invoice, a
    refund above the levy. Source: 财税〔2012〕39号.
    """
    _check({"net_invoice": net_invoice}, levy, refund_rate)
    return TradingRefund(net_invoice.times(refund_rate), net_invoice.times(levy - refund_rate))


def producer_refund(
    fob: Money,
    *,
    levy: Decimal,
    refund_rate: Decimal,
    input_vat: Money,
    output_vat: Money,
    free_materials: Money | None = None,
    carried_credit: Money | None = None,
) -> ProducerRefund:
    """Exemption, credit and refund of a period of a producing firm.

    `free_materials`: duty-free or bonded materials within the exports. Example: FOB 500,000 at 13 % and 9 %,
    input VAT 52,000, home output VAT 13,000: 20,000 not creditable, payable -19,000, cap 45,000, refund
    19,000, set off 26,000. Refused: negative amounts, mixed currencies, a refund above the levy.
    Source: 财税〔2012〕39号.
    """
    zero = Money.zero(fob.currency)
    materials, carried = free_materials or zero, carried_credit or zero
    amounts = {
        "fob": fob, "input_vat": input_vat, "output_vat": output_vat,
        "free_materials": materials, "carried_credit": carried,
    }  # fmt: skip
    _check(amounts, levy, refund_rate)
    base = fob - materials
    if base.minor < 0:
        raise Refused([Problem(None, "free_materials", str(materials), "exceed the exports", str(fob))])
    non_creditable = base.times(levy - refund_rate)
    payable = output_vat - (input_vat - non_creditable) - carried
    cap = base.times(refund_rate)
    excess = -payable if payable.minor < 0 else zero
    refund = min(excess, cap, key=lambda amount: amount.minor)
    return ProducerRefund(non_creditable, payable, cap, refund, cap - refund, excess - refund)


def _check(amounts: dict[str, Money], levy: Decimal, refund_rate: Decimal) -> None:
    problems = [
        Problem(None, name, str(amount), "must not be negative", "an amount of zero or more")
        for name, amount in amounts.items()
        if amount.minor < 0
    ]
    currencies = {amount.currency for amount in amounts.values()}
    if len(currencies) > 1:
        problems.append(Problem(None, "currency", ", ".join(sorted(currencies)), "amounts differ", "one"))
    if not 0 <= refund_rate <= levy <= 1:
        said = f"{refund_rate} of {levy}"
        problems.append(Problem(None, "refund_rate", said, "is not within the levy", "0 to the levy"))
    if problems:
        raise Refused(problems)
