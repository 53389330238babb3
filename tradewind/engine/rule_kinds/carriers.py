"""Kinds of carriers: how a parcel's billed weight comes about."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import KindSchema, Value, count, text

CARRIERS: dict[str, KindSchema] = {
    "volume_divisor": KindSchema(
        ("carrier", "service"),
        {"cm3_per_kg": Value(count), "step_g": Value(count, False), "side_rounding": Value(text, False)},
    ),
}
