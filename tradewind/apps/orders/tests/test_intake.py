from datetime import UTC, datetime, timedelta

import pytest

from tests.facts import facts_hash
from tests.people import ALICE
from tradewind.apps.listings.models import Listing
from tradewind.apps.orders.intake import pull_orders
from tradewind.apps.orders.models import Order
from tradewind.apps.stores.models import Cursor, RawPayload, Store, SyncRun
from tradewind.apps.stores.operations import connect_store
from tradewind.apps.stores.queries import OVERLAP, payload_bytes
from tradewind.apps.stores.tests.conftest import house  # noqa: F401  fixtures
from tradewind.apps.stores.tests.test_connect import GOOD
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL
from tradewind.connectors.registry import channel
from tradewind.simulators.server import serve
from tradewind.simulators.world import World

DAY = timedelta(days=1)
START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def world():
    running = serve(World(7, START.date()))
    yield running
    running.stop()


@pytest.fixture
def store(house, world):  # noqa: F811  a fixture
    shop = world.world.shops["GB"]
    keys = {"account": shop.account, "key": shop.key}
    made = connect_store(
        **GOOD | {"channel": "harbour", "base_url": world.url + "/harbour", "credentials": keys},
        now=START, by=ALICE,
    )  # fmt: skip
    offers(world, made)
    return made


def offers(world, store):
    """Thirty listings on the channel, so that buyers come."""
    from tradewind.apps.stores.queries import connection
    from tradewind.engine.contracts import OfferPush
    from tradewind.engine.money import Money

    pushes = [OfferPush(f"gb-{n}", f"Thing {n}", Money(1500, "GBP"), 90) for n in range(30)]
    assert all(r.ok for r in channel("harbour").push_offers(connection(store, START), pushes))


def quiet():
    return facts_hash(without=("stores_syncrun",))


def test_every_order_of_the_channel_comes_in_once_with_its_payload_and_cursor(world, store):
    for day in range(1, 8):
        world.world.advance(START + day * DAY)
        pull_orders(START + day * DAY, ALICE)
    truth = world.world.shops["GB"].orders
    assert len(truth) > 50
    assert set(Order.objects.values_list("external_id", flat=True)) == set(truth)
    assert Cursor.objects.get(feed="orders").watermark > START + 7 * DAY - OVERLAP
    assert all(b'"orders"' in payload_bytes(p) for p in RawPayload.objects.all())
    before = quiet()
    assert pull_orders(START + 7 * DAY, ALICE).done == 0
    assert quiet() == before


def test_what_is_sold_under_an_unknown_sku_is_drafted_and_its_order_held(world, store):
    world.world.advance(START + DAY)
    pull_orders(START + DAY, ALICE)
    sold = {line.sku for o in world.world.shops["GB"].orders.values() for line in o.lines}
    assert set(Listing.objects.values_list("external_sku", flat=True)) == sold
    assert set(Order.objects.values_list("state", flat=True)) <= {"held", "pending", "cancelled"}


def test_a_dead_store_is_noted_and_the_others_go_on(world, store):
    dead = connect_store(
        **GOOD | {"code": "a-dead", "channel": "harbour", "base_url": "http://127.0.0.1:9/harbour",
                  "credentials": {"account": "x", "key": "y"}},
        now=START, by=ALICE,
    )  # fmt: skip
    world.world.advance(START + DAY)
    from tradewind.connectors.transport import shared

    shared().sleep = lambda _s: None
    result = pull_orders(START + DAY, ALICE)
    assert (result.problems, result.done) == (1, Order.objects.filter(store=store).count())
    assert SyncRun.objects.get(store=dead).error
    assert not Cursor.objects.filter(store=dead).exists()


def test_an_order_that_cannot_be_taken_is_named_and_the_rest_of_its_page_is_placed(store, monkeypatch):
    from tradewind.engine.contracts import OPEN, Address, ChannelLine, ChannelOrder, Page
    from tradewind.engine.money import Money

    gbp = Money(0, "GBP")

    def one(name, qty):
        line = ChannelLine(name + "-1", "gb-1", "Thing", qty, Money(100, "GBP"), gbp, gbp)
        return ChannelOrder(name, OPEN, START, START, "GBP", (line,), gbp, Address(country="GB"))

    class Odd:
        manifest = registry.channel("harbour").manifest

        def orders(self, conn, since, until, token=None):
            return Page((one("good", 1), one("bad", 0)), None, until, b"raw")

    monkeypatch.setattr(registry, "_found", lambda: {(CHANNEL, "harbour"): Odd()})
    result = pull_orders(START + DAY, ALICE)
    assert (result.done, result.problems) == (1, 1)
    assert Order.objects.get().external_id == "good"
    assert "bad" in SyncRun.objects.get().error
    assert payload_bytes(RawPayload.objects.get()) == b"raw"


def test_a_crash_inside_a_page_leaves_nothing_of_it_and_the_next_run_brings_all(world, store, monkeypatch):
    world.world.advance(START + DAY)
    before = quiet()
    from tradewind.apps.orders import intake

    def die(**_kw):
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(intake, "advance_cursor", die)
        with pytest.raises(KeyboardInterrupt):
            pull_orders(START + DAY, ALICE)
    assert quiet() == before
    pull_orders(START + DAY, ALICE)
    assert set(Order.objects.values_list("external_id", flat=True)) == set(world.world.shops["GB"].orders)
    assert Store.objects.count() == 1
