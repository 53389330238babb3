"""What a settlement file looks like, as data. Pure.

Captions are compared without case; spaces, dashes and underscores are alike, and what stands in brackets at
the end ("(RM)", "(incl. SST)") does not count where a table says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """A column with an amount: every cell of it that is not empty or zero becomes a line.

    `amount_type` of the line is the caption unless given; `described_by` names the column that says what the
    amount is. `unsigned`: some exports write what is taken without a minus; the row's net tells which.
    `inside`: the columns this one sums up; what they leave of it becomes a line of its own: nothing is
    lost when a channel adds a column.
    """

    column: str
    amount_type: str = ""
    described_by: str = ""
    unsigned: bool = False
    inside: tuple[Part, ...] = ()


def parts(*columns: str, unsigned: bool = False) -> tuple[Part, ...]:
    """Parts that need no more than their captions."""
    return tuple(Part(column, unsigned=unsigned) for column in columns)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which caption holds what; several: the first cell that says something."""

    settlement: tuple[str, ...] = ()  # what the channel calls the settlement or payout
    total: str = ""  # the deposit, in one row of the settlement
    currency: tuple[str, ...] = ()
    type: str = ""
    amount_type: str = ""
    description: str = ""
    order: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    quantity: str = ""
    posted: tuple[str, ...] = ()
    clock: str = ""  # the time where it stands apart from the day
    zone: str = ""
    start: str = ""
    end: str = ""
    deposit: tuple[str, ...] = ()
    amount: str = ""  # one amount a row; a row without it is refused
    net: str = ""  # what the parts of a row must sum to
    traded_in: str = ""  # currency of the parts where it is not the net's
    rate: str = ""  # units of the net's currency for one of theirs
    balance: str = ""  # the account's balance after the row


@dataclass(frozen=True, slots=True)
class Only:
    """Rows that belong to the settlement: the cell under `column` is one of `words`.

    Rows with one of `others` are left aside, and any other word is refused. `note` says what they are, for
    people; without one they are left out silently (repetitions).
    """

    column: str
    words: frozenset[str]
    others: frozenset[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file. `needed`: the captions by which it is known.

    `sheet`: words of the sheet's title, any of which it holds. `aside`: captions known to move no money;
    `maybe`: captions of amounts that belong to the net in some exports only, as the net itself tells.
    `type`: the type of every line where no column says it ("*": the title of the sheet).
    """

    columns: Columns
    needed: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    sheet: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[Only, ...] = ()
    type: str = ""
    brackets: bool = False  # what stands in brackets after a caption does not count
    deducts: bool = False  # every amount is written without a sign and taken from the payout
    bare: bool = False  # rows of a net alone are lines, described by their words

    @property
    def wide(self) -> bool:
        """Whether a row of the file may become several lines."""
        return bool(self.parts)


@dataclass(frozen=True, slots=True)
class Layout:
    """A settlement file of a channel.

    The total stands in a row (`Columns.total`), is what rows of `payout_types` take out, or stands beside
    `total_label` outside the table; else the file states none. `strict`: a column nobody knows is refused
    when it says something, since the rows have no net to tell whether it carries money. `source`: where the
    captions were seen, for the manifest and the documentation.
    """

    code: str
    name: str
    name_zh: str
    tables: tuple[Table, ...]
    source: str
    payout_types: frozenset[str] = frozenset()
    total_label: str = ""
    tabbed: bool = False  # tab-separated without quoting
    strict: bool = False
    currency: str = ""  # where neither a column nor a caption says it
    day_first: bool | None = None
    legacy: bool = False  # may come in Windows-1252 or Shift JIS
    pending: str = ""  # what rows without a settlement are, where not all rows have one
    other_sheets: tuple[str, ...] = ()  # sheets known to hold no lines
    footers: tuple[str, ...] = ()  # beginnings of rows that are no lines
