"""Rows of a settlement file to the settlements they are of. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tradewind.connectors.layouts.opening import Sheet
from tradewind.connectors.layouts.spec import Columns, Layout
from tradewind.connectors.layouts.splitting import BLANK, Cells, Said
from tradewind.connectors.wire import Problems
from tradewind.connectors.words import _

LONGEST = 20_000  # characters of a row


@dataclass(slots=True)
class Raw:
    """A row of the file with the reader of its table."""

    cells: Cells
    place: int  # of the table in the file
    number: int
    row: list[str]
    said: Said

    def one(self, caption: str) -> str:
        return self.cells.one(self.row, caption)

    def first(self, captions: Sequence[str]) -> str:
        return self.cells.first(self.row, captions)

    @property
    def columns(self) -> Columns:
        return self.cells.table.columns


@dataclass(slots=True)
class Group:
    """The rows of one settlement."""

    name: str
    currency: str
    head: Raw | None = None  # the row that carries the total
    lines: list[Raw] = field(default_factory=list)
    payouts: list[Raw] = field(default_factory=list)


class Grouping:
    """The rows of one file on their way to groups; `left` counts those that are of no settlement, by why."""

    def __init__(self, layout: Layout, tables: list[Cells], sheets: list[Sheet], problems: Problems) -> None:
        self.layout, self.tables, self.sheets, self.problems = layout, tables, sheets, problems
        self.left: Counter[str] = Counter()

    def rows(self) -> list[Raw]:
        """Every row that belongs to a settlement; Refused when there is none."""
        self._look_at_sheets()
        raws = [raw for place, cells in enumerate(self.tables) for raw in self._rows(place, cells)]
        if not raws:
            row = self.tables[0].found.header + 1
            columns = self.tables[0].table.columns
            name = (columns.settlement or ("row",))[0] if columns.total else "row"
            self.problems.add(row, name, "", _("there are no rows"), _("rows with amounts"))
        self.problems.finish()
        return raws

    def groups(self, raws: list[Raw]) -> list[Group]:
        """The settlements of the rows; Refused when a row is of none."""
        groups = self._headed(raws) if self.tables[0].table.columns.total else self._grouped(raws)
        self.problems.finish()
        return groups

    def _look_at_sheets(self) -> None:
        """A sheet that is no table of the layout is refused, unless it is known to hold no lines."""
        read = {cells.found.title for cells in self.tables}
        for sheet in self.sheets:
            known = any(word in sheet.title.lower() for word in self.layout.other_sheets)
            if sheet.title not in read and len(sheet.rows) > 1 and not known:
                reason = _("the sheet is not known to this layout")
                accepted = ", ".join(cells.found.title for cells in self.tables)
                self.problems.add(None, sheet.title, "", reason, accepted)

    def _rows(self, place: int, cells: Cells) -> Iterable[Raw]:
        for number, row in cells.found.rows:
            if self.layout.footers and self._is_footer(row):
                continue
            if self._is_misshapen(number, row, cells.found.names):
                continue
            row = cells.even(row)
            raw = Raw(cells, place, number, row, cells.said(row))
            if not cells.table.only or self._belongs(raw):
                if cells.found.strange:
                    cells.look_at_strange(number, row, self.problems)
                yield raw

    def _is_misshapen(self, number: int, row: list[str], names: list[str]) -> bool:
        """Whether a row is no row of the table: too long, of other cells than the header, or the header."""
        width = len(names)
        short = len(row) < width and self.sheets[0].even
        if sum(map(len, row)) > LONGEST:
            reason = _("the row is too long")
            self.problems.add(number, "row", "", reason, _("up to %(n)s characters", n=LONGEST))
        elif short or any(c not in BLANK for c in row[width:]):
            self.problems.cells(number, len(row), width)
        elif row[:3] == names[:3]:
            self.problems.add(number, "row", row[0], _("the header stands here again"), _("one header"))
        else:
            return False
        return True

    def _is_footer(self, row: list[str]) -> bool:
        said = [c for c in row if c]
        return len(said) == 1 and said[0].startswith(self.layout.footers)

    def _belongs(self, raw: Raw) -> bool:
        for only in raw.cells.table.only:
            cell = raw.one(only.column).lower()
            if cell in only.words or not raw.cells.has((only.column,)):
                continue
            if cell not in only.others:
                reason, accepted = (
                    _("this word is not known here"),
                    ", ".join(sorted(only.words | only.others)),
                )
                self.problems.add(raw.number, only.column, cell, reason, accepted)
            elif only.note:
                self.left[only.note] += 1
            return False
        return True

    def _headed(self, raws: list[Raw]) -> list[Group]:
        """Groups of a file in which one row of each settlement carries its total."""
        groups: dict[str, Group] = {}
        for raw in raws:
            name, total = raw.said.settlement, raw.said.total
            if not total:
                continue
            head = groups[name].head if name in groups else None
            if head:
                reason = _("there is a total in row %(row)s already", row=head.number)
                self.problems.add(raw.number, raw.columns.total, total, reason, self._accepted(raw))
            else:
                groups[name] = Group(name, raw.said.currency, raw)
        orphans: dict[str, Raw] = {}
        for raw in raws:
            group = groups.get(raw.said.settlement)
            if group is None:
                orphans.setdefault(raw.said.settlement, raw)
            elif not raw.said.total or self._is_line_too(raw):
                group.lines.append(raw)
        for name, raw in orphans.items():
            field_name = (raw.columns.settlement or (raw.columns.total,))[0]
            self.problems.add(
                raw.number, field_name, name, _("no row carries the total"), self._accepted(raw)
            )
        return list(groups.values())

    def _accepted(self, raw: Raw) -> str:
        return _("one row with %(column)s", column=raw.columns.total)

    def _is_line_too(self, raw: Raw) -> bool:
        """The row with the total is a line too only when it has an amount."""
        c = raw.columns
        wanted = [c.amount] if c.amount else [p.column for p in raw.cells.table.parts]
        return any(raw.one(caption) for caption in wanted)

    def _grouped(self, raws: list[Raw]) -> list[Group]:
        """Groups by what the channel calls the payout, where it does, and by currency."""
        groups: dict[tuple[str, str], Group] = {}
        named = any(raw.said.settlement for raw in raws)
        for raw in raws:
            name = raw.said.settlement
            if named and not name and self.layout.pending:
                self.left[self.layout.pending] += 1
                continue
            currency = self._currency(raw)
            group = groups.setdefault((name, currency), Group(name, currency))
            is_payout = raw.said.type.lower() in self.layout.payout_types
            (group.payouts if is_payout else group.lines).append(raw)
        if not groups:
            self.problems.add(None, "file", "", _("no row of the file is paid out yet"), _("a later file"))
        return list(groups.values())

    def _currency(self, raw: Raw) -> str:
        return raw.said.currency.upper() or raw.cells.found.currency or self.layout.currency
