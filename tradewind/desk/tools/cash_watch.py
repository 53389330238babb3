"""Cash on its way: every break by name, how long things wait, how much lies with whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.treasury import queries
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    INT,
    LINK,
    MONEY,
    PERCENT,
    Column,
    Field,
    Ref,
    Table,
)
from tradewind.desk.nouns._cash import CERTAINTY, provider_name
from tradewind.desk.nouns._money import company_codes
from tradewind.engine.access import Actor
from tradewind.engine.money import quantize

BREAKS = {
    "statement_gap": _("A statement is missing, or lines of it"),
    "payout_failed": _("The channel's transfer failed"),
    "payout_late": _("A payout is late"),
    "receipt_unknown": _("Money came that no settlement explains"),
    "line_unknown": _("A line without its other side"),
    "bank_line_unknown": _("Money in the bank that nothing explains"),
    "withdrawal_lost": _("A withdrawal has not arrived"),
    "arrival_short": _("Less arrived than was bought"),
    "money_came_back": _("A withdrawal came back"),
}
NOUNS = {
    "payouts": _("Payouts"), "collection_lines": _("Collection account lines"),
    "conversions": _("Conversions into home currency"), "bank_lines": _("Bank lines"),
}  # fmt: skip
_BREAKS = (
    Column("what", _("What broke"), value=lambda b: str(BREAKS[b.code]), wide=True),
    Column("row", _("Document"), LINK, lambda b: Ref(b.noun, b.id, b.text)),
    Column("amount", _("Amount"), MONEY),
    Column("on", _("Since"), DATE),
    Column("age_days", _("Days"), INT),
)
_AGES = (
    Column("noun", _("What waits"), value=lambda b: str(NOUNS[b.noun]), wide=True),
    Column("amount", _("Amount"), MONEY),
    Column("to_3", _("Up to 3 days"), INT, lambda b: b.counts[0]),
    Column("to_7", _("Up to 7 days"), INT, lambda b: b.counts[1]),
    Column("to_14", _("Up to 14 days"), INT, lambda b: b.counts[2]),
    Column("to_30", _("Up to 30 days"), INT, lambda b: b.counts[3]),
    Column("to_60", _("Up to 60 days"), INT, lambda b: b.counts[4]),
    Column("longer", _("Longer"), INT, lambda b: b.counts[5]),
    Column("undated", _("Not dated"), INT, lambda b: b.counts[6]),
    Column("oldest", _("Oldest, days"), INT),
)
_SHARES = (
    Column(
        "provider", _("Provider"), value=lambda e: provider_name(e.provider) or str(_("Banks")), wide=True
    ),
    Column("held", _("Lies there"), MONEY),
    Column("underway", _("Under way from there"), MONEY),
    Column("share", _("Share"), PERCENT, lambda e: _percent(e.share)),
    Column("unknown", _("Not counted"), value=lambda e: ", ".join(e.unknown)),
)
_PLACES = (
    Column("name", _("Account"), LINK, lambda p: Ref(p.noun, p.id, p.name)),
    Column("balance", _("Balance"), MONEY),
    Column("on", _("Of the day"), DATE),
    Column("state", _("How sure"), value=lambda p: str(CERTAINTY[p.state]), wide=True),
)


def _percent(share: Fraction | None) -> Any:
    return None if share is None else quantize(share * 100, 1)


def _run(ask: Ask) -> list[Answer]:
    return [_answer(ask.by, row, ask.now.date()) for row in ask.rows]


def _answer(by: Actor, row: Mapping[str, Any], today: date) -> Answer:
    on = row["on"] or today
    companies = Company.objects.order_by("code")
    if row["company"]:
        companies = companies.filter(code=row["company"])
    one = companies[0].pk if row["company"] and companies else None
    found = queries.breaks(by, on, one)
    ages = queries.ageing(by, on, one)
    tables = [
        Table(
            _("What is broken"),
            _BREAKS,
            found,
            _("Nothing is broken: every hop that should be there is there."),
        ),
        Table(_("What waits, by age"), _AGES, ages, _("Nothing waits.")),
    ]
    alerts: list[str] = []
    most = row["most_share"] / 100 if row["most_share"] is not None else queries.most_share(on)
    for company in companies:
        shares = queries.exposures(company.pk, on)
        tables.append(Table(_("With whom the cash lies"), _SHARES, shares, _("No account is open yet.")))
        tables.append(
            Table(_("Balances"), _PLACES, queries.cash_now(company.pk), _("No account is open yet."))
        )
        alerts += _too_much(shares, most)
    if most is None:
        alerts.append(
            _now("No share is set above which a provider is too much: confirm or state it in Rules.")
        )
    figures = {"breaks": len(found), "waiting": sum(sum(a.counts) for a in ages), "alerts": len(alerts)}
    return Answer(
        _now("%(n)d breaks") % {"n": len(found)}, tables=tuple(tables), alerts=tuple(alerts), figures=figures,
    )  # fmt: skip


def _too_much(shares: list[queries.Exposure], most: Any) -> list[str]:
    if most is None:
        return []
    return [
        _now("%(share)s %% of the cash lies with %(provider)s: more than the %(most)s %% set.")
        % {
            "share": _percent(e.share),
            "provider": provider_name(e.provider),
            "most": _percent(Fraction(most)),
        }
        for e in shares
        if e.provider and e.share is not None and e.share > most
    ]


TOOL = Tool(
    code="cash_watch",
    label=_("Cash on its way"),
    stage=6,
    place=19,
    icon="radar",
    view="treasury.view",
    fields=(
        Field("company", _("Company"), CHOICE, False, choices=company_codes),
        Field("on", _("As of"), DATE, False),
        Field("most_share", _("Tell me above this share with one provider"), PERCENT, False, help=_(
            "Left out: the share confirmed in Rules"
        )),
    ),
    run=_run,
    columns=(
        Column("breaks", _("What is broken"), INT),
        Column("waiting", _("Waiting"), INT),
        Column("alerts", _("Alerts"), INT),
    ),
    note=_("From the settlement to the bank: what broke, what waits and for how long, with whom cash lies."),
    example={"company": "", "on": "", "most_share": ""},
)  # fmt: skip
