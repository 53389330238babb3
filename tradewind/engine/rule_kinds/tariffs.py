"""Kinds about tariffs: the column an origin has, the special programmes that may be claimed for it."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import KindSchema, Value, one_of, text, texts

TARIFFS: dict[str, KindSchema] = {
    # Origins without a row have the general column. `column2`: normal trade relations are denied.
    "tariff_column": KindSchema(
        ("market", "origin"), {"column": Value(one_of("column2")), "why": Value(text)}
    ),
    # Symbols of the special column an origin's goods may be claimed under, with proof of origin.
    "tariff_programme": KindSchema(("market", "origin"), {"programmes": Value(texts), "name": Value(text)}),
}
