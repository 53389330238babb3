"""Income and expense of a span of days in base currency, store by store if asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.queries.books import next_month
from tradewind.apps.ledger.queries.reports import PROFIT_AND_LOSS, Report, kept_report, profit_and_loss_of
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import FLAG, MONEY, Fact, Field
from tradewind.desk.nouns._statements import SUMS, missing_alerts, report_table
from tradewind.desk.tools._books import COMPANY, SINCE, UNTIL, begin, span, store_names
from tradewind.engine import statements as s
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

_SHOWN = (s.GROSS, s.TRADING, s.BEFORE_EXCHANGE, s.NET)


def run(ask: Ask) -> list[Answer]:
    """A statement a question."""
    return [_answered(ask.by, row) for row in ask.rows]


def _answered(actor: Actor, row: Any) -> Answer:
    since, until = span(row)
    company_id = int(row["company"])
    kept = _kept(actor, company_id, row) if row["reported"] and not row["by_store"] else None
    report = kept or profit_and_loss_of(actor, company_id, since, until, by_store=bool(row["by_store"]))
    sums = {x.sum: Money(x.minor, report.base) for x in report.lines if x.sum}
    alerts = missing_alerts(report.missing)
    if kept:
        alerts += (_now("As the closed month reported it."),)
    stores = store_names(actor, company_id) if row["by_store"] else None
    return Answer(
        f"{since} - {until}",
        tuple(Fact(SUMS[name], sums[name], MONEY) for name in _SHOWN if name in sums),
        (
            report_table(
                _("Profit and loss"), report, stores=stores, company_id=company_id, span=(since, until)
            ),
        ),
        alerts=alerts,
        figures={"since": since, "until": until, **{name: sums[name] for name in _SHOWN if name in sums}},
    )


def _kept(actor: Actor, company_id: int, row: Any) -> Report | None:
    month = row["since"]
    if actor.stores is not None or month.day != 1 or row["until"] != next_month(month) - timedelta(days=1):
        return None
    return kept_report(actor, company_id, month, PROFIT_AND_LOSS)


TOOL = Tool(
    code="profit_and_loss",
    label=_("Profit and loss"),
    stage=6,
    place=37,
    icon="trending-up",
    view="ledger.view",
    fields=(
        COMPANY,
        SINCE,
        UNTIL,
        Field("by_store", _("Store by store"), FLAG, False),
        Field("reported", _("Closed months as they were reported"), FLAG, False),
    ),
    run=run,
    begin=begin,
    wide=True,
    note=_("Every day at its own exchange rate; exchange differences stand below the trading margin."),
)
