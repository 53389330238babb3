"""Amazon over the Selling Partner API: sweeps of orders, shipments, offers, settlement reports."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tradewind.connectors.base import BaseChannel, Connection, Manifest, SettlementRef
from tradewind.connectors.channels.amazon import files, mapping
from tradewind.connectors.channels.amazon.access import ask, download, market_of, send
from tradewind.connectors.session import accepted, parsed, refusal
from tradewind.connectors.wire import moment
from tradewind.engine.contracts import (
    ChannelOrder,
    OfferPush,
    OutsideError,
    Page,
    PushResult,
    TrackingPush,
)

DATA = "BUYER,RECIPIENT,PROCEEDS,CANCELLATION,FULFILLMENT"
REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
FRESH = timedelta(minutes=2)  # Amazon answers for no moment nearer than this
SPAN, LEAST_SPAN, MOST_SPAN = timedelta(days=1), timedelta(hours=1), timedelta(days=8)
MANY = 15  # pages of a window: more would use up the quota, so the window is cut
OLDEST = timedelta(days=89)  # reports are kept 90 days
BIGGEST = 200_000_000  # bytes of a document, unpacked


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands: windows by time, pages inside a window. Windows, not pages, survive a restart."""

    since: datetime
    span: timedelta = SPAN
    page: str = ""
    pages: int = 0

    @classmethod
    def of(cls, token: str | None, since: datetime) -> Sweep:
        """The sweep a token tells, or a new one."""
        if not token:
            return cls(since)
        said = json.loads(token)
        return cls(moment(said["since"]), timedelta(seconds=said["span"]), said["page"], said["pages"])

    def token(self) -> str:
        """The sweep as text."""
        told = {"since": self.since.isoformat(), "span": self.span.total_seconds()}
        return json.dumps({**told, "page": self.page, "pages": self.pages})

    def following(self, page: str) -> Sweep:
        """The next page of the window; or a smaller window, where this one has too many."""
        if self.pages + 1 >= MANY and self.span > LEAST_SPAN:
            return Sweep(self.since, max(self.span / 4, LEAST_SPAN))
        return Sweep(self.since, self.span, page, self.pages + 1)

    def onward(self, end: datetime) -> Sweep:
        """The next window; a longer one after a window of a single page."""
        return Sweep(end, self.span if self.pages else min(self.span * 2, MOST_SPAN))


