"""Bytes of a table file to records of cells: gzip, encodings, delimiters, XLSX; bombs and cuts refused."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from python_calamine import CalamineWorkbook

from tradewind.engine.contracts import Problem

Cell = str | Decimal | date | bool
Record = Sequence[Cell]

_MAX_ENTRIES, _MAX_RATIO = 2000, 200
_CHUNK = 1 << 20
_DELIMITERS = ",\t;|"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unreadable(Exception):
    """The file cannot be read at all; carries the problem."""

    def __init__(
        self, name: str, reason: str, accepted: str = "", row: int | None = None, value: str = ""
    ) -> None:
        super().__init__(reason)
        self.problem = Problem(row, name, value[:80], reason, accepted)


@dataclass(frozen=True, slots=True)
class Opened:
    """Records of a file with how it was written."""

    records: Iterator[Record]
    encoding: str
    delimiter: str
    clean: bool  # no control character anywhere: cells need no look


def open_table(name: str, data: bytes, headers: frozenset[str], max_bytes: int) -> Opened:
    """Records of a file; Unreadable with the reason. `headers`: known header words, lower case."""
    if len(data) > max_bytes:
        raise Unreadable(name, "the file is too large", f"up to {max_bytes:,} bytes")
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(name, data, max_bytes)
    if data[:4] == b"PK\x03\x04":
        return Opened(_xlsx(name, data, max_bytes), "xlsx", "", False)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable(name, "is an old .xls workbook", "CSV, TSV or XLSX")
    if not data.strip():
        raise Unreadable(name, "the file is empty", "a table with a header row")
    encoding, clean = _decoded(name, data)
    delimiter = _sniff(_lines(data, encoding), headers)
    return Opened(_csv(name, _lines(data, encoding), delimiter), encoding, delimiter, clean)


def _lines(data: bytes, encoding: str) -> io.TextIOWrapper:
    """The text bit by bit: a large file is never held twice."""
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def control_character(text: str) -> str:
    """The first control character in a cell as a code point, or empty."""
    found = _CONTROL.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""


def _gunzip(name: str, data: bytes, max_bytes: int) -> bytes:
    """Unpack gzip, members one after another, with a limit; a cut file is refused, never half read."""
    out = bytearray()
    while data:
        unpack = zlib.decompressobj(wbits=31)
        try:
            out += unpack.decompress(data, max_bytes + 1 - len(out))
        except zlib.error as exc:
            raise Unreadable(name, "the gzip data is damaged", "a whole file", value=str(exc)) from None
        if len(out) > max_bytes:
            raise Unreadable(name, "the file unpacks to too much", f"up to {max_bytes:,} bytes")
        if not unpack.eof:
            raise Unreadable(name, "the gzip file is cut short", "a whole file")
        data = unpack.unused_data.lstrip(b"\0")
    return bytes(out)


def _decoded(name: str, data: bytes) -> tuple[str, bool]:
    """The encoding, by mark, then UTF-16 by its zeros, UTF-8, GBK, Windows-1252; and whether the text
    is free of control characters. The whole file is decoded once: later reading cannot fail."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return encoding, _checked(name, data, encoding)
    wide = _wide(data[:4000])
    if wide:
        return wide, _checked(name, data, wide)
    try:
        return "utf-8", _clean(data, "utf-8")
    except UnicodeDecodeError:
        start = _damage(data, "utf-8")
    if start >= len(data) - 3 and data[start] >= 0xC2:
        raise Unreadable(name, "the file is cut in the middle of a character", "a whole file")
    encoding = _old_encoding(data, start)
    return encoding, _checked(name, data, encoding)


def _clean(data: bytes, encoding: str) -> bool:
    """Whether no control character is in it; UnicodeDecodeError when it is not of the encoding."""
    clean = True
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for at in range(0, len(data), _CHUNK):
        text = decoder.decode(data[at : at + _CHUNK], at + _CHUNK >= len(data))
        clean = clean and _CONTROL.search(text) is None
    return clean


def _checked(name: str, data: bytes, encoding: str) -> bool:
    try:
        return _clean(data, encoding)
    except UnicodeDecodeError:
        at = _damage(data, encoding)
    row = data[:at].count(b"\n") + 1
    raise Unreadable(name, "the text is damaged", "UTF-8, GBK or UTF-16", row, f"byte {at}")


def _damage(data: bytes, encoding: str) -> int:
    """Where the first byte stands that is not of the encoding."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as exc:
        return exc.start
    return len(data)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: delimiters and line ends come with a zero beside them."""
    pairs = list(zip(head[0::2], head[1::2], strict=False))
    little = sum(low in b",;|\t\n" and high == 0 for low, high in pairs)
    big = sum(high == 0 and low in b",;|\t\n" for high, low in pairs)
    if max(little, big) < 2:
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


