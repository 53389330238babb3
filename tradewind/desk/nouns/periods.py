"""Months of the books at the desk."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Period
from tradewind.apps.ledger.operations import close_period
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LONG,
    MONEY,
    NONE,
    STATE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Table,
)
from tradewind.desk.nouns._money import company_choices
from tradewind.desk.nouns.accounts import account_name
from tradewind.engine.access import Actor

_BALANCES = (
    Column("code", _("Account"), value="account.code"),
    Column("name", _("Name"), value=lambda b: account_name(b.account), wide=True),
    Column("amount", _("Balance"), MONEY),
)


def _last_day(p: Period) -> date:
    return queries.next_month(p.month) - timedelta(days=1)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = queries.periods(actor).filter(pk=pk).first()
    if p is None:
        return None
    whole = queries.period_hash(p.company_id, p.month) == p.hash
    alerts = () if whole or p.state != "closed" else (_now("The month no longer gives its hash."),)
    return Detail(
        str(p),
        str(p.company),
        p.state,
        (Fact(_("Company"), str(p.company)), Fact(_("Hash"), p.hash)),
        (Table(_("Trial balance"), _BALANCES, queries.balances(actor, p.company_id, _last_day(p))),),
        alerts=alerts,
    )


def _close(call: Call) -> Outcome:
    v = call.values
    words = {"1901": v["explanation"]} if v["explanation"] else {}
    seal = close_period(
        company_id=int(v["company"]), month=v["month"], explanations=words, now=call.now, by=call.by
    )
    return Outcome(_now("Closed. Its hash is %(hash)s.") % {"hash": seal}, 1)


NOUN = Noun(
    code="periods",
    label=_("Periods"),
    stage=6,
    place=32,
    icon="calendar-check",
    prefix="per",
    view="ledger.view",
    rows=queries.periods,
    columns=(
        Column("month", _("Month"), value=str, sort="month"),
        Column("company", _("Company"), value=lambda p: str(p.company), wide=True),
        Column("state", _("State"), STATE),
        Column("hash", _("Hash"), value=lambda p: p.hash[:12]),
    ),
    detail=_detail,
    order="-month",
    state_field="state",
    states=(("open", _("Open"), "wait"), ("closed", _("Closed"), "done")),
    filters=(Filter("company", _("Company"), "company_id", company_choices),),
    actions=(
        Action(
            "close",
            _("Close a month"),
            _close,
            "ledger.change",
            NONE,
            (
                Field("company", _("Company"), CHOICE, choices=company_choices),
                Field("month", _("Month"), DATE, help=_("Any day of it")),
                Field(
                    "explanation",
                    _("Why settlement clearing is not zero"),
                    LONG,
                    required=False,
                    help=_("Needed when payouts are still on their way"),
                ),
            ),
            danger=True,
            confirm=_("A closed month is never opened again. Close it?"),
        ),
    ),
    empty=_("No month has been closed yet."),
    audit_kind="period",
    title_of=str,
    note=_("Late news of a closed month is booked on the first open day."),
)
