"""Verbs of claims."""

from tradewind.apps.claims.operations.auditing import Audited, audit_bills
from tradewind.apps.claims.operations.claiming import (
    credit_lines,
    make_claims,
    recover_claim,
    refuse_claim,
    send_claims,
)
from tradewind.apps.claims.operations.covering import cover_bill, match_covers, uncover_bill
from tradewind.apps.claims.operations.crediting import import_credit_note
from tradewind.apps.claims.operations.deciding import accept_bills, dismiss_findings
from tradewind.apps.claims.operations.fee_auditing import audit_fees
from tradewind.apps.claims.operations.importing import BillHead, Imported, import_bill, record_bill
from tradewind.apps.claims.operations.layouts import LayoutInput, save_layout
from tradewind.apps.claims.operations.reimbursing import match_reimbursements

__all__ = [
    "Audited", "BillHead", "Imported", "LayoutInput", "accept_bills", "audit_bills", "audit_fees",
    "cover_bill", "credit_lines", "dismiss_findings", "import_bill", "import_credit_note", "make_claims",
    "match_covers", "match_reimbursements", "record_bill", "recover_claim", "refuse_claim", "save_layout",
    "send_claims", "uncover_bill",
]  # fmt: skip
