"""Kinds of the Chinese side: how goods leave, what is refunded, reported, and how money comes home."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import (
    KindSchema,
    Value,
    count,
    currency,
    day,
    decimal,
    fraction,
    one_of,
    text,
    texts,
)

CHINA: dict[str, KindSchema] = {
    # Fees of a collection account as advertised; a contract goes before.
    "collection_fee": KindSchema(
        ("provider",),
        {
            "receive_rate": Value(fraction),
            "receive_most": Value(fraction, False),
            "withdraw_low": Value(fraction),
            "withdraw_high": Value(fraction),
            "withdraw_fixed": Value(decimal, False),
            "currency": Value(currency, False),
        },
    ),
    # How much of a company's cash may lie with one provider before somebody is told.
    "collection_exposure": KindSchema((), {"most_share": Value(fraction)}),
    "collection_provider": KindSchema(
        ("provider",),
        {
            "licences": Value(texts),
            "days": Value(count),
            "most_days": Value(count),
            "exchange": Value(text, False),
        },
    ),
    "export_mode": KindSchema(
        ("code",),
        {
            "name": Value(text),
            "name_zh": Value(text),
            "use": Value(text),
            "declaration": Value(text, False),
            "vat_refund": Value(text),
            "note_zh": Value(text, False),
        },
    ),
    # The formulas of the refund of VAT on exports; `engine.export_refund` computes them.
    "export_refund": KindSchema(
        ("method",), {"name": Value(text), "name_zh": Value(text), "steps": Value(texts)}
    ),
    # The rate refunded, and the levy it is set against, by beginnings of the tariff code ("*": any goods).
    "refund_rate": KindSchema(
        ("goods",), {"levy": Value(fraction), "refund": Value(fraction), "says": Value(text)}
    ),
    # What a law or notice asks of an exporter, with its figure where it has one.
    "china_rule": KindSchema(
        ("subject", "code"),
        {
            "title": Value(text),
            "title_zh": Value(text),
            "says": Value(text),
            "amount": Value(decimal, False),
            "most": Value(decimal, False),
            "currency": Value(currency, False),
            "rate": Value(fraction, False),
            "days": Value(count, False),
            "due": Value(text, False),
            "first_due": Value(day, False),
            "applies": Value(one_of("all", "zones", "platforms", "agents", "individuals", "refund"), False),
        },
    ),
}
