"""Verbs of cash."""

from tradewind.apps.treasury.operations.accounts import (
    close_collection_accounts,
    open_bank_account,
    open_collection_account,
)
from tradewind.apps.treasury.operations.bank_files import import_bank_statement
from tradewind.apps.treasury.operations.conversions import (
    accept_shortfall,
    group_conversions,
    match_arrivals,
    refer_conversions,
)
from tradewind.apps.treasury.operations.payouts import expect_payouts, link_receipt, match_receipts
from tradewind.apps.treasury.operations.statements import (
    import_statement,
    record_bank_lines,
    record_collection_lines,
)
from tradewind.apps.treasury.operations.withdrawing import retry_withdrawals, withdraw

__all__ = [
    "accept_shortfall",
    "close_collection_accounts",
    "expect_payouts",
    "group_conversions",
    "import_bank_statement",
    "import_statement",
    "link_receipt",
    "match_arrivals",
    "match_receipts",
    "open_bank_account",
    "open_collection_account",
    "record_bank_lines",
    "record_collection_lines",
    "refer_conversions",
    "retry_withdrawals",
    "withdraw",
]
