"""Kept forecasts of cash at the desk, each beside what came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.payables.models import Forecast
from tradewind.apps.payables.operations import keep_forecasts, set_cash_floor
from tradewind.apps.payables.queries.kept import forecasts, misses
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FLAG,
    INT,
    MONEY,
    NONE,
    PERCENT,
    TIME,
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
from tradewind.desk.nouns._money import company_choices, typed_money
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

_MISSES = (
    Column("horizon", _("Days ahead"), INT),
    Column("on", _("Evening of"), DATE),
    Column("foretold", _("Foretold"), MONEY),
    Column("came", _("What was there"), MONEY),
    Column("error", _("Forecast error"), MONEY),
    Column("share", _("Of the money foretold to move"), PERCENT),
    Column("within", _("Within the band"), FLAG),
)
_DAYS = (
    Column("on", _("Evening of"), DATE),
    Column("coming", _("Coming in"), MONEY),
    Column("going", _("Going out"), MONEY),
    Column("low", _("Cautious"), MONEY),
    Column("likely", _("Likely"), MONEY),
    Column("high", _("Hopeful"), MONEY),
)


def today() -> date:
    """The day it is, as forecasts count days."""
    return datetime.now(UTC).date()


def _opening(f: Forecast) -> Money:
    return Money(f.opening_minor, f.currency)


def _days(f: Forecast) -> list[dict[str, Any]]:
    curve: Any = f.curve
    rows = []
    for n, (low, likely, high, coming, going) in enumerate(curve["days"]):
        amounts = {"low": low, "likely": likely, "high": high, "coming": coming, "going": going}
        rows.append(
            {"on": f.made_on + timedelta(days=n)} | {k: Money(v, f.currency) for k, v in amounts.items()}
        )
    return rows


def _detail(actor: Actor, pk: int) -> Detail | None:
    f = forecasts(actor).filter(pk=pk).first()
    if f is None:
        return None
    rows = _days(f)
    low = min(rows, key=lambda row: row["likely"].minor)
    return Detail(
        f.made_on.isoformat(),
        str(f.company),
        facts=(
            Fact(_("Kept at"), f.made_at, TIME),
            Fact(_("Days"), f.days, INT),
            Fact(_("Cash on that day"), _opening(f), MONEY),
            Fact(_("Lowest evening, likely"), low["likely"], MONEY),
            Fact(_("On the day"), low["on"], DATE),
        ),
        tables=(
            Table(
                _("Foretold and what came"), _MISSES, misses(f, today()), _("No evening of it is over yet.")
            ),
            Table(_("Day by day"), _DAYS, rows),
        ),
    )


def _keep(call: Call) -> Outcome:
    done = keep_forecasts(now=call.now, by=call.by)
    return Outcome(_now("%(n)d forecasts kept; one a day is enough.") % {"n": done}, done)


def _floor(call: Call) -> Outcome:
    company = Company.objects.get(pk=int(call.values["company"]))
    amount = typed_money(call.values["amount"], company.base_currency)
    set_cash_floor(company_id=company.pk, amount=amount, now=call.now, by=call.by)
    return Outcome(_("The cash calendar warns below it from now on."), 1)


NOUN = Noun(
    code="forecasts",
    label=_("Kept forecasts"),
    stage=6,
    place=29,
    icon="history",
    prefix="fct",
    view="treasury.view",
    rows=forecasts,
    columns=(
        Column("made_on", _("Made on"), DATE, sort="made_on"),
        Column("company", _("Company"), value=lambda f: str(f.company), wide=True),
        Column("opening", _("Cash on that day"), MONEY, _opening),
        Column("days", _("Days"), INT),
    ),
    detail=_detail,
    order="-made_on",
    filters=(Filter("company", _("Company"), "company_id", company_choices),),
    actions=(
        Action("keep", _("Keep today's forecast"), _keep, "payables.change", NONE, key="k"),
        Action("floor", _("Set the least cash to hold"), _floor, "payables.approve", NONE, (
            Field("company", _("Company"), CHOICE, choices=company_choices),
            Field("amount", _("Amount"), help=_("In the company's own currency, e.g. 200000")),
        )),
    ),
    empty=_("A forecast is kept every day; its error shows once days have passed."),
    audit_kind="forecast",
    title_of=lambda f: f.made_on.isoformat(),
    note=_("The cash calendar as it stood on a day, compared with what came."),
)  # fmt: skip
