"""Shopify over its Admin GraphQL interface: orders by their change, shipments, prices and stock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.connectors.base import BaseChannel, Connection, Manifest
from tradewind.connectors.channels.shopify import mapping
from tradewind.connectors.channels.shopify.questions import (
    FULFIL,
    ORDERS,
    PRICE,
    STOCK,
    TO_FULFIL,
    VARIANTS,
    VERSION,
)
from tradewind.connectors.layouts import payment_providers
from tradewind.connectors.session import accepted, parsed
from tradewind.connectors.transport import ATTEMPTS, Call
from tradewind.engine.contracts import (
    ChannelOrder,
    OfferPush,
    OutsideError,
    Page,
    PushResult,
    TrackingPush,
)

REFILL_S = 2.0  # a bucket of points is worth a page again after this
LATE = timedelta(seconds=30)  # the search of orders lags a little behind their changes


class Shopify(BaseChannel):
    """The channel; see base.Channel for what each function promises. An order is known by its name, #1001."""

    reads = payment_providers.LAYOUTS

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def orders(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ChannelOrder]:
        asked = f"updated_at:>='{_iso(since)}' AND updated_at:<='{_iso(until)}'"
        raw = self._ask(conn, ORDERS, {"query": asked, "after": token})
        found, info = self.map_orders(raw), _data(raw)["orders"]["pageInfo"]
        if info["hasNextPage"]:
            # Sorted by change: everything up to the last of this page has been seen.
            seen = max((o.updated_at for o in found), default=since)
            return Page(found, str(info["endCursor"]), max(since, seen - LATE), raw)
        return Page(found, None, max(since, until - LATE), raw)

    def read_orders(self, conn: Connection, external_ids: Sequence[str]) -> list[ChannelOrder]:
        found: list[ChannelOrder] = []
        for name in external_ids:
            raw = self._ask(conn, ORDERS, {"query": f"name:{_word(name)}", "after": None})
            found += [o for o in self.map_orders(raw) if o.external_id == name]
        return found

    def map_orders(self, raw: bytes) -> tuple[ChannelOrder, ...]:
        try:
            return tuple(mapping.read(item) for item in _data(raw)["orders"]["nodes"])
        except (KeyError, TypeError) as error:
            raise _unreadable("orders", error) from error

    # -- shipments ---------------------------------------------------------------------------------

    def push_tracking(self, conn: Connection, pushes: Sequence[TrackingPush]) -> list[PushResult]:
        return [self._fulfil(conn, push) for push in pushes]

    def _fulfil(self, conn: Connection, push: TrackingPush) -> PushResult:
        """Ask what is left to ship, then ship it: a repeat finds its tracking number there."""
        told = _data(self._ask(conn, TO_FULFIL, {"query": f"name:{_word(push.order_external_id)}"}))
        try:
            orders = [o for o in told["orders"]["nodes"] if o["name"] == push.order_external_id]
            if not orders:
                return PushResult(push.key, False, "", "unknown_order", "the shop has no such order")
            done = mapping.shipped_already(orders[0], push.tracking_no)
            if done:
                return PushResult(push.key, True, done)
            body = mapping.fulfilment(orders[0], push)
        except ValueError as refusal:
            return PushResult(push.key, False, "", "nothing_left", str(refusal))
        except (KeyError, TypeError) as error:
            raise _unreadable("fulfilment", error) from error
        made = _data(self._ask(conn, FULFIL, {"fulfillment": body}))["fulfillmentCreate"]
        wrong = _errors(made)
        if wrong:
            return PushResult(push.key, False, "", "refused", wrong)
        return PushResult(push.key, True, mapping.tail(made["fulfillment"]["id"]))

    # -- offers ------------------------------------------------------------------------------------

    def push_offers(self, conn: Connection, offers: Sequence[OfferPush]) -> list[PushResult]:
        return [self._offer(conn, offer) for offer in offers]

    def _offer(self, conn: Connection, offer: OfferPush) -> PushResult:
        sku = offer.external_sku
        told = _data(self._ask(conn, VARIANTS, {"query": f"sku:{_word(sku)}"}))
        try:
            found = [v for v in told["productVariants"]["nodes"] if v["sku"] == sku]
        except (KeyError, TypeError) as error:
            raise _unreadable("variants", error) from error
        if len(found) != 1:
            why = "the shop has no variant of this SKU" if not found else "several variants bear this SKU"
            return PushResult(sku, False, "", "sku", why)
        variant = found[0]
        wrong = self._price(conn, variant, offer) or self._stock(conn, variant, offer)
        if wrong:
            return PushResult(sku, False, "", "refused", wrong)
        return PushResult(sku, True, mapping.tail(variant["id"]))

    def _price(self, conn: Connection, variant: Mapping[str, Any], offer: OfferPush) -> str:
        if offer.price is None:
            return ""
        wanted = {"id": variant["id"], "price": f"{offer.price.amount:f}"}
        asked = {"productId": variant["product"]["id"], "variants": [wanted]}
        return _errors(_data(self._ask(conn, PRICE, asked))["productVariantsBulkUpdate"])

    def _stock(self, conn: Connection, variant: Mapping[str, Any], offer: OfferPush) -> str:
        if offer.quantity is None:
            return ""
        place = conn.credentials.get("location_id", "")
        if not place or not variant["inventoryItem"]["tracked"]:
            return "no location is named for the stock" if not place else "the shop does not track its stock"
        row = {
            "inventoryItemId": variant["inventoryItem"]["id"],
            "locationId": f"gid://shopify/Location/{mapping.tail(place)}",
            "quantity": offer.quantity,
        }
        given = {
            "name": "available", "reason": "correction", "ignoreCompareQuantity": True, "quantities": [row],
        }  # fmt: skip
        return _errors(_data(self._ask(conn, STOCK, {"input": given}))["inventorySetQuantities"])

    # -- wire --------------------------------------------------------------------------------------

    def _ask(self, conn: Connection, question: str, variables: Mapping[str, Any]) -> bytes:
        """The answer's body; points that are used up are waited for, other errors are OutsideError."""
        content = json.dumps({"query": question, "variables": variables}).encode()
        for attempt in range(ATTEMPTS):
            answer = conn.transport.send(
                Call(
                    account=conn.account,
                    operation="graphql",
                    method="POST",
                    url=f"{conn.base_url.rstrip('/')}/admin/api/{VERSION}/graphql.json",
                    headers={
                        "X-Shopify-Access-Token": conn.credentials.get("access_token", ""),
                        "Content-Type": "application/json",
                    },
                    content=content,
                    # Questions change nothing, and each change is set or checked first: a repeat is harmless.
                    key=hashlib.sha256(content).hexdigest()[:32],
                    limit=self.manifest.limits["graphql"],
                )
            )
            raw = accepted("graphql", answer)
            errors = parsed(raw, "graphql").get("errors")
            if not errors:
                return raw
            if not _throttled(errors):
                raise OutsideError(f"graphql: {str(errors)[:300]}", code="graphql", retriable=False)
            conn.transport.sleep(REFILL_S * (attempt + 1))
        raise OutsideError("graphql: the points are used up", code="throttled", retry_after=REFILL_S * 10)


def _data(raw: bytes) -> dict[str, Any]:
    data = parsed(raw, "graphql").get("data")
    if not isinstance(data, dict):
        raise OutsideError("graphql: the answer has no data", code="bad_answer", retriable=False)
    return data


def _throttled(errors: Any) -> bool:
    try:
        return any(e["extensions"]["code"] == "THROTTLED" for e in errors)
    except (KeyError, TypeError):
        return False


def _errors(answer: Mapping[str, Any] | None) -> str:
    """What Shopify says against a change; empty when it was taken."""
    if answer is None:
        raise OutsideError("graphql: the change has no answer", code="bad_answer", retriable=False)
    return "; ".join(str(e.get("message", "")) for e in answer.get("userErrors") or [])[:500]


def _unreadable(what: str, error: Exception) -> OutsideError:
    return OutsideError(f"{what}: cannot be read: {error!r}", code="bad_answer", retriable=False)


def _word(text: str) -> str:
    """A word of a search, quoted so that nothing in it is an operator."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
