"""The practice world is true to itself: what it says over the wire is what it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import httpx
import pytest

from tests.simulators.seller import MIDNIGHT, START, Seller, tracking
from tradewind.connectors import registry
from tradewind.engine.contracts import CONVERT, FEE, RECEIVE, WITHDRAW, OfferPush
from tradewind.engine.money import Money
from tradewind.simulators.assortment import assortment
from tradewind.simulators.settle import Row, close, file
from tradewind.simulators.truth import truth
from tradewind.simulators.world import World


def settlements(seller: Seller, market: str):
    conn = seller.stores[market]
    refs = seller.channel.settlements(conn, MIDNIGHT).items
    return [
        seller.channel.parse_settlement(seller.channel.settlement_file(conn, r.external_id))[0] for r in refs
    ]


def test_nobody_buys_before_anything_is_listed(seller: Seller) -> None:
    seller.pass_time(days=20)
    assert truth(seller.world)["stores"]["US"]["orders"] == 0
    assert seller.world.lighter.entries["USD"] == []


def test_about_fifty_orders_a_day_come_once_all_is_listed(sold: Seller) -> None:
    stores = truth(sold.world)["stores"]
    assert 45 * 38 <= sum(s["orders"] for s in stores.values()) <= 60 * 38
    assert set(stores) == {"US", "GB", "DE", "JP"}


def test_the_same_seed_and_calls_make_the_same_world() -> None:
    worlds = []
    for steps in ((20,), (1,) * 20):
        seller = Seller(seed=11)
        seller.list_goods()
        for days in steps:
            seller.pass_time(days=days)
        worlds.append(truth(seller.world))
        seller.stop()
    assert worlds[0] == worlds[1]


def test_another_seed_makes_another_world() -> None:
    assert World(1).lighter.rate("USD", World(1).start) != World(2).lighter.rate("USD", World(2).start)


def test_every_order_swept_equals_the_truth(sold: Seller) -> None:
    for market in sold.stores:
        sold.sweep(market)
    for market, store in truth(sold.world)["stores"].items():
        known = sold.known[market].values()
        assert len(known) == store["orders"]
        assert dict(Counter(o.raw_state for o in known)) == store["orders_by_state"]
        goods = sum((line.price.amount - line.discount.amount for o in known for line in o.lines), Decimal(0))
        assert goods == Decimal(store["goods"])
        shown = {o.external_id for o in known if o.address.name}
        assert shown >= {o.external_id for o in known if o.raw_state == "SHIPPED"}
        assert not [o for o in known if o.raw_state == "PENDING" and o.address.name]


def test_reading_back_gives_the_order_as_it_is_now(sold: Seller) -> None:
    some = list(sold.known["US"])[:150]
    read = sold.channel.read_orders(sold.stores["US"], [*some, "HB-US-000000-999"])
    assert [o.external_id for o in read] == some


def test_every_settlement_sums_to_its_total_and_the_reserve_rolls_on(sold: Seller) -> None:
    for market, store in truth(sold.world)["stores"].items():
        held = Money(0, store["currency"])
        files = settlements(sold, market)
        assert [str(f.total.amount) for f in files] == [s["total"] for s in store["settlements"]]
        assert len(files) == 2
        for one in files:
            assert one.remainder.minor == 0
            released = [r.amount for r in one.rows if r.description == "Released"]
            opened = [-r.amount for r in one.rows if r.description == "Opened"]
            assert released == ([held] if held else [])
            held = Money.total(opened, store["currency"])
        assert str(held.amount) == store["held"]


def test_only_shipped_orders_are_settled_and_each_line_once(sold: Seller) -> None:
    for market in sold.stores:
        principals = [
            (r.order_external_id, r.line_external_id)
            for f in settlements(sold, market)
            for r in f.rows
            if (r.type, r.description) == ("Order", "Principal")
        ]
        shop = sold.world.shops[market]
        assert len(principals) == len(set(principals))
        closed = shop.settled[-1].end_at
        shipped = {
            (o.id, line.id)
            for o in shop.orders.values()
            if o.shipped_at is not None and o.shipped_at < closed
            for line in o.lines
        }
        assert set(principals) == shipped


def test_fees_and_taxes_of_a_settled_order_are_those_published(sold: Seller) -> None:
    file = settlements(sold, "GB")[0]
    order = next(r.order_external_id for r in file.rows if r.type == "Order")
    rows = [r for r in file.rows if r.order_external_id == order and r.type == "Order"]
    named = Counter()
    for row in rows:
        named[f"{row.amount_type}/{row.description}"] += row.amount.minor
    net = named["Price/Principal"] + named["Promotion/Discount"]
    assert named["Tax/Withheld"] == -named["Price/Tax"]
    assert abs(named["Price/Tax"] - net * 0.20) <= len(rows)
    assert abs(-named["Fee/Referral"] - net * 0.15) <= len(rows)
    paid = net + named["Price/Tax"] + named["Price/Shipping"]
    assert -named["Fee/Payment"] == int(paid * Decimal("0.029") + Decimal("0.5"))


def test_an_order_shipped_after_its_deadline_costs_two(seller: Seller) -> None:
    seller.list_goods()
    seller.work(1, ship=False)
    first = seller.pushes("US")
    seller.pass_time(days=6)
    results = seller.channel.push_tracking(seller.stores["US"], first)
    late = {o.id for o in seller.world.shops["US"].orders.values() if o.late}
    assert late == {p.order_external_id for p, r in zip(first, results, strict=True) if r.ok}
    fees = [r for r in seller.world.shops["US"].rows if r.description == "Late Shipment"]
    assert [r.amount for r in fees] == [-200] * len(late)
    assert late


def test_the_deposit_reaches_the_collection_account_two_days_later(sold: Seller) -> None:
    provider = registry.collection("lighter")
    for market, currency in (("US", "USD"), ("JP", "JPY")):
        page = provider.transactions(sold.lighter[currency], MIDNIGHT, sold.world.now)
        received = {t.reference: (t.amount, t.at.date()) for t in page.items if t.kind == RECEIVE}
        assert received == {
            s.external_id: (s.total, s.deposit_on)
            for s in settlements(sold, market)
            if s.deposit_on <= (sold.world.now - timedelta(hours=9)).date()
        }
        assert len(received) == 2


def test_a_withdrawal_is_fee_conversion_and_payout_and_reaches_the_bank(sold: Seller) -> None:
    provider, bank = registry.collection("lighter"), registry.bank("lighter")
    lines = provider.transactions(sold.lighter["EUR"], MIDNIGHT, sold.world.now).items
    group = [t for t in lines if t.group]
    assert [t.kind for t in group] == [FEE, CONVERT, WITHDRAW]
    received = Money.total((t.amount for t in lines if t.kind == RECEIVE), "EUR")
    assert Money.total((t.amount for t in group), "EUR") == -received
    assert -group[0].amount == received.times(Decimal("0.005"))
    convert = group[1]
    quote = next(q for q in bank.fx(sold.lighter["CNY"], convert.at.date()) if q.base == "EUR")
    assert convert.rate == (quote.rate * Decimal("0.997")).quantize(Decimal("0.000001"))
    arrived = bank.transactions(sold.lighter["CNY"], MIDNIGHT.date(), sold.world.now.date())
    booked = next(b for b in arrived if b.reference == convert.group)
    assert booked.amount == convert.counter
    assert (booked.on - convert.at.date()).days == 1
    assert truth(sold.world)["provider"]["EUR"]["balance"] == "0.00"


def test_the_statement_file_says_the_same_as_the_wire(sold: Seller) -> None:
    conn = sold.lighter["USD"]
    lines = registry.collection("lighter").transactions(conn, MIDNIGHT, sold.world.now).items
    token = httpx.post(f"{conn.base_url}/auth/token", json=dict(conn.credentials)).json()["access_token"]
    file = httpx.get(
        f"{conn.base_url}/v1/statement",
        params={"since": MIDNIGHT.isoformat(), "until": sold.world.now.isoformat()},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert registry.collection("lighter").parse_statement(file.content) == list(lines)


def test_a_withdrawal_is_done_once_a_key_and_refused_beyond_the_balance(seller: Seller) -> None:
    provider, conn = registry.collection("lighter"), seller.lighter["USD"]
    seller.world.lighter.receive("USD", 100_00, "HS-1", seller.world.now)
    first = provider.withdraw(conn, "k1", Money(60_00, "USD"), "CNY", "B1")
    again = provider.withdraw(conn, "k1", Money(60_00, "USD"), "CNY", "B1")
    assert first.ok
    assert again == first
    assert provider.withdraw(conn, "k1", Money(59_00, "USD"), "CNY", "B1").code == "key_reused"
    assert provider.withdraw(conn, "k2", Money(60_00, "USD"), "CNY", "B1").code == "insufficient_balance"
    assert provider.withdraw(conn, "k3", Money(10_00, "USD"), "THB", "B1").code == "currency_not_offered"
    assert seller.world.lighter.balance("USD") == 40_00
    seller.pass_time(days=2)
    assert len(seller.world.lighter.bank) == 1


def test_a_shipment_twice_is_one_and_a_wrong_one_is_refused(seller: Seller) -> None:
    seller.list_goods()
    seller.work(2, ship=False)
    conn, channel = seller.stores["US"], seller.channel
    push, other = seller.pushes("US")[:2]
    first = channel.push_tracking(conn, [push])[0]
    assert first.ok
    assert channel.push_tracking(conn, [push])[0] == first
    shipped = truth(seller.world)["stores"]["US"]["units_shipped"]
    wrong = [
        (dict(key="x1", order_external_id="HB-US-260101-001"), "unknown_order"),
        (dict(key=push.key, order_external_id=other.order_external_id), "key_reused"),
        (dict(key="x2", order_external_id=push.order_external_id), "already_shipped"),
        (dict(key="x3", tracking_no=""), "tracking_missing"),
        (dict(key="x4", lines=(("nothing", 1),)), "bad_lines"),
        (dict(key="x5", shipped_at=seller.world.now + timedelta(days=2)), "bad_shipped_at"),
    ]
    results = channel.push_tracking(conn, [replace(other, **change) for change, _ in wrong])
    assert [r.code for r in results] == [code for _, code in wrong]
    assert not any(r.ok for r in results)
    assert truth(seller.world)["stores"]["US"]["units_shipped"] == shipped


def test_a_cancelled_order_is_not_to_be_shipped(seller: Seller) -> None:
    seller.list_goods()
    seller.work(6, ship=False)
    gone = next(o for s in seller.known.values() for o in s.values() if o.raw_state == "CANCELLED")
    market = gone.external_id.split("-")[1]
    result = seller.channel.push_tracking(seller.stores[market], [tracking(gone, seller.world.now)])[0]
    assert (result.ok, result.code) == (False, "order_cancelled")


def test_listings_show_price_and_quantity_and_orders_take_from_it(seller: Seller) -> None:
    conn, channel = seller.stores["JP"], seller.channel
    good, bad, usd, new = channel.push_offers(
        conn,
        [
            OfferPush("S-1", "本", Money(1980, "JPY"), 7),
            OfferPush("S-2", "x" * 201, Money(1980, "JPY"), 7),
            OfferPush("S-3", "x", Money(1980, "USD"), 7),
            OfferPush("S-4", "", Money(1980, "JPY"), 7),
        ],
    )
    assert (good.ok, bad.code, usd.code, new.code) == (
        True,
        "title_too_long",
        "wrong_currency",
        "title_missing",
    )
    again = channel.push_offers(conn, [OfferPush("S-1", "", None, 3)])[0]
    assert again.external_id == good.external_id
    shown = truth(seller.world)["stores"]["JP"]["listings"]
    assert shown == {"S-1": {"price": "1980", "quantity": 3}}
    seller.pass_time(days=60)
    shop = seller.world.shops["JP"]
    assert shop.listings["S-1"].quantity == 0
    taken = sum(line.qty for o in shop.orders.values() if o.state != "CANCELLED" for line in o.lines)
    assert taken == 3


def test_a_store_without_sales_settles_nothing(seller: Seller) -> None:
    seller.pass_time(days=40)
    assert seller.channel.settlements(seller.stores["DE"], MIDNIGHT).items == ()


def test_fees_beyond_the_earnings_are_carried_and_nothing_is_paid() -> None:
    rows = [Row("Fee", "Account", "Subscription", -3999, MIDNIGHT)]
    done = close("S", "USD", MIDNIGHT, MIDNIGHT + timedelta(days=14), rows, 0, 0)
    assert done is not None
    assert (done.total, [r.amount for r in done.rows]) == (0, [-3999, 3999])
    parsed = registry.channel("harbour").parse_settlement(file(done))[0]
    assert (parsed.remainder.minor, parsed.deposit_on) == (0, None)


def test_time_does_not_go_back_and_the_controls_say_so(seller: Seller) -> None:
    url = seller.running.url
    assert httpx.post(f"{url}/control/clock", json={"days": 3}).json()["now"] == "2026-06-04T00:00:00Z"
    answer = httpx.post(f"{url}/control/clock", json={"to": "2026-06-02T00:00:00Z"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "clock_back")
    accounts = httpx.get(f"{url}/control/accounts").json()
    assert [s["market"] for s in accounts["harbour"]] == ["US", "GB", "DE", "JP"]
    assert json.loads(json.dumps(httpx.get(f"{url}/control/truth").json()))["now"] == "2026-06-04T00:00:00Z"


def test_many_changes_come_in_pages_of_a_hundred_each_once(seller: Seller) -> None:
    seller.list_goods()
    seller.pass_time(days=12)
    conn, channel = seller.stores["US"], seller.channel
    pages, token = [], None
    while not pages or token is not None:
        pages.append(channel.orders(conn, MIDNIGHT, seller.world.now, token))
        token = pages[-1].next_token
    ids = [o.external_id for page in pages for o in page.items]
    assert len(pages) >= 3
    assert all(len(page.items) == 100 for page in pages[:-1])
    assert [page.watermark is None for page in pages] == [True] * (len(pages) - 1) + [False]
    assert sorted(ids) == sorted(seller.world.shops["US"].orders)
    times = [o.updated_at for page in pages for o in page.items]
    assert times == sorted(times)


def test_a_stored_page_maps_again_to_the_same_orders(seller: Seller) -> None:
    seller.list_goods()
    seller.pass_time(days=3)
    page = seller.channel.orders(seller.stores["DE"], MIDNIGHT, seller.world.now)
    assert page.items
    assert seller.channel.map_orders(page.raw) == page.items


def test_an_order_shipped_in_parts_earns_once_when_all_is_shipped(seller: Seller) -> None:
    seller.list_goods()
    seller.work(3, ship=False)
    conn, channel, shop = seller.stores["US"], seller.channel, seller.world.shops["US"]
    whole = next(p for p in seller.pushes("US") if len(p.lines) > 1)
    first = replace(whole, key="part-1", lines=whole.lines[:1])
    rest = replace(whole, key="part-2", lines=whole.lines[1:])
    assert channel.push_tracking(conn, [first])[0].ok
    (half,) = channel.read_orders(conn, [whole.order_external_id])
    assert (half.state, half.raw_state, shop.rows) == ("open", "PART_SHIPPED", [])
    assert channel.push_tracking(conn, [first, rest])[1].ok
    (full,) = channel.read_orders(conn, [whole.order_external_id])
    assert full.raw_state == "SHIPPED"
    principals = [r.line_id for r in shop.rows if r.description == "Principal"]
    assert sorted(principals) == sorted(line_id for line_id, _ in whole.lines)


def test_some_orders_wait_for_payment_move_house_cancel_or_come_back(sold: Seller) -> None:
    orders = [o for shop in sold.world.shops.values() for o in shop.orders.values()]
    cancelled = sum(o.state == "CANCELLED" for o in orders)
    refunded = sum(any(line.refunded for line in o.lines) for o in orders)
    assert 0.005 < cancelled / len(orders) < 0.04
    assert 0.01 < refunded / len(orders) < 0.05
    assert any(o.version > 3 for o in orders)


def test_ninety_days_bring_forty_five_orders_a_day_and_more() -> None:
    world = World(7, START)
    for shop in world.shops.values():
        for item in assortment(7):
            shop.offer(item.code, item.name, item.prices[shop.terms.market].minor, 9999, Random(item.code))
    world.advance(MIDNIGHT + timedelta(days=90))
    assert sum(len(shop.orders) for shop in world.shops.values()) > 90 * 45


def test_the_world_runs_as_a_process_of_its_own() -> None:
    command = [
        sys.executable,
        "-m",
        "tradewind.simulators",
        "--seed",
        "3",
        "--port",
        "0",
        "--start",
        "2026-06-01",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            assert url.startswith("http://127.0.0.1:")
            accounts = httpx.get(url, timeout=10).json()
            assert accounts["harbour"][0] == {
                "market": "US", "currency": "USD", "account": "HB-US", "key": "harbour-us-3",
            }  # fmt: skip
        finally:
            process.terminate()


def test_a_world_with_a_journal_lives_on_after_a_restart(tmp_path) -> None:
    path = tmp_path / "world.jsonl"
    seller = Seller(journal=path)
    seller.list_goods()
    for _ in range(18):
        httpx.post(f"{seller.running.url}/control/clock", json={"days": 1})
        for market, conn in seller.stores.items():
            seller.sweep(market)
            seller.channel.push_tracking(conn, seller.pushes(market))
    seller.withdraw_all("w")
    httpx.post(f"{seller.running.url}/control/clock", json={"hours": 30})
    before = truth(seller.world)
    assert before["withdrawals"] > 0
    seller.stop()
    with path.open("a") as file:
        file.write('{"at": "2026-06-')  # the process was killed in the middle of a line
    again = Seller(journal=path)
    assert truth(again.world) == before
    again.list_goods(quantity=1)
    again.stop()
    third = Seller(journal=path)
    assert {x["quantity"] for x in truth(third.world)["stores"]["US"]["listings"].values()} == {1}
    third.stop()
    with pytest.raises(ValueError, match="another world"):
        Seller(seed=8, journal=path)
