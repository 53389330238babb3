"""Harbour over HTTP: paths, pages and batches; what is inside them is mapped in mapping.py and files.py."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tradewind.connectors.base import BaseChannel, Connection, Manifest, SettlementRef
from tradewind.connectors.channels.harbour import files, mapping
from tradewind.connectors.session import ask, parsed
from tradewind.connectors.wire import batches, moment, stamp, watermark
from tradewind.engine.contracts import (
    ChannelOrder,
    OfferPush,
    Page,
    PushResult,
    TrackingPush,
)

BATCH = 100


class Harbour(BaseChannel):
    """The channel; see base.Channel for what each function promises."""

    reads = files.LAYOUTS

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def _ask(
        self,
        conn: Connection,
        operation: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> bytes:
        limit = self.manifest.limits.get(operation)
        key = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32] if repeatable else ""
        return ask(conn, operation, method, path, params=params, body=body, key=key, limit=limit)

    def orders(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ChannelOrder]:
        params = {"since": stamp(since), "until": stamp(until)} | ({"token": token} if token else {})
        raw = self._ask(conn, "orders", "GET", "/v1/orders", params)
        answer = parsed(raw, "orders")
        follows = answer.get("next_token")
        seen = None if follows else watermark(since, until, moment(answer.get("as_of", "")))
        return Page(self.map_orders(raw), follows, seen, raw)

    def read_orders(self, conn: Connection, external_ids: Sequence[str]) -> list[ChannelOrder]:
        found: list[ChannelOrder] = []
        for ids in batches(external_ids, BATCH):
            found += self.map_orders(
                self._ask(conn, "orders", "GET", "/v1/orders/batch", {"ids": ",".join(ids)})
            )
        return found

    def map_orders(self, raw: bytes) -> tuple[ChannelOrder, ...]:
        return mapping.orders(raw)

    def push_tracking(self, conn: Connection, pushes: Sequence[TrackingPush]) -> list[PushResult]:
        results: list[PushResult] = []
        for batch in batches(pushes, BATCH):
            body = {"shipments": [mapping.shipment(push) for push in batch]}
            # Every shipment carries its own key, so the whole call may be repeated.
            raw = self._ask(conn, "shipments", "POST", "/v1/shipments", body=body, repeatable=True)
            results += mapping.results(raw, "key", "shipment_id", [push.key for push in batch])
        return results

    def push_offers(self, conn: Connection, offers: Sequence[OfferPush]) -> list[PushResult]:
        results: list[PushResult] = []
        for batch in batches(offers, BATCH):
            body = {"listings": [mapping.listing(offer) for offer in batch]}
            # A listing is set, not added to: the same call twice is the same state.
            raw = self._ask(conn, "listings", "PUT", "/v1/listings", body=body, repeatable=True)
            results += mapping.results(raw, "sku", "listing_id", [offer.external_sku for offer in batch])
        return results

    def settlements(self, conn: Connection, since: datetime, token: str | None = None) -> Page[SettlementRef]:
        params = {"since": stamp(since)} | ({"token": token} if token else {})
        raw = self._ask(conn, "settlements", "GET", "/v1/settlements", params)
        answer = parsed(raw, "settlements")
        found = mapping.references(answer)
        follows = answer.get("next_token")
        last = max((ref.ready_at for ref in found), default=since)
        return Page(found, follows, None if follows else max(since, last), raw)

    def settlement_file(self, conn: Connection, external_id: str) -> bytes:
        return self._ask(conn, "settlements", "GET", f"/v1/settlements/{quote(external_id, safe='')}/file")
