"""The same stores spoken to as Amazon: the surface of the Selling Partner API that the connector uses.

One world stands behind both dialects, so that a unit sold in one is gone in the other. Paths below /amazon.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote

from tradewind.simulators.amazon_papers import order_json, settlement_file
from tradewind.simulators.harbour_api import Harbour
from tradewind.simulators.settle import stamp
from tradewind.simulators.shop import Shop
from tradewind.simulators.wire import PAGE, Bad, Gate, Reply, Request, bounds, encode, moment, say
from tradewind.simulators.world import World

MARKETPLACES = {
    "US": "ATVPDKIKX0DER",
    "GB": "A1F83G8C2ARO7P",
    "DE": "A1PA6795UKMFR9",
    "JP": "A1VC38T7YXB528",
}
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


class AmazonApi:
    """The service over a world; refresh tokens are the stores' keys."""

    def __init__(self, world: World, harbour: Harbour) -> None:
        self.world, self.harbour = world, harbour
        self.gate = Gate({s.account: s.key for s in world.shops.values()})
        self.by_account = {s.account: s for s in world.shops.values()}

    def answer(self, request: Request) -> Reply:
        """Route one request; refusals in Amazon's shape."""
        try:
            return self._route(request)
        except Bad as bad:
            return say({"errors": [{"code": bad.code, "message": str(bad)}]}, bad.status)

    def _route(self, request: Request) -> Reply:
        path = request.path.removeprefix("/amazon")
        if (request.method, path) == ("POST", "/auth/o2/token"):
            return self._token(request)
        if request.method == "GET" and path.startswith("/files/"):
            return self._file(path.removeprefix("/files/"))
        shop = self.by_account[self.gate.account(request)]
        routes: tuple[tuple[str, str, Callable[[Shop, Request, str], Reply]], ...] = (
            ("GET", "/orders/2026-01-01/orders", self._orders),
            ("POST", "/orders/v0/orders/", self._ship),
            ("PATCH", "/listings/2021-08-01/items/", self._patch),
            ("GET", "/reports/2021-06-30/reports", self._reports),
            ("GET", "/reports/2021-06-30/documents/", self._document),
        )
        for method, prefix, service in routes:
            if request.method == method and path.startswith(prefix):
                return service(shop, request, path.removeprefix(prefix))
        raise Bad(404, "NotFound", f"{request.method} {path} is not offered")

    def _token(self, request: Request) -> Reply:
        said = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        shop = next((s for s in self.by_account.values() if s.key == said.get("refresh_token")), None)
        if shop is None or said.get("grant_type") != "refresh_token":
            return say({"error": "invalid_grant", "error_description": "the refresh token is not ours"}, 400)
        return say({"access_token": self.gate.grant(shop.account, request.now + HOUR), "expires_in": 3600})

    # -- orders ------------------------------------------------------------------------------------

    def _orders(self, shop: Shop, request: Request, rest: str) -> Reply:
        """Orders changed in [after, before], each once as it is now; or one by its number."""
        market = MARKETPLACES[shop.terms.market]
        if rest:
            order = shop.orders.get(unquote(rest.removeprefix("/")))
            if order is None:
                raise Bad(404, "NotFound", "this account has no such order")
            return say({"order": order_json(shop, order, market)})
        if request.query.get("marketplaceIds") != market:
            raise Bad(400, "InvalidInput", "marketplaceIds is not one of this account's")
        since, until = _bounds_asked(request)
        first, last = bounds(_with_token(request), *shop.window(since - INSTANT, until))
        found: list[Any] = []
        stop = first
        while stop < last and len(found) < PAGE:
            _at, order_id, version = shop.log[stop]
            stop += 1
            order = shop.orders[order_id]
            if order.version == version:
                found.append(order_json(shop, order, market))
        follows = encode(first, last) if request.again else encode(stop, last) if stop < last else None
        return say({"orders": found, "pagination": {"nextToken": follows} if follows else {}})

    def _ship(self, shop: Shop, request: Request, rest: str) -> Reply:
        number, _slash, verb = rest.partition("/")
        if verb != "shipmentConfirmation":
            raise Bad(404, "NotFound", "only shipmentConfirmation is offered")
        package = request.json()["packageDetail"]
        item = {
            "key": f"{number}:{package['packageReferenceId']}",
            "order_id": unquote(number),
            "carrier": package.get("carrierName") or package["carrierCode"],
            "tracking_no": package["trackingNumber"],
            "shipped_at": package["shipDate"],
            "lines": [{"line_id": x["orderItemId"], "qty": x["quantity"]} for x in package["orderItems"]],
        }
        try:
            self.harbour.take_shipment(shop, item)
        except Bad as bad:
            raise Bad(400, "InvalidInput", str(bad)) from None
        return Reply(204, b"")

    # -- listings ----------------------------------------------------------------------------------

    def _patch(self, shop: Shop, request: Request, rest: str) -> Reply:
        sku = unquote(rest.partition("/")[2])
        if sku not in shop.listings:
            raise Bad(404, "NOT_FOUND", "SKU not found in this marketplace")
        price = quantity = None
        for patch in request.json(exact=True)["patches"]:
            value = patch["value"][0]
            if patch["path"] == "/attributes/purchasable_offer":
                told: Decimal = Decimal(value["our_price"][0]["schedule"][0]["value_with_tax"])
                price = self.harbour.price({"price": str(told), "currency": value["currency"]}, shop)
            elif patch["path"] == "/attributes/fulfillment_availability":
                quantity = int(value["quantity"])
        shop.offer(sku, "", price, quantity, Random())
        return say({"sku": sku, "status": "ACCEPTED", "submissionId": f"S-{sku}", "issues": []})

    # -- reports -----------------------------------------------------------------------------------

    def _reports(self, shop: Shop, request: Request, _rest: str) -> Reply:
        token = request.query.get("nextToken")
        since = self.world.now if token else moment(request.query.get("createdSince"), "createdSince")
        ready = [s for s in shop.settled if (token or since <= s.ready_at) and s.ready_at <= self.world.now]
        first, last = bounds(_with_token(request, "nextToken"), 0, len(ready))
        every = [s for s in shop.settled if s.ready_at <= self.world.now] if token else ready
        stop = min(last, first + PAGE)
        found = [
            {
                "reportId": s.id, "reportDocumentId": s.id, "processingStatus": "DONE",
                "reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "createdTime": stamp(s.ready_at),
            }
            for s in every[first:stop]
        ]  # fmt: skip
        follows = {"nextToken": encode(stop, last)} if stop < last else {}
        return say({"reports": found, **follows})

    def _document(self, shop: Shop, request: Request, rest: str) -> Reply:
        if not any(s.id == rest and s.ready_at <= self.world.now for s in shop.settled):
            raise Bad(404, "NotFound", "there is no such document")
        url = f"http://{request.host}/amazon/files/{rest}"
        return say({"reportDocumentId": rest, "url": url, "compressionAlgorithm": "GZIP"})

    def _file(self, number: str) -> Reply:
        """A document by the address that was signed for it: no token."""
        for shop in self.by_account.values():
            for settled in shop.settled:
                if settled.id == number and settled.ready_at <= self.world.now:
                    body = gzip.compress(settlement_file(settled, shop.terms.market), mtime=0)
                    return Reply(200, body, "application/gzip")
        raise Bad(404, "NotFound", "there is no such file")


def _bounds_asked(request: Request) -> tuple[Any, Any]:
    since = moment(request.query.get("lastUpdatedAfter"), "lastUpdatedAfter")
    until = moment(request.query.get("lastUpdatedBefore"), "lastUpdatedBefore")
    if until > request.now - timedelta(minutes=2) + timedelta(minutes=15):  # a little skew is forgiven
        raise Bad(400, "InvalidInput", "lastUpdatedBefore must be at least two minutes ago")
    return since, until


def _with_token(request: Request, name: str = "paginationToken") -> Request:
    """The request with its page token where `bounds` looks for it."""
    token = request.query.get(name, "")
    return Request(request.method, request.path, {"token": token}, b"", request.bearer, request.now)
