"""Walmart's reconciliation report: an amount a row, and a row with the period and what is payable."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Table

LAYOUTS = (
    Layout(
        "walmart_recon_v1",
        "Payment reconciliation report (unpack the ZIP)",
        "付款对账报告（先解压 ZIP）",
        (
            Table(
                Columns(
                    total="Total Payable",
                    currency=("Currency",),
                    type="Transaction Type",
                    amount_type="Amount Type",
                    description="Transaction Description",
                    order=("Purchase Order #",),
                    sku=("Partner Item Id",),
                    line=("Purchase Order line #",),
                    quantity="Ship Qty",
                    posted=("Transaction Posted Timestamp",),
                    start="Period Start Date",
                    end="Period End Date",
                    amount="Amount",
                ),
                (
                    "Period Start Date", "Period End Date", "Total Payable", "Currency", "Transaction Type",
                    "Amount", "Amount Type",
                ),
                aside=(
                    "Transaction Key", "Customer Order #", "Customer Order line #", "Commission Rate",
                    "Base Commission Rate", "Transaction Reason Description", "Partner GTIN",
                    "Partner Item Name", "Product Tax Code", "Ship to State", "Ship to City",
                    "Ship to Zipcode", "Contract Category", "Product Type", "Commission Rule",
                    "Shipping Method", "Fulfillment Type", "Fulfillment Details", "Original Commission",
                ),
            ),
        ),
        "captions and rows of importers' tests",
        day_first=False,
        footers=("Number of Lines in file",),
    ),
)  # fmt: skip