def _old_encoding(data: bytes, start: int) -> str:
    """What bytes that are not UTF-8 are: damaged UTF-8 (refused as such), GBK, or Windows-1252.

    GBK pairs mostly have two high bytes; accents of Western text stand alone among ASCII.
    """
    near = data[max(0, start - 100_000) : start + 100_000]
    as_utf8 = near.decode("utf-8", "replace")
    wrong = as_utf8.count("\ufffd")
    if sum(char > "\x7f" for char in as_utf8) - wrong > wrong:
        return "utf-8"
    pairs: list[bytes] = re.findall(rb"[\x81-\xfe][\x30-\xfe]", near)
    if pairs and sum(pair[1] >= 0x80 for pair in pairs) * 2 > len(pairs):
        return "gb18030"
    return "utf-8" if re.search(rb"[\x80-\xff]{3}", data) else "cp1252"


def _sniff(text: Iterable[str], headers: frozenset[str]) -> str:
    """The delimiter under which the first lines hold most known headers, then most cells."""
    lines = [line for line in islice(text, 40) if line.strip()][:10]

    def score(delimiter: str) -> tuple[int, int]:
        known = cells = 0
        for line in lines:
            try:
                parts = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            known = max(known, sum(normal(part) in headers for part in parts))
            cells = max(cells, len(parts))
        return known, cells

    return max(_DELIMITERS, key=score)


def normal(header: str) -> str:
    """A header as it is compared: lower case, spaces, dashes and underscores alike, full width folded."""
    text = header.strip().lower().translate(_FOLD)
    return " ".join(re.sub(r"[\s_\-]+", " ", text).split())


_FOLD = str.maketrans({"（": "(", "）": ")", "：": ":", "　": " ", "／": "/", "﻿": ""})


def _csv(name: str, text: Iterable[str], delimiter: str) -> Iterator[Record]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as exc:
        raise Unreadable(name, "the quotes do not close", "a whole file", reader.line_num, str(exc)) from None


def _xlsx(name: str, data: bytes, max_bytes: int) -> Iterator[Record]:
    _check_zip(name, data, max_bytes)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows: Iterable[Sequence[object]] = book.get_sheet_by_index(0).iter_rows() if book.sheet_names else ()
        for row in rows:
            yield [_cell(value) for value in row]
    except Unreadable:
        raise
    except Exception as exc:  # calamine raises its own and Rust's errors
        raise Unreadable(name, "the workbook cannot be read", "an .xlsx file", value=str(exc)) from None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it lies there: rows of cells from A1 on, merged cells each with the value of the first."""

    name: str
    rows: list[list[Cell]]


def open_sheets(name: str, data: bytes, headers: frozenset[str], max_bytes: int) -> list[Sheet]:
    """Every sheet of a workbook, or the one table of a text file; Unreadable with the reason."""
    if data[:4] != b"PK\x03\x04":
        opened = open_table(name, data, headers, max_bytes)
        return [Sheet("", [list(record) for record in opened.records])]
    if len(data) > max_bytes:
        raise Unreadable(name, "the file is too large", f"up to {max_bytes:,} bytes")
    _check_zip(name, data, max_bytes)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(book, title) for title in book.sheet_names]
    except Exception as exc:  # calamine raises its own and Rust's errors
        raise Unreadable(name, "the workbook cannot be read", "an .xlsx file", value=str(exc)) from None


def _sheet(book: CalamineWorkbook, title: str) -> Sheet:
    sheet = book.get_sheet_by_name(title)
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for at in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[at]))):
                rows[at][column] = rows[top][left]
    return Sheet(title, rows)


def _check_zip(name: str, data: bytes, max_bytes: int) -> None:
    """Sizes and ratios before anything is unpacked."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(name, "the workbook is damaged or cut short", "an .xlsx file") from None
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise Unreadable(name, "is a zip file, but not a workbook", "CSV, TSV or XLSX")
    total = sum(entry.file_size for entry in entries)
    steep = any(
        e.file_size > 1_000_000 and e.file_size > _MAX_RATIO * max(e.compress_size, 1) for e in entries
    )
    if len(entries) > _MAX_ENTRIES or total > 8 * max_bytes or steep:
        raise Unreadable(
            name, "the workbook unpacks to far more than it is", f"up to {8 * max_bytes:,} bytes"
        )


def _cell(value: object) -> Cell:
    """A workbook's cell: numbers as the shortest decimal that means the stored number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number.to_integral_value() if number == number.to_integral_value() else number
    if isinstance(value, datetime):
        return value.date() if value.time().isoformat() == "00:00:00" else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    return str(value)
