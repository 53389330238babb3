"""Shopee's income report of released orders: an order a row, its products below it as repetitions."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Only, Table, parts

LAYOUTS = (
    Layout(
        "shopee_income_released",
        "Income report, released (English captions)",
        "已拨款收入报表（英文表头）",
        (
            Table(
                Columns(
                    order=("Order ID",),
                    posted=("Payout Completed Date", "Order Creation Date"),
                    deposit=("Payout Completed Date",),
                    net="Total Released Amount",
                ),
                ("Order ID", "Total Released Amount"),
                parts(
                    "Product Price", "Seller Product Promotion", "Refund Amount",
                    "Product Discount Rebate from Shopee", "Rebate Provided by Shopee",
                    "Voucher Sponsored by Seller", "Cofund Voucher Sponsored by Seller",
                    "Coin Cashback Sponsored by Seller", "Cofund Coin Cashback Sponsored by Seller",
                    "Shipping Fee Paid by Buyer", "Shipping Fee Charged by Logistic Provider",
                    "Seller Paid Shipping Fee SST", "Shipping Rebate From Shopee", "Reverse Shipping Fee",
                    "Reverse Shipping Fee SST", "Saver Programme Shipping Fee Savings",
                    "Return to Seller Fee", "Commission Fee", "Service Fee", "Transaction Fee",
                    "AMS Commission Fee", "Saver Programme Fee", "Ads Escrow Top Up Fee",
                    "Lost Compensation", unsigned=True,
                ),
                aside=(
                    "Sequence No.", "refund id", "Product ID", "Product Name", "Release Channel",
                    "Order Type", "Hot Listing", "Username", "Amount Paid By Buyer", "Transaction Fee Rate",
                    "Buyer Payment Method", "Buyer Payment Method Details_1",
                    "Payment Details / Installment Plan", "Shipping Fee Promotion by Seller",
                    "Shipping provider", "Courier Name", "Voucher Code From Seller",
                    "Cash refund to buyer amount", "Pro-rated coin offset for return refund Items",
                    "Pro-rated Shopee voucher offset for returned items",
                    "Pro-rated Bank Payment Channel Promotion for return refund Items",
                    "Pro-rated Shopee Payment Channel Promotion for return refund Items",
                ),
                aliases={
                    "Product Price": ("Original product price",),
                    "Refund Amount": ("Refund Amount to Buyer",),
                    "Coin Cashback Sponsored by Seller": ("Seller Absorbed Coin Cashback",),
                    "Shipping Fee Charged by Logistic Provider": ("Actual Shipping Fee",),
                    "Shipping Rebate From Shopee": ("Shipping Fee Rebate From Shopee",),
                    "Saver Programme Shipping Fee Savings": ("Shipping Fee Saver Program Savings",),
                },
                only=(Only("View By", frozenset({"order"}), frozenset({"sku"})),),
                type="Order",
                brackets=True,
            ),
            Table(
                Columns(
                    type="Adjustment Scenario",
                    order=("Related Order ID",),
                    posted=("Adjustment Complete Date",),
                    net="Adjustment Amount",
                ),
                ("Adjustment Scenario", "Adjustment Amount"),
                parts("Adjustment Amount"),
                aside=("Sequence No.", "Adjustment Reason", "Remarks"),
                type="Adjustment",
                brackets=True,
            ),
        ),
        "captions of importers' tests (MY, SG, ID); the sheet of adjustments from memory",
        total_label="Total Released Amount",
        other_sheets=("summary", "service fee", "discrepancy", "note"),
    ),
)  # fmt: skip
