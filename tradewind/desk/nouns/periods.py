"""Months of the books at the desk: the checklist, what a closed month reported, what came later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Period
from tradewind.apps.ledger.operations import accrue_freight, close_period, open_periods, revalue
from tradewind.apps.ledger.operations.periods import EVERYTHING
from tradewind.apps.ledger.queries.checklist import Item, checklist
from tradewind.apps.ledger.queries.reports import BALANCE_SHEET, PROFIT_AND_LOSS, kept_report
from tradewind.desk.kernel import (
    DATE,
    FLAG,
    INT,
    LINK,
    LONG,
    MONEY,
    NONE,
    ONE,
    STATE,
    Action,
    Aim,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import company_choices
from tradewind.desk.nouns._statements import POINTS, missing_alerts, report_table
from tradewind.desk.nouns.accounts import account_name
from tradewind.desk.nouns.entries import EVENTS
from tradewind.engine.access import Actor

_BALANCES = (
    Column("code", _("Ledger account"), value="account.code"),
    Column("name", _("Name"), value=lambda b: account_name(b.account), wide=True),
    Column("amount", _("Balance"), MONEY),
)
_CHECKLIST = (
    Column("done", _("Done"), FLAG),
    Column("point", _("Point"), value=lambda i: str(POINTS.get(i.code, i.code)), wide=True),
    Column("count", _("Open"), INT, lambda i: i.count or None),
    Column("amounts", _("Amounts"), value=lambda i: ", ".join(str(a) for a in i.amounts)),
    Column("where", _("Where"), LINK, lambda i: _where(i)),
    Column("hard", _("Must be done"), FLAG),
)
_LATE = (
    Column("entry", _("Entry"), LINK, lambda e: Ref("entries", e.pk, str(e))),
    Column("of_day", _("Of"), DATE),
    Column("on", _("Booked on"), DATE),
    Column("event", _("Event"), value=lambda e: str(EVENTS.get(e.event, e.event))),
    Column("memo", _("Document"), wide=True),
)
SHOWN = 200


def _where(item: Item) -> Any:
    if item.done or not item.where:
        return None
    path, _mark, query = item.where.partition("?")
    return Aim(_now("Show"), path.rstrip("/") + "/", dict(parse_qsl(query)))


def _last_day(p: Period) -> date:
    return queries.next_month(p.month) - timedelta(days=1)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = queries.periods(actor).filter(pk=pk).first()
    if p is None:
        return None
    return _closed(actor, p) if p.state == "closed" else _open(actor, p)


def _open(actor: Actor, p: Period) -> Detail:
    items: list[Item] = []
    if actor.stores is None:
        items = checklist(actor, p.company_id, p.month, timezone.now().date())
    left = [i for i in items if not i.done]
    facts = (
        Fact(_("Company"), str(p.company)),
        Fact(_("Points open"), len(left), INT),
        Fact(_("Of these must be done"), sum(i.hard for i in left), INT),
    )
    tables = (
        Table(_("Checklist"), _CHECKLIST, items, _("Shown to those who see every store.")),
        Table(_("Trial balance"), _BALANCES, queries.balances(actor, p.company_id, _last_day(p))),
    )
    return Detail(str(p), str(p.company), p.state, facts, tables)


def _closed(actor: Actor, p: Period) -> Detail:
    whole = queries.period_hash(p.company_id, p.month) == p.hash
    alerts: tuple[Any, ...] = () if whole else (_now("The month no longer gives its hash."),)
    late = queries.late_entries(actor, p.company_id, p.month)
    tables = []
    for code, title in ((PROFIT_AND_LOSS, _("Profit and loss")), (BALANCE_SHEET, _("Balance sheet"))):
        kept = kept_report(actor, p.company_id, p.month, code) if actor.stores is None else None
        if kept is not None:
            alerts += missing_alerts(kept.missing) if code == BALANCE_SHEET else ()
            tables.append(report_table(title, kept))
    tables.append(
        Table(
            _("Known later: booked in a later month"), _LATE, list(late[:SHOWN]),
            _("Nothing of this month has come to light since."),
        )
    )  # fmt: skip
    balances = queries.balances(actor, p.company_id, _last_day(p))
    tables.append(Table(_("Trial balance"), _BALANCES, balances))
    facts = (
        Fact(_("Company"), str(p.company)),
        Fact(_("Hash"), p.hash),
        Fact(_("Known later"), late.count(), INT),
    )
    return Detail(str(p), str(p.company), p.state, facts, tuple(tables), alerts=alerts)


def _period(call: Call) -> Period:
    return Period.objects.get(pk=call.ids[0])


def _close(call: Call) -> Outcome:
    p = _period(call)
    words = {EVERYTHING: call.values["explanation"]} if call.values["explanation"] else {}
    seal = close_period(company_id=p.company_id, month=p.month, explanations=words, now=call.now, by=call.by)
    return Outcome(_now("Closed. Its hash is %(hash)s.") % {"hash": seal}, 1)


def _revalue(call: Call) -> Outcome:
    p = _period(call)
    made = revalue(company_id=p.company_id, month=p.month, now=call.now, by=call.by)
    if not made:
        return Outcome(_now("Nothing is left to book."))
    return Outcome(_now("Exchange differences booked."), len(made), Ref("entries", made[0], ""))


def _accrue(call: Call) -> Outcome:
    p = _period(call)
    made = accrue_freight(company_id=p.company_id, month=p.month, now=call.now, by=call.by)
    if not made:
        return Outcome(_now("Nothing is left to book."))
    return Outcome(
        _now("Freight accrued; it is taken back next month."), len(made), Ref("entries", made[0], "")
    )


def _months(call: Call) -> Outcome:
    done = open_periods(now=call.now, by=call.by)
    return Outcome(_now("%(n)d months opened.") % {"n": done}, done)


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
    states=(("open", _("Not closed yet"), "wait"), ("closed", _("Month closed"), "done")),
    filters=(Filter("company", _("Company"), "company_id", company_choices),),
    actions=(
        Action("months", _("Open new months"), _months, "ledger.change", NONE),
        Action("accrue_freight", _("Accrue freight"), _accrue, "ledger.change", ONE, states=("open",)),
        Action("revalue", _("Book exchange differences"), _revalue, "ledger.change", ONE, states=("open",)),
        Action(
            "close",
            _("Close the month"),
            _close,
            "ledger.change",
            ONE,
            (
                Field(
                    "explanation",
                    _("Why open points may stay so"),
                    LONG,
                    required=False,
                    help=_("Kept with the month. What must be done cannot be explained away."),
                ),
            ),
            states=("open",),
            danger=True,
            confirm=_("A closed month is never opened again. Close it?"),
        ),
    ),
    empty=_("Months appear with their first entry."),
    audit_kind="period",
    title_of=str,
    note=_("Late news of a closed month is booked on the first open day."),
)
