"""Profit by any dimension: a pivot whose every figure opens the documents it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.queries.bearing import Borne, explore_with_shared, sees_shared, whole_months
from tradewind.apps.profit.queries.dimensions import Span
from tradewind.apps.profit.queries.explorer import Group, explore, whole
from tradewind.apps.profit.queries.shared_costs import rules_of
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, FLAG, INT, LINK, MONEY, PERCENT, Aim, Column, Fact, Field
from tradewind.desk.nouns._profit import (
    COMPONENTS,
    COST,
    PROFIT,
    STATES,
    dimension_choices,
    span_fields,
    span_of,
)
from tradewind.desk.tools._pivot import MEASURES, margin, pivot
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, Breakdown
from tradewind.engine.money import Money


def run(ask: Ask) -> list[Answer]:
    """Every question's pivot."""
    return [_answer(row, ask.by) for row in ask.rows]


def _answer(row: Mapping[str, Any], by: Actor) -> Answer:
    span = span_of(row)
    along = [row["rows"], *(d for d in (row["then"], row["across"]) if d)]
    along = list(dict.fromkeys(along))
    groups, laid = _groups(by, span, along, bool(row["shared"]))
    if row["shared"]:
        span = whole_months(span)
    totals = whole(groups)
    across = row["across"] if row["across"] in along[1:] else ""
    table = pivot(groups, along, across, row["measure"] or PROFIT, span, by)
    alerts = [*_alerts(totals), *_left(laid)]
    return Answer(
        "",
        _facts(totals, row, by),
        (table,),
        alerts=tuple(alerts),
        figures=_figures(totals),
    )


def _groups(by: Actor, span: Span, along: Sequence[str], shared: bool) -> tuple[list[Group], list[Borne]]:
    if not shared:
        return explore(by, span, along), []
    if not sees_shared(by):
        by.require("ledger.view")
    rules = [(one, rules_of(one.pk)) for one in Company.objects.order_by("code")] if by.stores is None else []
    return explore_with_shared(by, span, along, rules)


def _facts(totals: Sequence[Group], row: Mapping[str, Any], by: Actor) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    for one in totals:
        tree = _tree(one) if by.sees(COST) else None
        facts += [
            Fact(_("Order lines"), one.sums["line_count"], INT),
            Fact(_("Units"), one.sums["units"], INT),
            Fact(_("Revenue"), one.money("revenue"), MONEY, hidden=PROFIT),
            Fact(
                _("Profit"),
                one.money("profit"),
                MONEY,
                None if one.shared_minor is not None else tree,
                PROFIT,
            ),
            Fact(_("Margin"), margin(one), PERCENT, hidden=PROFIT),
        ]
        if one.shared_minor is not None:
            shared = Money(one.shared_minor, one.currency)
            facts += [
                Fact(_("Shared costs"), shared, MONEY, hidden=PROFIT),
                Fact(_("Profit after shared costs"), one.left, MONEY, tree, PROFIT),
            ]
    question = {name: _plain(value) for name, value in row.items() if value}
    if by.user_id is not None:
        facts.append(Fact(_("Keep"), Aim(_("Keep this view"), "profit_views/do/save", _kept(question)), LINK))
    return tuple(facts)


def _plain(value: Any) -> str:
    return "1" if value is True else str(value)


def _kept(question: Mapping[str, str]) -> dict[str, str]:
    return {"question": urlencode(question)}


def _tree(one: Group) -> Breakdown:
    """The sum as a waterfall; what is known of incomplete lines is a step by itself: no profit yet."""
    state = ACTUAL if one.sums["actual"] == one.sums["line_count"] else ESTIMATED
    parts = []
    for name in NAMES:
        amount = one.money(name)
        parts.append(Breakdown(name, amount if name == "revenue" else -amount, state))
    if one.incomplete:
        parts.append(Breakdown("incomplete_lines", -one.incomplete, state))
    if one.shared_minor:
        parts.append(Breakdown("shared_costs", Money(one.shared_minor, one.currency), state))
    return Breakdown.of("profit", parts)


def _alerts(totals: Sequence[Group]) -> list[str]:
    return [
        _now("%(n)d of %(all)d lines miss a cost and count in no profit and no margin.")
        % {"n": one.sums["missing"], "all": one.sums["line_count"]}
        for one in totals
        if one.sums["missing"]
    ]


def _left(laid: Sequence[Borne]) -> list[str]:
    out = []
    for one in laid:
        left = sum(p.left_minor for p in one.shares.placed)
        if left:
            amount = Money(left, one.company.base_currency)
            out.append(
                _now("%(company)s: %(amount)s of shared costs is left unallocated.")
                % {"company": one.company, "amount": amount}
            )
        out += [
            _now("No rate for %(amount)s of shared costs.") % {"amount": x} for x in one.costs.unconverted
        ]
    return out


def _figures(totals: Sequence[Group]) -> dict[str, Any]:
    if not totals:
        return {"lines": 0, "units": 0}
    one = totals[0]
    return {
        "lines": one.sums["line_count"], "units": one.sums["units"], "missing": one.sums["missing"],
        "revenue": one.money("revenue"), "profit": one.money("profit"), "margin": margin(one),
    }  # fmt: skip


def _measures(actor: Actor) -> list[tuple[str, Any]]:
    return [(code, label) for code, (label, hidden) in MEASURES.items() if not hidden or actor.sees(hidden)]


TOOL = Tool(
    code="profit_explorer",
    label=_("Profit explorer"),
    stage=6,
    place=39,
    icon="table",
    view="profit.view",
    fields=(
        Field("rows", _("Rows by"), CHOICE, choices=dimension_choices, initial="sku"),
        Field("then", _("And by"), CHOICE, required=False, choices=dimension_choices),
        Field("across", _("Columns by"), CHOICE, required=False, choices=dimension_choices,
              help=_("Empty: every measure is a column")),
        Field("measure", _("Measure"), CHOICE, required=False, choices=_measures, initial="profit",
              help=_("What the columns show")),
        *span_fields(),
        Field("month", _("Month"), required=False, help=_("2026-06")),
        Field("shared", _("With shared costs"), FLAG, required=False,
              help=_("Whole months, by the rules in force")),
    ),
    run=run,
    wide=True,
    columns=(
        Column("lines", _("Order lines"), INT),
        Column("units", _("Units"), INT),
        Column("missing", STATES["missing"], INT),
        Column("revenue", COMPONENTS["revenue"][0], MONEY, hidden=PROFIT),
        Column("profit", COMPONENTS["profit"][0], MONEY, hidden=PROFIT),
        Column("margin", _("Margin"), PERCENT, hidden=PROFIT),
    ),
    note=_("In base currency. Every figure opens the documents it stands on; what is not known is missing."),
    example={"rows": "store"},
)  # fmt: skip
