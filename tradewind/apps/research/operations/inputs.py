"""The inputs of the profit model as people state them: text in, typed values out, unknown stays None."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.consignment import WAYS
from tradewind.engine.money import Money, MoneyError, parse_decimal

MONEY = ("price", "goods_cost", "first_leg", "fulfilment", "duty", "vat_rebate")
RATES = ("ads_rate", "returns_rate", "fx_buffer_rate")
WHOLE = ("weight_g", "length_mm", "width_mm", "height_mm", "batch_units")
# How it enters the market: the duty is worked out by these where none is stated.
ENTRY = ("hs_code", "origin", "way", "scheme", "region", "duty_rate")
WORDS = (
    "channel",
    "category",
    "first_leg_service",
    "fulfilment_service",
    "required_qualifications",
    "taboo_flags",
)
NAMES = (*WORDS, *MONEY, *RATES, *WHOLE, *ENTRY)
NONE = "none"  # stated: nothing is required, nothing was found; an absent text means nobody looked
STRENGTHS = ("strong", "mild", "weak")


def money_of(text: str) -> Money:
    """ "29.99 USD" as Money; MoneyError in words otherwise."""
    parts = text.replace(",", "").split()
    if len(parts) != 2:
        raise MoneyError(_("an amount and its currency are needed"))
    return Money.of(str(parse_decimal(parts[0])), parts[1].upper())


def rate_of(text: str) -> Decimal:
    """ "5%" or "0.05" as the fraction 0.05, from 0 up to and including 1; MoneyError otherwise."""
    clean = text.strip()
    value = parse_decimal(clean.removesuffix("%"))
    rate = value.scaleb(-2) if clean.endswith("%") else value
    if not 0 <= rate <= 1:
        raise MoneyError(_("a share lies between 0 and 100 %"))
    return rate


def _whole(text: str) -> int:
    value = parse_decimal(text)
    if value != value.to_integral_value() or not 0 < value < 10**8:
        raise MoneyError(_("not a whole number above zero"))
    return int(value)


def words_of(text: str | None) -> frozenset[str] | None:
    """ "ce, weee" as a set; "none" as the empty set; absent is None."""
    if text is None:
        return None
    return frozenset(w.strip() for w in text.split(",") if w.strip() and w.strip() != NONE)


def flags_of(text: str | None) -> dict[str, str] | None:
    """ "number 4: weak, white: strong" as flag -> strength; "none" is empty; absent is None."""
    words = words_of(text)
    if words is None:
        return None
    flags = {}
    for word in words:
        flag, _colon, strength = word.partition(":")
        if strength.strip() not in STRENGTHS:
            raise MoneyError(_("each finding needs its strength"))
        flags[flag.strip()] = strength.strip()
    return flags


def hs_of(text: str) -> str:
    """A tariff code of six digits or more, dots allowed."""
    digits = text.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 14):
        raise MoneyError(_("a tariff code has 6 to 14 digits"))
    return text.strip()


def country_of(text: str) -> str:
    """A country by its two letters."""
    code = text.strip().upper()
    if len(code) != 2 or not code.isalpha():
        raise MoneyError(_("a country is two letters"))
    return code


def way_of(text: str) -> str:
    """A way goods enter by."""
    if text.strip() not in WAYS:
        raise MoneyError(_("not a way of entry"))
    return text.strip()


_ACCEPTED = {
    **dict.fromkeys(MONEY, "29.99 USD"), **dict.fromkeys(RATES, "5%"), **dict.fromkeys(WHOLE, "350"),
    "taboo_flags": "none; number 4: weak", "hs_code": "6109.10", "origin": "CN", "way": ", ".join(WAYS),
    "duty_rate": "6.5%",
}  # fmt: skip
_PARSERS: dict[str, Any] = {
    **dict.fromkeys(MONEY, money_of), **dict.fromkeys(RATES, rate_of), **dict.fromkeys(WHOLE, _whole),
    "taboo_flags": flags_of, "hs_code": hs_of, "origin": country_of, "way": way_of, "duty_rate": rate_of,
}  # fmt: skip


def typed_inputs(texts: Mapping[str, str]) -> dict[str, Any]:
    """Stored texts as values; names that were not stated are None."""
    return {n: (_PARSERS.get(n, str)(texts[n]) if n in texts else None) for n in NAMES}


def checked_inputs(found: Findings, texts: Mapping[str, str]) -> dict[str, str]:
    """Texts fit to be stored: every one reads, empty ones are left out (unknown)."""
    out: dict[str, str] = {}
    for name, text in texts.items():
        if name not in NAMES:
            found.add(name, text, _("unknown input"), ", ".join(NAMES))
            continue
        clean = found.text(name, str(text), 400, needed=False)
        if not clean:
            continue
        try:
            _PARSERS.get(name, str)(clean)
            out[name] = clean
        except MoneyError as exc:
            found.add(name, clean, str(exc), _ACCEPTED.get(name, ""))
    return out
