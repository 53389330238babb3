"""From a ready order to the books: moves, cost, tracking, interception, postings."""

from datetime import date

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, channel_order, english, make_world  # noqa: F401  fixtures
from tests.people import person
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations import (
    Shipment,
    make_wave,
    pack,
    pick,
    record_pushed,
    ship,
    take_apart,
)
from tradewind.apps.fulfilment.operations.numbers import check_digit, s10
from tradewind.apps.fulfilment.operations.pushing import push_key
from tradewind.apps.fulfilment.queries import parcels_to_push, parcels_visible
from tradewind.apps.fulfilment.step import intercept
from tradewind.apps.ledger.models import Entry, Posting
from tradewind.apps.ledger.operations import open_chart
from tradewind.apps.ledger.operations.sales import post_sales, unbooked_count
from tradewind.apps.logistics.models import Carrier, RateBand, RateCard, Service
from tradewind.apps.orders.models import Hold, Order
from tradewind.apps.orders.operations import place_orders, reserve_orders
from tradewind.apps.stock.models import LayerUse, Move
from tradewind.apps.stock.queries import check_balances
from tradewind.db.states import WrongState
from tradewind.engine.access import SERVICE, WAREHOUSE, Denied
from tradewind.engine.contracts import CANCELLED, PushResult, Refused


@pytest.fixture
def world(db):
    world = make_world()
    world.receive(0, 10, 400)
    world.receive(1, 10, 700)
    open_chart(now=NOW, by=BY)
    return world


def ready(world, *orders):
    ids = place_orders(store_id=world.store.pk, orders=list(orders), now=NOW, by=BY).ids
    assert len(reserve_orders(ids=ids, now=NOW, by=BY).ready) == len(orders)
    return ids


def packed(world, *orders, weight=None):
    ids = ready(world, *orders)
    parcels = list(make_wave(ids=ids, now=NOW, by=BY).values())
    pick(ids=parcels, now=NOW, by=BY)
    pack(weights=dict.fromkeys(parcels, weight), now=NOW, by=BY)
    return parcels


TWO = ("L-0", 2, 2000), ("L-1", 1, 1500)


def test_on_hand_falls_once_and_both_walks_of_a_line_are_facts(world):
    parcels = packed(world, channel_order("A-1", *TWO))
    assert world.balance(0) == (10, 2)
    ship(parcels=[Shipment(parcels[0], None, "T-1")], now=NOW, by=BY)
    assert (world.balance(0), world.balance(1)) == ((8, 0), (9, 0))
    moves = Move.objects.filter(source="order_line").order_by("id").values_list("kind", "qty", "staged_qty")
    assert list(moves) == [("pick", 0, 2), ("pick", 0, 1), ("ship", -2, -2), ("ship", -1, -1)]
    assert list(LayerUse.objects.order_by("id").values_list("qty", "goods_minor")) == [(2, 800), (1, 700)]
    order = Order.objects.get()
    assert (order.state, order.shipped_at) == ("shipped", NOW)
    assert check_balances() == []


def postings():
    return sorted(Posting.objects.values_list("account__code", "amount_minor", "currency"))


def test_a_shipped_order_is_booked_once_with_its_cost(world):
    parcels = packed(world, channel_order("A-1", *TWO, tax=70, shipping=300))
    assert post_sales(now=NOW, by=BY) == []
    ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY)
    assert unbooked_count() == 1
    assert len(post_sales(now=NOW, by=BY)) == 1
    assert post_sales(now=NOW, by=BY) == []
    assert unbooked_count() == 0
    entry = Entry.objects.get()
    assert (entry.number, entry.on, entry.event, entry.source, entry.memo, entry.posted) == (
        1, date(2026, 11, 2), "sale", "order", "A-1", True,
    )  # fmt: skip
    assert postings() == [
        ("1122", 3940, "USD"), ("1405", -800, "CNY"), ("1405", -700, "CNY"), ("2221", -140, "USD"),
        ("6001", -3500, "USD"), ("6002", -300, "USD"), ("6401", 700, "CNY"), ("6401", 800, "CNY"),
    ]  # fmt: skip


