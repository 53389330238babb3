"""Kinds that speak of the book itself: groups of markets, and questions whose knowledge ends."""

from __future__ import annotations

from tradewind.engine.rule_kinds.schema import KindSchema, Value, text

BOOK: dict[str, KindSchema] = {
    # The group a market belongs to; rows written for the group stand between its own rows and those for *.
    "market_group": KindSchema(("market",), {"group": Value(text)}),
    # Past `known_to` of such a row nobody knows whether the rows of a kind (`of`) still tell everything.
    "knowledge": KindSchema(("of", "market", "origin"), {"why": Value(text)}),
}
