"""Profit of each store at the desk, by day and by SKU: the 30 days up to the newest shipment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit import queries
from tradewind.desk.kernel import DATE, INT, LINK, MONEY, Column, Detail, Fact, Noun, Ref, Table
from tradewind.desk.nouns._money import money
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

PROFIT = "profit"


def _sum(name: str) -> Callable[[Any], Money | None]:
    return lambda store: money(getattr(store, name), store.company.base_currency)


_COUNTS = (
    Column("orders", _("Orders"), INT),
    Column("revenue", _("Revenue"), MONEY, hidden=PROFIT),
    Column("profit", _("Profit"), MONEY, hidden=PROFIT),
    Column("actual", _("Actual"), INT),
    Column("estimated", _("Estimated"), INT),
    Column("missing", _("Missing"), INT),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    store, days = queries.selling_stores(actor).filter(pk=pk).first(), queries.window(actor)
    if store is None or days is None:
        return None
    by_sku, by_day = queries.by_sku(actor, *days, pk), queries.by_day(actor, *days, pk)
    return Detail(
        store.name,
        store.code,
        facts=(
            Fact(_("Store"), Ref("stores", store.pk, store.name), LINK),
            Fact(_("From"), days[0], DATE),
            Fact(_("Until"), days[1], DATE),
            Fact(_("Revenue"), _sum("revenue_sum")(store), MONEY, hidden=PROFIT),
            Fact(_("Profit"), _sum("profit_sum")(store), MONEY, hidden=PROFIT),
        ),
        tables=(
            Table(_("By SKU"), (Column("key", _("SKU"), wide=True), *_COUNTS), by_sku),
            Table(_("By day"), (Column("key", _("Day"), wide=True), *_COUNTS), by_day[::-1]),
        ),
    )


NOUN = Noun(
    code="store_profits",
    label=_("Profit by store"),
    stage=6,
    place=41,
    icon="store",
    prefix="spr",
    view="profit.view",
    by_store=True,
    rows=queries.selling_stores,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Store"), sort="name", wide=True),
        Column("orders", _("Orders"), INT, "order_count"),
        Column("revenue", _("Revenue"), MONEY, _sum("revenue_sum"), hidden=PROFIT),
        Column("profit", _("Profit"), MONEY, _sum("profit_sum"), hidden=PROFIT),
        Column("actual", _("Actual"), INT, "actual_count"),
        Column("estimated", _("Estimated"), INT, "estimated_count"),
        Column("missing", _("Missing"), INT, "missing_count"),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    empty=_("Profit is computed when an order has shipped."),
    title_of="name",
    note=_("The 30 days up to the newest shipment. Profit is of the orders where it is known."),
)
