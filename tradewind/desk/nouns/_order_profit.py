"""An order's profit for its page and list: read from profit's own row, never computed here."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.models import Order
from tradewind.apps.profit.models import OrderProfit
from tradewind.engine.breakdown import ESTIMATED, MISSING, Breakdown
from tradewind.engine.money import Money

PARTS = ("revenue", "fees", "goods", "landed", "freight", "refund")


def _row(order: Order) -> OrderProfit | None:
    try:
        found: OrderProfit = order.profit  # type: ignore[attr-defined]  # reverse one-to-one
    except ObjectDoesNotExist:
        return None
    return found


def profit_money(order: Order) -> Money | None:
    """None while a component is missing or nothing has been computed."""
    row = _row(order)
    return row.profit if row else None


def order_profit(order: Order) -> tuple[tuple[Any, Breakdown, str], ...]:
    """The waterfall of an order's profit with the state of every component; nothing before it is computed."""
    row = _row(order)
    if row is None:
        return ()
    parts = [_part(row, name) for name in PARTS]
    zero = Money(0, row.currency)
    return (
        (
            _("Profit"),
            Breakdown.of("profit", parts, zero=zero, source=f"order {order.external_id}"),
            "profit",
        ),
    )


def _part(row: OrderProfit, name: str) -> Breakdown:
    minor, state = getattr(row, f"{name}_minor"), getattr(row, f"{name}_state")
    if minor is None:
        return Breakdown.missing(name, "not known yet")
    signed = minor if name == "revenue" else -minor  # costs are positive in the row, and lower the profit
    return Breakdown(name, Money(signed, row.currency), ESTIMATED if state == MISSING else state)