class Amazon(BaseChannel):
    """The channel; see base.Channel for what each function promises."""

    reads = files.LAYOUTS

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def orders(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ChannelOrder]:
        sweep, newest = Sweep.of(token, since), until - FRESH
        end = max(sweep.since, min(sweep.since + sweep.span, newest))
        params = {
            "lastUpdatedAfter": _iso(sweep.since), "lastUpdatedBefore": _iso(end),
            "marketplaceIds": market_of(conn).id, "includedData": DATA, "maxResultsPerPage": "100",
        }  # fmt: skip
        if sweep.page:
            params["paginationToken"] = sweep.page
        raw = ask(conn, "searchOrders", "/orders/2026-01-01/orders", params)
        found = self.map_orders(raw)
        follows = (parsed(raw).get("pagination") or {}).get("nextToken")
        if follows:
            return Page(found, sweep.following(follows).token(), None, raw)
        onward = sweep.onward(end).token() if end < newest else None
        return Page(found, onward, end, raw)

    def read_orders(self, conn: Connection, external_ids: Sequence[str]) -> list[ChannelOrder]:
        found: list[ChannelOrder] = []
        for number in external_ids:
            path = f"/orders/2026-01-01/orders/{quote(number, safe='')}"
            answer = send(conn, "getOrder", "GET", path, params={"includedData": DATA})
            if answer.status != 404 or refusal(answer)[0] != "NotFound":
                found += self.map_orders(accepted("getOrder", answer))
        return found

    def map_orders(self, raw: bytes) -> tuple[ChannelOrder, ...]:
        return mapping.orders(raw)

    def push_tracking(self, conn: Connection, pushes: Sequence[TrackingPush]) -> list[PushResult]:
        market = market_of(conn).id
        return [self._ship(conn, push, market) for push in pushes]

    def _ship(self, conn: Connection, push: TrackingPush, market: str) -> PushResult:
        path = f"/orders/v0/orders/{quote(push.order_external_id, safe='')}/shipmentConfirmation"
        answer = send(
            conn, "confirmShipment", "POST", path, body=mapping.shipment(push, market), key=push.key
        )
        if answer.status == 400:  # the shipment is refused; anything else is trouble of the account
            return PushResult(push.key, False, "", *refusal(answer))
        accepted("confirmShipment", answer)
        if answer.status != 204:
            raise OutsideError("confirmShipment: another answer than 204", code="bad_answer")
        return PushResult(push.key, True)

    def push_offers(self, conn: Connection, offers: Sequence[OfferPush]) -> list[PushResult]:
        market = market_of(conn).id
        return [self._offer(conn, offer, market) for offer in offers]

    def _offer(self, conn: Connection, offer: OfferPush, market: str) -> PushResult:
        seller = quote(conn.credentials.get("seller_id", ""), safe="")
        sku = offer.external_sku
        # A listing is set, not added to: the same call twice is the same state.
        answer = send(
            conn, "patchListingsItem", "PATCH", f"/listings/2021-08-01/items/{seller}/{quote(sku, safe='')}",
            params={"marketplaceIds": market}, body=mapping.patches(offer, market), key=sku,
        )  # fmt: skip
        if answer.status == 400:
            return PushResult(sku, False, "", *refusal(answer))
        said = parsed(accepted("patchListingsItem", answer), "patchListingsItem")
        if "status" not in said:
            raise OutsideError("patchListingsItem: no status", code="bad_answer")
        ok = said["status"] in ("ACCEPTED", "VALID")
        issues = [i for i in said.get("issues") or [] if i.get("severity") == "ERROR"]
        message = "; ".join(str(i.get("message", "")) for i in issues)[:500]
        return PushResult(
            sku, ok, str(said.get("submissionId", "")), "" if ok else str(said["status"]), message
        )

    def settlements(self, conn: Connection, since: datetime, token: str | None = None) -> Page[SettlementRef]:
        params = {"nextToken": token} if token else {
            "reportTypes": REPORT, "processingStatuses": "DONE", "pageSize": "100",
            "createdSince": _iso(max(since, conn.now() - OLDEST)),
        }  # fmt: skip
        raw = ask(conn, "getReports", "/reports/2021-06-30/reports", params)
        answer = parsed(raw, "getReports")
        found = _references(answer)
        follows = answer.get("nextToken")
        last = max((ref.ready_at for ref in found), default=since)
        return Page(found, follows, None if follows else max(since, last), raw)

    def settlement_file(self, conn: Connection, external_id: str) -> bytes:
        path = f"/reports/2021-06-30/documents/{quote(external_id, safe='')}"
        told = parsed(ask(conn, "getReportDocument", path), "getReportDocument")
        if not told.get("url"):
            raise OutsideError("getReportDocument: no address", code="bad_answer")
        data = download(conn, str(told["url"]))
        return _unpacked(data) if told.get("compressionAlgorithm") == "GZIP" else data


def _references(answer: dict[str, Any]) -> tuple[SettlementRef, ...]:
    """Reports that hold a document; Amazon makes them by itself, one a settlement."""
    try:
        return tuple(
            SettlementRef(x["reportDocumentId"], moment(x["createdTime"]))
            for x in answer["reports"]
            if x.get("reportDocumentId")
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise OutsideError(f"getReports: cannot be read: {error!r}", code="bad_answer") from error


def _unpacked(data: bytes) -> bytes:
    """A gzip document up to a size that a settlement never has."""
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = unpack.decompress(data, BIGGEST)
    except zlib.error as error:
        raise OutsideError(f"document: cannot be unpacked: {error}", code="bad_answer") from error
    if not unpack.eof:
        raise OutsideError("document: cut off, or too big", code="bad_answer")
    return text


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
