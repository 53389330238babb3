"""Harbour's words and the house's, both ways. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.connectors.base import SettlementRef
from tradewind.connectors.session import parsed
from tradewind.connectors.wire import moment, stamp
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
    PushResult,
    TrackingPush,
)
from tradewind.engine.money import Money, MoneyError

# A part-shipped order is still open: something of it waits.
STATES = {"PENDING": PENDING, "OPEN": OPEN, "PART_SHIPPED": OPEN, "SHIPPED": SHIPPED, "CANCELLED": CANCELLED}


def orders(raw: bytes) -> tuple[ChannelOrder, ...]:
    """The orders of a page; OutsideError (bad_answer) names what could not be read."""
    try:
        return tuple(order(item) for item in parsed(raw, "orders")["orders"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OutsideError(
            f"orders: cannot be read: {error!r}", code="bad_answer", retriable=False
        ) from error


def order(item: Mapping[str, Any]) -> ChannelOrder:
    """One order. The address is empty until Harbour shows it."""
    currency = item["currency"]
    return ChannelOrder(
        external_id=item["id"],
        state=STATES[item["state"]],
        placed_at=moment(item["placed_at"]),
        updated_at=moment(item["updated_at"]),
        currency=currency,
        lines=tuple(line(x, currency) for x in item["lines"]),
        shipping=Money.of(item["shipping"], currency),
        address=Address(**(item.get("address") or {})),
        ship_by=moment(item["ship_by"]) if item.get("ship_by") else None,
        raw_state=item["state"],
    )


def line(item: Mapping[str, Any], currency: str) -> ChannelLine:
    """One line; amounts are of the whole line."""
    return ChannelLine(
        external_id=item["id"],
        external_sku=item["sku"],
        title=item["title"],
        qty=int(item["qty"]),
        price=Money.of(item["price"], currency),
        tax=Money.of(item["tax"], currency),
        discount=Money.of(item["discount"], currency),
    )


def shipment(push: TrackingPush) -> dict[str, Any]:
    """A shipment as Harbour takes it."""
    return {
        "key": push.key,
        "order_id": push.order_external_id,
        "carrier": push.carrier,
        "tracking_no": push.tracking_no,
        "shipped_at": stamp(push.shipped_at),
        "lines": [{"line_id": line_id, "qty": qty} for line_id, qty in push.lines],
    }


def listing(offer: OfferPush) -> dict[str, Any]:
    """A listing as Harbour takes it; sides that are None are not sent."""
    sent: dict[str, Any] = {"sku": offer.external_sku, "title": offer.title}
    if offer.price is not None:
        sent |= {"price": f"{offer.price.amount:f}", "currency": offer.price.currency}
    if offer.quantity is not None:
        sent["quantity"] = offer.quantity
    return sent


def results(raw: bytes, key: str, external_id: str, wanted: Sequence[str]) -> list[PushResult]:
    """One result a push, in the order asked; OutsideError when the answer leaves one out."""
    found: dict[str, PushResult] = {}
    for item in parsed(raw, "push").get("results", []):
        found[str(item.get(key, ""))] = PushResult(
            key=str(item.get(key, "")),
            ok=item.get("ok") is True,
            external_id=str(item.get(external_id, "")),
            code=str(item.get("code", "")),
            message=str(item.get("message", "")),
        )
    try:
        return [found[k] for k in wanted]
    except KeyError as error:
        raise OutsideError(f"push: no result for {error}", code="bad_answer") from None


def references(answer: Mapping[str, Any]) -> tuple[SettlementRef, ...]:
    """Settlements that are ready."""
    try:
        return tuple(SettlementRef(x["id"], moment(x["ready_at"])) for x in answer["settlements"])
    except (KeyError, TypeError, MoneyError) as error:
        raise OutsideError(f"settlements: cannot be read: {error!r}", code="bad_answer") from error
