import pytest

from tests.facts import facts_hash
from tests.people import ALICE
from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations import NewMapping, end_listings, map_skus, set_prices
from tradewind.apps.listings.step import publish, waiting
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.stock.models import Balance
from tradewind.apps.stores.models import SyncRun
from tradewind.apps.stores.operations import set_stock_buffer
from tradewind.apps.stores.tests.conftest import MANIFEST, NOW
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, OFFERS
from tradewind.engine.contracts import OutsideError, PushResult
from tradewind.engine.money import Money


class Quay:
    """A channel that remembers what it is told."""

    manifest = MANIFEST.__class__(**{f: getattr(MANIFEST, f) for f in MANIFEST.__slots__} | {
        "capabilities": frozenset({OFFERS})
    })  # fmt: skip

    def __init__(self):
        self.shown, self.calls, self.down, self.refuse = {}, 0, False, set()

    def push_offers(self, conn, offers):
        self.calls += 1
        if self.down:
            raise OutsideError("push_offers: unreachable", code="unreachable")
        out = []
        for o in offers:
            ok = o.external_sku not in self.refuse
            if ok:
                self.shown[o.external_sku] = (o.price, o.quantity)
            out.append(
                PushResult(o.external_sku, ok, "X-" + o.external_sku if ok else "", "", "" if ok else "no")
            )
        return out


@pytest.fixture
def channel(monkeypatch):
    one = Quay()
    monkeypatch.setattr(registry, "_found", lambda: {(CHANNEL, "quay"): one})
    return one


@pytest.fixture
def stocked(two, skus, store):
    """Both listings priced and mapped; 11 units of the first SKU, none of the second."""
    set_prices(prices={two[1]: Money(3500, "GBP")}, now=NOW, by=ALICE)
    map_skus(rows=[NewMapping(two[0], skus[0].pk, 4), NewMapping(two[1], skus[1].pk)], now=NOW, by=ALICE)
    Balance.objects.create(
        sku=skus[0], warehouse=Warehouse.objects.get(), owner_id=store.company_id, on_hand=11
    )
    set_stock_buffer(ids=[store.pk], units=2, now=NOW, by=ALICE)
    return two


def test_price_and_quantity_are_published_once(stocked, channel):
    assert waiting(ALICE) == 2
    assert publish(NOW, ALICE).done == 2
    assert channel.shown == {"gb-lamp-a": (Money(1999, "GBP"), 2), "gb-lamp-b": (Money(3500, "GBP"), 0)}
    assert waiting(ALICE) == 0
    before = facts_hash(without=("stores_syncrun",))
    assert publish(NOW, ALICE).done == 0
    assert (channel.calls, facts_hash(without=("stores_syncrun",))) == (1, before)


def test_only_what_changed_is_pushed_again(stocked, channel, skus):
    publish(NOW, ALICE)
    Balance.objects.filter(sku=skus[0]).update(on_hand=5)
    channel.shown.clear()
    assert publish(NOW, ALICE).done == 1
    assert channel.shown == {"gb-lamp-a": (Money(1999, "GBP"), 0)}


def test_an_ended_listing_is_shown_with_nothing_left(stocked, channel):
    publish(NOW, ALICE)
    end_listings(ids=[stocked[0]], now=NOW, by=ALICE)
    publish(NOW, ALICE)
    assert channel.shown["gb-lamp-a"][1] == 0
    assert Listing.objects.get(pk=stocked[0]).state == "ended"
    assert publish(NOW, ALICE).done == 0


def test_a_refused_offer_waits_for_a_person_and_is_not_pushed_in_a_loop(stocked, channel):
    channel.refuse = {"gb-lamp-a"}
    assert (publish(NOW, ALICE).problems, waiting(ALICE)) == (1, 1)
    publish(NOW, ALICE)
    assert channel.calls == 1
    channel.refuse = set()
    set_prices(prices={stocked[0]: Money(1899, "GBP")}, now=NOW, by=ALICE)
    assert publish(NOW, ALICE).done == 1


def test_a_dead_store_is_noted_and_nothing_is_recorded_as_shown(stocked, channel):
    channel.down = True
    result = publish(NOW, ALICE)
    assert (result.done, result.waiting, result.problems) == (0, 2, 1)
    assert SyncRun.objects.get().error == "push_offers: unreachable"
    assert not Listing.objects.exclude(shown_price_minor=None).exists()


def test_an_unmapped_listing_is_priced_but_its_quantity_is_not_guessed(two, channel):
    publish(NOW, ALICE)
    assert channel.shown == {"gb-lamp-a": (Money(1999, "GBP"), None)}
