"""Bills as creditors send them (XLSX, CSV): lines with their charges, by columns that a layout names.

Nothing is guessed: an unknown charge, two currencies, a row whose charges are not its total refuse the file,
with every problem at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError, round_half_up
from tradewind.engine.tabular import (
    COUNTRY,
    CURRENCY,
    DATE,
    DECIMAL,
    TEXT,
    ColumnSpec,
    Row,
    read_table,
)
from tradewind.engine.tabular_files import normal

MOST_ROWS = 200_000
_MOST = Decimal(10**12)
_POUND = Fraction(45359237, 100000)  # grams
GRAMS = {"g": Fraction(1), "kg": Fraction(1000), "lb": _POUND, "oz": _POUND / 16}
MILLIMETRES = {"mm": Fraction(1), "cm": Fraction(10), "in": Fraction(254, 10)}
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
# Fields a layout may name, and how bills usually write them where it does not.
CAPTIONS: dict[str, tuple[str, ...]] = {
    "tracking_no": (
        "tracking number", "tracking", "waybill", "awb", "运单号", "跟踪号", "物流单号", "转单号",
    ),
    "reference": ("order number", "order id", "customer reference", "客户单号", "订单号", "参考号"),
    "service": ("product", "channel", "渠道", "产品", "物流产品", "运输方式"),
    "description": ("details", "remark", "备注", "说明", "摘要", "活动名称", "campaign"),
    "shipped_on": ("ship date", "date", "发货日期", "出库日期", "日期", "入库时间"),
    "country": ("destination", "country code", "国家", "目的国", "国家代码"),
    "zone": ("分区", "区域"),
    "billed_weight": ("chargeable weight", "billed weight", "计费重", "计费重量", "收费重"),
    "scale_weight": ("actual weight", "weight", "实重", "实际重量", "重量"),
    "length": ("长",), "width": ("宽",), "height": ("高",),
    "sides": ("dimensions", "尺寸", "长*宽*高"),
    "charge": ("charge type", "fee type", "fee", "费用类型", "费用名称", "费用项"),
    "amount": ("charge amount", "费用金额", "金额"),
    "total": ("total amount", "总费用", "总金额", "合计金额", "费用合计"),
    "currency": ("币种", "货币"),
}  # fmt: skip
TEXTS = {
    "tracking_no": 60, "reference": 60, "service": 80, "description": 160, "zone": 40, "sides": 60,
    "charge": 80,
}  # fmt: skip
_NUMBERS = ("billed_weight", "scale_weight", "length", "width", "height")
_SUMS = frozenset(map(normal, ("total", "grand total", "sum", "合计", "总计", "合计：", "总计：")))
_FIELD, _CHARGE = "field ", "charge no "  # of columns, so that no header is taken for their names
_SIDES = re.compile(r"\s*[x×*X]\s*")


@dataclass(frozen=True, slots=True)
class BillFormat:
    """How a creditor writes: headers of fields, headers of amounts and words for charges with their codes.

    `captions` maps a field to its header, `charges` the header of an amount to a charge code, `words` what
    stands in the charge column to a code. A field it does not name is read under its usual headers.
    """

    captions: Mapping[str, str] = field(default_factory=dict)
    charges: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    weight_unit: str = "kg"
    length_unit: str = "cm"
    date_format: str = ""
    number_style: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A row of the file: charges in minor units by code, weights in grams, sides in mm; "" where blank."""

    no: int
    charges: Mapping[str, int]
    values: Mapping[str, Any]

    @property
    def amount(self) -> int:
        """Minor units of the whole row."""
        return sum(self.charges.values())


@dataclass(frozen=True, slots=True)
class BillFile:
    """The lines of a bill; `stated` is its own total where it has a row for it."""

    currency: str
    lines: tuple[FileLine, ...]
    stated: int | None = None
    unread: tuple[str, ...] = ()  # headers nobody asked for


