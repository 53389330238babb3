"""Profit and loss and the balance sheet out of account values: where a line stands, what it sums to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tradewind.engine import chart

# Sections of profit and loss in reading order: the house's own accounts of each.
REVENUE, GOODS, SELLING, OVERHEAD = "revenue", "goods", "selling", "overhead"
BANKING, OTHER, EXCHANGE, INCOME_TAX = "banking", "other", "exchange", "income_tax"
_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (REVENUE, ("6001", "6002", "6003", "6004", "6051")),
    (GOODS, ("6401", "6402", "6403", "6404")),
    (SELLING, ("6601", "6602", "6603", "6605", "6610")),
    (OVERHEAD, (chart.OVERHEAD,)),
    (BANKING, (chart.COLLECTION_FEES, chart.BANK_CHARGES)),
    (OTHER, (chart.OTHER_INCOME, chart.OTHER_EXPENSE)),
    (EXCHANGE, (chart.FX_DIFFERENCE, chart.FX_UNREALISED, chart.ROUNDING)),
    (INCOME_TAX, (chart.INCOME_TAX,)),
)
_SECTION_OF = {code: section for section, codes in _SECTIONS for code in codes}
# After which section a sum of everything above stands; exchange differences lie below the trading result.
GROSS, TRADING, BEFORE_EXCHANGE, NET = "gross_profit", "trading_margin", "before_exchange", "net_profit"
_SUMS = {GOODS: GROSS, SELLING: TRADING, OTHER: BEFORE_EXCHANGE, INCOME_TAX: NET}
ASSETS, LIABILITIES, EQUITY, TOGETHER = "assets", "liabilities", "equity", "liabilities_and_equity"
UNCLOSED, UNBOOKED = "unclosed_profit", "exchange_not_booked"


@dataclass(frozen=True, slots=True)
class AccountValue:
    """An account with its value in minor units of one currency; debit positive."""

    code: str
    name: str
    name_zh: str
    kind: str
    standard: str
    minor: int


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a report: an account (`code` set) or a sum (`sum` names it), as a reader signs it.

    In profit and loss income and gains are above zero; in the balance sheet assets, and what is owed.
    """

    section: str
    minor: int
    code: str = ""
    name: str = ""
    name_zh: str = ""
    sum: str = ""


def section_of(value: AccountValue) -> str:
    """Where an account stands in profit and loss; one of nobody's chart by its kind."""
    found = _SECTION_OF.get(value.standard)
    return found or (OTHER if value.kind == chart.INCOME else OVERHEAD)


def profit_and_loss(values: Iterable[AccountValue]) -> list[ReportLine]:
    """Lines of income and expense accounts by section, with the sums between; other kinds are passed over.

    Example: 6001 -100 and 6401 +40 give revenue 100, goods -40, gross profit 60 ... net profit 60.
    """
    kept = [v for v in values if v.kind in (chart.INCOME, chart.EXPENSE)]
    lines: list[ReportLine] = []
    running = 0
    for section, _codes in _SECTIONS:
        mine = sorted((v for v in kept if section_of(v) == section), key=lambda v: v.code)
        lines += [ReportLine(section, -v.minor, v.code, v.name, v.name_zh) for v in mine if v.minor]
        running -= sum(v.minor for v in mine)
        if section in _SUMS:
            lines.append(ReportLine(section, running, sum=_SUMS[section]))
    return lines


def balance_sheet(values: Sequence[AccountValue], left: int = 0) -> list[ReportLine]:
    """Assets, liabilities and equity with their totals; the profit not yet carried over is part of equity.

    `left` are exchange differences nobody has booked yet (a loss above zero): they lessen equity, so that
    assets are always liabilities and equity. Example: 1001 +60, 6001 -100, 6401 +40: assets 60, equity 60.
    """
    lines = _side(values, chart.ASSET, ASSETS, 1)
    lines += _side(values, chart.LIABILITY, LIABILITIES, -1)
    owed = lines[-1].minor
    own = _side(values, chart.EQUITY, EQUITY, -1)
    earned = -sum(v.minor for v in values if v.kind in (chart.INCOME, chart.EXPENSE))
    extra = [ReportLine(EQUITY, earned, sum=UNCLOSED)]
    if left:
        extra.append(ReportLine(EQUITY, -left, sum=UNBOOKED))
    whole = own[-1].minor + earned - left
    lines += [*own[:-1], *extra, ReportLine(EQUITY, whole, sum=EQUITY)]
    lines.append(ReportLine(TOGETHER, owed + whole, sum=TOGETHER))
    return lines


def _side(values: Iterable[AccountValue], kind: str, section: str, sign: int) -> list[ReportLine]:
    mine = sorted((v for v in values if v.kind == kind), key=lambda v: v.code)
    lines = [ReportLine(section, sign * v.minor, v.code, v.name, v.name_zh) for v in mine if v.minor]
    return [*lines, ReportLine(section, sign * sum(v.minor for v in mine), sum=section)]
