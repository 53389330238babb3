"""Assets, liabilities and equity at the end of a day, in base currency."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.queries.books import next_month
from tradewind.apps.ledger.queries.reports import BALANCE_SHEET, Report, balance_sheet_on, kept_report
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import FLAG, MONEY, Fact, Field
from tradewind.desk.nouns._statements import SUMS, missing_alerts, report_table
from tradewind.desk.tools._books import COMPANY, UNTIL, begin
from tradewind.engine import statements as s
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def run(ask: Ask) -> list[Answer]:
    """A balance sheet a question."""
    return [_answered(ask.by, row) for row in ask.rows]


def _answered(actor: Actor, row: Any) -> Answer:
    company_id, until = int(row["company"]), row["until"]
    kept = _kept(actor, company_id, until) if row["reported"] else None
    report = kept or balance_sheet_on(actor, company_id, until)
    sums = {x.sum: Money(x.minor, report.base) for x in report.lines if x.sum}
    alerts = missing_alerts(report.missing)
    if kept:
        alerts += (_now("As the closed month reported it."),)
    if report.missing and not kept:
        return Answer(str(until), alerts=alerts, figures={"until": until})
    shown = (s.ASSETS, s.LIABILITIES, s.EQUITY)
    return Answer(
        str(until),
        tuple(Fact(SUMS[name], sums[name], MONEY) for name in shown if name in sums),
        (report_table(_("Balance sheet"), report, company_id=company_id, span=(_first(until), until)),),
        alerts=alerts,
        figures={"until": until, **{name: sums[name] for name in shown if name in sums}},
    )


def _first(until: date) -> date:
    return until.replace(day=1)


def _kept(actor: Actor, company_id: int, until: date) -> Report | None:
    month = until.replace(day=1)
    if until != next_month(month) - timedelta(days=1):
        return None
    return kept_report(actor, company_id, month, BALANCE_SHEET)


TOOL = Tool(
    code="balance_sheet",
    label=_("Balance sheet"),
    stage=6,
    place=36,
    icon="landmark",
    view="ledger.view",
    fields=(COMPANY, UNTIL, Field("reported", _("Closed months as they were reported"), FLAG, False)),
    run=run,
    begin=begin,
    note=_("Money at the rate of the last day, everything else at the rate of its own day."),
)
