"""A tariff ready to be asked: the rate of a code on a day, inherited, per origin's column, never guessed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.duty_text import duty_rate, special_rates
from tradewind.engine.tariff import KNOWN, DutyRate

GENERAL, COLUMN_2 = "general", "column2"
_REMEMBERED = 100_000  # answers
_LISTED = 30  # candidates named in a refusal
_MEASURE = re.compile(r"\b99\d\d\.\d\d\.\d\d\b")


class Line(NamedTuple):
    """A coded line of a tariff: digits only with leading zeros, and the texts of its columns."""

    code: str
    general: str = ""
    special: str = ""
    column2: str = ""
    notes: str = ""


def plain_code(hs: str) -> str:
    """The digits of a code as people write it ("0101.21 00" -> "01012100"); Refused when it is none."""
    digits = re.sub(r"[\s.\-]", "", hs)
    if not (digits.isascii() and digits.isdigit() and len(digits) in (6, 8, 10)):
        raise Refused(
            [Problem(None, "hs", hs[:40], "is not a tariff code", "6, 8 or 10 digits, as 8517.13.00")]
        )
    return digits


def dotted(code: str) -> str:
    """A code as tariffs print it: 0101210010 -> 0101.21.00.10."""
    return ".".join([code[:4], *(code[at : at + 2] for at in range(4, len(code), 2))])


class Schedule:
    """The lines of one version of a market's tariff. `currency`: what its "$" is of. Immutable.

    A line without a rate of its own has that of the line above it. A code that is not listed inherits only
    where the tariff does not list everything below the line above: a 10-digit code under a bare 8-digit one.
    """

    def __init__(self, lines: Iterable[Line], *, currency: str, source: str) -> None:
        self.currency, self.source = currency, source
        self._lines = {line.code: line for line in lines}
        self._codes = sorted(self._lines)
        self._noted = any(line.notes for line in self._lines.values())
        self._found: dict[tuple[str, date, str], DutyRate | None] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def find(self, hs: str, on: date, column: str = GENERAL) -> DutyRate | None:
        """The rate of a code in a column on a day; None when the tariff has no such code.

        Refused with every candidate and its rate when the code is not narrow enough to have one rate, and
        when it is no code. A rate nobody can read is given as it is: UNKNOWN, with its text.
        """
        question = (hs, on, column)
        try:
            return self._found[question]
        except KeyError:
            answer = self._find(hs, on, column)
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[question] = answer
        return answer

    def _find(self, hs: str, on: date, column: str) -> DutyRate | None:
        code = plain_code(hs)
        rates = self.candidates(code, on, column)
        if not rates:
            return None
        if any(not _same(rate, rates[0]) for rate in rates[1:]):
            raise Refused([_ambiguous(hs, rates)])
        return replace(rates[0], code=code)

    def candidates(self, hs: str, on: date, column: str = GENERAL) -> list[DutyRate]:
        """The rates of the lines at or below a code that have one of their own, else the one above it."""
        code = plain_code(hs)
        below = [line for line in self._below(code) if getattr(line, column)]
        if not below:
            above = self._above(code, column)
            below = [] if above is None else [above]
        return [
            duty_rate(getattr(line, column), self.currency, code=line.code, source=self.source, on=on)
            for line in below
        ]

    def specials(self, hs: str, on: date) -> dict[str, DutyRate]:
        """The special rates of a code by programme ("A+", "AU"; "" where none is named); {} without any."""
        line = self._above(plain_code(hs), "special")
        if line is None:
            return {}
        return {
            programme: duty_rate(text, self.currency, code=line.code, source=self.source, on=on)
            for programme, text in special_rates(line.special)
        }

    def measures(self, hs: str) -> frozenset[str] | None:
        """Headings of chapter 99 the footnotes of a code and of the lines above it name: "9903.88.15".

        None when it is not known: a tariff without footnotes, or a code it does not have.
        """
        code = plain_code(hs)
        if not self._noted or not self.has(code):
            return None
        lines = (self._lines.get(code[:size]) for size in range(4, len(code) + 1, 2))
        return frozenset(m for line in lines if line is not None for m in _MEASURE.findall(line.notes))

    def has(self, hs: str) -> bool:
        """Whether the tariff knows the code: listed, above listed ones, or inheriting."""
        code = plain_code(hs)
        return next(self._below(code), None) is not None or self._holder(code) is not None

    def _below(self, code: str) -> Iterator[Line]:
        at = bisect_left(self._codes, code)
        while at < len(self._codes) and self._codes[at].startswith(code):
            yield self._lines[self._codes[at]]
            at += 1

    def _holder(self, code: str) -> Line | None:
        """The longest listed line a code that is not listed may stand under."""
        for size in (8, 6):
            line = self._lines.get(code[:size]) if size < len(code) else None
            if line is not None:
                under = [x for x in self._below(line.code) if x.code != line.code]
                return None if any(not x.general for x in under) or (size == 6 and under) else line
        return None

    def _above(self, code: str, column: str) -> Line | None:
        """The nearest line at or above a known code with a text in the column; else the code's own line."""
        first = self._lines.get(code) or self._holder(code)
        if first is None:
            return None
        for size in range(len(code), 3, -2):
            line = self._lines.get(code[:size])
            if line is not None and getattr(line, column):
                return line
        return first


def _same(one: DutyRate, two: DutyRate) -> bool:
    return one.text == two.text or (
        (one.state, one.terms, one.at_least, one.at_most) == (two.state, two.terms, two.at_least, two.at_most)
        and one.state == KNOWN
    )


def _ambiguous(hs: str, rates: list[DutyRate]) -> Problem:
    named = [f"{dotted(rate.code)} {rate.text}" for rate in rates[:_LISTED]]
    if len(rates) > _LISTED:
        named.append(f"and {len(rates) - _LISTED} more")
    return Problem(None, "hs", hs[:40], "several rates stand under this code", "; ".join(named))
