"""Questions to orders; every list is cut to the actor's stores."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet

from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.engine.access import Actor


def orders_visible(by: Actor) -> QuerySet[Order]:
    """Orders of the stores in the actor's scope."""
    by.require("orders.view")
    orders = Order.objects.select_related("store")
    return orders if by.stores is None else orders.filter(store_id__in=by.stores)


def holds_open(by: Actor) -> QuerySet[Hold]:
    """Open holds of visible orders: the work list of problems."""
    by.require("orders.view")
    holds = Hold.objects.filter(closed_at=None).select_related("order__store")
    return holds if by.stores is None else holds.filter(order__store_id__in=by.stores)


def orders_ready(by: Actor) -> QuerySet[Order]:
    """Orders whose goods are reserved, those to be shipped first on top."""
    return orders_visible(by).filter(state="ready").order_by("ship_by", "placed_at", "id")


def lines_of(numbers: Collection[str], by: Actor) -> QuerySet[OrderLine]:
    """Lines of visible orders by their channel's number, with their SKUs."""
    visible = orders_visible(by).filter(external_id__among=sorted(numbers))
    lines = OrderLine.objects.filter(order__in=visible.values("id"))
    return lines.select_related("order", "sku").order_by("order_id", "id")


def count_states(by: Actor) -> dict[str, int]:
    """Visible orders by state."""
    rows = orders_visible(by).order_by().select_related(None).values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}


def shipped_by_channels(by: Actor) -> int:
    """Visible orders that channels shipped themselves and our stock has not given up."""
    return orders_visible(by).filter(state="elsewhere", by_channel=True).count()


def count_holds(by: Actor) -> dict[str, int]:
    """Open holds by reason."""
    rows = holds_open(by).order_by().select_related(None).values("reason").annotate(n=Count("id"))
    return {row["reason"]: row["n"] for row in rows}


def external_ids(store_id: int, by: Actor) -> QuerySet[Order, str]:
    """Every external id of a store: what a completeness proof compares with the channel's."""
    return orders_visible(by).filter(store_id=store_id).values_list("external_id", flat=True)
