"""Profit per order down to its documents, and summed by store, day and SKU."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.profit.estimating import FeeBook
from tradewind.apps.profit.explaining import explain
from tradewind.apps.profit.facts import facts_of
from tradewind.apps.profit.models import OrderProfit, ProfitLine
from tradewind.apps.profit.rating import rater
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING, Breakdown
from tradewind.engine.money import Money

DAYS = 30  # what a store's page sums up


@dataclass(frozen=True, slots=True)
class ProfitRow:
    """Orders together: what is known of their profit, and how certain how many of them are."""

    key: str
    orders: int
    revenue: Money
    profit: Money  # of those where it is known
    actual: int
    estimated: int
    missing: int


def profits(actor: Actor) -> QuerySet[OrderProfit]:
    """Profit rows of the stores in scope."""
    actor.require("profit.view")
    rows = OrderProfit.objects.select_related("order", "store")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def profit_lines(actor: Actor) -> QuerySet[ProfitLine]:
    """Profit of order lines of the stores in scope."""
    actor.require("profit.view")
    rows = ProfitLine.objects.select_related("order", "line", "store", "sku", "supplier")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def incomplete(actor: Actor) -> QuerySet[OrderProfit]:
    """Orders whose profit misses a component."""
    return profits(actor).filter(state=MISSING)


def breakdown(actor: Actor, order_id: int) -> Breakdown | None:
    """The waterfall of an order in scope; None when there is no profit row of it."""
    if not profits(actor).filter(order_id=order_id).exists():
        return None
    return waterfall(order_id)


def waterfall(order_id: int) -> Breakdown | None:
    """The waterfall of an order whose profit row the caller has read inside the scope already."""
    facts = facts_of([order_id], staged=False)
    if order_id not in facts:
        return None
    return explain(facts[order_id], rater(facts.values()), FeeBook(rulebook))


def by_store(actor: Actor, since: date, until: date) -> list[ProfitRow]:
    """One row a store and currency, over days both included."""
    return _grouped(profits(actor).filter(on__gte=since, on__lte=until), "store__code")


def by_day(actor: Actor, since: date, until: date, store_id: int | None = None) -> list[ProfitRow]:
    """One row a day and currency; of one store, or of all in scope."""
    return _grouped(_between(actor, since, until, store_id), "on")


def window(actor: Actor) -> tuple[date, date] | None:
    """The 30 days up to the newest day an order with a profit row shipped; None before the first."""
    newest: date | None = profits(actor).aggregate(newest=Max("on"))["newest"]
    return None if newest is None else (newest - timedelta(days=DAYS - 1), newest)


def selling_stores(actor: Actor) -> QuerySet[Store]:
    """Stores in scope that shipped in the window, with their orders and profit of it.

    order_count, revenue_sum and profit_sum (minor units of base currency, of orders where it is known),
    and how many are actual, estimated and missing (actual_count ...).
    """
    days = window(actor)
    rows = stores_of(actor).select_related("company")
    if days is None:
        return rows.none()
    return rows.filter(orderprofit__on__gte=days[0], orderprofit__on__lte=days[1]).annotate(
        order_count=Count("orderprofit"),
        revenue_sum=Sum("orderprofit__revenue_minor"),
        profit_sum=Sum("orderprofit__profit_minor"),
        actual_count=Count("orderprofit", filter=Q(orderprofit__state=ACTUAL)),
        estimated_count=Count("orderprofit", filter=Q(orderprofit__state=ESTIMATED)),
        missing_count=Count("orderprofit", filter=Q(orderprofit__state=MISSING)),
    )


def _between(actor: Actor, since: date, until: date, store_id: int | None) -> QuerySet[OrderProfit]:
    rows = profits(actor).filter(on__gte=since, on__lte=until)
    return rows if store_id is None else rows.filter(store_id=store_id)


def _grouped(rows: QuerySet[Any], key: str) -> list[ProfitRow]:
    sums = rows.order_by().values_list(key, "currency").annotate(
        orders=Count("id"),
        revenue=Sum("revenue_minor"),
        gain=Sum("profit_minor"),
        actual=Count("id", filter=Q(state=ACTUAL)),
        estimated=Count("id", filter=Q(state=ESTIMATED)),
        missing=Count("id", filter=Q(state=MISSING)),
    )  # fmt: skip
    return [
        ProfitRow(str(k), n, Money(int(r or 0), c), Money(int(p or 0), c), *states)
        for k, c, n, r, p, *states in sums.order_by(key, "currency")
    ]


def by_sku(actor: Actor, since: date, until: date, store_id: int | None = None) -> list[ProfitRow]:
    """One row a SKU and currency, of the lines shipped on days both included; `orders` counts lines."""
    rows = profit_lines(actor).select_related(None).filter(on__gte=since, on__lte=until)
    found = _grouped(rows if store_id is None else rows.filter(store_id=store_id), "sku__code")
    return [replace(row, key="?") if row.key == "None" else row for row in found]
