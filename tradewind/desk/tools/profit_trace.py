"""What a figure of profit stands on: its lines, and their documents, which sum to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import ProfitLine
from tradewind.apps.profit.queries.explorer import Group, explore, whole
from tradewind.apps.profit.queries.tracing import PROFIT, ROUNDING, Trace, Traced, trace
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns._profit import (
    COMPONENTS,
    DIMENSIONS,
    STATES,
    component_choices,
    document,
    span_fields,
    span_of,
)
from tradewind.desk.words import readable
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def run(ask: Ask) -> list[Answer]:
    """Every question's lines and documents."""
    return [_answer(row, ask.by) for row in ask.rows]


def _answer(row: Mapping[str, Any], by: Actor) -> Answer:
    span, component = span_of(row), row["component"] or PROFIT
    found = trace(by, span, component)
    totals = whole(explore(by, span, ()))
    told = [t for t in found.found if by.sees(COMPONENTS[t.component][1])]
    sign = 1 if component in ("revenue", PROFIT) else -1
    label = COMPONENTS[component][0]
    facts = [Fact(_("Order lines"), found.count, INT)]
    for one in totals:
        facts.append(Fact(label, one.money(component), MONEY, hidden="profit"))
        if component == PROFIT and one.incomplete:
            facts.append(Fact(_("Known of incomplete lines"), one.incomplete, MONEY, hidden="profit"))
    facts += [Fact(_("Documents shown"), amount, MONEY, hidden="profit") for amount in _sums(told, sign)]
    return Answer(
        ", ".join(f"{DIMENSIONS[d]} {code}" for d, code in span.only),
        tuple(facts),
        (
            Table(
                _("Documents it stands on"),
                _DOCUMENTS,
                [_row(t, sign) for t in told],
                _nothing(found),
                "profit",
            ),
            Table(_("Order lines"), _LINES, [_line(x, component) for x in found.lines], hidden="profit"),
        ),
        alerts=_alerts(found, totals),
        figures={"lines": found.count, "documents": len(told)}
        | ({"amount": totals[0].money(component)} if len(totals) == 1 else {}),
    )


def _sums(told: Sequence[Traced], sign: int) -> list[Money]:
    sums: dict[str, int] = {}
    for one in told:
        sums[one.amount.currency] = sums.get(one.amount.currency, 0) + sign * one.amount.minor
    return [Money(minor, currency) for currency, minor in sorted(sums.items())]


def _nothing(found: Trace) -> str:
    return _now("The component is missing on these lines: no document says it yet.") if found.lines else ""


def _alerts(found: Trace, totals: Sequence[Group]) -> tuple[str, ...]:
    out = []
    if found.count > len(found.lines):
        words = _now(
            "The %(n)d largest of %(all)d lines are shown with their documents; narrow the question."
        )
        out.append(words % {"n": len(found.lines), "all": found.count})
    missing = sum(one.sums["missing"] for one in totals)
    if missing:
        out.append(_now("%(n)d lines miss a component.") % {"n": missing})
    return tuple(out)


def _row(one: Traced, sign: int) -> dict[str, Any]:
    return {
        "order": Ref("orders", one.line.order_id, one.line.order.external_id),
        "line": one.line.listing,
        "component": COMPONENTS[one.component][0],
        "kind": _now("Rounding") if one.kind == ROUNDING else readable(one.kind),
        "amount": Money(sign * one.amount.minor, one.amount.currency),
        "document": None if one.document is None else Money(sign * one.document.minor, one.document.currency),
        "source": document(one.source),
        "state": str(STATES[one.state]),
    }


def _line(line: ProfitLine, component: str) -> dict[str, Any]:
    minor = getattr(line, f"{component}_minor")
    return {
        "order": Ref("orders", line.order_id, line.order.external_id),
        "on": line.on,
        "listing": line.listing,
        "sku": None if line.sku is None else Ref("skus", line.sku.pk, line.sku.code),
        "batch": line.batch,
        "units": line.units,
        "amount": None if minor is None else Money(minor, line.currency),
        "state": str(STATES[line.state]),
        "missing": ", ".join(str(COMPONENTS[n][0]) for n in NAMES if getattr(line, f"{n}_minor") is None),
    }


_DOCUMENTS = (
    Column("order", _("Order"), LINK),
    Column("line", _("Listing")),
    Column("component", _("Component")),
    Column("kind", _("Kind")),
    Column("amount", _("Amount"), MONEY),
    Column("source", _("Source"), LINK),
    Column("document", _("Whole document line"), MONEY),
    Column("state", _("Certainty")),
)
_LINES = (
    Column("order", _("Order"), LINK),
    Column("on", _("Shipped on"), DATE),
    Column("listing", _("Listing")),
    Column("sku", _("SKU"), LINK),
    Column("batch", _("Batch")),
    Column("units", _("Units"), INT),
    Column("amount", _("Amount"), MONEY),
    Column("state", _("Certainty")),
    Column("missing", _("Missing")),
)
TOOL = Tool(
    code="profit_trace",
    label=_("Documents behind profit"),
    stage=6,
    place=43,
    icon="search",
    view="profit.view",
    fields=(
        Field(
            "component", _("Component"), CHOICE, required=False, choices=component_choices, initial="profit"
        ),
        *span_fields(tuple(DIMENSIONS)),
    ),
    run=run,
    wide=True,
    columns=(
        Column("lines", _("Order lines"), INT),
        Column("documents", _("Documents"), INT),
        Column("amount", _("Amount"), MONEY, hidden="profit"),
    ),
    note=_(
        "The documents sum to the figure to the cent; what converting them singly leaves is a row of its own."
    ),
)
