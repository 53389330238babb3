"""A statement of an account as it was read from a file: lines, balances, and where they do not follow."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Generic, TypeVar

from tradewind.engine.contracts import BankTransaction, ProviderTransaction
from tradewind.engine.money import Money

Line = TypeVar("Line", ProviderTransaction, BankTransaction)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where a stated balance does not follow from the one before and the lines between.

    `row` is the file's, None between two statements. `missing` is what the lines lack there.
    """

    row: int | None
    at: datetime
    expected: Money
    stated: Money

    @property
    def missing(self) -> Money:
        """Stated less expected: the sum of the lines that are not there."""
        return self.stated - self.expected


@dataclass(frozen=True, slots=True)
class AccountStatement(Generic[Line]):
    """Lines of one account in one currency, from `since` to `until` (the moments of first and last line).

    `opening` and `closing` are None where the file states no balance.
    """

    currency: str
    lines: tuple[Line, ...]
    since: datetime
    until: datetime
    opening: Money | None = None
    closing: Money | None = None
    gaps: tuple[Gap, ...] = ()
    number: str = ""  # the statement's own
    account: str = ""  # the account's number or IBAN as the file writes it


@dataclass(slots=True)
class OwnIds:
    """Ids for lines that have none: what the line says and its ordinal among equal lines of the file.

    Two equal payments of a day stay two; the same day in an overlapping file gives the same ids.
    """

    equal: Counter[str] = field(default_factory=Counter)

    def of(self, *said: str) -> str:
        """row:<hash>:1 for the first line that says this, row:<hash>:2 for the second."""
        digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:40]
        self.equal[digest] += 1
        return f"row:{digest}:{self.equal[digest]}"


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance after a line, as its row states it."""

    row: int
    at: datetime
    moved: Money
    after: Money


def gaps(balances: Sequence[Balance]) -> tuple[Gap, ...]:
    """Rows (oldest first) whose balance is not the one before plus what moved.

    Example: 100 after the first row, then +20 and 130 gives a gap of 10 at the second.
    """
    found = []
    for before, now in pairwise(balances):
        expected = before.after + now.moved
        if expected != now.after:
            found.append(Gap(now.row, now.at, expected, now.after))
    return tuple(found)


def oldest_first(balances: Sequence[Balance]) -> list[Balance]:
    """Rows in the order in which they moved the balance; files go either way, and days repeat.

    Where times do not tell, the direction in which fewer balances break is the right one.
    """
    rows = list(balances)
    first, last = (rows[0].at, rows[-1].at) if rows else (None, None)
    if first == last:
        return min(rows, rows[::-1], key=lambda r: len(gaps(r)))
    assert first is not None
    assert last is not None
    return rows if first < last else rows[::-1]
