"""Questions to profit: per order, per line, by any dimension, shared costs, and what moved."""

from tradewind.apps.profit.queries.orders import (
    ProfitRow,
    breakdown,
    by_day,
    by_sku,
    by_store,
    incomplete,
    profits,
    selling_stores,
    waterfall,
    window,
)

__all__ = [
    "ProfitRow",
    "breakdown",
    "by_day",
    "by_sku",
    "by_store",
    "incomplete",
    "profits",
    "selling_stores",
    "waterfall",
    "window",
]
