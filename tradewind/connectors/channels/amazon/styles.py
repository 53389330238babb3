"""How a settlement file writes numbers and dates: one style a file, found out before reading. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from tradewind.connectors.wire import Problems, exact
from tradewind.connectors.words import _
from tradewind.engine.money import Money, MoneyError, exponent

# Zones that Amazon's files name. Without a zone the moment is UTC, as Amazon's reports are.
ZONES = {
    "": 0, "UTC": 0, "GMT": 0, "Z": 0, "BST": 1, "CET": 1, "CEST": 2, "JST": 9, "PST": -8, "PDT": -7,
    "EST": -5, "EDT": -4, "AEST": 10, "AEDT": 11, "SGT": 8, "CST": -6, "CDT": -5,
}  # fmt: skip
SPACES = "\u00a0\u202f '’"
_DELETE = {ord(c): None for c in SPACES} | {ord("\u2212"): "-"}
_SIMPLE = re.compile(r"-?\d+(?:\.\d{1,2})?", re.ASCII)
_CLOCK = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
_ZONE = r"\s*([A-Z]{0,4}|[+-]\d{2}:?\d{2})"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _CLOCK + _ZONE)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})" + _CLOCK + _ZONE)
ACCEPTED_DATE = "2026-06-16 00:00:00 UTC, 16.06.2026 00:00:00 UTC or 2026-06-16T00:00:00+00:00"
DATE_COLUMNS = (
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "posted-date",
    "posted-date-time",
)


def _plain(text: str) -> str:
    """Without thousands spaces; brackets and a trailing minus become a leading one."""
    bare = text.translate(_DELETE)
    if bare.startswith("(") and bare.endswith(")"):
        return "-" + bare[1:-1]
    return "-" + bare[:-1] if bare.endswith("-") else bare


@cache
def _pattern(decimal: str, places: int) -> re.Pattern[str]:
    """Amounts with this decimal sign and the other one between groups (of three, or Indian of two)."""
    group = re.escape("," if decimal == "." else ".")
    whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}})"
    return re.compile(rf"[-+]?{whole}(?:{re.escape(decimal)}\d{{1,{max(places, 2)}}})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The number style of one settlement: which sign is the decimal one; empty when nothing shows it."""

    currency: str
    decimal: str  # ".", "," or ""

    @classmethod
    def of(cls, texts: Iterable[str], currency: str) -> Amounts:
        """The style of the first amount that can be read in one way only."""
        places = exponent(currency)
        for text in texts:
            bare = _plain(text)
            signs = [sign for sign in ".," if _pattern(sign, places).fullmatch(bare)]
            if len(signs) == 1:
                return cls(currency, signs[0])
        return cls(currency, "")

    def money(self, row: int, name: str, text: str, problems: Problems) -> Money | None:
        """The amount; a problem and None when it is none, or could be two."""
        if self.decimal == "." and exponent(self.currency) == 2 and _SIMPLE.fullmatch(text):
            return exact(text, self.currency)
        found = {self._in(sign, text) for sign in (self.decimal or ".,")} - {None}
        if len(found) == 1:
            return found.pop()
        reason = _("this could be two amounts")
        if not found:
            reason = _("this is no amount in %(currency)s", currency=self.currency)
        problems.add(row, name, text, reason, "1.234,56" if self.decimal == "," else "1,234.56")
        return None

    def _in(self, decimal: str, text: str) -> Money | None:
        """The amount when `decimal` is the decimal sign; None when it cannot be."""
        bare = _plain(text)
        if not _pattern(decimal, exponent(self.currency)).fullmatch(bare):
            return None
        group = "," if decimal == "." else "."
        try:
            return exact(bare.replace(group, "").replace(decimal, "."), self.currency)
        except MoneyError:  # more decimals than the currency has
            return None


@dataclass(frozen=True, slots=True)
class Dates:
    """The date style of a file; `day_first` is None when no date with slashes settles it."""

    day_first: bool | None
    known: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, Mapping[str, str]]], problems: Problems) -> Dates:
        """The order of day and month that the file's own dates prove; a contradiction is a problem."""
        proof: dict[bool, tuple[int, str, str]] = {}
        for number, cells in rows:
            for name in DATE_COLUMNS:
                found = _YEAR_LAST.fullmatch(cells[name]) if cells[name] else None
                if found and found[2] != "." and (int(found[1]) > 12) != (int(found[3]) > 12):
                    proof.setdefault(int(found[1]) > 12, (number, name, cells[name]))
        if len(proof) == 2:
            (row, name, text), (other, *_rest) = sorted(proof.values(), reverse=True)
            problems.add(
                row,
                name,
                text,
                _("day and month stand the other way round than in row %(row)s", row=other),
                ACCEPTED_DATE,
            )
        return cls(next(iter(proof), None))

    def moment(self, row: int, name: str, text: str, problems: Problems) -> datetime | None:
        """The moment in UTC; a problem and None when it is none, or could be two."""
        if text not in self.known:
            self.known[text] = self._read(text)
        at = self.known[text]
        if at is None:
            slashed = _YEAR_LAST.fullmatch(text)
            unsure = slashed is not None and slashed[2] != "." and self.day_first is None
            reason = (
                _("it is not clear which is the day and which the month") if unsure else _("this is no date")
            )
            problems.add(row, name, text, reason, ACCEPTED_DATE)
        return at

    def _read(self, text: str) -> datetime | None:
        if found := _YEAR_FIRST.fullmatch(text):
            year, month, day, *rest = found.groups()
        elif found := _YEAR_LAST.fullmatch(text):
            first, sign, second, year, *rest = found.groups()
            day_first = True if sign == "." else self.day_first
            if day_first is None:
                return None
            day, month = (first, second) if day_first else (second, first)
        else:
            return None
        return _moment((year, month, day), rest)


def _moment(day: tuple[str, str, str], rest: list[str | None]) -> datetime | None:
    hour, minute, second, zone = rest
    offset = _offset(zone or "")
    if offset is None:
        return None
    year, month, date = day
    clock = f"{int(hour or 0):02d}:{minute or '00'}:{second or '00'}"
    try:
        local = datetime.fromisoformat(f"{year}-{int(month):02d}-{int(date):02d}T{clock}")
    except ValueError:
        return None
    return local.replace(tzinfo=offset).astimezone(UTC)


def _offset(zone: str) -> timezone | None:
    if zone[:1] in {"+", "-"}:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
    return timezone(timedelta(hours=ZONES[zone])) if zone in ZONES else None
