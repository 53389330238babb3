"""Shopify's orders read, shipments made once, prices and stock set; the answers are made by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tradewind.connectors import registry
from tradewind.connectors.base import Connection
from tradewind.connectors.channels.shopify import mapping
from tradewind.connectors.transport import Transport
from tradewind.engine.contracts import OfferPush, OutsideError, TrackingPush
from tradewind.engine.money import Money

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SHOP = registry.channel("shopify")
EUR = "EUR"


def amount(text):
    return {"shopMoney": {"amount": text, "currencyCode": EUR}}


def line(**more):
    """2 units at 11.90 with 19 % in it, 2.00 off."""
    return {
        "id": "gid://shopify/LineItem/7", "sku": "LAMP", "title": "Lamp", "quantity": 2, "currentQuantity": 2,
        "originalUnitPriceSet": amount("11.90"),
        "discountAllocations": [{"allocatedAmountSet": amount("2.00")}],
        "taxLines": [{"priceSet": amount("3.48")}], **more,
    }  # fmt: skip


def order(*lines, paid="PAID", sent="UNFULFILLED", more_lines=False, **more):
    ship = {"discountedPriceSet": amount("5.95"), "taxLines": [{"priceSet": amount("0.95")}]}
    return {
        "name": "#1001", "createdAt": "2026-11-20T08:00:00Z", "updatedAt": "2026-11-20T09:00:00Z",
        "cancelledAt": None, "taxesIncluded": True, "email": "b@example.test", "phone": None,
        "displayFinancialStatus": paid, "displayFulfillmentStatus": sent, "currencyCode": EUR,
        "shippingAddress": {"name": "Ada", "company": None, "address1": "Weg 1", "countryCodeV2": "DE"},
        "shippingLines": {"nodes": [ship]},
        "lineItems": {"pageInfo": {"hasNextPage": more_lines}, "nodes": list(lines)}, **more,
    }  # fmt: skip


def shop(*answers):
    """A connection whose shop gives these answers one after the other, the last one for ever."""
    asked: list[dict] = []
    rest = list(answers)

    def answer(request):
        asked.append(json.loads(request.content))
        return httpx.Response(200, json=rest.pop(0) if len(rest) > 1 else rest[0])

    transport = Transport(httpx.Client(transport=httpx.MockTransport(answer)), sleep=lambda s: None)
    said = {"access_token": "T", "location_id": "55"}
    return Connection("https://x.myshopify.test", said, lambda: NOW, transport), asked


def page(*nodes, follows=None):
    info = {"hasNextPage": bool(follows), "endCursor": follows}
    return {"data": {"orders": {"pageInfo": info, "nodes": list(nodes)}}}


def test_a_price_with_tax_in_it_loses_it_and_shipping_stands_apart():
    found = mapping.read(order(line()))
    one = found.lines[0]
    assert (one.price, one.discount) == (Money(2380 - 348, EUR), Money(200, EUR))
    assert one.tax == Money(348 + 95, EUR)  # with the tax of the shipping
    assert (found.shipping, found.state, found.external_id) == (Money(500, EUR), "open", "#1001")
    assert (found.address.name, found.address.country, one.external_id) == ("Ada", "DE", "7")


def test_a_price_without_tax_stays_as_it_is():
    found = mapping.read(order(line(), taxesIncluded=False))
    assert (found.lines[0].price, found.shipping) == (Money(2380, EUR), Money(595, EUR))


@pytest.mark.parametrize(
    ("paid", "sent", "state"),
    [
        ("PENDING", "UNFULFILLED", "pending"), ("AUTHORIZED", "UNFULFILLED", "pending"),
        ("PAID", "PARTIALLY_FULFILLED", "open"), ("PARTIALLY_REFUNDED", "UNFULFILLED", "open"),
        ("REFUNDED", "FULFILLED", "shipped"), ("VOIDED", "UNFULFILLED", "cancelled"),
    ],
)  # fmt: skip
def test_states_are_those_of_payment_and_shipment(paid, sent, state):
    assert mapping.read(order(line(), paid=paid, sent=sent)).state == state


def test_units_taken_off_before_shipping_take_their_share_with_them_and_afterwards_stay():
    found = mapping.read(order(line(currentQuantity=1))).lines[0]
    assert (found.qty, found.discount, found.price + found.tax) == (1, Money(100, EUR), Money(1190 + 95, EUR))
    assert mapping.read(order(line(currentQuantity=1), sent="FULFILLED")).lines[0].qty == 2
    assert mapping.read(order(line(currentQuantity=0))).state == "cancelled"


@pytest.mark.parametrize(
    "bad",
    [
        order(line(), paid="MOON"), order(line(), more_lines=True),
        order(line(originalUnitPriceSet=amount("1e9999"))), order(line(), currencyCode="USD"),
        order({"id": "x"}),
    ],
    ids=["payment", "too many lines", "amount", "currency", "no parts"],
)  # fmt: skip
def test_an_order_that_cannot_be_read_is_named_and_takes_no_other_with_it(bad):
    conn, _ = shop(page(bad, order(line(), name="#1002")))
    first, second = SHOP.orders(conn, NOW - timedelta(days=1), NOW).items
    assert first.state.startswith("cannot be read")
    assert (second.external_id, second.state) == ("#1002", "open")


def test_pages_come_in_the_order_of_change_and_each_moves_the_mark():
    conn, asked = shop(page(order(line()), follows="C1"), page(order(line(), name="#1002")))
    since = NOW - timedelta(days=4)
    first = SHOP.orders(conn, since, NOW)
    assert first.next_token == "C1"
    assert first.watermark == datetime(2026, 11, 20, 8, 59, 30, tzinfo=UTC)
    second = SHOP.orders(conn, since, NOW, first.next_token)
    assert (second.next_token, second.watermark) == (None, NOW - timedelta(seconds=30))
    assert asked[0]["variables"]["query"] == (
        "updated_at:>='2026-11-19T08:00:00Z' AND updated_at:<='2026-11-23T08:00:00Z'"
    )
    assert asked[1]["variables"]["after"] == "C1"


def to_fulfil(remaining=2, done=()):
    before = [{"id": f"gid://shopify/Fulfillment/{n}", "trackingInfo": [{"number": t}]} for n, t in done]
    told = {
        "id": "gid://shopify/Order/1", "name": "#1001", "fulfillments": before,
        "fulfillmentOrders": {"nodes": [{"id": "FO1", "status": "OPEN", "lineItems": {"nodes": [
            {"id": "FOL1", "remainingQuantity": remaining, "lineItem": {"id": "gid://shopify/LineItem/7"}},
        ]}}]},
    }  # fmt: skip
    return {"data": {"orders": {"nodes": [told]}}}


PUSH = TrackingPush("k", "#1001", "YunExpress", "YT1", NOW, (("7", 2),))


def test_a_shipment_names_the_lines_left_to_ship():
    made = {
        "data": {
            "fulfillmentCreate": {"fulfillment": {"id": "gid://shopify/Fulfillment/9"}, "userErrors": []}
        }
    }
    conn, asked = shop(to_fulfil(), made)
    (result,) = SHOP.push_tracking(conn, [PUSH])
    assert (result.ok, result.external_id) == (True, "9")
    assert asked[0]["variables"]["query"] == "name:'#1001'"
    assert asked[1]["variables"]["fulfillment"] == {
        "lineItemsByFulfillmentOrder": [
            {"fulfillmentOrderId": "FO1", "fulfillmentOrderLineItems": [{"id": "FOL1", "quantity": 2}]}
        ],
        "trackingInfo": {"company": "YunExpress", "number": "YT1"},
        "notifyCustomer": True,
    }


def test_a_repeat_finds_its_tracking_number_and_ships_nothing():
    conn, asked = shop(to_fulfil(remaining=0, done=[(9, "YT1")]))
    (result,) = SHOP.push_tracking(conn, [PUSH])
    assert (result.ok, result.external_id, len(asked)) == (True, "9", 1)


def test_refusals_of_a_shipment_are_data():
    conn, _ = shop(to_fulfil(remaining=1))
    assert SHOP.push_tracking(conn, [PUSH])[0].message == "no units left to ship of line 7: 1"
    conn, _ = shop({"data": {"orders": {"nodes": []}}})
    assert SHOP.push_tracking(conn, [PUSH])[0].code == "unknown_order"
    refused = {"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": [{"message": "is closed"}]}}}
    conn, _ = shop(to_fulfil(), refused)
    (result,) = SHOP.push_tracking(conn, [PUSH])
    assert (result.ok, result.message) == (False, "is closed")


def variants(*skus):
    rows = [
        {"id": f"gid://shopify/ProductVariant/{n}", "sku": sku, "product": {"id": "P"},
         "inventoryItem": {"id": "I", "tracked": True}}
        for n, sku in enumerate(skus)
    ]  # fmt: skip
    return {"data": {"productVariants": {"nodes": rows}}}


def test_price_and_stock_of_the_one_variant_are_set():
    conn, asked = shop(
        variants("LAMP", "LAMP-2"),
        {"data": {"productVariantsBulkUpdate": {"userErrors": []}}},
        {"data": {"inventorySetQuantities": {"userErrors": []}}},
    )
    (result,) = SHOP.push_offers(conn, [OfferPush("LAMP", "x", Money(1990, EUR), 4)])
    assert result.ok
    assert asked[1]["variables"]["variants"] == [{"id": "gid://shopify/ProductVariant/0", "price": "19.90"}]
    (row,) = asked[2]["variables"]["input"]["quantities"]
    assert (row["quantity"], row["locationId"]) == (4, "gid://shopify/Location/55")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (variants(), "the shop has no variant of this SKU"),
        (variants("A", "A"), "several variants bear this SKU"),
    ],
    ids=["none", "two"],
)
def test_a_sku_that_is_not_one_variant_is_refused(found, why):
    conn, asked = shop(found)
    (result,) = SHOP.push_offers(conn, [OfferPush("A", "x", Money(1990, EUR), 4)])
    assert (result.ok, result.message, len(asked)) == (False, why, 1)


def test_a_word_in_quotes_stays_a_word():
    conn, asked = shop(variants())
    SHOP.push_offers(conn, [OfferPush("A' OR sku:*", "x", None, 1)])
    assert asked[0]["variables"]["query"] == "sku:'A\\' OR sku:*'"


def test_points_that_are_used_up_are_waited_for_and_other_errors_are_trouble():
    busy = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    conn, asked = shop(busy, busy, page(order(line())))
    assert len(SHOP.orders(conn, NOW, NOW).items) == 1
    assert len(asked) == 3
    conn, _ = shop(busy)
    with pytest.raises(OutsideError) as caught:
        SHOP.orders(conn, NOW, NOW)
    assert caught.value.code == "throttled"
    conn, _ = shop({"errors": [{"message": "Field 'x' doesn't exist"}]})
    with pytest.raises(OutsideError, match="doesn't exist"):
        SHOP.orders(conn, NOW, NOW)


def test_its_payments_are_read_as_those_of_any_own_store():
    assert "shopify_payments" in SHOP.manifest.layouts
    assert SHOP.manifest.settles_as == "own_store"
    assert SHOP.reads == registry.channel("own_store").reads
