"""Kinds of sales channels: what they charge, when they pay, what they ask of a seller and of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tradewind.engine.rule_kinds.schema import (
    OPTIONAL_MONEY,
    KindSchema,
    Value,
    amounts,
    count,
    currency,
    decimal,
    flag,
    fraction,
    months,
    one_of,
    steps,
    text,
    texts,
    tiers,
)
from tradewind.engine.settlement_kinds import KINDS as SETTLEMENT_KINDS

_PLACE = ("channel", "market")
_MONEY = {"currency": Value(currency)}
# What a fee falls due for.
PER = ("item", "order", "listing", "unit", "month", "shop", "payout")
# What an amount of storage is charged for.
VOLUMES = ("ft3", "m3")


def _shape(row: Mapping[str, Any]) -> Mapping[str, str]:
    if (row["shape"] == "flat") == (len(row["tiers"]) > 1):
        return {"shape": "one tier is flat; several are price_switch or marginal"}
    if len(row["tiers"]) > 1 and "currency" not in row:
        return {"currency": "the bounds of the tiers need one"}
    return {}


def _weights(row: Mapping[str, Any]) -> Mapping[str, str]:
    """Steps of a fulfilment fee rise with the weight: a heavier unit never costs less."""
    if any(after < before for (_a, before), (_b, after) in pairwise(row["steps"])):
        return {"steps": "amounts must not fall as the weight rises"}
    beyond = {"beyond_base", "beyond_each", "beyond_amount"} & set(row)
    return {"beyond_each": "goes with beyond_base and beyond_amount"} if len(beyond) in (1, 2) else {}


def _size(row: Mapping[str, Any]) -> Mapping[str, str]:
    sides = [row.get(name) for name in ("longest", "median", "shortest")]
    known = [side for side in sides if side is not None]
    return {} if known == sorted(known, reverse=True) else {"longest": "must not be the shorter side"}


CHANNELS: dict[str, KindSchema] = {
    # shape: flat; price_switch (the whole price falls in one band); marginal (each rate on its portion).
    "referral_fee": KindSchema(
        (*_PLACE, "category"),
        {
            "shape": Value(one_of("flat", "price_switch", "marginal")),
            "tiers": Value(tiers),
            "minimum": Value(decimal, False),
            "base": Value(text, False),
        }
        | OPTIONAL_MONEY,
        _shape,
    ),
    "payment_fee": KindSchema(
        _PLACE, {"rate": Value(fraction), "fixed": Value(decimal, False)} | OPTIONAL_MONEY
    ),
    "subscription": KindSchema(
        _PLACE, {"amount": Value(decimal), "currency": Value(currency), "per": Value(one_of("month", "item"))}
    ),
    # A sum that falls due for an order, a listing, an item: the band the price falls in gives the one amount.
    "fixed_fee": KindSchema(
        (*_PLACE, "fee", "category"),
        {"amounts": Value(amounts), "per": Value(one_of(*PER))} | _MONEY,
    ),
    # A share on top: of the price, or of another fee. `condition`: when it applies, in words.
    "surcharge": KindSchema(
        (*_PLACE, "fee"),
        {
            "rate": Value(fraction),
            "base": Value(one_of("price", "fulfilment_fee", "paid")),
            "condition": Value(text),
        },
    ),
    # Size tiers in the order in which they are tried; the first that fits is the unit's.
    "size_tier": KindSchema(
        (*_PLACE, "tier"),
        {
            "place": Value(count),
            "unit": Value(one_of("in_lb", "cm_kg")),
            "max_weight": Value(decimal, False),
            "longest": Value(decimal, False),
            "median": Value(decimal, False),
            "shortest": Value(decimal, False),
            "length_plus_girth": Value(decimal, False),
            "divisor": Value(count, False),  # in3 per lb or cm3 per kg: the greater weight counts; else scale
        },
        _size,
    ),
    # What fulfilment of one unit costs: steps of billed weight; above the last step a base and so much for
    # each started piece of weight.
    "fulfilment_fee": KindSchema(
        (*_PLACE, "tier", "goods", "price_band"),
        {
            "weight_unit": Value(one_of("lb", "oz", "kg", "g")),
            "steps": Value(steps),
            "beyond_base": Value(decimal, False),
            "beyond_each": Value(decimal, False),
            "beyond_amount": Value(decimal, False),
        }
        | _MONEY,
        _weights,
    ),
    # What changes beside another period's fulfilment fee, where the fee itself was not found.
    "fulfilment_change": KindSchema(
        (*_PLACE, "tier", "price_band"),
        {"amount": Value(decimal), "sign": Value(one_of("more", "less")), "beside": Value(text)} | _MONEY,
    ),
    "storage_fee": KindSchema(
        (*_PLACE, "size", "season"),
        {"amount": Value(decimal), "volume": Value(one_of(*VOLUMES)), "months": Value(months)} | _MONEY,
    ),
    # For goods that have lain for `from_days` to `to_days` (both included; no end: for longer).
    "aged_stock_fee": KindSchema(
        (*_PLACE, "age"),
        {
            "from_days": Value(count),
            "to_days": Value(count, False),
            "amount": Value(decimal),
            "volume": Value(one_of(*VOLUMES)),
            "minimum": Value(decimal, False),  # of a unit; the greater counts
        }
        | _MONEY,
    ),
    # A fee whose amounts are not known: when it falls due, so that it is shown as missing and not as zero.
    "unpriced_fee": KindSchema(
        (*_PLACE, "fee"), {"condition": Value(text), "counted_by": Value(text, False)}
    ),
    "settlement_kind": KindSchema(
        ("channel", "type", "amount_type", "description"), {"means": Value(one_of(*SETTLEMENT_KINDS))}
    ),
    "cycle": KindSchema(
        _PLACE,
        {
            "days": Value(count),
            "most_days": Value(count, False),
            "counted_from": Value(text, False),
        },
    ),
    "reserve": KindSchema(
        (*_PLACE, "account"),
        {"days": Value(count), "counted_from": Value(text), "released_after": Value(count, False)},
    ),
    # How settlements state the reserve: all of it released and held anew in each, or only what moves.
    "reserve_statement": KindSchema(("channel",), {"restated": Value(flag)}),
    # What of a fee comes back when a sale is refunded: all of it, in proportion, less what is kept.
    "fee_refund": KindSchema(
        (*_PLACE, "fee"),
        {"kept_rate": Value(fraction), "kept_most": Value(decimal)} | _MONEY,
    ),
    # Until when something is asked back, of a channel or a carrier (`party`): days from what is named.
    "claim_window": KindSchema(
        ("party", "market", "reason"),
        {"days": Value(count), "first_days": Value(count, False), "counted_from": Value(text)},
    ),
    # From the payout to the money on the account.
    "payout_transit": KindSchema(
        _PLACE,
        {
            "days": Value(count),
            "most_days": Value(count, False),
            "counted_in": Value(one_of("days", "business_days")),
        },
    ),
    # What a text or picture may be. `rule` names the test; its number or its list says how.
    "content_limit": KindSchema(
        (*_PLACE, "category", "field", "rule"),
        {
            "number": Value(decimal, False),
            "most": Value(decimal, False),
            "unit": Value(text, False),
            "words": Value(texts, False),
            "says": Value(text, False),
            "blocks": Value(flag, False),  # else a hint
        },
    ),
    "performance_target": KindSchema(
        (*_PLACE, "metric"),
        {
            "operator": Value(one_of("lt", "lte", "gt", "gte")),
            "target": Value(decimal),
            "unit": Value(one_of("percent", "hours", "business_days", "points")),
            "window": Value(text),
            "consequence": Value(text),
        },
    ),
    "onboarding_document": KindSchema(
        ("channel", "market", "seller", "document"),
        {"required": Value(one_of("yes", "maybe", "no")), "says": Value(text)},
    ),
    # How personal data and messages to buyers must be handled.
    "privacy_rule": KindSchema(
        ("channel", "rule"),
        {
            "number": Value(decimal, False),
            "most": Value(decimal, False),
            "unit": Value(text, False),
            "standard": Value(text, False),
            "says": Value(text),
        },
    ),
}
