"""A row of a settlement file to what it says: its words, and its amounts taken apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from tradewind.connectors.layouts.finding import Found
from tradewind.connectors.layouts.spec import Part
from tradewind.connectors.layouts.styles import Amounts, plain
from tradewind.connectors.wire import Problems
from tradewind.connectors.words import _
from tradewind.engine.money import round_half_up

REST = "not broken down"  # what a sum leaves beyond its known parts, as the line's description
UNKNOWN = "column not known"
BLANK = frozenset({"", "--", "/"})
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_MONEY = re.compile(r"[^\d]*\d[\d.,' ]*[.,]\d{2}[^\d]*|.*[$€£¥].*", re.ASCII)
Piece = tuple[str, str, int]  # amount type, description, minor units


@dataclass(frozen=True, slots=True)
class _Column:
    """A part with the places of its cells."""

    part: Part
    at: int | None
    said: int | None
    inside: tuple[_Column, ...]


class _Row(NamedTuple):
    number: int
    cells: Sequence[str]
    amounts: Amounts
    problems: Problems
    turn: bool


class Said(NamedTuple):
    """What every row of a settlement says, as text."""

    settlement: str
    total: str
    currency: str
    type: str
    amount_type: str
    description: str
    order: str
    sku: str
    line: str
    quantity: str
    posted: str


class Cells:
    """Cells of the rows of one table by the layout's own captions.

    Rows are as `even` makes them: as wide as the header and an empty cell behind, for what the file has not.
    """

    def __init__(self, found: Found, strict: bool) -> None:
        self.found, self.table = found, found.table
        self._at, self._width = found.at, len(found.names)
        roles = [getattr(self.table.columns, role) for role in Said._fields]
        captions = [(role,) if isinstance(role, str) else role for role in roles]
        places = [[self._at[c] for c in some if c in self._at] for some in captions]
        self._get = itemgetter(*(some[0] if some else -1 for some in places))
        self._more = [(i, some[1:]) for i, some in enumerate(places) if len(some) > 1]
        c = self.table.columns
        self.net = c.net or c.amount
        self._columns = tuple(self._column(part) for part in self.table.parts)
        self._present = tuple(one for one in self._columns if _is_there(one))
        self.strict = strict
        self.asides: set[str] = set()

    def _column(self, part: Part) -> _Column:
        inside = tuple(self._column(p) for p in part.inside)
        return _Column(part, self._at.get(part.column), self._at.get(part.described_by), inside)

    def even(self, row: list[str]) -> list[str]:
        """The row as wide as the header and one empty cell more; what stands for nothing is empty."""
        if not self.strict:
            row = ["" if cell in BLANK else cell for cell in row]
        return row[: self._width] + [""] * (self._width - len(row) + 1)

    def said(self, row: list[str]) -> Said:
        """What a row says; of a role with several columns the first that says something."""
        found = self._get(row)
        if self._more:
            texts = list(found)
            for i, others in self._more:
                texts[i] = texts[i] or next((row[at] for at in others if row[at]), "")
            found = texts
        return Said._make(found)

    def one(self, cells: Sequence[str], caption: str) -> str:
        """The cell under a caption, empty where there is none."""
        return cells[self._at.get(caption, -1)]

    def first(self, cells: Sequence[str], captions: Sequence[str]) -> str:
        """The first of these cells that says something."""
        for caption in captions:
            cell = self.one(cells, caption)
            if cell:
                return cell
        return ""

    def name(self, cells: Sequence[str], captions: Sequence[str]) -> str:
        """The caption of the first of these cells that says something."""
        return next((c for c in captions if self.one(cells, c)), captions[0] if captions else "row")

    def has(self, captions: Sequence[str]) -> bool:
        """Whether the file has any of these columns."""
        return any(caption in self._at for caption in captions)

    def amounts(self, cells: Sequence[str]) -> Iterator[str]:
        """Every cell of the row that may be an amount, as evidence of the file's number style."""
        c = self.table.columns
        for caption in (c.total, c.amount, c.net, c.balance):
            if caption and (text := self.one(cells, caption)):
                yield text
        yield from (cells[at] for at in _places(self._present) if cells[at])

    def look_at_strange(self, number: int, cells: Sequence[str], problems: Problems) -> None:
        """A column nobody knows: refused where it may carry money and no net would show it, else noted."""
        for at in self.found.strange:
            if not cells[at]:
                continue
            name = self.found.names[at]
            if name in self.asides:
                continue
            self.asides.add(name)
            if not name or self.strict or (not self.table.columns.net and _MONEY.fullmatch(cells[at])):
                reason = _("the column is not known to this layout")
                problems.add(
                    number,
                    name or _("a column without a name"),
                    cells[at],
                    reason,
                    _("the columns of the layout"),
                )

    def pieces(self, number: int, cells: Sequence[str], amounts: Amounts, problems: Problems) -> list[Piece]:
        """The amounts of a wide row; they sum to its net, or there is a problem."""
        before = len(problems.found)
        found, total = self.split(number, cells, amounts, problems)
        caption = self.table.columns.net
        if not caption or len(problems.found) > before:
            return found
        net = self.minor(number, cells, caption, amounts, problems)
        if net is None or net == total:
            return found
        if not found and self.table.bare:
            return [(caption, self.one(cells, self.table.columns.description), net)]
        turned, other = self.split(number, cells, amounts, problems, turn=True)
        if other == net:
            return turned
        return found + self._strangers(number, cells, amounts, net - total, problems)

    def split(
        self, number: int, cells: Sequence[str], amounts: Amounts, problems: Problems, turn: bool = False
    ) -> tuple[list[Piece], int]:
        """The amounts of a wide row as its columns say them, and their sum.

        With `turn` what may be written without a sign is taken from the payout.
        """
        found: list[Piece] = []
        row = _Row(number, cells, amounts, problems, turn)
        total = sum(self._split(row, one, found) for one in self._present)
        return found, total

    def minor(
        self, number: int, cells: Sequence[str], caption: str, amounts: Amounts, problems: Problems
    ) -> int | None:
        """An amount that must be there."""
        text = self.one(cells, caption)
        if text:
            return amounts.minor(number, caption, text, problems)
        problems.add(number, caption, "", _("the cell is empty"), "1,234.56")
        return None

    def _split(self, row: _Row, column: _Column, found: list[Piece]) -> int:
        """Add the lines of a part; what it comes to."""
        own = self._own(row, column)
        inside = sum(self._split(row, one, found) for one in column.inside if _is_there(one))
        if own is None:
            return inside
        if rest := own - inside:
            broken = any(_is_there(one) for one in column.inside)
            said = row.cells[column.said] if column.said is not None else ""
            found.append((column.part.amount_type or column.part.column, REST if broken else said, rest))
        return own

    def _own(self, row: _Row, column: _Column) -> int | None:
        """The amount of a part's own cell, None where it has none."""
        if column.at is None or not row.cells[column.at]:
            return None
        text, name = row.cells[column.at], column.part.column
        minor = row.amounts.minor(row.number, name, text, row.problems)
        if minor is None:
            return None
        if self.table.deducts and minor < 0:
            reason = _("a minus among amounts that are taken anyway may mean either")
            row.problems.add(row.number, name, text, reason, _("amounts without a sign"))
        turned = self.table.deducts or (row.turn and column.part.unsigned)
        return -minor if turned else minor

    def _strangers(
        self, number: int, cells: Sequence[str], amounts: Amounts, missing: int, problems: Problems
    ) -> list[Piece]:
        """Lines of other columns, where they are exactly what the net has beyond the known parts."""
        there: list[Piece] = []
        known = [(self._at[c], c, "") for c in self.table.maybe if c in self._at]
        for at, name, said in [*known, *((at, self.found.names[at], UNKNOWN) for at in self.found.strange)]:
            if cells[at] and amounts.is_amount(cells[at]):
                there.append((name, said, amounts.minor(number, name, cells[at], problems) or 0))
        there = [piece for piece in there if piece[2]]
        if there and sum(p[2] for p in there) == missing:
            return there
        alone = [p for p in there if p[2] == missing]
        if len(alone) == 1:
            return alone
        caption = self.table.columns.net
        reason = _("the parts of the row do not sum to its net")
        problems.add(number, caption, self.one(cells, caption), reason, _("a difference of 0.00"))
        return []


