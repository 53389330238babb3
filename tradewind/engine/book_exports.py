"""Journal lines in the import layouts of other bookkeeping programs: captions, dates, sides.

What is known of each layout, and from where, stands in `Layout.source`. Texts are plain here; who writes a
file neutralises what a spreadsheet would run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.chart import ROUNDING
from tradewind.engine.money import Money, quantize

Cell = str | int | Decimal | None
OFFICIAL, SECONDARY = "official", "secondary"


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of a voucher: in its own currency and in base currency, debit positive."""

    number: str
    on: date
    memo: str
    code: str
    name: str
    amount: Money
    base: Money
    rate: Decimal | None = None  # None: the amount is in base currency
    store: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """An import layout. `known`: official (the maker's page was read) or secondary (somebody else's)."""

    code: str
    label: str
    captions: tuple[str, ...]
    row: Callable[[JournalLine, str], tuple[Cell, ...]]
    known: str
    source: str
    most_lines: int = 0  # lines a file may have; 0: not known
    counted: bool = False  # vouchers have whole numbers, from 1 in every month


def _debit(line: JournalLine) -> Decimal | None:
    return line.base.amount if line.base.minor > 0 else None


def _credit(line: JournalLine) -> Decimal | None:
    return -line.base.amount if line.base.minor < 0 else None


def _foreign(line: JournalLine) -> Decimal | None:
    return None if line.rate is None else abs(line.amount.amount)


def _kingdee(line: JournalLine, _tax: str) -> tuple[Cell, ...]:
    foreign = abs(line.base.amount) if line.rate is None else abs(line.amount.amount)
    return (
        line.on.isoformat(), "记", int(line.number), 0, line.memo, line.code, line.name, line.amount.currency,
        line.rate or Decimal(1), foreign, _debit(line), _credit(line),
    )  # fmt: skip


def _yonyou(line: JournalLine, _tax: str) -> tuple[Cell, ...]:
    return (
        line.on.isoformat(), "记", int(line.number), 0, line.memo[:60], line.code, _debit(line),
        _credit(line), None, _foreign(line), line.rate,
    )  # fmt: skip


def _xero(line: JournalLine, tax: str) -> tuple[Cell, ...]:
    where = ("Store", line.store) if line.store else (None, None)
    return (
        f"{line.number} {line.memo}".strip(), f"{line.on:%d/%m/%Y}", line.memo, line.code, tax,
        line.base.amount, *where,
    )  # fmt: skip


def _quickbooks(line: JournalLine, _tax: str) -> tuple[Cell, ...]:
    return (
        line.number, f"{line.on:%m/%d/%Y}", line.name, line.memo, _debit(line), _credit(line),
    )  # fmt: skip


_KINGDEE = (
    "日期", "凭证字", "凭证号", "附单据数", "摘要", "科目代码", "科目名称", "币别", "汇率", "原币金额",
    "借方金额", "贷方金额",
)  # fmt: skip
_YONYOU = (
    "制单日期", "凭证类别字", "凭证号", "附单据数", "摘要", "科目编码", "金额借方", "金额贷方", "数量",
    "外币", "汇率",
)  # fmt: skip

LAYOUTS: dict[str, Layout] = {
    layout.code: layout
    for layout in (
        Layout(
            "kingdee", "Kingdee 金蝶 KIS",
            _KINGDEE,
            _kingdee, SECONDARY, "guide to the voucher import of Kingdee KIS, seridoat.com",
            counted=True,
        ),
        Layout(
            "yonyou", "Yonyou 用友 U8",
            _YONYOU,
            _yonyou, SECONDARY, "description of the U8 ledger tool's text format, 100ksw.com 2010-01-13",
            counted=True,
        ),
        Layout(
            "xero", "Xero",
            ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1",
             "TrackingOption1"),
            _xero, OFFICIAL, "help.xero.com ManualJournalsImport", 300,
        ),
        Layout(
            "quickbooks", "QuickBooks Online",
            ("Journal No.", "Journal Date", "Account Name", "Description", "Debits", "Credits"),
            _quickbooks, OFFICIAL, "quickbooks.intuit.com help, Import journal entries",
        ),
    )
}  # fmt: skip


def average(amount: Money, base: Money) -> Decimal:
    """Units of base per unit of the amount's currency, six decimals: the rate a voucher line came to.

    1 where the amount is zero. Example: 10.00 USD worth 71.00 CNY: 7.100000.
    """
    if not amount:
        return Decimal(1)
    return quantize(Fraction(base.amount) / Fraction(amount.amount), 6)


def rounding_line(first: JournalLine, rest: Money, name: str) -> JournalLine:
    """The line that takes what rounding a voucher left over."""
    return JournalLine(first.number, first.on, first.memo, ROUNDING, name, rest, rest, store=first.store)


def counted(lines: Sequence[JournalLine]) -> list[JournalLine]:
    """Vouchers numbered 1, 2 ... in every month, in their order; what they were called goes into the memo.

    Example: JE-000007 and JE-000009 of October, JE-000012 of November become 1, 2 and 1.
    """
    numbers: dict[str, int] = {}
    taken: dict[tuple[int, int], int] = {}
    out = []
    for line in lines:
        if line.number not in numbers:
            month = (line.on.year, line.on.month)
            numbers[line.number] = taken[month] = taken.get(month, 0) + 1
        memo = f"{line.number} {line.memo}".strip()
        out.append(replace(line, number=str(numbers[line.number]), memo=memo))
    return out
