"""What a line of a settlement means for profit and books, whatever the channel calls it."""

from __future__ import annotations

from dataclasses import dataclass

REVENUE, FEES, REFUND, TAX, NONE = "revenue", "fees", "refund", "tax", "none"

# The chart of the line: account code -> English name; faces translate it.
ACCOUNTS: dict[str, str] = {
    "1001": "Bank",
    "1012": "Collection account",
    "1122": "Receivable from channels",
    "1123": "Channel reserve",
    "1405": "Stock",
    "1406": "Stock in transit",
    "1900": "FX trading clearing",
    "1901": "Settlement clearing",
    "2202": "Payables goods",
    "2203": "Payables freight",
    "2221": "VAT payable and marketplace tax clearing",
    "6001": "Sales",
    "6002": "Shipping income",
    "6003": "Promotions",
    "6004": "Refunds",
    "6051": "Reimbursements",
    "6401": "Cost of goods",
    "6402": "Landed cost",
    "6601": "Channel fees",
    "6602": "Advertising",
    "6603": "Freight out",
    "6604": "Collection fees",
    "6605": "Subscription",
    "6606": "FX difference",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of settlement line. `sign`: +1 adds to the payout, -1 takes from it, 0 either."""

    code: str
    label: str
    sign: int
    component: str  # REVENUE, FEES, REFUND, TAX, NONE
    account: str


# In the order a merchant reads a settlement: the sale, its fees, refunds, the account, ads, the reserve.
_ROWS = (
    ("principal", "Goods sold", 1, REVENUE, "6001"),
    ("shipping", "Shipping charged", 1, REVENUE, "6002"),
    ("gift_wrap", "Gift wrap charged", 1, REVENUE, "6002"),
    ("tax", "Tax collected", 1, TAX, "2221"),
    ("promotion", "Promotion", -1, REVENUE, "6003"),
    ("marketplace_tax", "Tax withheld by the marketplace", -1, TAX, "2221"),
    ("referral_fee", "Referral fee", -1, FEES, "6601"),
    ("payment_fee", "Payment fee", -1, FEES, "6601"),
    ("fulfilment_fee", "Fulfilment fee", -1, FEES, "6603"),
    ("shipping_chargeback", "Shipping kept by the channel", -1, FEES, "6603"),
    ("refund", "Refund", -1, REFUND, "6004"),
    ("refund_promotion", "Promotion taken back on refund", 1, REFUND, "6004"),
    ("goodwill", "Goodwill refund", -1, REFUND, "6004"),
    ("restocking_fee", "Restocking fee kept", 1, REFUND, "6004"),
    ("refund_tax", "Tax refunded", -1, TAX, "2221"),
    ("refund_marketplace_tax", "Withheld tax given back", 1, TAX, "2221"),
    ("fee_refund", "Fee given back", 1, FEES, "6601"),
    ("refund_fee", "Refund administration fee", -1, FEES, "6601"),
    ("reimbursement", "Reimbursement", 1, REVENUE, "6051"),
    ("reimbursement_reversal", "Reimbursement taken back", -1, REVENUE, "6051"),
    ("storage_fee", "Storage fee", -1, FEES, "6601"),
    ("inbound_fee", "Inbound fee", -1, FEES, "6603"),
    ("removal_fee", "Removal fee", -1, FEES, "6601"),
    ("late_fee", "Late shipment fee", -1, FEES, "6601"),
    ("subscription_fee", "Subscription", -1, FEES, "6605"),
    ("other_fee", "Other fee", -1, FEES, "6601"),
    ("ad_fee", "Advertising", -1, FEES, "6602"),
    ("reserve_opened", "Held in reserve", -1, NONE, "1123"),
    ("reserve_released", "Released from reserve", 1, NONE, "1123"),
    ("adjustment", "Adjustment", 0, FEES, "6601"),
    ("transfer", "Transfer", 0, NONE, "1901"),
)

KINDS: dict[str, Kind] = {row[0]: Kind(*row) for row in _ROWS}
_PLACES = {code: place for place, code in enumerate(KINDS)}


def place(kind: str) -> int:
    """Where a kind stands in every list of kinds; what nobody has said stands first.

    Example: place("principal") is 0, place("") is -1.
    """
    return _PLACES.get(kind, -1)
