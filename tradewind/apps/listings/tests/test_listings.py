from datetime import timedelta

import pytest

from tests.facts import facts_hash
from tests.people import ALICE, CHARLIE
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.listings.operations import (
    NewListing,
    NewMapping,
    Offer,
    draft_listings,
    end_listings,
    import_listings,
    map_skus,
    record_offers,
    set_prices,
)
from tradewind.apps.listings.queries import mappings_at, unmapped
from tradewind.apps.stores.tests.conftest import NOW
from tradewind.engine.access import Denied
from tradewind.engine.contracts import PushResult, Refused
from tradewind.engine.money import Money

DAY = timedelta(days=1)


def test_a_listing_is_made_once_however_often_it_is_drafted(store, two):
    before = facts_hash()
    again = draft_listings(store_id=store.pk, rows=[NewListing("gb-lamp-a", "Other")], now=NOW, by=ALICE)
    assert (again.ids, again.known) == ((), 1)
    assert facts_hash() == before


def test_wrong_listings_are_refused_whole_with_every_problem(store):
    rows = [
        NewListing("", "x"),
        NewListing("a", " "),
        NewListing("a", "x", Money(0, "GBP")),
        NewListing("b", "x", Money(5, "USD")),
    ]
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        draft_listings(store_id=store.pk, rows=rows, now=NOW, by=ALICE)
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (1, "external_sku"), (2, "title"), (3, "external_sku"), (3, "price"), (4, "price"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_the_first_mapping_holds_for_the_past_and_the_next_one_from_its_day_on(two, skus):
    first, second = skus
    assert map_skus(rows=[NewMapping(two[0], first.pk)], now=NOW, by=ALICE) == 1
    assert map_skus(rows=[NewMapping(two[0], second.pk, 2)], now=NOW + DAY, by=ALICE) == 1
    assert mappings_at(two, NOW - 300 * DAY)[two[0]].sku == first
    assert mappings_at(two, NOW + DAY - timedelta(seconds=1))[two[0]].sku == first
    later = mappings_at(two, NOW + DAY)[two[0]]
    assert (later.sku, later.qty) == (second, 2)
    assert [m.pk for m in unmapped(ALICE)] == [two[1]]


def test_the_same_mapping_again_changes_nothing(two, skus):
    map_skus(rows=[NewMapping(two[0], skus[0].pk)], now=NOW, by=ALICE)
    before = facts_hash()
    assert map_skus(rows=[NewMapping(two[0], skus[0].pk)], now=NOW + DAY, by=ALICE) == 0
    assert facts_hash() == before


def test_a_mapping_that_would_rewrite_history_is_refused(two, skus):
    map_skus(rows=[NewMapping(two[0], skus[0].pk, since=NOW)], now=NOW, by=ALICE)
    before = facts_hash()
    with pytest.raises(Refused):
        map_skus(rows=[NewMapping(two[0], skus[1].pk, since=NOW - DAY)], now=NOW, by=ALICE)
    with pytest.raises(Refused) as refused:
        map_skus(rows=[NewMapping(999, 999, 0)], now=NOW, by=ALICE)
    assert [p.field for p in refused.value.problems] == ["listing", "sku", "qty"]
    assert facts_hash() == before
    assert SkuMapping.objects.count() == 1


def test_what_the_channel_took_is_shown_and_what_it_refused_keeps_its_words(two):
    offers = [Offer(two[0], 1999, 7), Offer(two[1], 2999, 0)]
    said = [PushResult("gb-lamp-a", True, "X1"), PushResult("gb-lamp-b", False, "", "title", "too long")]
    assert record_offers(offers=offers, results=said, now=NOW, by=ALICE) == (1, 1)
    a, b = Listing.objects.order_by("id")
    assert (a.state, a.shown_price_minor, a.shown_quantity, a.external_id, a.pushed_at) == (
        "live", 1999, 7, "X1", NOW,
    )  # fmt: skip
    assert (b.state, b.shown_price_minor, b.refusal) == ("refused", None, "title too long")
    assert set_prices(prices={two[1]: Money(3100, "GBP")}, now=NOW, by=ALICE) == 1
    b.refresh_from_db()
    assert (b.state, b.price_minor, b.refusal) == ("draft", 3100, "")


def test_prices_are_refused_whole_and_the_same_price_changes_nothing(two):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        set_prices(prices={two[0]: Money(10, "USD"), 77: Money(1, "GBP")}, now=NOW, by=ALICE)
    assert len(refused.value.problems) == 2
    assert set_prices(prices={two[0]: Money(1999, "GBP")}, now=NOW, by=ALICE) == 0
    assert facts_hash() == before


def test_nobody_without_the_right_ends_a_listing_and_out_of_scope_is_unknown(two):
    before = facts_hash()
    with pytest.raises(Refused):
        end_listings(ids=two, now=NOW, by=CHARLIE)
    with pytest.raises(Denied):
        set_prices(prices={two[0]: Money(1, "GBP")}, now=NOW, by=CHARLIE.__class__(4, "w", "warehouse", None))
    assert facts_hash() == before


CSV = (
    "external_sku,title,price,sku,units_each\ngb-1,Lamp A,19.99,LAMP-A,1\n"
    "gb-2,Lamp B pair,35.50,LAMP-B,2\ngb-3,Odd,,,\n"
)


def test_a_file_of_listings_is_drafted_priced_and_mapped(store, skus):
    done = import_listings(store="quay-gb", name="l.csv", data=CSV.encode(), now=NOW, by=ALICE)
    assert (len(done.ids), done.known) == (3, 0)
    assert list(SkuMapping.objects.order_by("id").values_list("sku__code", "qty")) == [
        ("LAMP-A", 1),
        ("LAMP-B", 2),
    ]
    assert [x.external_sku for x in unmapped(ALICE)] == ["gb-3"]
    before = facts_hash()
    assert (
        import_listings(store="quay-gb", name="l.csv", data=CSV.encode(), now=NOW + DAY, by=ALICE).known == 3
    )
    assert facts_hash() == before


def test_a_file_with_an_unknown_sku_or_a_price_too_fine_is_refused_by_row(store, skus):
    data = CSV.replace("LAMP-A", "LAMP-Z").replace("35.50", "35.505")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        import_listings(store="quay-gb", name="l.csv", data=data.encode(), now=NOW, by=ALICE)
    assert sorted((p.row, p.field) for p in refused.value.problems) == [(2, "sku"), (3, "price")]
    assert facts_hash() == before
