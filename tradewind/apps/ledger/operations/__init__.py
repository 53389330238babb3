"""Verbs of the books. Sales are posted in sales.py, which callers import by itself."""

from tradewind.apps.ledger.operations.accruing import accrue_freight
from tradewind.apps.ledger.operations.chart import (
    NewAccount,
    add_accounts,
    open_chart,
    remove_accounts,
    rename_account,
    retire_accounts,
)
from tradewind.apps.ledger.operations.entries import post_entries, reverse_entries
from tradewind.apps.ledger.operations.periods import close_period, open_periods
from tradewind.apps.ledger.operations.revaluing import revalue
from tradewind.apps.ledger.operations.rules import set_posting_rule
from tradewind.apps.ledger.operations.voucher_files import import_vouchers
from tradewind.apps.ledger.operations.vouchers import Voucher, VoucherLine, post_vouchers

__all__ = [
    "NewAccount",
    "Voucher",
    "VoucherLine",
    "accrue_freight",
    "add_accounts",
    "close_period",
    "import_vouchers",
    "open_chart",
    "open_periods",
    "post_entries",
    "post_vouchers",
    "remove_accounts",
    "rename_account",
    "retire_accounts",
    "revalue",
    "reverse_entries",
    "set_posting_rule",
]
