"""How well kept forecasts did: the error by how many days ahead cash was foretold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.payables.queries.kept import forecasts, horizon_errors
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, INT, MONEY, Column, Fact, Field, Table
from tradewind.desk.nouns._money import company_choices
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem

_MOST = 400  # forecasts, the newest
_COLUMNS = (
    Column("horizon", _("Days ahead"), INT),
    Column("forecasts", _("Forecasts"), INT),
    Column("within", _("Within the band"), INT),
    Column("mean", _("Mean error"), MONEY),
    Column("median", _("Half were closer than"), MONEY),
    Column("worst", _("Worst"), MONEY),
)


def run(ask: Ask) -> list[Answer]:
    """Every question's errors."""
    return [_answered(ask.by, row, ask.now.date()) for row in ask.rows]


def _answered(by: Actor, row: Mapping[str, Any], today: date) -> Answer:
    company = row["company"] or Company.objects.order_by("code").values_list("id", flat=True).first()
    if company is None:
        return Answer(problems=(Problem(None, "company", "", _now("there is no such company")),))
    kept = list(forecasts(by).filter(company_id=int(company), made_on__lt=today).order_by("-made_on")[:_MOST])
    errors = horizon_errors(kept, today)
    week = next((e for e in errors if e.horizon == 7), None)
    title = _now("No forecast has come of age yet")
    if errors:
        title = _now("Errors of %(n)d forecasts") % {"n": len(kept)}
    return Answer(
        title,
        (
            Fact(_("Company"), str(Company.objects.get(pk=company))),
            Fact(_("Kept forecasts"), len(kept), INT),
            Fact(_("A week ahead half were closer than"), week.median if week else None, MONEY),
        ),
        (
            Table(
                _("Error by days ahead"),
                _COLUMNS,
                errors,
                _("A forecast is kept every day; come back tomorrow."),
            ),
        ),
        figures={
            "forecasts": len(kept),
            "week_median": week.median if week else None,
            "week_within": week.within if week else None,
        },
    )


TOOL = Tool(
    code="forecast_error",
    label=_("Errors of forecasts"),
    stage=6,
    place=30,
    icon="target",
    view="treasury.view",
    fields=(
        Field("company", _("Company"), CHOICE, False, choices=company_choices, help=_("Empty: the first")),
    ),
    run=run,
    wide=True,
    columns=(
        Column("forecasts", _("Forecasts"), INT),
        Column("week_median", _("A week ahead half were closer than"), MONEY),
        Column("week_within", _("Within the band"), INT),
    ),
    note=_("What was foretold less what came, at the rates of the day the forecast was made."),
    example={},
)
