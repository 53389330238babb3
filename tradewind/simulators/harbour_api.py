"""Harbour's HTTP interface: orders, shipments, listings, settlements of one store at a time."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from tradewind.engine.money import Money, MoneyError
from tradewind.simulators import settle
from tradewind.simulators.settle import stamp, text
from tradewind.simulators.shop import (
    CANCELLED,
    CLOCK_TOLERANCE,
    PENDING,
    SHIPPED,
    Line,
    Order,
    Shipment,
    Shop,
)
from tradewind.simulators.wire import PAGE, Bad, Gate, Reply, Request, bounds, moment, page, say
from tradewind.simulators.world import World


class Harbour:
    """The service over a world. Paths below /harbour."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gate = Gate({s.account: s.key for s in world.shops.values()})
        self.by_account = {s.account: s for s in world.shops.values()}

    def answer(self, request: Request) -> Reply:
        """Route one request."""
        if (request.method, request.path) == ("POST", "/harbour/auth/token"):
            return self.gate.issue(request)
        shop = self.by_account[self.gate.account(request)]
        plain = {
            ("GET", "/harbour/v1/orders"): self.orders,
            ("GET", "/harbour/v1/orders/batch"): self.batch,
            ("POST", "/harbour/v1/shipments"): self.shipments,
            ("GET", "/harbour/v1/listings"): self.listings,
            ("PUT", "/harbour/v1/listings"): self.offers,
            ("GET", "/harbour/v1/settlements"): self.settlements,
        }.get((request.method, request.path))
        if plain is not None:
            return plain(shop, request)
        if request.method == "GET" and request.path.startswith("/harbour/v1/settlements/"):
            return self.file(shop, request)
        raise Bad(404, "no_such_path", f"{request.method} {request.path} is not offered")

    # -- orders ------------------------------------------------------------------------------------

    def orders(self, shop: Shop, request: Request) -> Reply:
        """Orders changed in (since, until], each once, as they are now."""
        first, last = bounds(request, *shop.window(request.time("since"), request.time("until")))
        found: list[Any] = []
        stop = first
        while stop < last and len(found) < PAGE:
            _, order_id, version = shop.log[stop]
            stop += 1
            order = shop.orders[order_id]
            if order.version == version:
                found.append(order_json(shop, order))
        return say(page(request, "orders", first, last, found, stop))

    def batch(self, shop: Shop, request: Request) -> Reply:
        """Up to 100 orders by id; unknown ids are left out."""
        ids = [i for i in request.query.get("ids", "").split(",") if i][:PAGE]
        found = [order_json(shop, shop.orders[i]) for i in ids if i in shop.orders]
        return say({"orders": found, "next_token": None, "as_of": stamp(request.now)})

    # -- shipments ---------------------------------------------------------------------------------

    def shipments(self, shop: Shop, request: Request) -> Reply:
        """Confirm shipments; every one is answered for itself."""
        given = request.json().get("shipments", [])
        if len(given) > PAGE:
            raise Bad(400, "too_many", f"at most {PAGE} shipments a call")
        return say({"results": [self._shipment(shop, item, request) for item in given]})

    def _shipment(self, shop: Shop, item: dict[str, Any], request: Request) -> dict[str, Any]:
        key = str(item.get("key", ""))
        try:
            shipment_id = self.take_shipment(shop, item)
        except Bad as bad:
            return {"key": key, "ok": False, "code": bad.code, "message": str(bad)}
        return {"key": key, "ok": True, "shipment_id": shipment_id}

    def take_shipment(self, shop: Shop, item: dict[str, Any]) -> str:
        """Take one shipment and return its number; the same key again is the same shipment."""
        key = str(item.get("key", ""))
        wanted = [(str(x["line_id"]), int(x["qty"])) for x in item.get("lines", [])]
        fingerprint = (
            item.get("order_id"),
            item.get("carrier"),
            item.get("tracking_no"),
            tuple(sorted(wanted)),
        )
        known = shop.shipments.get(key)
        if known is not None:
            if known.fingerprint != fingerprint:
                raise Bad(409, "key_reused", "this key was used for another shipment")
            return known.id
        order = self._shippable(shop, item)
        at = moment(item.get("shipped_at"), "shipped_at")
        if not order.placed_at - CLOCK_TOLERANCE <= at <= self.world.now + CLOCK_TOLERANCE:
            raise Bad(422, "bad_shipped_at", "shipped_at must lie between the order and now")
        lines = _lines(order, wanted)
        number = f"HSH-{shop.terms.market}-{len(shop.shipments) + 1:06d}"
        shipment = Shipment(number, key, fingerprint, order.id, sum(qty for _, qty in wanted))
        shop.ship(shipment, lines, self.world.now)
        self.world.shipped(shop, order)
        return number

    def _shippable(self, shop: Shop, item: dict[str, Any]) -> Order:
        order = shop.orders.get(str(item.get("order_id", "")))
        if not item.get("key"):
            raise Bad(422, "key_missing", "a shipment needs a key of the seller's")
        if order is None:
            raise Bad(404, "unknown_order", "this store has no such order")
        if not item.get("carrier") or not item.get("tracking_no"):
            raise Bad(422, "tracking_missing", "carrier and tracking number are needed")
        refusal = {
            PENDING: ("order_pending", "the order is not paid yet"),
            CANCELLED: ("order_cancelled", "the buyer cancelled this order"),
            SHIPPED: ("already_shipped", "all units of this order are shipped"),
        }.get(order.state)
        if refusal is not None:
            raise Bad(409, *refusal)
        return order

    # -- listings ----------------------------------------------------------------------------------

    def listings(self, shop: Shop, request: Request) -> Reply:
        """Listings as shown, oldest first."""
        everything = list(shop.listings.values())
        first, last = bounds(request, 0, len(everything))
        stop = min(last, first + PAGE)
        found = [
            {
                "id": x.id,
                "sku": x.sku,
                "title": x.title,
                "price": text(x.price, shop.terms.currency),
                "currency": shop.terms.currency,
                "quantity": x.quantity,
            }
            for x in everything[first:stop]
        ]
        return say(page(request, "listings", first, last, found, stop))

    def offers(self, shop: Shop, request: Request) -> Reply:
        """Make or change listings; every one is answered for itself."""
        given = request.json().get("listings", [])
        if len(given) > PAGE:
            raise Bad(400, "too_many", f"at most {PAGE} listings a call")
        return say({"results": [self._offer(shop, item) for item in given]})

    def _offer(self, shop: Shop, item: dict[str, Any]) -> dict[str, Any]:
        sku, title = str(item.get("sku", "")), str(item.get("title", ""))
        try:
            if not sku or (sku not in shop.listings and not title):
                raise Bad(422, "title_missing", "a new listing needs a SKU and a title")
            if len(title) > 200:
                raise Bad(422, "title_too_long", "a title has at most 200 characters")
            price, quantity = self.price(item, shop), _quantity(item)
        except Bad as bad:
            return {"sku": sku, "ok": False, "code": bad.code, "message": str(bad)}
        dice = Random(f"{self.world.seed}:pull:{shop.terms.market}:{sku}")
        return {"sku": sku, "ok": True, "listing_id": shop.offer(sku, title, price, quantity, dice)}

    def price(self, item: dict[str, Any], shop: Shop) -> int | None:
        """The wanted price in minor units; None when not sent."""
        if item.get("price") is None:
            return None
        currency = shop.terms.currency
        if item.get("currency") != currency:
            raise Bad(422, "wrong_currency", f"this store sells in {currency}")
        try:
            price = Money.of(Decimal(str(item["price"])), currency)
        except (MoneyError, InvalidOperation):
            raise Bad(422, "bad_price", f"a price in {currency} is needed") from None
        if price.minor <= 0:
            raise Bad(422, "bad_price", "a price must be above zero")
        return price.minor

    # -- settlements -------------------------------------------------------------------------------

    def settlements(self, shop: Shop, request: Request) -> Reply:
        """Settlements made ready after `since` and by now."""
        since = request.time("since")
        ready = [s for s in shop.settled if since < s.ready_at <= self.world.now]
        first, last = bounds(request, 0, len(ready))
        stop = min(last, first + PAGE)
        found = [{"id": s.id, "ready_at": stamp(s.ready_at)} for s in ready[first:stop]]
        return say(page(request, "settlements", first, last, found, stop))

    def file(self, shop: Shop, request: Request) -> Reply:
        """The settlement file."""
        wanted = request.path.removeprefix("/harbour/v1/settlements/").removesuffix("/file")
        for settled in shop.settled:
            if settled.id == wanted and settled.ready_at <= self.world.now:
                return Reply(200, settle.file(settled), "text/tab-separated-values; charset=utf-8")
        raise Bad(404, "unknown_settlement", "this store has no such settlement ready")