def _is_there(column: _Column) -> bool:
    return column.at is not None or any(_is_there(one) for one in column.inside)


def _places(columns: Sequence[_Column]) -> Iterator[int]:
    for one in columns:
        if one.at is not None:
            yield one.at
        yield from _places(one.inside)


def refuse_rounded(number: int, name: str, text: str, problems: Problems) -> None:
    """A number of the channel's that a spreadsheet has rounded is no key any more."""
    if ("E" in text or "e" in text) and _ROUNDED.fullmatch(text):
        reason = _("a spreadsheet has rounded this number")
        accepted = _("the file as the channel gives it, not saved again")
        problems.add(number, name, text, reason, accepted)


def converted(pieces: list[Piece], net: int, rate: Fraction) -> list[Piece] | None:
    """Parts in the currency of the net: each at the rate, the largest taking what rounding leaves.

    None where the rate does not lead to the net within two minor units a part: then it is not that rate.
    """
    found = [(kind, said, round_half_up(rate * minor)) for kind, said, minor in pieces]
    left = net - sum(p[2] for p in found)
    if abs(left) > 2 * len(found):
        return None
    at = max(range(len(found)), key=lambda i: abs(found[i][2]))
    kind, said, minor = found[at]
    found[at] = (kind, said, minor + left)
    return [p for p in found if p[2]]


def rate_of(text: str) -> Fraction | None:
    """A rate as a file writes it; None when it is none."""
    bare = plain(text, "")
    return (
        Fraction(bare) if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", bare, re.ASCII) and Fraction(bare) else None
    )
