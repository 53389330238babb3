"""Amazon's Selling Partner API: its published sandbox pairs over HTTP, sweeps, refusals, what is sent."""

from __future__ import annotations

import gzip
import importlib.util
import json
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.shared import shared
from tradewind.connectors import registry
from tradewind.connectors.base import Connection
from tradewind.connectors.channels.amazon import mapping
from tradewind.connectors.channels.amazon.client import Sweep
from tradewind.connectors.channels.amazon.marketplaces import BY_COUNTRY, marketplace
from tradewind.connectors.session import _tokens
from tradewind.connectors.transport import Transport
from tradewind.engine.contracts import OfferPush, OutsideError, TrackingPush
from tradewind.engine.money import EXPONENTS, Money

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
AMAZON = registry.channel("amazon")
SAID = {
    "marketplace": "US",
    "seller_id": "SELLER",
    "client_id": "C",
    "client_secret": "S",
    "refresh_token": "R",
}


@pytest.fixture(autouse=True)
def no_token_is_kept():
    _tokens.clear()


def outside(answers, market="US"):
    """A connection whose outside answers by path; the requests made, without those for tokens."""
    asked: list[httpx.Request] = []

    def answer(request):
        if request.url.path.endswith("/auth/o2/token"):
            return httpx.Response(200, json={"access_token": "T", "expires_in": 3600})
        asked.append(request)
        return answers(request)

    transport = Transport(httpx.Client(transport=httpx.MockTransport(answer)), sleep=lambda s: None)
    return Connection("", {**SAID, "marketplace": market}, lambda: NOW, transport), asked


def item(**more):
    """An item as Amazon shows it: 2 units, 20.00 of goods, 3.00 shipping, 1.50 tax, 5.00 off."""
    parts = {"ITEM": "20.00", "SHIPPING": "3.00", "TAX": "1.50", "DISCOUNT": "-5.00"}
    rows = [{"type": k, "subtotal": {"amount": v, "currencyCode": "USD"}} for k, v in parts.items()]
    proceeds = {"proceedsTotal": {"amount": "19.50", "currencyCode": "USD"}, "breakdowns": rows}
    product = {"asin": "B0", "title": "Lamp", "sellerSku": "LAMP"}
    return {"orderItemId": "1", "quantityOrdered": 2, "product": product, "proceeds": proceeds, **more}


def order(*items, status="UNSHIPPED", by="MERCHANT", **more):
    return {
        "orderId": "111-1", "createdTime": "2026-11-20T08:00:00Z", "lastUpdatedTime": "2026-11-20T09:00:00Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER"},
        "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": by}, "orderItems": list(items), **more,
    }  # fmt: skip


def one(said):
    (found,) = mapping.orders(json.dumps({"orders": [said]}).encode())
    return found


def test_goods_tax_discount_and_shipping_stand_apart_and_sum_to_amazons_total():
    found = one(order(item()))
    line = found.lines[0]
    assert (line.price, line.tax, line.discount) == (Money(2000, "USD"), Money(150, "USD"), Money(500, "USD"))
    assert (found.shipping, found.currency, found.state) == (Money(300, "USD"), "USD", "open")


def test_amounts_that_hold_the_tax_already_lose_it_in_the_price():
    said = item()
    said["proceeds"]["proceedsTotal"]["amount"] = "18.00"
    line = one(order(said)).lines[0]
    assert (line.price, line.tax) == (Money(1850, "USD"), Money(150, "USD"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: x["proceeds"]["proceedsTotal"].update(amount="19.49"),
        lambda x: x["proceeds"]["breakdowns"].append(
            {"type": "STAMP", "subtotal": {"amount": "1", "currencyCode": "USD"}}
        ),
        lambda x: x["proceeds"]["breakdowns"][0]["subtotal"].update(currencyCode="EUR"),
        lambda x: x["proceeds"]["breakdowns"][0]["subtotal"].update(amount="NaN"),
        lambda x: x.pop("proceeds"),
        lambda x: x.pop("product"),
    ],
    ids=["sum", "unknown part", "two currencies", "no number", "no amounts", "no product"],
)
def test_an_order_that_cannot_be_read_is_named_and_takes_no_other_with_it(spoil):
    bad = item()
    spoil(bad)
    raw = json.dumps({"orders": [order(bad), {**order(item()), "orderId": "111-2"}]}).encode()
    first, second = mapping.orders(raw)
    assert first.external_id == "111-1"
    assert first.state.startswith("cannot be read")
    assert first.lines == ()
    assert (second.external_id, second.state) == ("111-2", "open")


