"""What a channel charged for a sale against what its dated schedule says: minor units, exact.

A fee for which no row is in force, or whose row does not say enough, cannot be judged: counted with its
reason, never a finding. A channel's rounding unit by unit is let pass: at most a minor unit for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fees import payment_fee, referral_fee
from tradewind.engine.fulfilment_fees import Unit, fulfilment_fee, fulfilment_of, size_tier
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.rule_rows import Rule
from tradewind.engine.rulebook import Rulebook, RuleGap

REFERRAL, PAYMENT, FULFILMENT, SIZE_TIER = "referral_fee", "payment_fee", "fulfilment_fee", "size_tier"
NOT_REFUNDED, REFUND_FEE = "fee_not_refunded", "refund_fee"
# Why a fee cannot be judged.
NO_RULE, NO_BASE, NOT_MEASURED, SEVERAL_PIECES, DANGEROUS, NO_SALE, OTHER_CURRENCY = (
    "no_rule", "no_base", "not_measured", "several_pieces", "dangerous", "no_sale", "other_currency",
)  # fmt: skip
_SOLD = ("principal", "promotion")
_SHIPPED = ("shipping", "gift_wrap")
_PAID = (*_SOLD, *_SHIPPED, "tax")
LOW, MIDDLE, HIGH = (
    "under_10",
    "10_to_50",
    "over_50",
)  # price bands of fulfilment cards, in the market's currency


@dataclass(frozen=True, slots=True)
class Sale:
    """A settled order line: what it depends on, and what settlements say of it by kind (fees negative).

    `units` of the listing; `unit` as it is packed, or `unmeasured` says why it is not known. `whole`: the
    line is all of its order, so that fees of the order are its own.
    """

    key: int
    channel: str
    market: str
    category: str
    on: date
    currency: str
    units: int
    sums: Mapping[str, int]
    unit: Unit | None = None
    unmeasured: str = ""
    goods: str = "general"
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """One fee looked at. `excess` above zero is too much; `why` says why it cannot be judged."""

    reason: str
    charged: int
    expected: int | None = None
    excess: int = 0
    source: str = ""
    why: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def audit_sale(book: Rulebook, sale: Sale) -> list[Judged]:
    """Every fee of a sale that the schedule could judge, or why not.

    Example: 15 % of 20.00 is 3.00; 3.40 charged is 0.40 too much. After a refund of all of it 3.00 less the
    smaller of 5.00 and 20 % come back: without that 2.40 are missing.
    """
    return [*_referral(book, sale), *_payment(book, sale), *_fulfilment(book, sale), *_refund(book, sale)]


def _find(book: Rulebook, kind: str, sale: Sale, **keys: str) -> Rule | None:
    try:
        return book.find(kind, sale.on, channel=sale.channel, market=sale.market, **keys)
    except RuleGap:
        return None


def _sum(sale: Sale, kinds: tuple[str, ...]) -> int:
    return sum(sale.sums.get(kind, 0) for kind in kinds)


def base_of(sale: Sale, base: str) -> int | None:
    """What a referral fee is charged on, as the row's words say; None where they do not say it.

    "price + shipping + gift wrap, tax excluded" adds shipping; "total paid, ... tax included" adds tax too.
    """
    words = base.casefold()
    if words.startswith("total paid"):
        return _sum(sale, _PAID)
    if not words.startswith("price"):
        return None
    return _sum(sale, (*_SOLD, *_SHIPPED)) if "shipping" in words else _sum(sale, _SOLD)


def _judge(sale: Sale, reason: str, charged: int, fee: Breakdown, slack: int) -> Judged:
    if not isinstance(fee.amount, Money):
        why = OTHER_CURRENCY if "currency" in fee.formula or " in " in fee.formula else NO_RULE
        return Judged(reason, charged, why=why, source=fee.source)
    expected = fee.amount.minor
    over = charged - expected
    facts = {**fee.inputs, "formula": fee.formula}
    return Judged(reason, charged, expected, over if over > slack else 0, fee.source, facts=facts)


def _referral(book: Rulebook, sale: Sale) -> Iterator[Judged]:
    charged = -sale.sums.get(REFERRAL, 0)
    if charged <= 0:
        return
    rule = _find(book, REFERRAL, sale, category=sale.category)
    if rule is None:
        yield Judged(REFERRAL, charged, why=NO_RULE)
        return
    base = base_of(sale, str(rule.values.get("base", "")))
    if base is None or base <= 0:
        yield Judged(REFERRAL, charged, why=NO_BASE if base is None else NO_SALE, source=rule.id)
        return
    yield _judge(
        sale, REFERRAL, charged, referral_fee(Money(base, sale.currency), rule, sale.units), sale.units - 1
    )


def _payment(book: Rulebook, sale: Sale) -> Iterator[Judged]:
    charged = -sale.sums.get(PAYMENT, 0)
    if charged <= 0 or not sale.whole:
        return
    rule = _find(book, PAYMENT, sale)
    paid = _sum(sale, _PAID)
    if rule is None or paid <= 0:
        yield Judged(PAYMENT, charged, why=NO_SALE if rule else NO_RULE)
        return
    yield _judge(sale, PAYMENT, charged, payment_fee(Money(paid, sale.currency), rule), 0)


def _fulfilment(book: Rulebook, sale: Sale) -> Iterator[Judged]:
    charged = -sale.sums.get(FULFILMENT, 0)
    if charged <= 0:
        return
    if sale.unit is None:
        yield Judged(FULFILMENT, charged, why=sale.unmeasured or NOT_MEASURED)
        return
    fee = fulfilment_of(
        book, sale.on, sale.unit, channel=sale.channel, market=sale.market, goods=sale.goods,
        price_band=_band(sale),
    )  # fmt: skip
    if not isinstance(fee.amount, Money) or fee.amount.currency != sale.currency:
        known = isinstance(fee.amount, Money)
        yield Judged(FULFILMENT, charged, why=OTHER_CURRENCY if known else NO_RULE, source=fee.source)
        return
    expected = fee.amount.minor * sale.units
    over = charged - expected
    facts = {**fee.inputs, "formula": fee.formula, "sides_mm": " x ".join(map(str, sale.unit.sides_mm))}
    tier = _other_tier(book, sale, sale.unit, charged) if over > 0 else ""
    if tier:
        facts["charged_tier"] = tier
    reason = SIZE_TIER if tier else FULFILMENT
    yield Judged(reason, charged, expected, max(over, 0), fee.source, facts=facts)


def _band(sale: Sale) -> str:
    each = Fraction(_sum(sale, _SOLD), 100 * max(sale.units, 1))
    return LOW if each < 10 else MIDDLE if each <= 50 else HIGH


def _other_tier(book: Rulebook, sale: Sale, unit: Unit, charged: int) -> str:
    """The size tier whose card asks exactly what was charged, where that is another than the unit's."""
    own = size_tier(book, sale.on, unit, channel=sale.channel, market=sale.market)
    for tier in book.values_of("size_tier", "tier"):
        card = _find(book, FULFILMENT, sale, tier=tier, goods=sale.goods, price_band=_band(sale))
        if tier == own.code or card is None:
            continue
        fee = fulfilment_fee(card, own.billed_g).amount
        first = Money.of(card.values["steps"][0][1], card.values["currency"]).minor
        if charged in {first * sale.units, fee.minor * sale.units if isinstance(fee, Money) else 0}:
            return str(tier)
    return ""


