"""What payment providers of an own store write: Shopify Payments, Stripe, PayPal."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Only, Part, Table, parts
from tradewind.connectors.words import gettext_noop as _

SHOPIFY = Layout(
    "shopify_payments",
    "Shopify Payments, transactions",
    "Shopify Payments 交易明细",
    (
        Table(
            Columns(
                settlement=("Payout ID", "Payout Date"),
                currency=("Currency",),
                type="Type",
                order=("Order",),
                line=("Checkout",),
                posted=("Transaction Date",),
                deposit=("Payout Date",),
                net="Net",
            ),
            (
                "Transaction Date", "Type", "Order", "Payout Status", "Payout Date", "Amount", "Fee", "Net",
                "Currency",
            ),
            (Part("Amount"), Part("Fee", unsigned=True)),
            aside=(
                "Card Brand", "Card Source", "Available On", "Payment Method Name", "Payment Method",
                "Presentment Amount", "Presentment Currency", "Business Entity Name", "Business Entity ID",
            ),
            maybe=("VAT",),
            only=(
                Only(
                    "Payout Status", frozenset({"paid", "in_transit"}),
                    frozenset({"pending", "scheduled", "canceled", "failed"}), _("not paid out yet"),
                ),
            ),
        ),
    ),
    "captions and rows of several importers' tests",
    payout_types=frozenset({"payout"}),
    pending=_("not in a payout yet"),
)  # fmt: skip
STRIPE = Layout(
    "stripe_balance_itemized",
    "Stripe, itemized balance or payout report",
    "Stripe 余额变动/打款明细",
    (
        Table(
            Columns(
                settlement=("automatic_payout_id",),
                currency=("currency",),
                type="reporting_category",
                order=("payment_metadata[order_id]", "charge_metadata[order_id]"),
                line=("balance_transaction_id",),
                posted=("created_utc", "created"),
                deposit=("automatic_payout_effective_at_utc", "automatic_payout_effective_at"),
                net="net",
            ),
            ("balance_transaction_id", "currency", "gross", "fee", "net", "reporting_category"),
            (Part("gross"), Part("fee", unsigned=True)),
            aside=(
                "available_on_utc", "available_on", "source_id", "description", "customer_id", "charge_id",
                "payment_intent_id", "payment_method_type", "card_brand", "customer_email", "customer_name",
                "customer_facing_amount", "customer_facing_currency", "card_country", "statement_descriptor",
            ),
        ),
    ),
    "captions of Stripe's documentation and of importers' tests",
    payout_types=frozenset({"payout"}),
    pending=_("not in a payout yet"),
)  # fmt: skip
PAYPAL = Layout(
    "paypal_activity",
    "PayPal, activity",
    "PayPal 活动报告",
    (
        Table(
            Columns(
                currency=("Currency",),
                type="Type",
                order=("Invoice Number", "Custom Number"),
                sku=("Item ID",),
                line=("Transaction ID",),
                quantity="Quantity",
                posted=("Date",),
                clock="Time",
                zone="TimeZone",
                net="Net",
                balance="Balance",
            ),
            ("Date", "Time", "Type", "Status", "Currency", "Gross", "Fee", "Net", "Transaction ID"),
            parts("Gross", "Fee"),
            aside=(
                "Name", "From Email Address", "To Email Address", "Item Title", "Sales Tax", "Option 1 Name",
                "Option 1 Value", "Option 2 Name", "Option 2 Value", "Reference Txn ID", "Receipt ID",
                "Subject", "Note", "Shipping Address", "Address Status", "Shipping and Handling Amount",
                "Insurance Amount", "Address Line 1", "Address Line 2/District/Neighborhood", "Town/City",
                "State/Province/Region/County/Territory/Prefecture/Republic", "Zip/Postal Code", "Country",
                "Contact Phone Number", "Country Code",
            ),
            aliases={"TimeZone": ("Time Zone",)},
            only=(
                Only(
                    "Balance Impact", frozenset({"credit", "debit"}), frozenset({"memo"}),
                    _("memo rows moved no money"),
                ),
            ),
        ),
    ),
    "captions of several importers' tests",
    payout_types=frozenset(
        {"general withdrawal", "general withdrawal - bank account", "user initiated withdrawal"}
    ),
)  # fmt: skip
LAYOUTS = (SHOPIFY, STRIPE, PAYPAL)