def test_what_amazon_ships_itself_is_never_promised_here():
    assert one(order(item(), by="AMAZON")).state == "pending"
    assert one(order(item(), by="AMAZON", status="SHIPPED")).state == "shipped"


def test_a_pending_order_has_no_amounts_yet_and_a_wish_to_cancel_is_seen():
    bare = {k: v for k, v in item().items() if k != "proceeds"}
    found = one(order(bare, status="PENDING"))
    assert (found.state, found.currency, found.lines[0].price) == ("pending", "USD", Money(0, "USD"))
    assert one(order(item(cancellation={"cancellationRequest": {"requester": "BUYER"}}))).cancel_requested


def test_a_cancelled_order_whose_items_are_zero_has_no_lines():
    found = one(order(item(quantityOrdered=0), status="CANCELLED"))
    assert (found.state, found.lines) == ("cancelled", ())


def test_a_sweep_goes_through_windows_of_a_day_and_only_a_finished_window_moves_the_mark():
    pages = iter([{"nextToken": "P2"}, {}, {}])
    conn, asked = outside(
        lambda r: httpx.Response(200, json={"orders": [order(item())], "pagination": next(pages)})
    )
    since = NOW - timedelta(hours=30)
    first = AMAZON.orders(conn, since, NOW)
    assert (first.watermark, len(first.items)) == (None, 1)
    second = AMAZON.orders(conn, since, NOW, first.next_token)
    assert second.watermark == since + timedelta(days=1)
    third = AMAZON.orders(conn, since, NOW, second.next_token)
    assert (third.watermark, third.next_token) == (NOW - timedelta(minutes=2), None)
    sent = [dict(r.url.params) for r in asked]
    assert sent[0]["lastUpdatedAfter"] == "2026-11-22T02:00:00Z"
    assert "paginationToken" not in sent[0]
    assert (sent[1]["paginationToken"], sent[1]["lastUpdatedAfter"]) == ("P2", sent[0]["lastUpdatedAfter"])
    assert (sent[2]["lastUpdatedAfter"], sent[2]["lastUpdatedBefore"]) == (
        "2026-11-23T02:00:00Z", "2026-11-23T07:58:00Z",
    )  # fmt: skip
    assert {r.url.host for r in asked} == {"sellingpartnerapi-na.amazon.com"}
    assert {r.headers["x-amz-access-token"] for r in asked} == {"T"}


def test_a_window_with_too_many_pages_is_cut_instead_of_using_up_the_quota():
    sweep = Sweep(NOW)
    for page in range(14):
        sweep = sweep.following(f"P{page}")
        assert sweep.span == timedelta(days=1)
    cut = sweep.following("P15")
    assert (cut.since, cut.span, cut.page, cut.pages) == (NOW, timedelta(hours=6), "", 0)
    assert Sweep.of(cut.token(), NOW - timedelta(days=9)) == cut


def test_a_quiet_month_is_read_in_a_handful_of_calls():
    conn, asked = outside(lambda r: httpx.Response(200, json={"orders": []}))
    token, mark = None, None
    while mark is None or token:
        page = AMAZON.orders(conn, NOW - timedelta(days=30), NOW, token)
        token, mark = page.next_token, page.watermark
    assert len(asked) == 6
    assert mark == NOW - timedelta(minutes=2)


def test_a_quota_that_is_used_up_is_said_instead_of_slept_away():
    conn, _asked = outside(lambda r: httpx.Response(200, json={"orders": []}))
    slept: list[float] = []
    conn.transport.sleep = slept.append
    for _turn in range(20):
        AMAZON.orders(conn, NOW - timedelta(hours=1), NOW)
    with pytest.raises(OutsideError) as caught:
        AMAZON.orders(conn, NOW - timedelta(hours=1), NOW)
    assert caught.value.code == "throttled"
    assert caught.value.retry_after > 100
    assert slept == []