def _refund(book: Rulebook, sale: Sale) -> Iterator[Judged]:
    """What of the referral fee comes back with a refund, less what the channel may keep."""
    charged = -sale.sums.get(REFERRAL, 0)
    refunded = -_sum(sale, ("refund", "refund_promotion"))
    if refunded <= 0 or charged <= 0:
        return
    rule = _find(book, "fee_refund", sale, fee=REFERRAL)
    sold = _sum(sale, (*_SOLD, *_SHIPPED))
    if rule is None or sold <= 0:
        yield Judged(NOT_REFUNDED, 0, why=NO_SALE if rule else NO_RULE)
        return
    if rule.values["currency"] != sale.currency:
        yield Judged(NOT_REFUNDED, 0, why=OTHER_CURRENCY, source=rule.id)
        return
    back = round_half_up(Fraction(charged * min(refunded, sold), sold))
    most = Money.of(Decimal(rule.values["kept_most"]), sale.currency).minor * sale.units
    kept = min(round_half_up(Fraction(rule.values["kept_rate"]) * back), most)
    given, taken = sale.sums.get("fee_refund", 0), -sale.sums.get(REFUND_FEE, 0)
    missing = (back - kept) - (given - taken)
    reason = REFUND_FEE if given >= back and taken > kept else NOT_REFUNDED
    facts = {
        "refunded": str(Money(refunded, sale.currency)), "given_back": str(Money(given, sale.currency)),
        "kept": str(Money(taken, sale.currency)), "may_keep": str(Money(kept, sale.currency)),
    }  # fmt: skip
    due, got = back - kept, given - taken
    yield Judged(
        reason, charged=-got, expected=-due, excess=missing if missing > sale.units else 0, source=rule.id,
        facts=facts,
    )  # fmt: skip