def _lines(order: Order, wanted: list[tuple[str, int]]) -> list[tuple[Line, int]]:
    """The order's lines to ship; Bad when a line is unknown, doubled or over-shipped."""
    by_id = {line.id: line for line in order.lines}
    if not wanted or len({i for i, _ in wanted}) < len(wanted):
        raise Bad(422, "bad_lines", "every line to ship must be named once")
    for line_id, qty in wanted:
        line = by_id.get(line_id)
        if line is None or not 0 < qty <= line.qty - line.shipped:
            raise Bad(422, "bad_lines", f"line {line_id} has no {qty} units left to ship")
    return [(by_id[i], qty) for i, qty in wanted]


def _quantity(item: dict[str, Any]) -> int | None:
    """The wanted quantity; None when not sent."""
    quantity = item.get("quantity")
    if quantity is None or (isinstance(quantity, int) and quantity >= 0):
        return quantity
    raise Bad(422, "bad_quantity", "a quantity is a whole number, zero or more")


def order_json(shop: Shop, order: Order) -> dict[str, Any]:
    """An order as Harbour shows it; the address only once it is paid."""
    currency = shop.terms.currency
    return {
        "id": order.id,
        "state": order.state,
        "placed_at": stamp(order.placed_at),
        "updated_at": stamp(order.updated_at),
        "ship_by": stamp(order.ship_by) if order.ship_by else None,
        "currency": currency,
        "shipping": text(order.shipping, currency),
        "address": order.address if order.state != PENDING and order.ship_by else None,
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "title": line.title,
                "qty": line.qty,
                "shipped_qty": line.shipped,
                "refunded": line.refunded,
                "price": text(line.price, currency),
                "discount": text(line.discount, currency),
                "tax": text(line.tax, currency),
            }
            for line in order.lines
        ],
    }
