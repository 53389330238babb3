"""What moved profit, which views people keep."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from tradewind.apps.profit.models import RestatedOrder, Restatement, SavedView
from tradewind.engine.access import Actor


def restatements(actor: Actor) -> QuerySet[Restatement]:
    """Acts that moved orders after their first value; `orders_moved`, `moved_by` (minor units) in scope."""
    actor.require("profit.view")
    rows = Restatement.objects.all()
    if actor.stores is None:
        return rows.annotate(orders_moved=F("order_count"), moved_by=F("moved_minor"))
    mine = Q(orders__order__store_id__in=sorted(actor.stores))
    change: Any = Coalesce("orders__after_minor", 0) - Coalesce("orders__before_minor", 0)
    signed = Case(When(orders__component="revenue", then=change), default=-change)
    return rows.filter(mine).annotate(
        orders_moved=Count("orders__order", distinct=True), moved_by=Sum(signed)
    )


def restated(actor: Actor) -> QuerySet[RestatedOrder]:
    """Components before and after, of orders in scope."""
    actor.require("profit.view")
    rows = RestatedOrder.objects.select_related("order__store", "restatement")
    return rows if actor.stores is None else rows.filter(order__store_id__in=sorted(actor.stores))


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """The actor's own views."""
    actor.require("profit.view")
    return SavedView.objects.filter(owner_id=actor.user_id).select_related("owner")
