"""Kinds of a market beside its border: what goods must show to be sold, and what may offend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradewind.engine.rule_kinds.schema import KindSchema, Value, flag, one_of, text

STRONG, MILD, WEAK = "strong", "mild", "weak"


def _hint(row: Mapping[str, Any]) -> Mapping[str, str]:
    """Only a strong caution may hold a listing; trade lore never does."""
    return (
        {"blocks": "only a strong caution may block"} if row["blocks"] and row["strength"] != STRONG else {}
    )


PLACES: dict[str, KindSchema] = {
    # What goods of a class need in a market; `by`: whether law or the platforms ask for it.
    "market_access": KindSchema(
        ("market", "product_class", "scheme"),
        {
            "instrument": Value(text),
            "mark": Value(text),
            "by": Value(one_of("law", "platform")),
            "representative": Value(one_of("yes", "no", "optional")),
            "representative_says": Value(text, False),
            "laboratory": Value(one_of("yes", "no", "sometimes")),
            "laboratory_says": Value(text, False),
        },
    ),
    # Colours, numbers, symbols, texts: hints for a reviewer.
    "caution": KindSchema(
        ("market", "about", "item"),
        {
            "says": Value(text),
            "strength": Value(one_of(STRONG, MILD, WEAK)),
            "evidence": Value(text),
            "blocks": Value(flag),
        },
        _hint,
    ),
}
