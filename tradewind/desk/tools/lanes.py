"""Which lane restocks a warehouse cheapest: freight, cash on the way, waiting stock, stock-outs together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import Service, Warehouse
from tradewind.apps.stock.queries import transit_days
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    FLAG,
    INT,
    MONEY,
    PERCENT,
    TEXT,
    Column,
    Fact,
    Field,
    Table,
)
from tradewind.desk.nouns._upstream import services, warehouses
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.lanes import MARGIN, VALUE, Flip, Lane, LaneCost, LanePlan, Need, plan_lanes
from tradewind.engine.money import Money, quantize

MONTH = 30
DRIVERS = {VALUE: _("Cost of a unit"), MARGIN: _("Margin lost a unit")}


@dataclass(frozen=True, slots=True)
class _History:
    """Own transit times by (destination code, service code), read once for all questions."""

    days: Mapping[tuple[str, str], Sequence[int]]

    def of(self, service: str, destination: str) -> tuple[int, ...]:
        return tuple(
            sorted(
                day
                for (to, code), days in self.days.items()
                if code == service and destination in ("", to)
                for day in days
            )
        )


def _history(ask: Ask) -> _History:
    codes = dict(Service.objects.values_list("pk", "code"))
    places = dict(Warehouse.objects.values_list("pk", "code"))
    return _History(
        {(places[to], codes[service]): days for (to, service), days in transit_days(ask.by).items()}
    )


def run(ask: Ask) -> list[Answer]:
    """Lanes of every question, cheapest first."""
    history = _history(ask)
    return [_answered(row, history) for row in ask.rows]


def _answered(row: Mapping[str, Any], history: _History) -> Answer:
    try:
        return _answer(plan_lanes(_need(row), _lanes(row, history)))
    except Refused as refused:
        return Answer(
            problems=tuple(replace(p, field=_where(p), reason=_now(p.reason)) for p in refused.problems)
        )


def _where(problem: Problem) -> str:
    return problem.field if problem.row is None else f"lines.{problem.row}.{problem.field}"


def _need(row: Mapping[str, Any]) -> Need:
    storage = row["storage"]
    if storage is not None and storage.currency != row["value"].currency:
        reason = "another currency than the unit's cost"
        raise Refused([Problem(None, "storage", storage.currency, reason, row["value"].currency)])
    a_day = Fraction(0) if storage is None else Fraction(storage.amount) / MONTH
    return Need(row["units_a_day"], row["value"], row["margin"], row["capital_rate"] / 100, a_day)


def _lanes(row: Mapping[str, Any], history: _History) -> list[Lane]:
    """Lanes with their transit times: those stated, else own history."""
    problems: list[Problem] = []
    found = []
    for no, line in enumerate(row["lines"], 1):
        said = line["days"] or ""
        words = re.split(r"[\s,;]+", said.strip()) if said.strip() else []
        if not all(word.isascii() and word.isdigit() and len(word) < 4 for word in words):
            problems.append(Problem(no, "days", said, "is not a list of days", "28 31 30 44"))
            words = []
        days = tuple(map(int, words)) or history.of(line["service"] or "", row["destination"] or "")
        name = line["name"] or line["service"] or f"{no}"
        found.append(Lane(name, line["freight"], line["interval_days"], days, stated=bool(words)))
    if problems:
        raise Refused(problems)
    return found


def _answer(plan: LanePlan) -> Answer:
    best = plan.lanes[0]
    currency = best.cash.currency
    figures = {
        "best": best.lane.name, "unit_cost": _money(best.unit_cost, currency), "p50": best.p50,
        "p90": best.p90, "lead": best.lead, "year": best.year.amount, "cash": best.cash,
    }  # fmt: skip
    title = _now("%(lane)s restocks cheapest") % {"lane": best.lane.name}
    facts = (
        Fact(_("Cost of a year"), best.year.amount, MONEY, best.year),
        Fact(_("Send so many days ahead"), best.lead, INT),
        Fact(_("Cash tied up on average"), best.cash, MONEY),
    )
    tables = [Table(_("Lanes"), LANES, [_row(plan, lane) for lane in plan.lanes])]
    flips = [_flip(over, flip, currency) for over, found in plan.flips.items() for flip in found]
    tables.append(
        Table(_("Where another lane becomes best"), FLIPS, flips, _("Nowhere: it is best at any figure."))
    )
    trees = tuple((lane.lane.name, lane.year, "") for lane in plan.lanes)
    few = [lane.lane.name for lane in plan.lanes if lane.year.state != "actual"]
    alerts = (_now("Too few own observations, or days as stated: %(lanes)s") % {"lanes": ", ".join(few)},)
    return Answer(title, facts, tuple(tables), trees, alerts if few else (), figures)


def _money(amount: Any, currency: str) -> Money:
    return Money.rounded(amount, currency)


def _row(plan: LanePlan, cost: LaneCost) -> dict[str, Any]:
    currency = cost.cash.currency
    return {
        "lane": cost.lane.name, "unit_cost": _money(cost.unit_cost, currency), "year": cost.year.amount,
        "p50": cost.p50, "p90": cost.p90, "observed": len(cost.lane.days), "stated": cost.lane.stated,
        "lead": cost.lead, "late": quantize(cost.late_share * 100, 1), "cash": cost.cash,
        "room": None if cost is plan.lanes[0] else _money(plan.room(cost), currency),
    }  # fmt: skip


def _flip(over: str, flip: Flip, currency: str) -> dict[str, Any]:
    return {
        "driver": DRIVERS[over],
        "at": _money(flip.at, currency),
        "below": flip.below,
        "above": flip.above,
    }


LANES = (
    Column("lane", _("Restocking lane")), Column("unit_cost", _("All in, a unit"), MONEY),
    Column("year", _("A year"), MONEY), Column("p50", _("Half arrive within, days"), INT),
    Column("p90", _("Nine of ten within, days"), INT), Column("observed", _("Observations"), INT),
    Column("stated", _("Days stated, not observed"), FLAG), Column("lead", _("Send so many days ahead"), INT),
    Column("late", _("Batches late, %"), DECIMAL), Column("cash", _("Cash tied up on average"), MONEY),
    Column("room", _("Best again if its freight fell by"), MONEY),
)  # fmt: skip
FLIPS = (
    Column("driver", _("Figure")), Column("at", _("Break-even"), MONEY), Column("below", _("Best below")),
    Column("above", _("Best above")),
)  # fmt: skip
TOOL = Tool(
    code="lanes",
    label=_("Restocking lanes"),
    stage=2,
    place=60,
    icon="ship",
    view="stock.view",
    fields=(
        Field("units_a_day", _("Units sold a day"), DECIMAL),
        Field("value", _("Cost of a unit"), MONEY),
        Field("margin", _("Margin lost a unit"), MONEY,
              help=_("What a unit earns that cannot be sold for want of stock")),
        Field("capital_rate", _("Cost of capital a year"), PERCENT),
        Field("storage", _("Storage a unit and month"), MONEY, False),
        Field("destination", _("Destination"), CHOICE, False, warehouses,
              _("Whose first legs are learnt from; all when left out")),
    ),
    lines=(
        Field("name", _("Name"), TEXT, False),
        Field("service", _("Shipping service"), CHOICE, False, services,
              _("Its own first legs give the transit times")),
        Field("freight", _("Freight a unit"), MONEY),
        Field("interval_days", _("Days between batches"), INT),
        Field("days", _("Transit times in days"), TEXT, False,
              help=_("Only when there is no history: 28 31 30 44")),
    ),
    run=run,
    columns=(
        Column("best", _("Restocking lane")), Column("unit_cost", _("All in, a unit"), MONEY),
        Column("p50", _("Half arrive within, days"), INT), Column("p90", _("Nine of ten within, days"), INT),
        Column("lead", _("Send so many days ahead"), INT), Column("year", _("A year"), MONEY),
        Column("cash", _("Cash tied up on average"), MONEY),
    ),
    note=_("Own transit times as they were, no curve fitted. Demand is taken as even from day to day."),
    example={
        "units_a_day": "10", "value": "12 USD", "margin": "9 USD", "capital_rate": "12",
        "storage": "0.30 USD",
        "lines": [
            {"name": "sea", "freight": "1.00 USD", "interval_days": "30",
             "days": "28 30 30 31 33 34 35 38 41 60"},
            {"name": "air", "freight": "5.00 USD", "interval_days": "7", "days": "5 5 6 6 6 7 7 8 9 12"},
        ],
    },
)  # fmt: skip
