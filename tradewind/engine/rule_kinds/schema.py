"""How keys and values of a rule kind are described and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tradewind.engine.money import MoneyError, exponent, parse_decimal


@dataclass(frozen=True, slots=True)
class Value:
    """How one value is read; `read` raises ValueError with words of what would be accepted."""

    read: Callable[[Any], Any]
    required: bool = True


@dataclass(frozen=True, slots=True)
class KindSchema:
    """Keys in the order they are asked, and values by name.

    `check` sees the values of a row that could all be read and names what contradicts: field -> reason.
    """

    keys: tuple[str, ...]
    values: Mapping[str, Value]
    check: Callable[[Mapping[str, Any]], Mapping[str, str]] | None = None


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


def texts(raw: Any) -> tuple[str, ...]:
    """A list of texts, in the order of the file."""
    if not isinstance(raw, list) or not raw:
        raise ValueError("a list of texts")
    return tuple(text(one) for one in raw)


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


def bands(amount: str, read: Callable[[Any], Decimal]) -> Callable[[Any], Any]:
    """Bands of a schedule: [{up_to = 10, <amount> = 1}, {<amount> = 2}]; bounds rise, the last has none."""
    wanted = f"a list of {{up_to, {amount}}} with rising bounds, the last without up_to"

    def read_bands(raw: Any) -> tuple[tuple[Decimal | None, Decimal], ...]:
        if not isinstance(raw, list) or not raw or not all(isinstance(t, dict) for t in raw):
            raise ValueError(wanted)
        if any(set(t) - {"up_to", amount} or amount not in t for t in raw):
            raise ValueError(wanted)
        found = tuple((decimal(t["up_to"]) if "up_to" in t else None, read(t[amount])) for t in raw)
        bounds = [bound for bound, _ in found[:-1]]
        if found[-1][0] is not None or None in bounds:
            raise ValueError(wanted)
        known = [b for b in bounds if b is not None]
        if any(b <= a for a, b in pairwise(known)) or any(b <= 0 for b in known):
            raise ValueError(wanted)
        return found

    return read_bands


def months(raw: Any) -> tuple[int, ...]:
    """Months of a year as numbers: [10, 11, 12]."""
    if not isinstance(raw, list) or not raw or any(type(m) is not int or not 1 <= m <= 12 for m in raw):
        raise ValueError("a list of months from 1 to 12")
    if len(set(raw)) < len(raw):
        raise ValueError("each month once")
    return tuple(raw)


def steps(raw: Any) -> tuple[tuple[Decimal, Decimal], ...]:
    """Steps of a card: [[0.25, 3.06], [0.5, 3.15]]: up to this weight, this amount; weights rise."""
    wanted = "a list of [up to this weight, amount] with rising weights"
    if not isinstance(raw, list) or not raw or any(not isinstance(p, list) or len(p) != 2 for p in raw):
        raise ValueError(wanted)
    found = tuple((decimal(up_to), decimal(amount)) for up_to, amount in raw)
    if found[0][0] <= 0 or any(b <= a for (a, _x), (b, _y) in pairwise(found)):
        raise ValueError(wanted)
    return found


tiers = bands("rate", fraction)
amounts = bands("amount", decimal)

OPTIONAL_MONEY = {"currency": Value(currency, False)}