def read_bill(name: str, data: bytes, layout: BillFormat, currency: str = "") -> BillFile:
    """Lines of a bill file. `currency`: what the layout or the form says; "" where a column must.

    Refused with every problem: unreadable cells, unknown charges, two currencies, charges that are not the
    total of their row, a total of the file that is not the sum of its rows.
    """
    table = read_table(name, data, _columns(layout), max_rows=MOST_ROWS)
    problems = [replace(p, field=_said(p.field, layout)) for p in table.problems]
    if not problems and not any(_is_money(header) for header in table.headers):
        words = ", ".join((*layout.charges, *CAPTIONS["amount"], *CAPTIONS["total"]))
        problems.append(Problem(1, "amount", "", "the column is missing", words))
    if problems:
        raise Refused(problems)
    found = _Reading(layout, table.headers).read(table.rows, name, currency)
    return replace(found, unread=table.extra)


def _said(name: str, layout: BillFormat) -> str:
    """A column as problems name it: the field, or the header of an amount."""
    if name.startswith(_CHARGE):
        return list(layout.charges)[int(name.removeprefix(_CHARGE))]
    return name.removeprefix(_FIELD)


def _is_money(name: str) -> bool:
    return name.startswith(_CHARGE) or name.removeprefix(_FIELD) in ("amount", "total")


def _columns(layout: BillFormat) -> list[ColumnSpec]:
    """Fields and amounts; a header that a layout gives to one is no usual word of another."""
    taken = {normal(c) for c in (*layout.captions.values(), *layout.charges)}
    found = []
    for name, usual in CAPTIONS.items():
        own = layout.captions.get(name)
        words = (own,) if own else tuple(w for w in (name, *usual) if normal(w) not in taken)
        found.append(_spec(layout, name, words))
    money = (_money(f"{_CHARGE}{i}", (caption,), layout) for i, caption in enumerate(layout.charges))
    return [*found, *money]


def _spec(layout: BillFormat, field_name: str, words: tuple[str, ...]) -> ColumnSpec:
    name = f"{_FIELD}{field_name}"
    if field_name in TEXTS:
        return ColumnSpec(name, TEXT, words, max_length=TEXTS[field_name])
    if field_name in _NUMBERS:
        most = Decimal(10**7)
        return ColumnSpec(name, DECIMAL, words, minimum=Decimal(0), maximum=most, style=layout.number_style)
    if field_name == "shipped_on":
        formats = (layout.date_format,) if layout.date_format else FORMATS
        return ColumnSpec(name, DATE, words, formats=formats)
    if field_name in ("country", "currency"):
        return ColumnSpec(name, COUNTRY if field_name == "country" else CURRENCY, words)
    return _money(name, words, layout)


def _money(name: str, words: tuple[str, ...], layout: BillFormat) -> ColumnSpec:
    return ColumnSpec(name, DECIMAL, words, minimum=-_MOST, maximum=_MOST, style=layout.number_style)