def test_a_shipment_is_sent_under_the_same_number_every_time():
    conn, asked = outside(lambda r: httpx.Response(204))
    push = TrackingPush("parcel:7", "111-1", "YANWEN", "YW1", NOW, (("1", 2),))
    odd = TrackingPush("parcel:8", "111-1", "Kite Post", "K1", NOW, (("1", 2),))
    assert [r.ok for r in AMAZON.push_tracking(conn, [push, push, odd])] == [True, True, True]
    first, again, other = [json.loads(r.content)["packageDetail"] for r in asked]
    assert first == again
    assert first["carrierCode"] == "Yanwen"
    assert first["shipDate"] == "2026-11-23T08:00:00Z"
    assert first["orderItems"] == [{"orderItemId": "1", "quantity": 2}]
    assert int(first["packageReferenceId"]) > 0
    assert (other["carrierCode"], other["carrierName"]) == ("Other", "Kite Post")
    assert asked[0].url.path == "/orders/v0/orders/111-1/shipmentConfirmation"


def test_a_refused_shipment_is_data_and_an_account_not_let_in_is_trouble():
    said = {"errors": [{"code": "InvalidInput", "message": "package is there"}]}
    conn, _ = outside(lambda r: httpx.Response(400, json=said))
    (result,) = AMAZON.push_tracking(conn, [TrackingPush("k", "o", "c", "t", NOW, (("1", 1),))])
    assert (result.ok, result.code, result.message) == (False, "InvalidInput", "package is there")
    said = {"errors": [{"code": "Unauthorized", "message": "no", "details": "The access token has expired."}]}
    conn, asked = outside(lambda r: httpx.Response(403, json=said))
    with pytest.raises(OutsideError, match="not let in"):
        AMAZON.push_tracking(conn, [TrackingPush("k", "o", "c", "t", NOW, (("1", 1),))])
    assert len(asked) == 2


def test_price_and_stock_are_patched_and_a_side_not_wanted_is_not_sent():
    conn, asked = outside(
        lambda r: httpx.Response(200, json={"sku": "A/B", "status": "ACCEPTED", "submissionId": "s"})
    )
    offers = [
        OfferPush("A/B", "x", Money(1999, "USD"), 7), OfferPush("A/B", "x", None, 0),
    ]  # fmt: skip
    assert [(r.ok, r.external_id) for r in AMAZON.push_offers(conn, offers)] == [(True, "s"), (True, "s")]
    assert asked[0].url.raw_path.decode().startswith("/listings/2021-08-01/items/SELLER/A%2FB?")
    price, stock = json.loads(asked[0].content)["patches"]
    assert price["value"][0]["our_price"] == [{"schedule": [{"value_with_tax": 19.99}]}]
    assert stock["value"] == [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}]
    assert b'"value_with_tax": 19.99}' in asked[0].content
    (alone,) = json.loads(asked[1].content)["patches"]
    assert alone["value"][0]["quantity"] == 0


def test_a_listing_with_errors_says_them():
    said = {"status": "INVALID", "issues": [
        {"severity": "ERROR", "message": "price is too low"}, {"severity": "WARNING", "message": "no image"},
    ]}  # fmt: skip
    conn, _ = outside(lambda r: httpx.Response(200, json=said))
    (result,) = AMAZON.push_offers(conn, [OfferPush("A", "x", None, 1)])
    assert (result.ok, result.code, result.message) == (False, "INVALID", "price is too low")


@pytest.mark.parametrize("price", ["0.01", "19.99", "1234567.89", "99999999.95"])
def test_an_amount_survives_as_a_json_number(price):
    sent = json.dumps(mapping.patches(OfferPush("A", "x", Money.of(price, "USD"), None), "M"))
    told = json.loads(sent, parse_float=Decimal)["patches"][0]["value"][0]["our_price"][0]["schedule"][0]
    assert told["value_with_tax"] == Decimal(price)


