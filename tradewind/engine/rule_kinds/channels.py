"""Kinds of sales channels: what they charge, when they pay."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import (
    OPTIONAL_MONEY,
    KindSchema,
    Value,
    count,
    currency,
    decimal,
    fraction,
    one_of,
    text,
    tiers,
)
from tradewind.engine.settlement_kinds import KINDS as SETTLEMENT_KINDS

CHANNELS: dict[str, KindSchema] = {
    "referral_fee": KindSchema(
        ("channel", "market", "category"),
        {
            "shape": Value(one_of("flat", "price_switch", "marginal")),
            "tiers": Value(tiers),
            "minimum": Value(decimal, False),
            "base": Value(text, False),
        }
        | OPTIONAL_MONEY,
    ),
    "payment_fee": KindSchema(
        ("channel", "market"),
        {"rate": Value(fraction), "fixed": Value(decimal, False)} | OPTIONAL_MONEY,
    ),
    "subscription": KindSchema(
        ("channel", "market"),
        {"amount": Value(decimal), "currency": Value(currency), "per": Value(one_of("month", "item"))},
    ),
    "settlement_kind": KindSchema(
        ("channel", "type", "amount_type", "description"), {"means": Value(one_of(*SETTLEMENT_KINDS))}
    ),
    "cycle": KindSchema(("channel", "market"), {"days": Value(count), "note": Value(text, False)}),
    "reserve": KindSchema(("channel", "market"), {"days": Value(count), "counted_from": Value(text)}),
}