class _Reading:
    """One file's rows turned into lines, problems noted."""

    def __init__(self, layout: BillFormat, headers: Mapping[str, str]) -> None:
        self.layout, self.named = layout, f"{_FIELD}charge" in headers
        self.codes = {f"{_CHARGE}{i}": code for i, code in enumerate(layout.charges.values())}
        self.words = {normal(word): code for word, code in layout.words.items()}
        self.problems: list[Problem] = []
        self.currency = ""

    def read(self, rows: Iterable[Row], name: str, currency: str) -> BillFile:
        plain = [(row.no, {k.removeprefix(_FIELD): v for k, v in row.values.items()}) for row in rows]
        self._find_currency(plain, currency)
        lines, stated = [], None
        for no, values in plain:
            if _is_sum(values):
                stated = self._stated(no, values, stated)
                continue
            if not any(_is_money(name) and value is not None for name, value in values.items()):
                self.problems.append(Problem(no, "amount", "", "is blank", "12.34"))
            line = FileLine(no, self._charges(no, values), self._facts(no, values))
            if line.charges:
                lines.append(line)
        if not lines and not self.problems:
            self.problems.append(Problem(None, name, "", "the file has no line with an amount", ""))
        whole = sum(line.amount for line in lines)
        if stated is not None and stated != whole and not self.problems:
            said = f"{Money(whole, self.currency)}"
            self.problems.append(
                Problem(None, "total", str(Money(stated, self.currency)), "is not the sum of the lines", said)
            )
        if self.problems:
            raise Refused(self.problems)
        return BillFile(self.currency, tuple(lines), stated)

    def _find_currency(self, rows: Iterable[tuple[int, Mapping[str, Any]]], given: str) -> None:
        found = {given: 0} if given else {}
        for no, values in rows:
            own = values.get("currency")
            if own and own not in found:
                if found:
                    self.problems.append(
                        Problem(no, "currency", own, "a bill has one currency", next(iter(found)))
                    )
                found[own] = no
        if not found:
            self.problems.append(Problem(None, "currency", "", "nothing says the currency", "USD, CNY ..."))
        self.currency = next(iter(found), "CNY")

    def _minor(self, no: int, name: str, value: Decimal) -> int:
        try:
            return Money.of(value, self.currency).minor
        except MoneyError as wrong:
            self.problems.append(Problem(no, name, str(value), str(wrong), "12.34"))
            return 0

    def _charges(self, no: int, values: Mapping[str, Any]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, code in self.codes.items():
            if values.get(name):
                found[code] = found.get(code, 0) + self._minor(no, _said(name, self.layout), values[name])
        if values.get("amount"):
            code = self._code(no, values)
            found[code] = found.get(code, 0) + self._minor(no, "amount", values["amount"])
        if values.get("total") is not None:
            total = self._minor(no, "total", values["total"])
            if not found:
                return {"total": total} if total else {}
            if total != sum(found.values()) and not self.problems:
                self.problems.append(
                    Problem(
                        no, "total", str(values["total"]), "the charges of the row are another sum",
                        str(Money(sum(found.values()), self.currency)),
                    )
                )  # fmt: skip
        return {code: minor for code, minor in found.items() if minor}

    def _code(self, no: int, values: Mapping[str, Any]) -> str:
        word = values.get("charge")
        if not self.named or word is None:
            return "total"
        code = self.words.get(normal(word))
        if code is None:
            self.problems.append(
                Problem(no, "charge", word, "the layout does not say what this charge is",
                        ", ".join(self.layout.words) or "freight, fuel ...")
            )  # fmt: skip
        return code or "total"

    def _facts(self, no: int, values: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: values.get(name) or "" for name in (*TEXTS, "country")}
        found["shipped_on"] = values.get("shipped_on")
        grams = GRAMS[self.layout.weight_unit]
        found["billed_g"] = _whole(values.get("billed_weight"), grams)
        found["scale_g"] = _whole(values.get("scale_weight"), grams)
        found["sides_mm"] = self._sides(no, values)
        return found

    def _sides(self, no: int, values: Mapping[str, Any]) -> tuple[int, ...]:
        unit = MILLIMETRES[self.layout.length_unit]
        sides = [values.get(name) for name in ("length", "width", "height")]
        if values.get("sides") and not all(sides):
            try:
                sides = [Decimal(part) for part in _SIDES.split(values["sides"].strip())]
            except ArithmeticError:
                sides = []
            if len(sides) != 3 or not all(s is not None and s.is_finite() and 0 <= s < 10**6 for s in sides):
                self.problems.append(
                    Problem(no, "sides", values["sides"][:80], "is not three sides", "30*20*10")
                )
                return ()
        whole = [_whole(side, unit) for side in sides]
        return tuple(side for side in whole if side) if all(whole) else ()

    def _stated(self, no: int, values: Mapping[str, Any], before: int | None) -> int | None:
        value = values.get("total") if values.get("total") is not None else values.get("amount")
        if value is None:
            return before
        minor = self._minor(no, "total", value)
        if before is not None and before != minor:
            self.problems.append(Problem(no, "total", str(value), "the file has two totals", ""))
        return minor


def _is_sum(values: Mapping[str, Any]) -> bool:
    """Whether a row is the bill's own total: it says so where a line has its number."""
    words = [values.get(name) for name in ("tracking_no", "reference", "description", "charge", "service")]
    said = [normal(word) for word in words if word]
    return bool(said) and said[0] in _SUMS


def _whole(value: Decimal | None, unit: Fraction) -> int | None:
    """Whole grams or millimetres; None for nothing and for zero."""
    return round_half_up(Fraction(value) * unit) or None if value else None