def test_a_missing_cost_is_left_out_of_the_books_never_zero(world):
    world.receive(0, 5, 300, currency="USD")
    parcels = packed(world, channel_order("A-1", ("L-0", 12, 2000)))
    ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY)
    post_sales(now=NOW, by=BY)
    assert postings() == [("1122", 2000, "USD"), ("6001", -2000, "USD")]


def test_an_order_given_away_is_booked_for_its_cost_alone(world):
    parcels = packed(world, channel_order("A-1", ("L-0", 1, 0)))
    ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY)
    assert len(post_sales(now=NOW, by=BY)) == 1
    assert postings() == [("1405", -400, "CNY"), ("6401", 400, "CNY")]


def test_one_step_after_the_other_and_none_twice(world):
    ids = ready(world, channel_order("A-1", *TWO))
    parcels = list(make_wave(ids=ids, now=NOW, by=BY).values())
    before = facts_hash()
    for act in (
        lambda: make_wave(ids=ids, now=NOW, by=BY),
        lambda: pack(weights=dict.fromkeys(parcels), now=NOW, by=BY),
        lambda: ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY),
    ):
        with pytest.raises(WrongState):
            act()
    assert facts_hash() == before


def test_own_numbers_are_valid_s10(world):
    assert check_digit(47312482) == 9
    assert s10(1) == "ZZ000000014XX"
    parcels = packed(world, channel_order("A-1", *TWO), channel_order("A-2", *TWO))
    ship(parcels=[Shipment(p) for p in parcels], now=NOW, by=BY)
    assert sorted(Parcel.objects.values_list("tracking_no", flat=True)) == ["ZZ000000014XX", s10(2)]


def service(divisor=None):
    made = Service.objects.create(
        carrier=Carrier.objects.create(code="yt", name="YT"), code="yt-line", name="x", kind="line"
    )
    card = RateCard.objects.create(
        service=made, currency="CNY", valid_from=date(2026, 1, 1), source="card 1", divisor=divisor
    )
    RateBand.objects.create(
        card=card, zone="US", above=0, to=5000, step=100, step_minor=500, parcel_minor=1000
    )
    return made


def freight(parcel_id):
    p = Parcel.objects.get(pk=parcel_id)
    return p.freight_minor, p.freight_currency, p.freight_state


def test_freight_is_estimated_from_the_card_in_force_with_its_source(world):
    line = service()
    one, two = packed(world, channel_order("A-1", *TWO), channel_order("A-2", *TWO), weight=750)
    Parcel.objects.filter(pk=two).update(weight_g=None)
    ship(parcels=[Shipment(one, line.pk), Shipment(two, line.pk)], now=NOW, by=BY)
    assert freight(one) == (1000 + 8 * 500, "CNY", "estimated")
    assert freight(two) == (1000 + 15 * 500, "CNY", "estimated")
    assert "card 1" in Parcel.objects.get(pk=one).freight_source
    assert Parcel.objects.get(pk=two).freight_source.endswith("weight by SKU")


def test_freight_that_is_not_known_is_missing_with_the_reason(world):
    line = service(divisor=6000)
    one, two = packed(world, channel_order("A-1", *TWO), channel_order("A-2", *TWO), weight=750)
    ship(parcels=[Shipment(one, line.pk), Shipment(two)], now=NOW, by=BY)
    assert freight(one) == freight(two) == (None, "", "missing")
    assert Parcel.objects.get(pk=one).freight_source.startswith("no_dimensions")


def test_a_tracking_number_serves_one_parcel(world):
    one, two = packed(world, channel_order("A-1", *TWO), channel_order("A-2", *TWO))
    before = facts_hash()
    with pytest.raises(Refused, match="two parcels"):
        ship(parcels=[Shipment(one, None, "T"), Shipment(two, None, "T")], now=NOW, by=BY)
    assert facts_hash() == before
    ship(parcels=[Shipment(one, None, "T")], now=NOW, by=BY)
    with pytest.raises(Refused, match="another parcel"):
        ship(parcels=[Shipment(two, None, "T")], now=NOW, by=BY)


