"""A store connected to Amazon's dialect, through the steps: orders in, shipped, told, settled."""

from datetime import timedelta

import pytest

from tests.line import BY, make_world
from tests.simulators.seller import AmazonSeller
from tradewind.apps.fulfilment import push
from tradewind.apps.fulfilment.operations import Shipment, make_wave, pack, pick, ship
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.markets.operations import Decision, decide_rules
from tradewind.apps.orders import intake
from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations import remap_lines, reserve_orders
from tradewind.apps.settlements import step as settlements
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.settlements.operations import remap
from tradewind.apps.stores import queries
from tradewind.apps.stores.models import Store, SyncRun
from tradewind.connectors.base import Connection

PROMOTION = "amazon.settlement.order.promotion.principal"


@pytest.fixture
def amazon(db, monkeypatch):
    """A seller's world of which the US store is connected as an Amazon account; 10,000 units of one SKU."""
    seller = AmazonSeller()
    seller.list_goods()
    world = make_world(1)
    world.receive(0, 10_000, 1000)
    conn = seller.stores["US"]
    Store.objects.update(channel="amazon", base_url=conn.base_url, credentials=dict(conn.credentials))
    monkeypatch.setattr(
        queries, "Connection", lambda url, keys, now: Connection(url, keys, now, seller.transport)
    )
    seller.sku_id = world.sku(0)
    yield seller
    seller.stop()


def work(amazon, days):
    """Days of pulling, shipping and telling."""
    for _day in range(days):
        amazon.pass_time(days=1)
        amazon.transport._buckets.clear()
        now = amazon.world.now
        intake.pull_orders(now, BY)
        for listing in Listing.objects.filter(mappings=None):
            SkuMapping.objects.create(
                listing=listing, sku_id=amazon.sku_id, qty=1, valid_from=now - timedelta(days=90)
            )
        remap_lines(now=now, by=BY)
        ids = reserve_orders(now=now, by=BY).ready
        if ids:
            parcels = sorted(make_wave(ids=ids, now=now, by=BY).values())
            pick(ids=parcels, now=now, by=BY)
            pack(weights=dict.fromkeys(parcels, 300), now=now, by=BY)
            ship(parcels=[Shipment(pk, None, f"T{pk}") for pk in parcels], now=now, by=BY)
        push.push_tracking(now, BY)


def test_a_connected_amazon_store_goes_the_whole_way(amazon):
    work(amazon, 16)
    shop, now = amazon.world.shops["US"], amazon.world.now
    truth = {o.id: o.state for o in shop.orders.values() if o.updated_at < now - timedelta(minutes=15)}
    here = dict(Order.objects.values_list("external_id", "state"))
    assert len(truth) > 50
    assert {pk for pk, state in truth.items() if state == "SHIPPED"} <= {
        pk for pk, state in here.items() if state == "shipped"
    }
    assert all(o.shipped_at is not None for o in shop.orders.values() if o.state == "SHIPPED")
    assert len(shop.shipments) == Order.objects.filter(state="shipped").count()
    amazon.transport._buckets.clear()
    got = settlements.run(now, BY)
    assert (got.done, got.problems) == (1, 0)
    settled = SettlementFile.objects.get()
    assert (settled.total_minor, settled.remainder_minor) == (shop.settled[0].total, 0)
    held = set(SettlementLine.objects.filter(kind="").values_list("type", "amount_type", "description"))
    assert held <= {("Order", "Promotion", "Principal")}  # proposed: on only once a person has confirmed it
    assert settled.state == ("held" if held else "explained")
    said = Decision(PROMOTION, "confirmed", "seen in the account", "Seller Central")
    decide_rules(decisions=[said], now=now, by=BY)
    remap(ids=[settled.pk], now=now, by=BY)
    assert SettlementFile.objects.get().state == "explained"
    assert list(SyncRun.objects.exclude(error="").values_list("feed", "error")) == []
