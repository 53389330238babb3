"""Words for the codes that every noun shares: roles, verbs and kinds of the audit, faces, papers.

Codes are written by operations and stay in the database; here they become what a merchant says. A code
that is not listed is shown readable, and translated when a catalogue knows it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, PURCHASING, SERVICE, SYSTEM, WAREHOUSE

# With a context: an owner of goods and a shipping service are other things.
ROLES: dict[str, Any] = {
    OWNER: pgettext_lazy("role", "Owner"),
    OPERATIONS: pgettext_lazy("role", "Operations"),
    PURCHASING: pgettext_lazy("role", "Purchasing"),
    WAREHOUSE: _("Warehouse staff"),
    SERVICE: _("Customer service"),
    FINANCE: pgettext_lazy("role", "Finance"),
}
_SYSTEM = pgettext_lazy("role", "System")
SOURCES: dict[str, Any] = {
    "ui": _("Screens"),
    "api": _("API"),
    "cli": _("Command line"),
    "step": _("By itself"),
    "practice": _("Practice run"),
}
# What an act was about: rows of a noun, as the audit keeps it.
KINDS: dict[str, Any] = {
    "account": _("Account"),
    "allocation_rule": _("Sharing rule"),
    "approval": _("Approval"),
    "balance": _("Stock on hand"),
    "bank_account": _("Bank account"),
    "bank_line": _("Bank line"),
    "candidate": _("Candidate"),
    "carrier": _("Carrier"),
    "collection_account": _("Collection account"),
    "collection_line": _("Collection line"),
    "company": _("Company"),
    "conversion": _("Withdrawal"),
    "entry": _("Journal entry"),
    "first_leg": _("First leg"),
    "fx_rate": _("Exchange rate"),
    "indicator": _("Indicator"),
    "job": _("Job"),
    "kind_mapping": _("Mapping of settlement words"),
    "layer": _("Cost layer"),
    "listing": _("Listing"),
    "market": _("Market"),
    "move": _("Stock movement"),
    "niche": _("Niche"),
    "order": _("Order"),
    "order_profit": _("Profit of an order"),
    "parcel": _("Parcel"),
    "payout": _("Payout"),
    "period": _("Period"),
    "product": _("Product"),
    "profit_view": _("Profit view"),
    "purchase_order": _("Purchase order"),
    "qualification": _("Qualification"),
    "rate_card": _("Rate card"),
    "receipt_line": _("Receipt"),
    "research_table": _("Research table"),
    "reservation": _("Reservation"),
    "rule": _("Rule"),
    "rule_decision": _("Rule decision"),
    "service": _("Shipping service"),
    "settlement": _("Settlement"),
    "sku": _("SKU"),
    "store": _("Store"),
    "supplier": _("Supplier"),
    "supplier_invoice": _("Supplier invoice"),
    "user": _("User"),
    "warehouse": _("Warehouse"),
}
# Papers a seller keeps; people may name others, which are shown as they wrote them.
PAPERS: dict[str, Any] = {
    "business_licence": _("Business licence"),
    "customs_registration": _("Customs registration"),
    "trademark": _("Trademark"),
    "vat": _("VAT number"),
    "eori": _("EORI number"),
    "consumption_tax": _("Consumption tax number"),
    "epr_packaging": _("EPR packaging registration"),
    "weee": _("WEEE registration"),
    "ce": _("CE certificate"),
    "ce_test_report": _("CE test report"),
    "fcc": _("FCC certificate"),
}


def readable(code: str) -> str:
    """A code as words, translated where a catalogue has them: "referral_fee" -> "Referral fee"."""
    text = code.replace("_", " ").replace(".", ": ").strip()
    return gettext(text[:1].upper() + text[1:]) if text else ""


def verb(code: str) -> str:
    """What was done, from the audit: "stage" is to move goods there, not a stage of profit."""
    text = code.replace("_", " ")
    text = text[:1].upper() + text[1:]
    found = pgettext("verb", text) if text else ""
    return found if found != text else readable(code)


def role(code: str) -> str:
    """A role in words: "finance" -> "Finance"."""
    return str(_SYSTEM if code == SYSTEM else ROLES.get(code, code))


def source(code: str) -> str:
    """The face over which something was done: "ui" -> "Screens"."""
    return str(SOURCES.get(code, code))


def kind(code: str) -> str:
    """What an act was about: "first_leg" -> "First leg"."""
    return str(KINDS.get(code) or readable(code))


def paper(code: str) -> str:
    """A kind of qualification: "vat" -> "VAT number"; another kind as people wrote it."""
    return str(PAPERS.get(code, code))
