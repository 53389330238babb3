"""Verbs of the books. Sales are posted in sales.py, which callers import by itself."""

from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.apps.ledger.operations.entries import post_entries, reverse_entries
from tradewind.apps.ledger.operations.periods import close_period

__all__ = ["close_period", "open_chart", "post_entries", "reverse_entries"]
