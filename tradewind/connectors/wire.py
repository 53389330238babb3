"""Reading what services and files write: moments, amounts, tables, and problems gathered."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.connectors.words import _
from tradewind.engine.contracts import OutsideError, Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError

# Changes made in the instant of a read may become visible after it: the next sweep begins a little earlier,
# which is harmless because everything read is applied once.
OVERLAP = timedelta(minutes=2)
MOST = 500  # problems of one file that are named
_PLAIN = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)


def stamp(at: datetime) -> str:
    """A moment as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat()


def moment(text: str) -> datetime:
    """A moment from ISO 8601 text with an offset, in UTC; OutsideError otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise OutsideError(f"{text!r} is not a moment", code="bad_answer") from None
    if at.tzinfo is None:
        raise OutsideError(f"{text!r} has no offset", code="bad_answer")
    return at.astimezone(UTC)


def watermark(since: datetime, until: datetime, as_of: datetime) -> datetime:
    """Up to when a finished sweep has surely seen everything; never before `since`."""
    return max(since, min(until, as_of) - OVERLAP)


def exact(text: str, currency: str) -> Money:
    """Money from plain decimal text in ASCII digits; MoneyError otherwise: no exponents, no groups.

    Files have 100,000s of these: the usual form is read without fractions.
    """
    if not _PLAIN.fullmatch(text):
        raise MoneyError(f"{text[:40]!r} is not an amount")
    whole, _point, cents = text.partition(".")
    if len(cents) == EXPONENTS.get(currency):
        return Money(int(whole + cents), currency)
    return Money.of(text, currency)


@dataclass(slots=True)
class Problems:
    """Problems of one file; `finish` refuses it when there are any."""

    found: list[Problem] = field(default_factory=list)

    def add(self, row: int | None, name: str, value: str, reason: str, accepted: str = "") -> None:
        """Note one problem; of a long name or value its beginning."""
        self.found.append(Problem(row, name[:80], value[:80], reason, accepted))

    def money(self, row: int, name: str, text: str, currency: str) -> Money | None:
        """An amount; a problem and None when it is none."""
        try:
            return exact(text, currency)
        except MoneyError:
            reason = _("this is no amount in %(currency)s", currency=currency or "?")
            self.add(row, name, text, reason, _("a plain number like 12.34"))
            return None

    def cells(self, row: int, found: int, columns: int) -> None:
        """Note a row with a wrong number of cells."""
        reason = _("%(found)s cells under %(columns)s columns", found=found, columns=columns)
        self.add(row, "row", "", reason, _("a cell a column"))

    def finish(self) -> None:
        """Refused with everything found, each once, or nothing."""
        if not self.found:
            return
        every = list(dict.fromkeys(self.found))
        if len(every) > MOST:
            reason = _("%(n)s problems more", n=len(every) - MOST)
            every = [*every[:MOST], Problem(None, "file", "", reason)]
        raise Refused(every)


def decoded(data: bytes, problems: Problems) -> str:
    """Text of a file in UTF-8 (with or without mark); Refused at once for anything else."""
    for binary, what in ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "ZIP/XLSX"), (b"%PDF", "PDF")):
        if data.startswith(binary):
            problems.add(
                None, "file", "", _("this is not text but %(what)s", what=what), _("a text file in UTF-8")
            )
            problems.finish()
    if not data.strip():
        problems.add(None, "file", "", _("the file is empty"), _("a text file in UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        problems.add(row, "file", "", _("this is not UTF-8 text"), "UTF-8")
        problems.finish()
        raise AssertionError("finish has raised") from error
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        problems.add(row, "file", "", _("a NUL character"), _("a text file in UTF-8"))
    problems.finish()
    return text


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows by column name, cells stripped; `rows` carry their number in the file."""

    names: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]

    @classmethod
    def read(
        cls,
        lines: Iterable[tuple[int, list[str]]],
        needed: Sequence[str],
        problems: Problems,
        optional: Sequence[str] = (),
    ) -> Table:
        """Rows read by name, in any column order. Refused: a needed column missing, a column twice, a row
        with too many cells, and a column of unknown meaning that is not empty, since it might carry money.
        """
        rest = iter(lines)
        _row, header = next(rest, (1, []))
        names = [name.strip() for name in header]
        _check_header(names, needed, problems)
        known = {*needed, *optional}
        strange = {name for name in names if name not in known}
        width, rows = len(names), []
        blank = dict.fromkeys([*needed, *optional], "")
        for number, cells in rest:
            if len(cells) > width:
                problems.cells(number, len(cells), width)
            row = blank.copy()
            row.update(zip(names, map(str.strip, cells), strict=False))
            for name in [x for x in strange if row.get(x)]:
                accepted = ", ".join((*needed, *optional))
                problems.add(number, name, row[name], _("the column is not known to this layout"), accepted)
                strange.discard(name)
            rows.append((number, row))
        problems.finish()
        return cls(tuple(names), rows)


def _check_header(names: Sequence[str], needed: Sequence[str], problems: Problems) -> None:
    for name in sorted({x for x in names if names.count(x) > 1}):
        problems.add(1, name, "", _("the column stands twice"), _("each column once"))
    for name in needed:
        if name not in names:
            problems.add(1, name, "", _("the column is missing"), ", ".join(needed))
    problems.finish()


def tabbed(text: str) -> Iterator[tuple[int, list[str]]]:
    """Row number (from 1) and cells of tab-separated text without quoting; blank rows are left out."""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.strip():
            yield number, line.split("\t")


def separated(text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of comma-separated text; Refused at once where quotes or sizes are wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        reason = _("the row cannot be read: quotes or sizes are wrong")
        problems.add(reader.line_num, "row", "", reason, _("cells parted by commas"))
        raise Refused(problems.found) from error


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
