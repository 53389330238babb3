"""Harbour's settlement file: tab-separated, a deposit row and then a row per amount. Pure data."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Table

COLUMNS = (
    "settlement_id", "period_start", "period_end", "deposit_date", "total", "currency", "type", "amount_type",
    "description", "amount", "order_id", "line_id", "sku", "quantity", "posted_at",
)  # fmt: skip
LAYOUTS = (
    Layout(
        "harbour_settlement",
        "Harbour settlement",
        "港湾结算单",
        (
            Table(
                Columns(
                    settlement=("settlement_id",), total="total", currency=("currency",), type="type",
                    amount_type="amount_type", description="description", amount="amount",
                    order=("order_id",), line=("line_id",), sku=("sku",), quantity="quantity",
                    posted=("posted_at",), start="period_start", end="period_end", deposit=("deposit_date",),
                ),
                COLUMNS,
            ),
        ),
        "Tradewind's own practice marketplace",
        tabbed=True,
        strict=True,
    ),
)  # fmt: skip