def test_a_cancellation_after_picking_is_intercepted_and_the_goods_go_back(world):
    parcels = packed(world, channel_order("A-1", *TWO))
    place_orders(
        store_id=world.store.pk,
        orders=[channel_order("A-1", *TWO, state=CANCELLED, minutes=5)],
        now=NOW,
        by=BY,
    )
    with pytest.raises(Refused, match="cancelled_after_pick"):
        ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY)
    assert intercept(NOW, BY).done == 1
    assert intercept(NOW, BY).done == 0
    assert (Order.objects.get().state, Parcel.objects.get().state) == ("cancelled", "cancelled")
    assert world.balance(0) == (10, 0)
    assert sum(m.staged_qty for m in Move.objects.all()) == 0
    assert Hold.objects.filter(closed_at=None).count() == 0
    assert check_balances() == []


def test_a_parcel_taken_apart_can_be_made_again(world):
    parcels = packed(world, channel_order("A-1", *TWO))
    take_apart(ids=parcels, cancel_orders=False, reason="wrong box", now=NOW, by=BY)
    assert Order.objects.get().state == "ready"
    assert world.balance(0) == (10, 2)
    assert len(make_wave(ids=[Order.objects.get().pk], now=NOW, by=BY)) == 1


def test_an_edit_after_shipping_changes_nothing_and_is_told(world):
    parcels = packed(world, channel_order("A-1", *TWO))
    ship(parcels=[Shipment(parcels[0])], now=NOW, by=BY)
    place_orders(
        store_id=world.store.pk, orders=[channel_order("A-1", ("L-0", 9, 1), minutes=5)], now=NOW, by=BY
    )
    assert Order.objects.get().goods_minor == 3500
    assert Hold.objects.get().reason == "edited_after_ship"


def test_shipments_are_pushed_until_the_channel_confirms(world):
    line = service()
    parcels = packed(world, channel_order("A-1", *TWO))
    assert parcels_to_push(store_id=world.store.pk, by=BY) == []
    ship(parcels=[Shipment(parcels[0], line.pk, "T-9")], now=NOW, by=BY)
    ((push, refused),) = parcels_to_push(store_id=world.store.pk, by=BY)
    assert refused == 0
    assert (push.order_external_id, push.carrier, push.tracking_no, push.lines) == (
        "A-1", "yt", "T-9", (("1", 2), ("2", 1)),
    )  # fmt: skip
    key = push_key(parcels[0])
    assert record_pushed(results=[PushResult(key, ok=False, code="429", message="slow")], now=NOW, by=BY) == (
        0,
        1,
    )
    parcel = Parcel.objects.get()
    assert (parcel.pushed_at, parcel.push_error, parcel.push_attempts) == (None, "429 slow", 1)
    record_pushed(results=[PushResult(key, ok=True)], now=NOW, by=BY)
    record_pushed(results=[PushResult(key, ok=False, message="late")], now=NOW, by=BY)
    parcel.refresh_from_db()
    assert (parcel.pushed_at, parcel.push_error, parcel.push_attempts) == (NOW, "", 2)
    assert parcels_to_push(store_id=world.store.pk, by=BY) == []


def test_parcels_are_seen_and_moved_only_in_scope_and_by_right(world):
    parcels = packed(world, channel_order("A-1", *TWO))
    stranger = person("wu", WAREHOUSE, world.store.pk + 1)
    assert list(parcels_visible(stranger)) == []
    before = facts_hash()
    with pytest.raises(Refused, match="no such parcel"):
        ship(parcels=[Shipment(parcels[0])], now=NOW, by=stranger)
    with pytest.raises(Denied):
        ship(parcels=[Shipment(parcels[0])], now=NOW, by=person("se", SERVICE, world.store.pk))
    assert facts_hash() == before
    ship(parcels=[Shipment(parcels[0])], now=NOW, by=person("wu", WAREHOUSE, world.store.pk))
