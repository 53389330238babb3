"""Kinds of carriers and of the way: billed weight, dangerous goods, papers."""

from __future__ import annotations

from tradewind.engine.rates_weight import GRAM, NEAREST, OUNCE, UP
from tradewind.engine.rule_kinds.schema import (
    KindSchema,
    Value,
    count,
    decimal,
    flag,
    fraction,
    one_of,
    text,
    texts,
)

CARRIERS: dict[str, KindSchema] = {
    # How a carrier weighs; the values are those of `engine.rates_weight.Weighing`.
    # unit g: divisor in cm3 per kg, steps and minimum in grams; unit oz: in3 per lb, ounces.
    "volume_divisor": KindSchema(
        ("carrier", "service"),
        {
            "unit": Value(one_of(GRAM, OUNCE)),
            "divisor": Value(count),
            "side": Value(one_of(UP, NEAREST), False),
            "side_mm": Value(count, False),
            "step": Value(count, False),
            "heavy_over": Value(count, False),
            "heavy_step": Value(count, False),
            "volume_over": Value(count, False),
            "volume_times": Value(decimal, False),
            "volume_share": Value(fraction, False),
            "minimum": Value(count, False),
            "says": Value(text, False),
        },
    ),
    # Batteries by air: the packing instruction that applies, its limits and papers.
    "dangerous_goods": KindSchema(
        ("un", "packed", "section"),
        {
            "name": Value(text),
            "instruction": Value(text),
            "limit": Value(text),
            "cell_wh": Value(decimal, False),
            "battery_wh": Value(decimal, False),
            "cell_g": Value(decimal, False),
            "battery_g": Value(decimal, False),
            "bound": Value(one_of("over", "up_to"), False),  # the ratings above are exceeded, or kept
            "passenger_kg": Value(decimal, False),
            "cargo_kg": Value(decimal, False),
            "charge": Value(fraction, False),  # the highest state of charge
            "charge_over_wh": Value(decimal, False),  # the limit of charge holds above this rating
            "passenger": Value(flag),
            "papers": Value(texts),
        },
    ),
    "shipping_document": KindSchema(
        ("document", "market", "way"),
        {"when": Value(text), "fields": Value(texts), "says": Value(text), "digits": Value(count, False)},
    ),
}
