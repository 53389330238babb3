"""Verbs of the books. Sales are posted in sales.py, which callers import by itself."""

from tradewind.apps.ledger.operations.chart import (
    NewAccount,
    add_accounts,
    open_chart,
    remove_accounts,
    rename_account,
    retire_accounts,
)
from tradewind.apps.ledger.operations.entries import post_entries, reverse_entries
from tradewind.apps.ledger.operations.periods import close_period
from tradewind.apps.ledger.operations.rules import set_posting_rule

__all__ = [
    "NewAccount",
    "add_accounts",
    "close_period",
    "open_chart",
    "post_entries",
    "remove_accounts",
    "rename_account",
    "retire_accounts",
    "reverse_entries",
    "set_posting_rule",
]
