"""Questions to claims."""

from tradewind.apps.claims.queries.lists import (
    bill_lines,
    bills,
    claims,
    fee_audits,
    findings,
    layouts,
)
from tradewind.apps.claims.queries.owed import BillToPay, bills_to_pay, blocking

__all__ = [
    "BillToPay", "bill_lines", "bills", "bills_to_pay", "blocking", "claims", "fee_audits",
    "findings", "layouts",
]  # fmt: skip
