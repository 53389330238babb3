"""Shopify's orders and the house's. Pure. Amounts are those of the shop, in the shop's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tradewind.connectors.wire import moment
from tradewind.engine.contracts import (
    CANCELLED,
    OPEN,
    PENDING,
    SHIPPED,
    Address,
    ChannelLine,
    ChannelOrder,
    OutsideError,
    TrackingPush,
)
from tradewind.engine.money import Money, share

# Payments that are not in yet: nothing is promised. What is paid, even in part given back, is worked.
WAITING = frozenset({"PENDING", "AUTHORIZED", "PARTIALLY_PAID", "EXPIRED"})
PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})


def read(item: Any) -> ChannelOrder:
    """One order; one that cannot be read comes with the reason for its state and is left out by name."""
    try:
        number, placed, updated = item["name"], moment(item["createdAt"]), moment(item["updatedAt"])
    except (KeyError, TypeError) as error:
        raise OutsideError(
            f"orders: cannot be read: {error!r}", code="bad_answer", retriable=False
        ) from error
    try:
        return _order(item, number, placed, updated)
    except (KeyError, TypeError, ValueError, AttributeError, OutsideError) as error:
        why = f"cannot be read: {error}"[:80]
        none = Money(0, "USD")  # never stored: its state is refused
        return ChannelOrder(number, why, placed, updated, "USD", (), none, Address(), raw_state=why)


def _order(item: Mapping[str, Any], number: str, placed: datetime, updated: datetime) -> ChannelOrder:
    if item["lineItems"]["pageInfo"]["hasNextPage"]:
        raise ValueError("more lines than are asked for")
    currency, included = item["currencyCode"], item["taxesIncluded"]
    state = _state(item)
    shipping, shipping_tax = _shipping(item, currency, included=included)
    lines = [
        line
        for node in item["lineItems"]["nodes"]
        if (line := _line(node, currency, included=included, shipped=state == SHIPPED))
    ]
    if lines and shipping_tax:  # the tax of the shipping stands with the first line
        first = lines[0]
        lines[0] = ChannelLine(
            first.external_id, first.external_sku, first.title, first.qty, first.price,
            first.tax + shipping_tax, first.discount,
        )  # fmt: skip
    return ChannelOrder(
        external_id=number,
        state=state if lines else CANCELLED,  # everything was taken off it
        placed_at=placed,
        updated_at=updated,
        currency=currency,
        lines=tuple(lines),
        shipping=shipping,
        address=_address(item),
        raw_state=f"{item['displayFinancialStatus']} {item['displayFulfillmentStatus']}",
    )


def _state(item: Mapping[str, Any]) -> str:
    paid = item["displayFinancialStatus"]
    if item.get("cancelledAt") or paid == "VOIDED":
        return CANCELLED
    if item["displayFulfillmentStatus"] == "FULFILLED":
        return SHIPPED
    if paid in WAITING:
        return PENDING
    if paid not in PAID:
        raise ValueError(f"unknown payment state {paid}")
    return OPEN


def _shipping(item: Mapping[str, Any], currency: str, *, included: bool) -> tuple[Money, Money]:
    """(shipping net of tax, its tax)."""
    rows = item["shippingLines"]["nodes"]
    price = _sum((row["discountedPriceSet"] for row in rows), currency)
    tax = _sum((t["priceSet"] for row in rows for t in row["taxLines"]), currency)
    return (price - tax if included else price), tax


def _line(node: Mapping[str, Any], currency: str, *, included: bool, shipped: bool) -> ChannelLine | None:
    """A line; None when nothing is left of it. Units taken off before shipping take their share with them."""
    ordered = node["quantity"]
    qty = ordered if shipped else node["currentQuantity"]
    if not qty:
        return None
    parts = [qty, ordered - qty]
    unit = _money(node["originalUnitPriceSet"], currency)
    tax = _sum((row["priceSet"] for row in node["taxLines"]), currency)
    off = _sum((row["allocatedAmountSet"] for row in node["discountAllocations"]), currency)
    tax, off = (Money(share(m.minor, parts)[0], currency) for m in (tax, off))
    price = Money(unit.minor * qty, currency)
    return ChannelLine(
        external_id=tail(node["id"]),
        external_sku=node.get("sku") or f"line {tail(node['id'])}",
        title=node["title"],
        qty=qty,
        price=price - tax if included else price,
        tax=tax,
        discount=off,
    )


def _sum(sets: Iterable[Mapping[str, Any]], currency: str) -> Money:
    return Money.total((_money(one, currency) for one in sets), currency)


def _money(said: Mapping[str, Any], currency: str) -> Money:
    told = said["shopMoney"]
    if told["currencyCode"] != currency:
        raise ValueError(f"amounts in {told['currencyCode']} and {currency}")
    return Money.of(str(told["amount"]), currency)


def _address(item: Mapping[str, Any]) -> Address:
    where = item.get("shippingAddress") or {}
    return Address(
        name=", ".join(x for x in (where.get("name"), where.get("company")) if x),
        phone=where.get("phone") or item.get("phone") or "",
        email=item.get("email") or "",
        line1=where.get("address1") or "",
        line2=where.get("address2") or "",
        city=where.get("city") or "",
        region=where.get("provinceCode") or "",
        postcode=where.get("zip") or "",
        country=where.get("countryCodeV2") or "",
    )


def tail(gid: str) -> str:
    """The number of a global id: gid://shopify/LineItem/7 -> 7."""
    return gid.rpartition("/")[2]


def shipped_already(order: Mapping[str, Any], tracking_no: str) -> str:
    """The id of the fulfilment that bears the tracking number; empty when there is none."""
    for one in order["fulfillments"]:
        if any(info.get("number") == tracking_no for info in one["trackingInfo"]):
            return tail(one["id"])
    return ""


def fulfilment(order: Mapping[str, Any], push: TrackingPush) -> dict[str, Any]:
    """The shipment as fulfillmentCreate takes it; ValueError when a line has fewer units left to ship."""
    need, groups = dict(push.lines), []
    for one in order["fulfillmentOrders"]["nodes"]:
        taken = []
        for row in one["lineItems"]["nodes"]:
            line_id = tail(row["lineItem"]["id"])
            qty = min(need.get(line_id, 0), row["remainingQuantity"])
            if qty > 0:
                need[line_id] -= qty
                taken.append({"id": row["id"], "quantity": qty})
        if taken:
            groups.append({"fulfillmentOrderId": one["id"], "fulfillmentOrderLineItems": taken})
    lacking = [f"{line_id}: {qty}" for line_id, qty in need.items() if qty]
    if lacking:
        raise ValueError(f"no units left to ship of line {', '.join(lacking)}")
    tracking = {"company": push.carrier, "number": push.tracking_no}
    return {"lineItemsByFulfillmentOrder": groups, "trackingInfo": tracking, "notifyCustomer": True}
