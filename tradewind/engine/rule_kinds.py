"""Which kinds of rules there are: the keys that choose a row and the values it states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tradewind.engine.money import MoneyError, exponent, parse_decimal
from tradewind.engine.settlement_kinds import KINDS as SETTLEMENT_KINDS


@dataclass(frozen=True, slots=True)
class Value:
    """How one value is read; `read` raises ValueError with words of what would be accepted."""

    read: Callable[[Any], Any]
    required: bool = True


@dataclass(frozen=True, slots=True)
class KindSchema:
    """Keys in the order they are asked, and values by name."""

    keys: tuple[str, ...]
    values: Mapping[str, Value]


def decimal(raw: Any) -> Decimal:
    """An exact number, zero or more: 0.15, "0.15" or 15."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise ValueError("a number")
    try:
        value = parse_decimal(str(raw))
    except MoneyError:
        raise ValueError("a number such as 0.15") from None
    if value < 0:
        raise ValueError("a number of zero or more")
    return value


def fraction(raw: Any) -> Decimal:
    """A share from 0 to 1: 19 % is 0.19."""
    value = decimal(raw)
    if value > 1:
        raise ValueError("a share from 0 to 1 (19 % is 0.19)")
    return value


def count(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError("a whole number of zero or more")
    return raw


def text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("text")
    return raw


def flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("true or false")
    return raw


def day(raw: Any) -> date:
    if type(raw) is not date:
        raise ValueError("a date such as 2026-01-31")
    return raw


def currency(raw: Any) -> str:
    try:
        exponent(raw)
    except (MoneyError, TypeError):
        raise ValueError("an ISO 4217 code") from None
    return str(raw)


def one_of(*words: str) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        if raw not in words:
            raise ValueError(", ".join(words))
        return str(raw)

    return read


def tiers(raw: Any) -> tuple[tuple[Decimal | None, Decimal], ...]:
    """Bands of a schedule: [{up_to = 10, rate = 0.08}, {rate = 0.15}]; bounds rise, the last has none."""
    wanted = "a list of {up_to, rate} with rising bounds, the last without up_to"
    if not isinstance(raw, list) or not raw or not all(isinstance(t, dict) for t in raw):
        raise ValueError(wanted)
    if any(set(t) - {"up_to", "rate"} or "rate" not in t for t in raw):
        raise ValueError(wanted)
    read = tuple((decimal(t["up_to"]) if "up_to" in t else None, fraction(t["rate"])) for t in raw)
    bounds = [bound for bound, _ in read[:-1]]
    if read[-1][0] is not None or None in bounds:
        raise ValueError(wanted)
    known = [b for b in bounds if b is not None]
    if any(b <= a for a, b in pairwise(known)) or any(b <= 0 for b in known):
        raise ValueError(wanted)
    return read


_OPTIONAL_MONEY = {"currency": Value(currency, False)}

KINDS: dict[str, KindSchema] = {
    # What is in a price: `included` says whether shoppers are shown prices with the tax in them.
    "vat": KindSchema(
        ("market", "category"),
        {"rate": Value(fraction), "included": Value(flag), "name": Value(text)},
    ),
    "de_minimis": KindSchema(
        ("market", "levy", "origin"),
        {
            "threshold": Value(decimal),
            "currency": Value(currency),
            "basis": Value(text),
            "below": Value(text),
            "above": Value(text),
            "collector": Value(text),
            "per_item": Value(decimal, False),
        },
    ),
    "referral_fee": KindSchema(
        ("channel", "market", "category"),
        {
            "shape": Value(one_of("flat", "price_switch", "marginal")),
            "tiers": Value(tiers),
            "minimum": Value(decimal, False),
            "base": Value(text, False),
        }
        | _OPTIONAL_MONEY,
    ),
    "payment_fee": KindSchema(
        ("channel", "market"),
        {"rate": Value(fraction), "fixed": Value(decimal, False)} | _OPTIONAL_MONEY,
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
    "volume_divisor": KindSchema(
        ("carrier", "service"),
        {"cm3_per_kg": Value(count), "step_g": Value(count, False), "side_rounding": Value(text, False)},
    ),
    "collection_fee": KindSchema(
        ("provider",),
        {"receive_rate": Value(fraction), "withdraw_low": Value(fraction), "withdraw_high": Value(fraction)},
    ),
    "export_mode": KindSchema(
        ("code",),
        {"name": Value(text), "name_zh": Value(text), "use": Value(text), "vat_refund": Value(text)},
    ),
    "duty": KindSchema(
        ("market", "origin", "layer"),
        {"rate": Value(fraction), "stacking": Value(text), "scope": Value(text)},
    ),
}
