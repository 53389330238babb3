"""Amazon's orders (2026-01-01) and the house's, shipments and offers as Amazon takes them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from tradewind.connectors.channels.amazon.marketplaces import BY_ID
from tradewind.connectors.session import parsed
from tradewind.connectors.wire import moment
from tradewind.engine.contracts import (
    CANCELLED,
    OPEN,
    PENDING,
    SHIPPED,
    Address,
    ChannelLine,
    ChannelOrder,
    OfferPush,
    OutsideError,
    TrackingPush,
)
from tradewind.engine.money import Money

# What Amazon's own warehouse ships is never promised here: it waits as pending until Amazon has shipped it.
STATES = {
    "PENDING_AVAILABILITY": PENDING,
    "PENDING": PENDING,
    "UNSHIPPED": OPEN,
    "PARTIALLY_SHIPPED": OPEN,
    "SHIPPED": SHIPPED,
    "CANCELLED": CANCELLED,
    "UNFULFILLABLE": PENDING,
}
BY_AMAZON = "AMAZON"
_ADDED = ("ITEM", "GIFT_WRAP", "COD_FEE", "OTHER")  # what the buyer pays for the goods, net of tax
# Carriers under the codes Amazon knows; the others are sent by name as Other.
CARRIERS = {
    "yanwen": "Yanwen", "yunexpress": "YunExpress", "4px": "4PX", "china post": "China Post",
    "sf express": "SF Express", "cainiao": "Cainiao", "usps": "USPS", "ups": "UPS", "fedex": "FedEx",
    "dhl": "DHL", "dhl ecommerce": "DHL eCommerce", "royal mail": "Royal Mail", "dpd": "DPD", "gls": "GLS",
    "hermes": "Hermes", "evri": "Evri", "la poste": "La Poste", "australia post": "Australia Post",
    "canada post": "Canada Post", "yamato transport": "Yamato Transport", "japan post": "Japan Post",
}  # fmt: skip
OFFER, STOCK = "/attributes/purchasable_offer", "/attributes/fulfillment_availability"


def orders(raw: bytes) -> tuple[ChannelOrder, ...]:
    """The orders of a page, or the one of getOrder; OutsideError (bad_answer) for another shape.

    An order that cannot be read takes no other with it: it comes with the reason for its state, so that
    it is left out by name while the rest of its page is taken.
    """
    answer = parsed(raw, "orders")
    items = [answer["order"]] if "order" in answer else answer.get("orders")
    if not isinstance(items, list):
        raise OutsideError("orders: the answer has no orders", code="bad_answer", retriable=False)
    return tuple(_read(item) for item in items)


def _read(item: Any) -> ChannelOrder:
    try:
        number, placed, updated = (
            item["orderId"],
            moment(item["createdTime"]),
            moment(item["lastUpdatedTime"]),
        )
    except (KeyError, TypeError) as error:
        raise OutsideError(
            f"orders: cannot be read: {error!r}", code="bad_answer", retriable=False
        ) from error
    try:
        return order(item)
    except (KeyError, TypeError, ValueError, AttributeError, OutsideError) as error:
        why = f"cannot be read: {error}"[:80]
        none = Money(0, "USD")  # never stored: its state is refused
        return ChannelOrder(number, why, placed, updated, "USD", (), none, Address(), raw_state=why)


def order(item: Mapping[str, Any]) -> ChannelOrder:
    """One order. A pending one has neither prices nor address yet: its amounts are zero until it clears."""
    sent = item.get("fulfillment") or {}
    said = sent["fulfillmentStatus"]
    state = STATES[said]
    by_amazon = sent.get("fulfilledBy") == BY_AMAZON
    if state == OPEN and by_amazon:
        state = PENDING
    currency = _currency(item)
    items = [x for x in item["orderItems"] if x["quantityOrdered"]]
    parts = [_parts(x, currency, known=state != PENDING) for x in items]
    window = sent.get("shipByWindow") or {}
    return ChannelOrder(
        external_id=item["orderId"],
        state=state,
        placed_at=moment(item["createdTime"]),
        updated_at=moment(item["lastUpdatedTime"]),
        currency=currency,
        lines=tuple(_line(x, *part[:3]) for x, part in zip(items, parts, strict=True)),
        shipping=Money.total((part[3] for part in parts), currency),
        address=_address(item),
        ship_by=moment(window["latestDateTime"]) if window.get("latestDateTime") else None,
        cancel_requested=any((x.get("cancellation") or {}).get("cancellationRequest") for x in items),
        raw_state=f"{said} {sent.get('fulfilledBy', '')}".strip(),
        by_channel=by_amazon,
    )


def _currency(item: Mapping[str, Any]) -> str:
    """The currency of the order's amounts; a pending order has none and takes its marketplace's."""
    total = (item.get("proceeds") or {}).get("grandTotal")
    if total:
        return str(total["currencyCode"])
    for x in item["orderItems"]:
        told = (x.get("proceeds") or {}).get("proceedsTotal") or (x["product"].get("price") or {}).get(
            "unitPrice"
        )
        if told:
            return str(told["currencyCode"])
    return BY_ID[item["salesChannel"]["marketplaceId"]].currency


def _parts(item: Mapping[str, Any], currency: str, *, known: bool) -> tuple[Money, Money, Money, Money]:
    """(price, tax, discount, shipping) of an item, tax apart; ValueError when they do not sum to its total.

    Where Amazon's amounts hold the tax already (their sum without it is the total), it is taken out of
    the price.
    """
    zero = Money(0, currency)
    proceeds = item.get("proceeds") or {}
    if not proceeds.get("breakdowns"):
        if known:
            raise ValueError(f"item {item['orderItemId']} has no proceeds")
        return zero, zero, zero, zero
    sums = {row["type"]: _money(row["subtotal"], currency) for row in proceeds["breakdowns"]}
    strange = set(sums) - {*_ADDED, "SHIPPING", "TAX", "DISCOUNT"}
    if strange:
        raise ValueError(f"unknown proceeds {', '.join(sorted(strange))}")
    price = Money.total((sums.get(name, zero) for name in _ADDED), currency)
    tax, shipping = sums.get("TAX", zero), sums.get("SHIPPING", zero)
    discount = Money(abs(sums.get("DISCOUNT", zero).minor), currency)
    total = _money(proceeds["proceedsTotal"], currency)
    if price + shipping + tax - discount != total:
        if price + shipping - discount != total:
            raise ValueError(f"the parts of item {item['orderItemId']} do not sum to its total")
        price = price - tax
    off = min(discount, price)  # what is taken off beyond the goods is taken off their shipping
    return price, tax, off, shipping - (discount - off)


def _money(said: Mapping[str, Any], currency: str) -> Money:
    if said["currencyCode"] != currency:
        raise ValueError(f"amounts in {said['currencyCode']} and {currency}")
    return Money.of(str(said["amount"]), currency)


def _line(item: Mapping[str, Any], price: Money, tax: Money, discount: Money) -> ChannelLine:
    product = item["product"]
    return ChannelLine(
        external_id=item["orderItemId"],
        external_sku=product.get("sellerSku") or f"ASIN {product.get('asin', '')}".strip(),
        title=product.get("title") or "",
        qty=item["quantityOrdered"],
        price=price,
        tax=tax,
        discount=discount,
    )


def _address(item: Mapping[str, Any]) -> Address:
    where = (item.get("recipient") or {}).get("deliveryAddress") or {}
    buyer = item.get("buyer") or {}
    more = [where.get("addressLine2"), where.get("addressLine3"), where.get("districtOrCounty")]
    company = where.get("companyName")
    return Address(
        name=", ".join(x for x in (where.get("name") or buyer.get("buyerName"), company) if x),
        phone=where.get("phone") or "",
        email=buyer.get("buyerEmail") or "",
        line1=where.get("addressLine1") or "",
        line2=", ".join(x for x in more if x),
        city=where.get("city") or where.get("municipality") or "",
        region=where.get("stateOrRegion") or "",
        postcode=where.get("postalCode") or "",
        country=where.get("countryCode") or "",
    )


def shipment(push: TrackingPush, marketplace_id: str) -> dict[str, Any]:
    """A shipment as confirmShipment takes it. Its number comes from our key: a repeat is the same."""
    code = CARRIERS.get(push.carrier.strip().casefold())
    package = {
        "packageReferenceId": str(int(hashlib.sha256(push.key.encode()).hexdigest()[:7], 16) + 1),
        "carrierCode": code or "Other",
        "trackingNumber": push.tracking_no,
        "shipDate": push.shipped_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderItems": [{"orderItemId": line_id, "quantity": qty} for line_id, qty in push.lines],
    }
    if code is None:
        package["carrierName"] = push.carrier
    return {"marketplaceId": marketplace_id, "packageDetail": package}


def patches(offer: OfferPush, marketplace_id: str) -> dict[str, Any]:
    """Wanted price and quantity as patchListingsItem takes them; a side that is None is not sent.

    Amazon's prices are JSON numbers: the shortest text of a float of a few decimals is that very amount.
    """
    wanted: list[dict[str, Any]] = []
    if offer.price is not None:
        price = [{"schedule": [{"value_with_tax": float(offer.price.amount)}]}]
        sold: dict[str, Any] = {"marketplace_id": marketplace_id, "our_price": price}
        wanted.append(_replace(OFFER, sold | {"currency": offer.price.currency}))
    if offer.quantity is not None:
        wanted.append(_replace(STOCK, {"fulfillment_channel_code": "DEFAULT", "quantity": offer.quantity}))
    return {"productType": "PRODUCT", "patches": wanted}


def _replace(path: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": [value]}
