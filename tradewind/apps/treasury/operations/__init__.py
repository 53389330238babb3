"""Verbs of cash."""

from tradewind.apps.treasury.operations.accounts import (
    close_collection_accounts,
    open_bank_account,
    open_collection_account,
)
from tradewind.apps.treasury.operations.arriving import (
    link_arrival,
    link_return,
    match_arrivals,
    match_landings,
    match_returns,
)
from tradewind.apps.treasury.operations.conversions import (
    accept_shortfall,
    group_conversions,
    note_returns,
    refer_conversions,
)
from tradewind.apps.treasury.operations.exchanges import match_exchanges, record_exchange
from tradewind.apps.treasury.operations.layouts import (
    forget_layouts,
    save_bank_layout,
    save_collection_layout,
)
from tradewind.apps.treasury.operations.payouts import (
    carry_failed,
    expect_payouts,
    fail_payouts,
    link_receipt,
    match_receipts,
    send_again,
)
from tradewind.apps.treasury.operations.statement_files import import_bank_statement, import_statement
from tradewind.apps.treasury.operations.statements import record_bank_lines, record_collection_lines
from tradewind.apps.treasury.operations.withdrawing import retry_withdrawals, withdraw

__all__ = [
    "accept_shortfall",
    "carry_failed",
    "close_collection_accounts",
    "expect_payouts",
    "fail_payouts",
    "forget_layouts",
    "group_conversions",
    "import_bank_statement",
    "import_statement",
    "link_arrival",
    "link_receipt",
    "link_return",
    "match_arrivals",
    "match_exchanges",
    "match_landings",
    "match_receipts",
    "match_returns",
    "note_returns",
    "open_bank_account",
    "open_collection_account",
    "record_bank_lines",
    "record_collection_lines",
    "record_exchange",
    "refer_conversions",
    "retry_withdrawals",
    "save_bank_layout",
    "save_collection_layout",
    "send_again",
    "withdraw",
]