def test_settlement_reports_are_listed_and_fetched_without_handing_out_the_token():
    report = {"reportId": "1", "reportDocumentId": "D1", "createdTime": "2026-11-20T00:00:00Z"}

    def answers(request):
        if request.url.path.endswith("/reports"):
            return httpx.Response(200, json={"reports": [report, {**report, "reportDocumentId": ""}]})
        if request.url.path.endswith("/documents/D1"):
            return httpx.Response(200, json={"url": "https://files.test/d1", "compressionAlgorithm": "GZIP"})
        return httpx.Response(200, content=gzip.compress(b"settlement-id\n"))

    conn, asked = outside(answers)
    page = AMAZON.settlements(conn, NOW - timedelta(days=200))
    assert [ref.external_id for ref in page.items] == ["D1"]
    assert dict(asked[0].url.params)["createdSince"] == "2026-08-26T08:00:00Z"
    assert AMAZON.settlement_file(conn, "D1") == b"settlement-id\n"
    assert "x-amz-access-token" not in asked[-1].headers


def test_a_cut_document_is_trouble_not_half_a_settlement():
    packed = gzip.compress(b"settlement-id\n" * 1000)[:-20]
    told = {"url": "https://files.test/d1", "compressionAlgorithm": "GZIP"}
    conn, _ = outside(
        lambda r: (
            httpx.Response(200, content=packed)
            if r.url.host == "files.test"
            else httpx.Response(200, json=told)
        )
    )
    with pytest.raises(OutsideError, match="cut off"):
        AMAZON.settlement_file(conn, "D1")


def test_every_marketplace_has_a_known_currency_and_the_uk_may_be_called_so():
    assert all(m.currency in EXPONENTS and m.id for m in BY_COUNTRY.values())
    assert len({m.id for m in BY_COUNTRY.values()}) == len(BY_COUNTRY)
    assert marketplace("uk") is marketplace("A1F83G8C2ARO7P") is BY_COUNTRY["GB"]
    with pytest.raises(OutsideError, match="there are: US"):
        marketplace("Mars")


@pytest.fixture
def sandbox():
    """The published request and response pairs, answered over loopback."""
    spec = shared("specs/sp_api_sandbox.py")
    module = importlib.util.module_from_spec(
        loader := importlib.util.spec_from_file_location("sandbox", spec)
    )
    loader.loader.exec_module(module)
    models = [spec.parent / "amazon-sp-api/models" / f"{name}.json" for name in MODELS]
    server = module.serve(0, [str(m) for m in models])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield module, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


MODELS = ("orders_2026-01-01", "ordersV0", "listingsItems_2021-08-01", "reports_2021-06-30")


def test_every_published_pair_of_our_operations_is_answered_and_read(sandbox):
    module, address = sandbox
    read = refused = 0
    client = httpx.Client()
    for method, _path, name, _params, cases, _rate in module.ROUTES:
        if name not in {"searchOrders", "getOrder"} or method != "GET":
            continue
        for code, _asked, said in cases:
            if name == "getOrder" and "payload" in (said or {}):
                continue  # the v0 operation of the same name
            if code == 200:
                found = mapping.orders(json.dumps(said).encode())
                assert found
                assert not any(o.state.startswith("cannot be read") for o in found)
                assert all(Money.total((x.price for x in o.lines), o.currency).minor > 0 for o in found)
                read += len(found)
            else:
                refused += 1
    assert read >= 4
    assert refused >= 2
    headers = {"x-amz-access-token": "T"}
    told = client.get(
        f"{address}/orders/2026-01-01/orders/114-9876543-1234567",
        params={"includedData": "RECIPIENT,PROCEEDS,FULFILLMENT"}, headers=headers,
    )  # fmt: skip
    (found,) = mapping.orders(told.content)
    line = found.lines[0]
    assert (found.state, found.address.city, line.price, line.tax) == (
        "open", "Seattle", Money(3999, "USD"), Money(1000, "USD"),
    )  # fmt: skip
