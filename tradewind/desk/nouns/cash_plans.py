"""Plans of cash at the desk: ads, payroll, rent, tax, income, with their bands."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.payables.models import CashPlan
from tradewind.apps.payables.operations import NewCashPlan, end_plans, plan_cash
from tradewind.apps.payables.queries import pool
from tradewind.apps.payables.queries.planned import INCOME, PLAN_KINDS
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    INT,
    LONG,
    MANY,
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
    Ref,
)
from tradewind.desk.nouns._money import company_choices
from tradewind.desk.nouns._payables import KINDS
from tradewind.desk.nouns._upstream import text
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

PLANNED = {code: KINDS[code] for code in PLAN_KINDS if code in KINDS} | {INCOME: _("Money coming in")}
EVERY = {
    "once": _("Once"),
    "week": _("Every week"),
    "month": _("Every month"),
    "quarter": _("Every quarter"),
    "year": _("Every year"),
}


def _low(p: CashPlan) -> Money:
    return Money(p.low_minor, p.currency)


def _likely(p: CashPlan) -> Money:
    return Money(p.amount_minor, p.currency)


def _high(p: CashPlan) -> Money:
    return Money(p.high_minor, p.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = pool.plans(actor).filter(pk=pk).first()
    if p is None:
        return None
    return Detail(
        p.name,
        str(p.company),
        p.state,
        (
            Fact(_("Kind"), PLANNED[p.kind]),
            Fact(_("Creditor"), p.creditor),
            Fact(_("At least"), _low(p), MONEY),
            Fact(_("Likely"), _likely(p), MONEY),
            Fact(_("At most"), _high(p), MONEY),
            Fact(_("How often"), EVERY[p.every]),
            Fact(_("First on"), p.first_on, DATE),
            Fact(_("Until"), p.until, DATE),
            Fact(_("Becomes a payable days ahead"), p.raise_days, INT),
        ),
    )


def _create(call: Call) -> Outcome:
    v = call.values
    new = NewCashPlan(
        int(v["company"]), v["kind"], v["name"], v["amount"], v["every"], v["first_on"], v["low"], v["high"],
        text(call, "creditor"), v["until"], v["raise_days"],
    )  # fmt: skip
    [pk] = plan_cash(plans=[new], now=call.now, by=call.by)
    return Outcome(_("The plan stands in the calendar."), 1, Ref("cash_plans", pk, new.name))


def _end(call: Call) -> Outcome:
    done = end_plans(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d plans ended.") % {"n": len(done)}, len(done))


NOUN = Noun(
    code="cash_plans",
    label=_("Cash plans"),
    stage=6,
    place=29,
    icon="calendar-clock",
    prefix="cpl",
    view="treasury.view",
    rows=pool.plans,
    columns=(
        Column("name", _("Name"), sort="name", wide=True),
        Column("kind", _("Kind"), value=lambda p: str(PLANNED[p.kind]), sort="kind"),
        Column("low", _("At least"), MONEY, _low),
        Column("amount", _("Likely"), MONEY, _likely, sort="amount_minor"),
        Column("high", _("At most"), MONEY, _high),
        Column("every", _("How often"), value=lambda p: str(EVERY[p.every])),
        Column("first_on", _("First on"), DATE, sort="first_on"),
        Column("until", _("Until"), DATE),
        Column("company", _("Company"), value=lambda p: str(p.company)),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="name",
    search=("name__icontains",),
    state_field="state",
    states=(("active", _("In the calendar"), "good"), ("ended", _("Out of the calendar"), "idle")),
    filters=(
        Filter("kind", _("Kind"), "kind", lambda _actor: list(PLANNED.items())),
        Filter("company", _("Company"), "company_id", company_choices),
    ),
    actions=(
        Action("create", _("Plan cash"), _create, "payables.change", NONE, (
            Field("company", _("Company"), CHOICE, choices=company_choices),
            Field("kind", _("Kind"), CHOICE, choices=lambda _actor: list(PLANNED.items())),
            Field("name", _("Name")),
            Field("amount", _("Likely"), MONEY),
            Field("low", _("At least"), MONEY, False, help=_("Empty: as likely")),
            Field("high", _("At most"), MONEY, False, help=_("Empty: as likely")),
            Field("every", _("How often"), CHOICE, choices=lambda _actor: list(EVERY.items()),
                  initial="month"),
            Field("first_on", _("First on"), DATE),
            Field("until", _("Until"), DATE, False),
            Field("creditor", _("Creditor"), required=False),
            Field("raise_days", _("Becomes a payable days ahead"), INT, False,
                  help=_("Empty: it is charged by itself and only expected")),
        ), key="n"),
        Action("end", _("End the plan"), _end, "payables.change", MANY, (Field("reason", _("Reason"), LONG),),
               states=("active",), danger=True),
    ),
    empty=_("Plan ads, payroll, rent and tax, so that the cash calendar knows them."),
    audit_kind="cash_plan",
    title_of="name",
    note=_("Money expected again and again, with the least and the most it may be."),
)  # fmt: skip
