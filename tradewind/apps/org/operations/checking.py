"""Checking what a verb is given: every problem is collected, then the whole is refused at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import EXPONENTS, Money
from tradewind.engine.tabular import COUNTRIES

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#+-]*")
BIGGEST = 2_147_483_647  # what a PositiveIntegerField holds on every database


class Findings:
    """Problems of a batch. `at(row)` says which row the following checks are about (None: a single thing).

    Every check gives back the value cleaned, or a harmless stand-in after noting the problem; nothing
    may be written before `settle`, which raises Refused with everything found.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self.problems = list(problems)
        self.row: int | None = None

    def at(self, row: int | None) -> Findings:
        self.row = row
        return self

    def add(self, field: str, value: Any, reason: str, accepted: str = "") -> None:
        self.problems.append(Problem(self.row, field, str(value)[:80], reason, accepted))

    def settle(self) -> None:
        """Raise Refused when anything was found."""
        if self.problems:
            raise Refused(self.problems)

    def text(self, field: str, value: str, most: int, *, needed: bool = True) -> str:
        clean = value.strip()
        if needed and not clean:
            self.add(field, value, _("this is needed"))
        if len(clean) > most:
            self.add(field, value, _("too long"), _("at most %(n)s characters") % {"n": most})
        if "\x00" in clean:
            self.add(field, "", _("not acceptable text"))
        return clean

    def code(self, field: str, value: str, most: int = 40) -> str:
        clean = self.text(field, value, most)
        if clean and not _CODE.fullmatch(clean):
            self.add(field, value, _("not a code"), _("letters, digits and . _ / # + - without blanks"))
        return clean

    def country(self, field: str, value: str, *, needed: bool = True) -> str:
        clean = value.strip().upper()
        if (clean or needed) and clean not in COUNTRIES:
            self.add(field, value, _("not a country code"), _("two letters, e.g. DE"))
        return clean

    def currency(self, field: str, value: str) -> str:
        clean = value.strip().upper()
        if clean not in EXPONENTS:
            self.add(field, value, _("not a currency"), _("an ISO 4217 code, e.g. USD"))
        return clean

    def one_of(self, field: str, value: str, choices: Collection[str]) -> str:
        if value not in choices:
            self.add(field, value, _("not one of the choices"), ", ".join(choices))
        return value

    def whole(
        self, field: str, value: int | None, *, least: int = 0, most: int = BIGGEST, needed: bool = True
    ) -> int | None:
        if value is None:
            if needed:
                self.add(field, "", _("this is needed"))
            return None
        if type(value) is not int or not least <= value <= most:
            self.add(
                field, value, _("not a whole number in range"),
                _("%(least)s to %(most)s") % {"least": least, "most": most},
            )  # fmt: skip
        return value

    def money(self, field: str, value: Money | None, currency: str, *, needed: bool = True) -> int:
        """Minor units of an amount that must be in the currency and not below zero."""
        if value is None:
            if needed:
                self.add(field, "", _("this is needed"))
            return 0
        if value.currency != currency:
            self.add(field, value, _("another currency than expected"), currency)
        if value.minor < 0:
            self.add(field, value, _("below zero"), _("zero or more"))
        return value.minor

    def days(self, field: str, start: date | None, end: date | None) -> None:
        """A period must not end before it starts; an open side is fine."""
        if start and end and end < start:
            self.add(field, end, _("ends before it starts"), _("%(day)s or later") % {"day": start})

    def known(self, field: str, value: Any, known: Collection[Any]) -> None:
        """A reference must be among what is known."""
        if value not in known:
            self.add(field, value, _("there is no such row"))

    def fresh(self, field: str, values: Sequence[Any], taken: Collection[Any]) -> None:
        """Keys of a batch (row by row) must differ from each other and from what is already there."""
        seen: set[Any] = set()
        for row, value in rows(values):
            self.at(row)
            text = "/".join(str(p) for p in value if p != "") if isinstance(value, tuple) else value
            if value and value in taken:
                self.add(field, text, _("is already there"))
            elif value and value in seen:
                self.add(field, text, _("stands twice in this batch"))
            seen.add(value)
        self.at(None)


def rows(items: Sequence[Any]) -> Iterable[tuple[int | None, Any]]:
    """Items with their row number in the batch; a batch of one has none, as a form has no rows."""
    single = len(items) == 1
    return [(None if single else n, item) for n, item in enumerate(items, 1)]


def needed_reason(reason: str) -> str:
    """A person's reason, trimmed; Refused when it says nothing."""
    found = Findings()
    clean = found.text("reason", reason, 2000)
    found.settle()
    return clean


def plain_decimal(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros: Decimal("7.1000") -> "7.1"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
