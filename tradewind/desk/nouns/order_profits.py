"""Profit per order at the desk."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit import queries, step
from tradewind.apps.profit.models import OrderProfit, ProfitLine
from tradewind.apps.profit.operations import recompute
from tradewind.desk.kernel import (
    DATE,
    INT,
    LINK,
    MANY,
    MONEY,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import money, store_choices
from tradewind.desk.nouns._profit import COST, PROFIT, STAGES, STATES
from tradewind.desk.nouns.restatements import restated_table
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

PARTS = (
    ("revenue", _("Revenue"), PROFIT),
    ("fees", _("Channel fees"), PROFIT),
    ("goods", _("Goods"), COST),
    ("landed", _("Landed cost"), COST),
    ("freight", _("Freight"), COST),
    ("refund", _("Refunds"), PROFIT),
)


def _sku(line: ProfitLine) -> Ref | None:
    return None if line.sku is None else Ref("skus", line.sku.pk, line.sku.code)


def _part(name: str) -> Callable[[OrderProfit | ProfitLine], Money | None]:
    return lambda p: money(getattr(p, f"{name}_minor"), p.currency)


def _order(p: OrderProfit) -> Ref:
    return Ref("orders", p.order_id, p.order.external_id)


def _store(p: OrderProfit) -> Ref:
    return Ref("stores", p.store_id, p.store.name)


_LINES = (
    Column("listing", _("Listing"), wide=True),
    Column("sku", _("SKU"), LINK, _sku),
    Column("batch", _("Batch")),
    Column("units", _("Units"), INT),
    *(Column(n, label, MONEY, _part(n), hidden=h) for n, label, h in PARTS),
    Column("profit", _("Profit"), MONEY, _part("profit"), hidden=PROFIT),
    Column("state", _("Certainty"), value=lambda line: str(STATES[line.state])),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = queries.profits(actor).filter(pk=pk).first()
    if p is None:
        return None
    tree = queries.waterfall(p.order_id)
    known = [
        {"name": label, "amount": _part(name)(p), "state": str(STATES[getattr(p, f"{name}_state")])}
        for name, label, hidden in PARTS
        if actor.sees(hidden)
    ]
    columns = (
        Column("name", _("Component"), wide=True),
        Column("amount", _("Amount"), MONEY),
        Column("state", _("Certainty")),
    )
    lines = queries.profit_lines(actor).filter(order_id=p.order_id).order_by("line_id", "batch")
    moved = queries.restated(actor).filter(order_id=p.order_id).order_by("id")
    missing = [str(label) for name, label, _h in PARTS if getattr(p, f"{name}_state") == "missing"]
    alerts = (_now("Not known: %(parts)s. Profit waits for it.") % {"parts": ", ".join(missing)},)
    # The waterfall shows costs too, so who may not see costs does not get it.
    seen = tree is not None and actor.sees(COST)
    return Detail(
        p.order.external_id,
        p.store.name,
        p.state,
        (
            Fact(_("Order"), _order(p), LINK),
            Fact(_("Store"), _store(p), LINK),
            Fact(_("Shipped on"), p.on, DATE),
            Fact(_("Profit"), p.profit, MONEY, tree if seen else None, PROFIT),
            Fact(_("Stage"), str(STAGES[p.stage])),
            Fact(_("Computed at"), p.computed_at, TIME),
        ),
        (
            Table(_("Components"), columns, known, hidden=PROFIT),
            Table(_("Order lines"), _LINES, list(lines), hidden=PROFIT),
            restated_table(moved, actor),
        ),
        ((_("Profit, down to its documents"), tree, COST),) if tree is not None else (),
        alerts if missing else (),
    )


def _again(call: Call) -> Outcome:
    orders = queries.profits(call.by).filter(id__among=list(call.ids)).values_list("order_id", flat=True)
    changed = recompute(order_ids=list(orders), now=call.now, by=call.by)
    return Outcome(_now("%(n)d orders came to another profit.") % {"n": changed}, changed)


NOUN = Noun(
    code="order_profits",
    label=_("Profit"),
    stage=6,
    place=40,
    icon="chart-column",
    prefix="prf",
    view="profit.view",
    by_store=True,
    rows=queries.profits,
    columns=(
        Column("order", _("Order"), LINK, _order),
        Column("store", _("Store"), LINK, _store, sort="store__code"),
        Column("on", _("Shipped on"), DATE, sort="on"),
        *(Column(n, label, MONEY, _part(n), sort=f"{n}_minor", hidden=h) for n, label, h in PARTS),
        Column("profit", _("Profit"), MONEY, sort="profit_minor", hidden=PROFIT),
        Column("state", _("Certainty"), STATE),
        Column("stage", _("Stage"), value=lambda p: str(STAGES[p.stage]), sort="stage"),
    ),
    detail=_detail,
    order="-on",
    search=("order__external_id__istartswith",),
    state_field="state",
    states=(
        ("missing", _("Missing"), "bad"),
        ("estimated", _("Estimated"), "wait"),
        ("actual", _("Actual"), "done"),
    ),
    filters=(
        Filter("store", _("Store"), "store_id", store_choices),
        Filter("stage", _("Stage"), "stage", lambda _actor: list(STAGES.items())),
    ),
    actions=(Action("again", _("Compute again"), _again, "profit.change", MANY),),
    waiting=step.waiting,
    empty=_("Profit is computed when an order has shipped."),
    audit_kind="order_profit",
    title_of="order.external_id",
    note=_("In base currency at the rate of the day it shipped. What is not known is missing, never zero."),
)
