"""Orders that the channel ships out of its own warehouse: never promised here, taken at cost when sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, channel_order, english, make_world  # noqa: F401  fixtures
from tradewind.apps.ledger.operations import open_chart
from tradewind.apps.ledger.operations.sales import post_sales
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.listings.operations import set_shipping_side
from tradewind.apps.listings.step import due_offers
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.orders import step
from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations import place_orders, reserve_orders, take_channel_sales
from tradewind.apps.stock.models import LayerUse, Move
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import set_warehouses
from tradewind.engine.contracts import PENDING, SHIPPED, Refused


@pytest.fixture
def world(db):
    """5 units of SKU-0 at 10 CNY in the channel's own warehouse, none in ours."""
    made = make_world(2)
    made.fba = Warehouse.objects.create(code="FBA", name="FBA", country="US", kind="platform")
    Store.objects.update(platform_warehouse=made.fba)
    made.home, made.house = made.house, made.fba
    made.receive(0, 5, 1000, at=NOW - timedelta(days=3))
    return made


def place(world, *orders):
    return place_orders(
        store_id=world.store.pk, orders=[replace(o, by_channel=True) for o in orders], now=NOW, by=BY
    )


def states():
    return dict(Order.objects.values_list("external_id", "state"))


def test_a_sale_of_the_channel_is_never_promised_from_our_shelf_and_goes_at_its_cost_when_sent(world):
    place(world, channel_order("A", ("L-0", 2, 4000), state=PENDING))
    reserve_orders(now=NOW, by=BY)
    assert states() == {"A": "pending"}
    assert take_channel_sales(now=NOW, by=BY).taken == 0
    place(world, channel_order("A", ("L-0", 2, 4000), state=SHIPPED, minutes=30))
    found = take_channel_sales(now=NOW, by=BY)
    assert (found.taken, found.short, found.unmapped, found.before) == (1, (), (), ())
    order = Order.objects.get()
    assert (order.state, order.shipped_at, order.by_channel) == ("shipped", NOW + timedelta(minutes=30), True)
    assert world.balance(0, world.fba) == (3, 0)
    assert list(LayerUse.objects.values_list("qty", "goods_minor")) == [(2, 2000)]
    assert [m.kind for m in Move.objects.exclude(kind="receipt")] == ["ship"]
    assert check_balances() == []
    open_chart(now=NOW, by=BY)
    post_sales(order_ids=[order.pk], now=NOW, by=BY)
    assert Order.objects.get().booked


def test_a_repeat_takes_nothing_twice(world):
    place(world, channel_order("A", ("L-0", 2, 4000), state=SHIPPED))
    assert take_channel_sales(now=NOW, by=BY).taken == 1
    before = facts_hash()
    assert take_channel_sales(now=NOW, by=BY).taken == 0
    assert facts_hash() == before


def test_what_our_books_lack_waits_as_a_whole_and_is_told(world):
    place(
        world,
        channel_order("A", ("L-0", 6, 4000), state=SHIPPED),
        channel_order("B", ("L-0", 5, 1), state=SHIPPED),
    )
    got = step.take_shipped_by_channels(NOW, BY)
    assert (got.done, got.waiting, got.problems) == (1, 1, 1)
    assert states() == {"A": "elsewhere", "B": "shipped"}
    world.receive(0, 6, 1100, at=NOW - timedelta(days=1))
    assert step.take_shipped_by_channels(NOW, BY).done == 1
    assert world.balance(0, world.fba) == (0, 0)


def test_a_line_mapped_later_is_taken_then(world):
    bare = Listing.objects.create(store=world.store, external_sku="NEW", title="x", currency="USD")
    place(world, channel_order("A", ("NEW", 1, 4000), state=SHIPPED))
    assert len(take_channel_sales(now=NOW, by=BY).unmapped) == 1
    SkuMapping.objects.create(listing=bare, sku=world.skus[0], qty=2, valid_from=NOW - timedelta(days=9))
    assert take_channel_sales(now=NOW, by=BY).taken == 1
    assert world.balance(0, world.fba) == (3, 0)


def test_what_was_sold_before_the_first_batch_on_our_books_is_history(world):
    old = replace(
        channel_order("OLD", ("L-0", 1, 4000), state=SHIPPED),
        placed_at=NOW - timedelta(days=20), updated_at=NOW - timedelta(days=19),
    )  # fmt: skip
    place(world, old)
    found = take_channel_sales(now=NOW, by=BY)
    assert (found.taken, len(found.before)) == (0, 1)
    assert world.balance(0, world.fba) == (5, 0)


def test_what_others_shipped_without_a_warehouse_of_the_channel_stays_as_it_was(world):
    place_orders(
        store_id=world.store.pk, orders=[channel_order("A", ("L-0", 1, 1), state=SHIPPED)], now=NOW, by=BY
    )
    assert take_channel_sales(now=NOW, by=BY).taken == 0
    assert states() == {"A": "elsewhere"}


def test_the_quantity_of_a_listing_the_channel_ships_is_never_published(world):
    listing = Listing.objects.get(external_sku="L-0")
    Listing.objects.filter(pk=listing.pk).update(price_minor=999)
    Store.objects.update(warehouse=world.fba)
    assert [(push.external_sku, push.quantity) for _o, push in due_offers(Store.objects.get(), NOW)] == [
        ("L-0", 5)
    ]
    assert set_shipping_side(ids=[listing.pk], by_channel=True, now=NOW, by=BY) == 1
    assert [(push.external_sku, push.quantity) for _o, push in due_offers(Store.objects.get(), NOW)] == [
        ("L-0", None)
    ]


def test_the_channels_warehouse_must_be_one_of_its_own(world):
    with pytest.raises(Refused) as caught:
        set_warehouses(ids=[world.store.pk], warehouse="NO", platform_warehouse="NJ", now=NOW, by=BY)
    assert [p.field for p in caught.value.problems] == ["warehouse", "platform_warehouse"]
    set_warehouses(ids=[world.store.pk], warehouse="HZ", platform_warehouse="FBA", now=NOW, by=BY)
    assert Store.objects.get().platform_warehouse == world.fba
