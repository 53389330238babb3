"""An order's profit for its page and list: read from profit's own row, explained by its query."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.models import Order
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.queries import breakdown
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money


def _row(order: Order) -> OrderProfit | None:
    try:
        found: OrderProfit = order.profit
    except ObjectDoesNotExist:
        return None
    return found


def profit_money(order: Order) -> Money | None:
    """None while a component is missing or nothing has been computed."""
    row = _row(order)
    return row.profit if row else None


def order_profit(actor: Actor, order: Order) -> tuple[tuple[Any, Breakdown, str], ...]:
    """The waterfall of an order's profit, down to its documents; nothing before it is computed.

    It shows costs, so who may not see costs does not get it.
    """
    tree = breakdown(actor, order.pk) if actor.can("profit.view") else None
    return () if tree is None else ((_("Profit"), tree, "cost"),)
