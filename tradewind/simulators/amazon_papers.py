"""Orders and settlements of the practice stores in Amazon's words."""

from __future__ import annotations

from typing import Any

from tradewind.simulators.settle import Row, Settled, stamp, text
from tradewind.simulators.shop import CANCELLED, OPEN, PART_SHIPPED, PENDING, SHIPPED, Order, Shop

STATES = {
    PENDING: "PENDING", OPEN: "UNSHIPPED", PART_SHIPPED: "PARTIALLY_SHIPPED", SHIPPED: "SHIPPED",
    CANCELLED: "CANCELLED",
}  # fmt: skip
# (type, amount type, description) of the stores' rows -> Amazon's.
WORDS = {
    ("Order", "Price", "Principal"): ("Order", "ItemPrice", "Principal"),
    ("Order", "Price", "Tax"): ("Order", "ItemPrice", "Tax"),
    ("Order", "Price", "Shipping"): ("Order", "ItemPrice", "Shipping"),
    ("Order", "Promotion", "Discount"): ("Order", "Promotion", "Principal"),
    ("Order", "Fee", "Referral"): ("Order", "ItemFees", "Commission"),
    ("Order", "Fee", "Payment"): ("Order", "ItemFees", "DigitalServicesFee"),
    ("Order", "Tax", "Withheld"): ("Order", "ItemFees", "MarketplaceFacilitatorVAT-Principal"),
    ("Refund", "Price", "Principal"): ("Refund", "ItemPrice", "Principal"),
    ("Refund", "Price", "Tax"): ("Refund", "ItemPrice", "Tax"),
    ("Refund", "Price", "Shipping"): ("Refund", "ItemPrice", "Shipping"),
    ("Refund", "Fee", "Referral"): ("Refund", "ItemFees", "Commission"),
    ("Refund", "Tax", "Withheld"): ("Refund", "ItemFees", "MarketplaceFacilitatorVAT-Principal"),
    ("Fee", "Account", "Subscription"): ("other-transaction", "other-transaction", "Subscription Fee"),
    ("Fee", "Account", "Late Shipment"): ("other-transaction", "other-transaction", "Paid Services Fee"),
    ("Fee", "Ads", "Sponsored"): ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
    ("Adjustment", "Account", "Correction"): ("other-transaction", "other-transaction", "Adjustment"),
    ("Reserve", "Balance", "Released"): (
        "other-transaction", "other-transaction", "Previous Reserve Amount Balance",
    ),
    ("Reserve", "Balance", "Opened"): ("other-transaction", "other-transaction", "Current Reserve Amount"),
}  # fmt: skip
COLUMNS = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount",
    "currency", "transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id",
    "marketplace-name", "amount-type", "amount-description", "amount", "fulfillment-id", "posted-date",
    "posted-date-time", "order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id",
    "sku", "quantity-purchased", "promotion-id",
)  # fmt: skip
NAMES = {"US": "Amazon.com", "GB": "Amazon.co.uk", "DE": "Amazon.de", "JP": "Amazon.co.jp"}


def order_json(shop: Shop, order: Order, marketplace: str) -> dict[str, Any]:
    """An order in the shape of 2026-01-01; without amounts and address while it is not paid."""
    currency, paid = shop.terms.currency, order.state != PENDING
    shares = [order.shipping, *[0] * (len(order.lines) - 1)]
    told: dict[str, Any] = {
        "orderId": order.id,
        "createdTime": stamp(order.placed_at),
        "lastUpdatedTime": stamp(order.updated_at),
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": marketplace},
        "fulfillment": {"fulfillmentStatus": STATES[order.state], "fulfilledBy": "MERCHANT"},
        "orderItems": [
            _item(line, ship, currency, order.state) for line, ship in zip(order.lines, shares, strict=True)
        ],
    }
    if paid and order.ship_by:
        told["fulfillment"]["shipByWindow"] = {"latestDateTime": stamp(order.ship_by)}
        told["recipient"] = {"deliveryAddress": _address(order.address)}
        told["buyer"] = {"buyerEmail": order.address.get("email", "")}
    return told


def _item(line: Any, shipping: int, currency: str, state: str) -> dict[str, Any]:
    parts = {"ITEM": line.price, "SHIPPING": shipping, "TAX": line.tax, "DISCOUNT": -line.discount}
    total = sum(parts.values())
    item: dict[str, Any] = {
        "orderItemId": line.id,
        "quantityOrdered": 0 if state == CANCELLED else line.qty,
        "product": {"sellerSku": line.sku, "title": line.title},
    }
    if state != PENDING:
        item["proceeds"] = {
            "proceedsTotal": _money(total, currency),
            "breakdowns": [{"type": k, "subtotal": _money(v, currency)} for k, v in parts.items() if v],
        }
    return item


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": text(minor, currency), "currencyCode": currency}


def _address(said: dict[str, str]) -> dict[str, str]:
    return {
        "name": said.get("name", ""), "addressLine1": said.get("line1", ""),
        "addressLine2": said.get("line2", ""), "city": said.get("city", ""),
        "stateOrRegion": said.get("region", ""), "postalCode": said.get("postcode", ""),
        "countryCode": said.get("country", ""), "phone": said.get("phone", ""),
    }  # fmt: skip


def settlement_file(settled: Settled, market: str) -> bytes:
    """The settlement as report V2: a row with the total, then a row an amount."""
    head = dict.fromkeys(COLUMNS, "") | {
        "settlement-id": settled.id,
        "settlement-start-date": stamp(settled.start_at),
        "settlement-end-date": stamp(settled.end_at),
        "deposit-date": stamp(settled.ready_at),
        "total-amount": text(settled.total, settled.currency),
        "currency": settled.currency,
    }
    rows = [head, *(_row(settled, row, market) for row in settled.rows)]
    lines = ["\t".join(COLUMNS), *("\t".join(row[name] for name in COLUMNS) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _row(settled: Settled, row: Row, market: str) -> dict[str, str]:
    kind, amount_type, description = WORDS[row.type, row.amount_type, row.description]
    return dict.fromkeys(COLUMNS, "") | {
        "settlement-id": settled.id,
        "currency": settled.currency,
        "transaction-type": kind,
        "amount-type": amount_type,
        "amount-description": description,
        "amount": text(row.amount, settled.currency),
        "order-id": row.order_id,
        "order-item-code": row.line_id,
        "sku": row.sku,
        "quantity-purchased": "" if row.quantity is None else str(row.quantity),
        "marketplace-name": NAMES[market],
        "posted-date-time": stamp(row.posted_at),
    }
