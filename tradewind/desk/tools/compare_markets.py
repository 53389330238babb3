"""Where one SKU earns most: every store side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog.models import Sku
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import DATE, FLAG, MONEY, PERCENT, Column, Fact, Field, Table
from tradewind.desk.nouns._prices import reason_of
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.reports.markets_compared import (
    ADS,
    CURRENCY,
    FREIGHT,
    GOODS,
    RETURNS,
    SHOCKS,
    Standing,
    best,
    compare_markets,
)

OPEN = 3  # markets whose waterfall is shown
SHOCK_LABELS = {
    FREIGHT: _("Freight +20 %"),
    GOODS: _("Goods +10 %"),
    RETURNS: _("Returns doubled"),
    ADS: _("Ads +50 %"),
    CURRENCY: _("Currency -5 %"),
}


def run(ask: Ask) -> list[Answer]:
    """Every question's SKU in every store of the person."""
    return [_answered(row, ask.by, ask.now) for row in ask.rows]


def _answered(row: Mapping[str, Any], by: Actor, now: datetime) -> Answer:
    sku = Sku.objects.filter(code=row["sku"]).first()
    if sku is None:
        raise Refused(
            [Problem(None, "sku", row["sku"][:80], _now("there is no such SKU"), _now("a SKU's code"))]
        )
    try:
        found = compare_markets(sku_id=sku.pk, on=row["on"] or now.date(), actor=by)
    except KeyError:
        raise Refused([Problem(None, "sku", sku.code, _now("there is no store to sell it in"))]) from None
    first = best(found)
    missing = [f"{s.store.name}: {reason_of(s.missing)}" for s in found if s.missing]
    return Answer(
        f"{sku.code} {sku.name_zh or sku.name}",
        _facts(first),
        (Table(_("Stores, the best margin first"), _COLUMNS, [_line(s) for s in found]),),
        tuple((s.store.name, s.breakdown, "profit") for s in found[:OPEN] if s.breakdown is not None),
        tuple(missing),
        _figures(found, first),
    )


def _facts(first: Standing | None) -> tuple[Fact, ...]:
    if first is None:
        return (Fact(_("Best store"), _("None has a whole answer yet")),)
    return (
        Fact(_("Best store"), first.store.name),
        Fact(_("Margin"), _percent(first.margin), PERCENT, hidden="profit"),
        Fact(_("Profit of a unit"), first.profit, MONEY, hidden="profit"),
        Fact(_("Price"), first.price, MONEY),
    )


def _figures(found: Sequence[Standing], first: Standing | None) -> dict[str, Any]:
    return {
        "best_store": first.store.code if first else None,
        "price": first.price if first else None,
        "profit": first.profit if first else None,
        "margin": _percent(first.margin) if first else None,
        "stores": len(found),
        "answered": sum(1 for s in found if s.margin is not None),
    }


def _line(one: Standing) -> dict[str, Any]:
    return {
        "store": one.store.name,
        "market": one.offered.market,
        "listed": one.listed,
        "price": one.price,
        "profit": one.profit,
        "margin": _percent(one.margin),
        "break_even": one.break_even,
        "floor": one.floor,
        **{name: _percent(one.moves.get(name)) for name in SHOCKS},
    }


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


_COLUMNS = (
    Column("store", _("Store")),
    Column("market", _("Market")),
    Column("listed", _("Listed"), FLAG),
    Column("price", _("Price"), MONEY),
    Column("profit", _("Profit of a unit"), MONEY, hidden="profit"),
    Column("margin", _("Margin"), PERCENT, hidden="profit"),
    Column("break_even", _("Break-even price"), MONEY, hidden="profit"),
    Column("floor", _("Floor"), MONEY, hidden="profit"),
    *(Column(name, label, PERCENT, hidden="profit") for name, label in SHOCK_LABELS.items()),
)

TOOL = Tool(
    code="compare_markets",
    label=_("Compare markets"),
    stage=1,
    place=40,
    icon="chart-column",
    view="prices.view",
    fields=(
        Field("sku", _("SKU")),
        Field("on", _("For the day"), DATE, False, help=_("Empty is today")),
    ),
    run=run,
    columns=(
        Column("best_store", _("Best store")),
        Column("price", _("Price"), MONEY),
        Column("profit", _("Profit of a unit"), MONEY, hidden="profit"),
        Column("margin", _("Margin"), PERCENT, hidden="profit"),
        Column("stores", _("Stores")),
        Column("answered", _("With an answer")),
    ),
    note=_("One SKU in every store on one cost base; the last columns: points of margin a change moves."),
)
