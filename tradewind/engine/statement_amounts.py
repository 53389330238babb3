"""Amounts and moments as statement files write them: "$1,234.56", "(25.99)", "-1.234,56 EUR", "--"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tradewind.engine.money import EXPONENTS, Money, MoneyError

_NUMBER = {
    "1,234.56": (
        re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,10})?|\.\d{1,10}", re.ASCII),
        ",",
        ".",
    ),
    "1.234,56": (re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,\d{1,10})?|,\d{1,10}", re.ASCII), ".", ","),
}
_NOTHING = frozenset({"", "-", "--", "---", "—", "/"})
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "，": ",", "．": ".", "\u00a0": "", "\u202f": "", "＋": "+", "－": "-"}
)
_COINS = "$€£¥￥₽₩₹元"
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")


def number(text: str, style: str) -> Decimal | None:
    """A number of a stated style; None for a blank or a dash; MoneyError for anything else.

    Example: number("(1,234.50)", "1,234.56") is Decimal("-1234.50").
    """
    bare = text.translate(_SIGNS).strip()
    if bare in _NOTHING:
        return None
    if len(bare) > 40:
        raise MoneyError(f"{bare[:40]!r} is not an amount")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = _without_coin(bare[1:-1] if negative else bare)
    sign = bare[:1] if bare[:1] in ("-", "+") else ""
    if bare and bare[-1] == "-" and not sign:
        sign, bare = "-", f"-{bare[:-1]}"
    digits = _without_coin(bare[len(sign) :])
    pattern, group, point = _NUMBER[style]
    if not pattern.fullmatch(digits) or (negative and sign):
        raise MoneyError(f"{text[:40]!r} is not an amount")
    value = Decimal(digits.replace(group, "").replace(point, "."))
    return -value if negative or sign == "-" else value


def _without_coin(text: str) -> str:
    """Without a currency's sign or code at either end; the currency itself comes from its own column."""
    bare = text.strip().strip(_COINS).strip()
    if bare[-3:] in EXPONENTS:
        bare = bare[:-3].strip()
    elif bare[:3] in EXPONENTS:
        bare = bare[3:].strip()
    return bare.strip(_COINS).strip()


def money(text: str, style: str, currency: str, *, typed: bool = False) -> Money | None:
    """An amount in a currency; `typed`: the cell was a number in a workbook, its text is plain.

    A coin named in the cell must be the currency. MoneyError for what is no amount or too fine.
    """
    for code in (text.strip()[:3], text.strip()[-3:]):
        if code in EXPONENTS and code != currency:
            raise MoneyError(f"{text[:40]!r} is in another currency than {currency}")
    value = _plain(text) if typed else None
    if value is None:
        value = number(text, style)
    return None if value is None else Money.of(value, currency)


def _plain(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII) else None


def moment(text: str, formats: Sequence[str], zone: str) -> datetime:
    """A moment in UTC; times without an offset are of the zone. ValueError says what is wrong.

    A text that fits two formats differently is refused.
    """
    found = set()
    for one in formats:
        try:
            at = datetime.strptime(text, one)
        except ValueError:
            continue
        found.add((at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC))
    if len(found) > 1:
        raise ValueError("may mean two days")
    if not found:
        raise ValueError("is not a date of this layout")
    at = found.pop()
    if not 1990 <= at.year <= 2100:
        raise ValueError("is not a date of this layout")
    return at
