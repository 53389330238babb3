"""Which layout a file has: by its captions, wherever the header stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradewind.connectors.layouts.opening import Sheet
from tradewind.connectors.layouts.spec import Layout, Part, Table
from tradewind.connectors.layouts.styles import SIGNS
from tradewind.connectors.wire import Problems
from tradewind.connectors.words import _
from tradewind.engine.money import EXPONENTS
from tradewind.engine.tabular_files import normal

_LOOK = 40  # rows among which the header is looked for
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_DASHES = str.maketrans({"–": "-", "—": "-", "’": "'"})


@dataclass(slots=True)
class Found:
    """A table found in a file: where its captions stand, and the rows below them."""

    table: Table
    title: str  # of the sheet
    header: int  # row number
    names: list[str]  # captions as the file writes them
    at: dict[str, int]  # caption of the layout -> column
    strange: list[int]  # columns nobody knows
    rows: list[tuple[int, list[str]]]
    currency: str  # as the captions say it in brackets
    before: list[tuple[int, list[str]]]  # what stands above the header


def key(caption: str, brackets: bool) -> str:
    """A caption as it is compared."""
    text = caption.translate(_DASHES).strip().strip("*").strip()
    while brackets and (found := _BRACKETS.search(text)):
        text = text[: found.start()]
    return normal(text)


def captions(table: Table) -> list[str]:
    """Every caption the layout knows, in its own words."""
    c = table.columns
    single = (
        *(c.total, c.type, c.amount_type, c.description, c.quantity, c.clock, c.zone, c.start, c.end),
        *(c.amount, c.net, c.traded_in, c.rate, c.balance),
    )
    many = (c.settlement, c.currency, c.order, c.sku, c.line, c.posted, c.deposit)
    listed = [*single, *(one for some in many for one in some), *table.needed, *table.aside, *table.maybe]
    listed += [o.column for o in table.only] + list(_part_columns(table.parts))
    return list(dict.fromkeys(one for one in listed if one))


def _part_columns(parts: Sequence[Part]) -> Iterable[str]:
    for part in parts:
        yield from (part.column, part.described_by, *_part_columns(part.inside))


def find_layout(
    sheets: list[Sheet], layouts: Sequence[Layout], problems: Problems
) -> tuple[Layout, list[Found]]:
    """The one layout that reads the file; Refused when none does, or several."""
    read = [(one, found) for one in layouts if (found := _tables(sheets, one, problems))]
    problems.finish()
    if len(read) == 1:
        return read[0]
    if read:
        names = ", ".join(one.code for one, _found in read)
        problems.add(None, "layout", names, _("the file could be of several layouts"), _("choose one"))
    else:
        _say_nearest(sheets, layouts, problems)
    problems.finish()
    raise AssertionError("finish has raised")


def _tables(sheets: list[Sheet], layout: Layout, problems: Problems) -> list[Found]:
    """The tables of a layout in the sheets; empty when it is not of that layout."""
    found: list[Found] = []
    for sheet in sheets:
        for table in layout.tables:
            if table.sheet and not any(word in sheet.title.lower() for word in table.sheet):
                continue
            one = _table(sheet, table, problems)
            if one:
                found.append(one)
                break
    return found


def _table(sheet: Sheet, table: Table, problems: Problems) -> Found | None:
    words = _words(table)
    for place, (number, cells) in enumerate(sheet.rows[:_LOOK]):
        names = [key(c, table.brackets) for c in cells]
        at: dict[str, int] = {}
        strange = []
        for i, name in enumerate(names):
            caption = words.get(name)
            if caption is None:
                strange.append(i)
            else:
                at.setdefault(caption, i)
        if all(caption in at for caption in table.needed):
            _refuse_doubles(number, cells, names, problems)
            below = sheet.rows[place + 1 :]
            currency = _currency(cells)
            return Found(table, sheet.title, number, cells, at, strange, below, currency, sheet.rows[:place])
    return None


def _words(table: Table) -> Mapping[str, str]:
    """Every way a caption is written -> the layout's own word for it."""
    words = {key(caption, table.brackets): caption for caption in captions(table)}
    for caption, others in table.aliases.items():
        words.update({key(other, table.brackets): caption for other in others})
    return words


def _refuse_doubles(number: int, cells: list[str], names: list[str], problems: Problems) -> None:
    for name in sorted({n for n in names if n and names.count(n) > 1}):
        problems.add(
            number, cells[names.index(name)], "", _("the column stands twice"), _("each column once")
        )


def _currency(cells: list[str]) -> str:
    """The currency that captions name in brackets, "(RM)" or "(USD)"; empty when none or several do."""
    said: set[str] = set()
    for cell in cells:
        found = _BRACKETS.search(cell)
        if found and (word := found[1].strip()):
            known = SIGNS.get(word, frozenset({word}) if word in EXPONENTS else frozenset())
            said |= known if len(known) == 1 else set()
    return said.pop() if len(said) == 1 else ""


def _say_nearest(sheets: list[Sheet], layouts: Sequence[Layout], problems: Problems) -> None:
    """Which layout the file is nearest to, and the captions it lacks for it."""
    best: tuple[int, int, int, Layout | None, list[str]] = (0, 0, 1, None, [])
    for layout in layouts:
        for table in layout.tables:
            words = _words(table)
            for sheet in sheets:
                for number, cells in sheet.rows[:_LOOK]:
                    seen = {words.get(key(c, table.brackets)) for c in cells}
                    lacking = [c for c in table.needed if c not in seen]
                    have = len(table.needed) - len(lacking)
                    if have > best[0]:
                        best = (have, -len(lacking), number, layout, lacking)
    _have, _lack, row, nearest, lacking = best
    if nearest is None:
        names = ", ".join(f"{one.name} ({one.code})" for one in layouts)
        problems.add(None, "file", "", _("this is no settlement file of the channel"), names)
        return
    for caption in lacking[:20]:
        problems.add(row, caption, "", _("the column is missing"), f"{nearest.name} ({nearest.code})")
