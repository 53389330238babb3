"""Questions to profit: per order, per line, by any dimension, shared costs, and what moved."""

from tradewind.apps.profit.queries.journal import restated, restatements, saved_views
from tradewind.apps.profit.queries.orders import (
    ProfitRow,
    breakdown,
    by_day,
    by_sku,
    by_store,
    incomplete,
    profit_lines,
    profits,
    selling_stores,
    waterfall,
    window,
)
from tradewind.apps.profit.queries.shared_costs import allocation_rules

__all__ = [
    "ProfitRow",
    "allocation_rules",
    "breakdown",
    "by_day",
    "by_sku",
    "by_store",
    "incomplete",
    "profit_lines",
    "profits",
    "restated",
    "restatements",
    "saved_views",
    "selling_stores",
    "waterfall",
    "window",
]
