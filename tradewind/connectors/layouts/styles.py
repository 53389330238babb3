"""How a settlement file writes amounts: one style a settlement, found out before reading. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from tradewind.connectors.wire import Problems, exact
from tradewind.connectors.words import _
from tradewind.engine.money import Money, MoneyError, exponent

SPACES = "\u00a0\u202f '’"
_DELETE = {ord(c): None for c in SPACES} | {ord("\u2212"): "-"}
_SIMPLE = re.compile(r"-?\d{1,15}(?:\.\d{1,2})?", re.ASCII)
# Signs of currencies as files write them; a sign of another currency than the row's is no amount.
_DOLLARS = frozenset({"USD", "CAD", "AUD", "SGD", "NZD", "HKD", "TWD", "MXN", "BRL", "CLP", "COP", "ARS"})
SIGNS: dict[str, frozenset[str]] = {
    "US$": frozenset({"USD"}), "C$": frozenset({"CAD"}), "CA$": frozenset({"CAD"}), "A$": frozenset({"AUD"}),
    "AU$": frozenset({"AUD"}), "S$": frozenset({"SGD"}), "NT$": frozenset({"TWD"}), "HK$": frozenset({"HKD"}),
    "MX$": frozenset({"MXN"}), "R$": frozenset({"BRL"}), "$": _DOLLARS, "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}), "¥": frozenset({"JPY", "CNY"}), "￥": frozenset({"JPY", "CNY"}),
    "RM": frozenset({"MYR"}), "Rp": frozenset({"IDR"}), "฿": frozenset({"THB"}), "₱": frozenset({"PHP"}),
    "₫": frozenset({"VND"}), "₹": frozenset({"INR"}), "zł": frozenset({"PLN"}), "₩": frozenset({"KRW"}),
}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(s) for s in sorted(SIGNS, key=len, reverse=True)) + "|[A-Z]{3}")


def plain(text: str, currency: str) -> str:
    """Without thousands spaces and the currency's sign; brackets and a trailing minus become a leading one.

    A sign of another currency stays, so that what it stands on is no amount.
    """
    bare = text.translate(_DELETE)
    if not bare.isascii() or any(c.isalpha() or c == "$" for c in bare):
        bare = _SIGN.sub(lambda m: "" if currency in SIGNS.get(m[0], (m[0],)) else m[0], bare, count=1)
    if bare.startswith("(") and bare.endswith(")"):
        return "-" + bare[1:-1]
    return "-" + bare[:-1] if bare.endswith("-") else bare


@cache
def _pattern(decimal: str, places: int) -> re.Pattern[str]:
    """Amounts with this decimal sign and the other one between groups (of three, or Indian of two)."""
    group = re.escape("," if decimal == "." else ".")
    whole = rf"(?:\d{{1,15}}|\d{{1,3}}(?:{group}\d{{2,3}}){{0,5}}{group}\d{{3}})"
    return re.compile(rf"[-+]?{whole}(?:{re.escape(decimal)}\d{{1,{max(places, 2)}}})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The number style of one settlement: which sign is the decimal one; empty when nothing shows it."""

    currency: str
    decimal: str  # ".", "," or ""
    places: int
    known: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str], currency: str) -> Amounts:
        """The style of the first amount that can be read in one way only."""
        places = exponent(currency)
        for text in texts:
            bare = plain(text, currency)
            signs = [sign for sign in ".," if _pattern(sign, places).fullmatch(bare)]
            if len(signs) == 1:
                return cls(currency, signs[0], places)
        return cls(currency, "", places)

    def minor(self, row: int, name: str, text: str, problems: Problems) -> int | None:
        """The amount in minor units; a problem and None when it is none, or could be two."""
        if self.decimal == "." and self.places == 2 and _SIMPLE.fullmatch(text):
            whole, _point, cents = text.partition(".")
            return int(whole + cents.ljust(2, "0"))
        if text not in self.known:
            self.known[text] = self._read(text)
        found = self.known[text]
        if found is None:
            reason = _("this is no amount in %(currency)s", currency=self.currency)
            if len(self._readings(text)) > 1:
                reason = _("this could be two amounts")
            problems.add(row, name, text, reason, "1.234,56" if self.decimal == "," else "1,234.56")
        return found

    def is_amount(self, text: str) -> bool:
        """Whether a cell can be read as an amount."""
        return bool(self._readings(text))

    def _read(self, text: str) -> int | None:
        found = self._readings(text)
        return found.pop() if len(found) == 1 else None

    def _readings(self, text: str) -> set[int]:
        """The amounts the text may be: one, none, or two where no style is known."""
        bare = plain(text, self.currency)
        return {m for sign in (self.decimal or ".,") if (m := self._in(sign, bare)) is not None}

    def _in(self, decimal: str, bare: str) -> int | None:
        """The amount when `decimal` is the decimal sign; None when it cannot be."""
        if not _pattern(decimal, self.places).fullmatch(bare):
            return None
        group = "," if decimal == "." else "."
        try:
            return exact(bare.replace(group, "").replace(decimal, "."), self.currency).minor
        except MoneyError:  # more decimals than the currency has
            return None


def money(minor: int | None, currency: str) -> Money:
    """Money of minor units; nothing where there are none."""
    return Money(minor or 0, currency)
