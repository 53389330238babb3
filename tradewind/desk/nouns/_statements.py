"""Reports of the books in words: what sections, sums and points of the checklist are called, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.queries.reports import Report
from tradewind.desk.kernel import LINK, MONEY, Aim, Column, Label, Table
from tradewind.engine import statements as s
from tradewind.engine.money import Money

SECTIONS: dict[str, Label] = {
    s.REVENUE: _("Revenue"), s.GOODS: _("Cost of goods"), s.SELLING: _("Selling expenses"),
    s.OVERHEAD: _("Overhead"), s.BANKING: _("Collection and bank fees"), s.OTHER: _("Other"),
    s.EXCHANGE: _("Exchange differences"), s.INCOME_TAX: _("Income tax"), s.ASSETS: _("Assets"),
    s.LIABILITIES: _("Liabilities"), s.EQUITY: _("Equity"), s.TOGETHER: "",
}  # fmt: skip
SUMS: dict[str, Label] = {
    s.GROSS: _("Gross profit"), s.TRADING: _("Trading margin"),
    s.BEFORE_EXCHANGE: _("Profit before exchange differences"), s.NET: _("Net profit"),
    s.ASSETS: _("Assets in all"), s.LIABILITIES: _("Liabilities in all"), s.EQUITY: _("Equity in all"),
    s.TOGETHER: _("Liabilities and equity"), s.UNCLOSED: _("Profit not yet carried over"),
    s.UNBOOKED: _("Exchange differences not booked yet"),
}  # fmt: skip
_BY_COLUMN = 12  # stores side by side; more stand only in the file


def line_name(line: s.ReportLine) -> str:
    """A line in the reader's language: an account by its name, a sum by what it is."""
    if line.sum:
        return str(SUMS[line.sum])
    chinese = (get_language() or "").startswith("zh")
    return f"{line.code} {line.name_zh if chinese else line.name}"


def report_table(
    title: Label,
    report: Report,
    *,
    stores: dict[int | None, str] | None = None,
    company_id: int | None = None,
    span: tuple[date, date] | None = None,
) -> Table:
    """A report as a table; with `stores` a column each, with `span` an account opens its postings."""
    parts = [(k, v) for k, v in (stores or {}).items() if k in report.by_store][:_BY_COLUMN]
    values = [{_key(x): x.minor for x in report.by_store[store]} for store, _name in parts]
    rows = []
    for line in report.lines:
        row: dict[str, Any] = {
            "section": "" if line.sum else str(SECTIONS[line.section]),
            "name": _aimed(line, company_id, span),
            "amount": Money(line.minor, report.base),
        }
        for number, found in enumerate(values):
            row[f"store{number}"] = Money(found.get(_key(line), 0), report.base)
        rows.append(row)
    columns = [
        Column("section", _("Section of the report")),
        Column("name", _("Line of the report"), LINK, wide=True),
        Column("amount", _("Amount"), MONEY),
    ]  # fmt: skip
    columns += [Column(f"store{n}", name, MONEY) for n, (_store, name) in enumerate(parts)]
    return Table(title, tuple(columns), rows)


def _key(line: s.ReportLine) -> tuple[str, str, str]:
    return line.section, line.code, line.sum


def _aimed(line: s.ReportLine, company_id: int | None, span: tuple[date, date] | None) -> Any:
    if line.sum or company_id is None or span is None:
        return line_name(line)
    given = {
        "company": str(company_id),
        "account": line.code,
        "since": span[0].isoformat(),
        "until": span[1].isoformat(),
    }
    return Aim(line_name(line), "tools/general_ledger/", given)


def missing_alerts(missing: Sequence[tuple[str, date]]) -> tuple[str, ...]:
    """What is said where rates are missing: then a report is not whole."""
    if not missing:
        return ()
    named = ", ".join(f"{currency} {on}" for currency, on in missing[:6])
    more = f" ... ({len(missing)})" if len(missing) > 6 else ""
    return (
        _now("Not whole: there is no exchange rate for %(days)s. Import rates and ask again.")
        % {"days": named + more},
    )


POINTS: dict[str, Label] = {
    "not_over": _("The month is over"),
    "earlier_month": _("Earlier months are closed"),
    "unposted_entries": _("Every entry is posted"),
    "unbooked_sales": _("Every shipped order is booked"),
    "unbooked_receipts": _("Goods received are booked"),
    "missing_costs": _("No order lacks a cost"),
    "held_settlements": _("Settlements are explained"),
    "unknown_kinds": _("No settlement line is of an unknown kind"),
    "remainders": _("No settlement has a remainder"),
    "overlaps": _("No settlement line stands in two files"),
    "open_proposals": _("Matches are decided"),
    "bills_not_audited": _("Bills are audited"),
    "bills_not_accepted": _("Bills are accepted"),
    "unmatched_receipts": _("Money received belongs to payouts"),
    "unmatched_bank_lines": _("Bank receipts are explained"),
    "clearing": _("Settlement clearing is zero"),
    "stock_tied": _("Stock agrees with its accounts"),
    "freight_accrued": _("Freight without a bill is accrued"),
    "rates": _("Every exchange rate is there"),
    "revalued": _("Exchange differences are booked"),
}
