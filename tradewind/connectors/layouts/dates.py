"""How a settlement file writes moments: the order of day and month proved by the file itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from tradewind.connectors.wire import Problems
from tradewind.connectors.words import _

# Zones that files name. Without a zone the moment is UTC, as Amazon's reports are.
ZONES = {
    "": 0, "UTC": 0, "GMT": 0, "Z": 0, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "JST": 9,
    "PST": -8, "PDT": -7, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "AEST": 10, "AEDT": 11,
    "SGT": 8, "CST": -6, "HKT": 8, "ICT": 7, "WIB": 7, "BRT": -3,
}  # fmt: skip
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
_CLOCK = r"(?:,?[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s?([AaPp])\.?[Mm]\.?)?)?"
_ZONE = r"\s*(?:(?:GMT|UTC)(?=[+-]))?([A-Z]{0,4}|[+-]\d{2}:?\d{2})"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _CLOCK + _ZONE, re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})" + _CLOCK + _ZONE, re.ASCII)
_NAMED = re.compile(
    r"([A-Za-z]{3})[a-z]{0,6}\.?[- ](\d{1,2})(?:,|-)? ?(\d{4}|\d{2})" + _CLOCK + _ZONE, re.ASCII
)
_NAMED_DAY = re.compile(
    r"(\d{1,2})\.?[- ]([A-Za-z]{3})[a-z]{0,6}\.?,?[- ](\d{4}|\d{2})" + _CLOCK + _ZONE, re.ASCII
)
ACCEPTED_DATE = "2026-06-16 00:00:00 UTC, 16.06.2026 00:00:00 UTC or 2026-06-16T00:00:00+00:00"
Cell = tuple[int, str, str]  # row, column, text


@dataclass(frozen=True, slots=True)
class Dates:
    """The date style of a file; `day_first` is None when no date with slashes settles it."""

    day_first: bool | None
    known: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[Cell], problems: Problems, day_first: bool | None = None) -> Dates:
        """The order of day and month that the file's own dates prove; a contradiction is a problem."""
        proof: dict[bool, Cell] = {}
        for cell in cells:
            found = _YEAR_LAST.fullmatch(cell[2])
            if found and found[2] != "." and (int(found[1]) > 12) != (int(found[3]) > 12):
                proof.setdefault(int(found[1]) > 12, cell)
        if len(proof) == 2:
            (row, name, text), (other, *_rest) = sorted(proof.values(), reverse=True)
            reason = _("day and month stand the other way round than in row %(row)s", row=other)
            problems.add(row, name, text, reason, ACCEPTED_DATE)
        return cls(next(iter(proof), day_first))

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
        if len(text) > 60:
            return None
        if found := _YEAR_FIRST.fullmatch(text):
            year, _sign, month, day, *rest = found.groups()
        elif found := _YEAR_LAST.fullmatch(text):
            first, sign, second, year, *rest = found.groups()
            day_first = True if sign == "." else self.day_first
            if day_first is None:
                return None
            day, month = (first, second) if day_first else (second, first)
        else:
            return _named(text)
        return _moment((year, month, day), rest)


def _named(text: str) -> datetime | None:
    """A date with the month's English name: Jul 25, 2026; Jul-25-26; 25 Jul 2026."""
    if found := _NAMED.fullmatch(text):
        word, day, year, *rest = found.groups()
    elif found := _NAMED_DAY.fullmatch(text):
        day, word, year, *rest = found.groups()
    else:
        return None
    month = MONTHS.get(word.lower())
    return (
        _moment((year.rjust(4, "20") if len(year) == 2 else year, str(month), day), rest) if month else None
    )


def _moment(day: tuple[str, str, str], rest: list[str | None]) -> datetime | None:
    hour, minute, second, half, zone = rest
    offset = _offset(zone or "")
    if offset is None:
        return None
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    year, month, date = day
    clock = f"{hours:02d}:{minute or '00'}:{second or '00'}"
    try:
        local = datetime.fromisoformat(f"{year}-{int(month):02d}-{int(date):02d}T{clock}")
        return local.replace(tzinfo=offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timezone | None:
    if zone[:1] in {"+", "-"}:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return (
            timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes)) if minutes < 1440 else None
        )
    return timezone(timedelta(hours=ZONES[zone])) if zone in ZONES else None
