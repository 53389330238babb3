"""eBay's transaction report: some lines before the header, "--" for nothing, fees in columns of their own."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Table, parts
from tradewind.connectors.words import gettext_noop as _

LAYOUTS = (
    Layout(
        "ebay_transaction_report",
        "Transaction report",
        "交易明细报告",
        (
            Table(
                Columns(
                    settlement=("Payout ID",),
                    currency=("Payout currency",),
                    type="Type",
                    description="Description",
                    order=("Order number", "Legacy order ID"),
                    sku=("Custom label",),
                    line=("Transaction ID",),
                    quantity="Quantity",
                    posted=("Transaction creation date",),
                    deposit=("Payout date",),
                    net="Net amount",
                    traded_in="Transaction currency",
                    rate="Exchange rate",
                ),
                (
                    "Transaction creation date", "Type", "Order number", "Net amount", "Payout currency",
                    "Payout ID",
                ),
                parts(
                    "Item subtotal", "Shipping and handling", "Seller collected tax",
                    "Final Value Fee - fixed", "Final Value Fee - variable", "Regulatory operating fee",
                    'Very high "item not as described" fee', "Below standard performance fee",
                    "International fee", "Charity donation", "Deposit processing fee",
                ),
                aside=(
                    "Buyer username", "Buyer name", "Ship to city", "Ship to province/region/state",
                    "Ship to zip", "Ship to country", "Payout method", "Payout status", "Reason for hold",
                    "Item ID", "Item title", "Gross transaction amount", "Reference ID",
                ),
                # What eBay collects and remits itself is in the net of some sites' reports only.
                maybe=("eBay collected tax",),
                bare=True,
            ),
        ),
        "captions of several importers' tests; no file of eBay's own was read",
        payout_types=frozenset({"payout"}),
        pending=_("not in a payout yet"),
    ),
)  # fmt: skip
