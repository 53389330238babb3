"""Questions to the books."""

from tradewind.apps.ledger.queries.books import (
    BalanceRow,
    accounts,
    balances,
    broken_periods,
    clearing_left,
    entries,
    general_ledger,
    next_month,
    open_months,
    open_receivables,
    period_hash,
    periods,
    posting_rules,
    trial_balance,
    unbalanced,
    visible,
)

__all__ = [
    "BalanceRow",
    "accounts",
    "balances",
    "broken_periods",
    "clearing_left",
    "entries",
    "general_ledger",
    "next_month",
    "open_months",
    "open_receivables",
    "period_hash",
    "periods",
    "posting_rules",
    "trial_balance",
    "unbalanced",
    "visible",
]
