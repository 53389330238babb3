"""Tariff files as the customs of a market publish them, read into lines with every bad row named.

Layouts: the US schedule (CSV or JSON export), the UK's global tariff of 2021 beside the EU's of that day, the
EU's Combined Nomenclature (texts without rates), and a plain table `code, description, rate` for any market.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tradewind.engine.contracts import Problem
from tradewind.engine.duty_text import duty_rate
from tradewind.engine.tabular import MAX_BYTES, TEXT, ColumnSpec, read_table
from tradewind.engine.tariff import UNKNOWN

RATES, TEXTS = "rates", "texts"  # what a file gives
_SIZES = (2, 4, 6, 8, 10)


class TariffRow(NamedTuple):
    """A line of a tariff in the order of its file; `code` digits or "" for a title between codes."""

    no: int
    code: str
    heading: str  # the first four digits, for titles those of the line before
    indent: int
    description: str
    unit: str = ""
    general: str = ""
    special: str = ""
    column2: str = ""
    additional: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TariffFile:
    """What a file held: its lines or its problems, and the rate texts that cannot be read, with counts."""

    kind: str
    rows: tuple[TariffRow, ...]
    problems: tuple[Problem, ...]

    def unread(self, currency: str, on: date) -> Counter[str]:
        """General rates that are UNKNOWN to the reader: text -> lines."""
        texts = Counter(row.general for row in self.rows if row.general)
        unknown = {text for text in texts if duty_rate(text, currency, on=on).state == UNKNOWN}
        return Counter({text: texts[text] for text in unknown})


def _text(name: str, *aliases: str, required: bool = False) -> ColumnSpec:
    return ColumnSpec(name, TEXT, aliases, required, max_length=20_000)


_PLAIN = (
    _text("code", "HTS Number", "hs", "commodity code", "税号", "海关编码"),
    _text("indent", "Indent", "级别"),
    _text("description", "Description", "品名", "商品描述", required=True),
    _text("unit", "Unit of Quantity", "计量单位"),
    _text("general", "General Rate of Duty", "rate", "duty", "mfn", "税率", "最惠国税率"),
    _text("special", "Special Rate of Duty", "协定税率"),
    _text("column2", "Column 2 Rate of Duty", "普通税率"),
    _text("additional", "Additional Duties"),
    _text("notes", "footnotes", "备注"),
)
_FLAGS = ("trade_remedy_applies", "suspension_applies", "atq_applies")
_TRANSITION = "cet_applies_until_trade_remedy_transition_reviews_concluded"
_UK = (
    _text("code", "commodity", required=True),
    _text("description", required=True),
    _text("cet_duty_rate", required=True),
    _text("ukgt_duty_rate", required=True),
    *(_text(flag) for flag in (*_FLAGS, _TRANSITION)),
)
_CN = (
    _text("label", required=True),
    _text("notation", required=True),
    _text("parent", "Parent Notation"),
    _text("description"),
)
_JSON = {
    "code": "htsno", "indent": "indent", "description": "description", "unit": "units", "general": "general",
    "special": "special", "column2": "other", "additional": "additionalDuties", "notes": "footnotes",
}  # fmt: skip

Values = Mapping[str, Any]
Numbered = Iterable[tuple[int, Values]]


def read_tariff(name: str, content: bytes, market: str) -> TariffFile:
    """Read a tariff file of a market (CSV, JSON, gzip, XLSX); never raises for what is in it.

    In the table of 2021 with both rates GB takes the UK's column and EU the common external tariff's.
    """
    if name.removesuffix(".gz").endswith(".json"):
        return _of_json(name, content)
    for columns, layout in ((_UK, _uk(market)), (_CN, _cn)):
        table = read_table(name, content, columns)
        if {c.name for c in columns if c.required} <= table.headers.keys():
            return _file(layout, [(r.no, r.values) for r in table.rows], list(table.problems))
    table = read_table(name, content, _PLAIN)
    lacking = [c for c in _PLAIN if c.name in ("code", "general") and c.name not in table.headers]
    problems = [
        Problem(None, c.name, "", "the column is missing", ", ".join((c.name, *c.aliases))) for c in lacking
    ]
    rows = [] if problems else [(r.no, r.values) for r in table.rows]
    return _file(_plain, rows, [*table.problems, *problems])


def _file(
    layout: Callable[[Numbered, list[Problem]], Iterator[TariffRow]], rows: Numbered, problems: list[Problem]
) -> TariffFile:
    read = tuple(layout(rows, problems))
    if not read and not problems:
        problems.append(Problem(None, "file", "", "the file has no rows", "a tariff"))
    return TariffFile(TEXTS if layout is _cn else RATES, read, tuple(problems + list(_repeated(read))))


def _plain(rows: Numbered, problems: list[Problem]) -> Iterator[TariffRow]:
    heading = ""
    for no, v in rows:
        code = _code(no, v["code"] or "", problems)
        heading = code[:4] or heading
        indent = v["indent"] or "0"
        if not (indent.isascii() and indent.isdigit() and len(indent) < 3):
            problems.append(Problem(no, "indent", indent[:80], "is not a level", "0, 1, 2 ..."))
            indent = "0"
        texts = {name: _line(v[name]) for name in ("general", "special", "column2", "additional", "notes")}
        if not code and any(texts.values()):
            problems.append(Problem(no, "code", "", "a rate stands on a line without a code", "a code"))
        yield TariffRow(no, code, heading, int(indent), _line(v["description"]), _unit(v["unit"]), **texts)


def _uk(market: str) -> Callable[[Numbered, list[Problem]], Iterator[TariffRow]]:
    column = {"GB": "ukgt_duty_rate", "EU": "cet_duty_rate"}.get(market, "")

    def layout(rows: Numbered, problems: list[Problem]) -> Iterator[TariffRow]:
        if not column:
            problems.append(Problem(None, "market", market, "the file has no rates of this market", "GB, EU"))
            return
        for no, v in rows:
            digits = v["code"]
            code = _code(no, digits.zfill(len(digits) + len(digits) % 2), problems)  # lost its leading zero
            said = [flag.removesuffix("_applies") for flag in _FLAGS if v[flag] == "True"]
            said += ["cet_until_review"] if market == "GB" and v[_TRANSITION] == "True" else []
            notes = "; ".join(said) if market == "GB" else ""
            yield TariffRow(no, code, code[:4], 0, _line(v["description"]), "", _line(v[column]), notes=notes)

    return layout


def _cn(rows: Numbered, problems: list[Problem]) -> Iterator[TariffRow]:
    depth: dict[str, int] = {}
    heading = ""
    for no, v in rows:
        notation = v["notation"]
        depth[notation] = depth.get(v["parent"] or "", -1) + 1
        is_code = notation.isascii() and notation.isdigit() and len(notation) in _SIZES
        code = notation if is_code else ""
        heading = (code if len(code) >= 4 else heading if notation[:4] == heading else "")[:4] or heading
        yield TariffRow(no, code, heading, depth[notation], _line(v["label"]))


def _of_json(name: str, content: bytes) -> TariffFile:
    """The export of the US schedule as JSON: a list of lines with footnotes that name chapter 99."""
    try:
        data = json.loads(_unpacked(content))
    except (ValueError, zlib.error, EOFError, OSError) as exc:
        return TariffFile(RATES, (), (Problem(None, "file", name, "cannot be read as JSON", str(exc)[:80]),))
    if not isinstance(data, list) or not all(isinstance(x, dict) and "htsno" in x for x in data):
        wanted = "a list of lines with htsno, indent, description, general, special, other"
        return TariffFile(RATES, (), (Problem(None, "file", name, "is not a tariff export", wanted),))
    rows = (
        (no, {ours: _said(x.get(theirs)) for ours, theirs in _JSON.items()}) for no, x in enumerate(data, 1)
    )
    return _file(_plain, rows, [])


def _unpacked(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        data = packed.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"unpacks to more than {MAX_BYTES:,} bytes")
    return data


def _said(value: Any) -> str:
    """A JSON value as the text a table would hold; footnotes by their wording."""
    if isinstance(value, list):
        parts = [str(x.get("value", "")) if isinstance(x, dict) else str(x) for x in value if x]
        return "; ".join(" ".join(part.split()) for part in parts if part)
    return "" if value is None else str(value)


def _code(no: int, text: str, problems: list[Problem]) -> str:
    digits = re.sub(r"[\s.]", "", text)
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in _SIZES):
        wanted = "2, 4, 6, 8 or 10 digits with their leading zeros"
        problems.append(Problem(no, "code", text[:80], "is not a tariff code", wanted))
        return ""
    return digits


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _unit(text: str | None) -> str:
    """'["No.","kg"]' -> "No., kg"."""
    return ", ".join(
        part for part in (_line(p).strip(' "[]') for p in (text or "").split(",")) if part != "\\n"
    )


def _repeated(rows: tuple[TariffRow, ...]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.code and row.code in seen:
            at = f"row {seen[row.code]}"
            yield Problem(row.no, "code", row.code, "the code stands twice", f"once; it stands in {at}")
        elif row.code:
            seen[row.code] = row.no
