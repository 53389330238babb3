"""Kinds of the Chinese side: how goods leave and how money comes home."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import KindSchema, Value, fraction, text

CHINA: dict[str, KindSchema] = {
    "collection_fee": KindSchema(
        ("provider",),
        {"receive_rate": Value(fraction), "withdraw_low": Value(fraction), "withdraw_high": Value(fraction)},
    ),
    "export_mode": KindSchema(
        ("code",),
        {"name": Value(text), "name_zh": Value(text), "use": Value(text), "vat_refund": Value(text)},
    ),
}
