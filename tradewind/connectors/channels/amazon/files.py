"""Amazon's settlement reports: V2 with an amount a row, V1 with many. Pure data.

Amazon drops columns that would be empty. One row of a settlement carries its total; numbers and dates follow
the marketplace's style, the same throughout a file.
"""

from __future__ import annotations

from dataclasses import replace

from tradewind.connectors.layouts import Columns, Layout, Part, Table

NEEDED = (
    "settlement-id", "total-amount", "currency", "transaction-type", "amount-type", "amount-description",
    "amount",
)  # fmt: skip
_ASIDE = (
    "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name", "fulfillment-id",
    "merchant-order-item-id", "merchant-adjustment-item-id", "promotion-id",
)  # fmt: skip
DROPPABLE = (
    "settlement-start-date", "settlement-end-date", "deposit-date", "order-id", *_ASIDE, "posted-date",
    "posted-date-time", "order-item-code", "sku", "quantity-purchased",
)  # fmt: skip
_V1 = Columns(
    settlement=("settlement-id",),
    total="total-amount",
    currency=("currency",),
    type="transaction-type",
    order=("order-id",),
    sku=("sku",),
    line=("order-item-code",),
    quantity="quantity-purchased",
    posted=("posted-date-time", "posted-date"),
    start="settlement-start-date",
    end="settlement-end-date",
    deposit=("deposit-date",),
)
_V2 = replace(_V1, amount_type="amount-type", description="amount-description", amount="amount")
# Amount types are the words of V2, so that both reports mean the same by the same rules.
_PARTS = (
    Part("price-amount", "ItemPrice", "price-type"),
    Part("item-related-fee-amount", "ItemFees", "item-related-fee-type"),
    Part("shipment-fee-amount", "Shipment-Fees", "shipment-fee-type"),
    Part("order-fee-amount", "Order-Fees", "order-fee-type"),
    Part("promotion-amount", "Promotion", "promotion-type"),
    Part("direct-payment-amount", "DirectPayment", "direct-payment-type"),
    Part("misc-fee-amount", "MiscFee", "transaction-type"),
    Part("other-fee-amount", "OtherFee", "other-fee-reason-description"),
    Part("other-amount", "other-transaction", "transaction-type"),
)
LAYOUTS = (
    Layout(
        "amazon_settlement_v2",
        "Settlement report V2",
        "结算报告 V2（每行一笔金额）",
        (Table(_V2, NEEDED, aside=_ASIDE),),
        "a settlement file in the wild and importers' tests",
        tabbed=True,
        strict=True,
        legacy=True,
    ),
    Layout(
        "amazon_settlement_v1",
        "Settlement report V1",
        "结算报告 V1（每行多笔金额）",
        (
            Table(
                _V1,
                (
                    "settlement-id",
                    "total-amount",
                    "currency",
                    "transaction-type",
                    "price-amount",
                    "item-related-fee-amount",
                ),
                _PARTS,
                aside=_ASIDE,
            ),
        ),
        "captions of an importer's tests and of a file in the wild",
        tabbed=True,
        strict=True,
        legacy=True,
    ),
)
