from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW, TODAY, person
from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import RateBand, RateCard, Service, Warehouse
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewRateCard,
    NewService,
    NewWarehouse,
    import_rate_card,
    register_carriers,
    register_services,
    register_warehouses,
)
from tradewind.apps.markets.operations import record_fx
from tradewind.engine.access import PURCHASING, Denied
from tradewind.engine.contracts import FxQuote, Refused
from tradewind.engine.money import Money
from tradewind.engine.rates import Parcel
from tradewind.simulators.assortment import forwarder_card

pytestmark = pytest.mark.django_db

HEAD = b"Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
CARD = HEAD + b"DE,0,500,100,8.60,100,5.10,21,50\nDE,500,2000,100,8.60,100,5.10,21,\n"


@pytest.fixture
def line(bob):
    register_carriers(carriers=[NewCarrier("yun", "Yun Lines", "云途物流")], now=NOW, by=bob)
    [pk] = register_services(
        services=[NewService("yun", "yun-line", "Yun tracked line", "line", promise_days=9)], now=NOW, by=bob
    )
    return pk


def card(service, **kw):
    return NewRateCard(
        **{
            "service_id": service,
            "currency": "CNY",
            "valid_from": date(2026, 10, 1),
            "source": "October list",
            **kw,
        }
    )


def take(service, by, content=CARD, **kw):
    return import_rate_card(card=card(service, **kw), name="card.csv", content=content, now=NOW, by=by)


def test_a_card_quotes_to_the_cent_at_its_boundaries(line, bob):
    take(line, bob)
    weights = [1, 100, 101, 500, 501, 2000, 2001]
    got = queries.quotes([Parcel("DE", w) for w in weights], TODAY)
    assert [offers[0].quote.amount for offers in got] == [
        Money(2960, "CNY"), Money(2960, "CNY"), Money(3470, "CNY"), Money(5000, "CNY"), Money(5510, "CNY"),
        Money(12650, "CNY"), None,
    ]  # fmt: skip
    assert got[-1][0].quote.reason == "too_heavy"
    assert got[2][0].quote.explain().amount == Money(3470, "CNY")


def test_the_newest_card_in_force_counts_and_an_ended_one_does_not(line, bob):
    take(line, bob)
    newer = take(
        line, bob, CARD.replace(b",21,", b",22,"), valid_from=date(2026, 11, 2), valid_to=date(2026, 11, 9)
    )

    def price(on):
        return queries.quotes([Parcel("DE", 100)], on)[0][0].quote.amount.minor

    assert [price(date(2026, 11, d)) for d in (1, 2, 9, 10)] == [2960, 3060, 3060, 2960]
    assert queries.quotes([Parcel("DE", 100)], date(2026, 9, 30)) == [[]]
    assert RateCard.objects.get(pk=newer).bands.count() == 2


def test_offers_are_ranked_in_one_currency_and_what_cannot_be_compared_comes_last(line, bob):
    take(line, bob)
    [usd, eur] = register_services(
        services=[NewService("yun", "us-post", "Post", "postal"), NewService("yun", "eu-post", "Post EU",
        "postal")],
        now=NOW, by=bob,
    )  # fmt: skip
    row = b"DE,0,2000,0,0,1000,%s,0,0\n"
    take(usd, bob, HEAD + row % b"3.00", currency="USD")
    take(eur, bob, HEAD + row % b"1.00", currency="EUR")
    record_fx(quotes=[FxQuote("USD", "CNY", TODAY, Decimal("7.1"), "desk")], now=NOW, by=bob)
    [offers] = queries.quotes([Parcel("DE", 100)], TODAY)
    assert [(o.service.code, o.compare and o.compare.minor) for o in offers] == [
        ("us-post", 2130), ("yun-line", 2960), ("eu-post", None),
    ]  # fmt: skip
    assert [o.service.code for o in queries.quotes([Parcel("DE", 100)], TODAY, kinds=["line"])[0]] == [
        "yun-line"
    ]


def test_a_thousand_parcels_cost_as_many_queries_as_one(line, bob, django_assert_num_queries):
    take(line, bob)
    with django_assert_num_queries(5):
        got = queries.quotes([Parcel("DE", w) for w in range(1, 1001)], TODAY)
    assert len(got) == 1000


@pytest.mark.parametrize(
    ("content", "kw", "wrong"),
    [
        (HEAD + b"DE,0,500,100,8.60,100,x,21,50\nXX,0,9,1,1,1,1,1,1\n", {},
         {(2, "step_price"), (3, "country")}),
        (HEAD + b"DE,0,500,0,0,100,5,0,0\nDE,400,900,0,0,100,5,0,0\n", {}, {(3, "above")}),
        (HEAD + b"DE,0,500,0,0,100,5,0,0\nDE,600,900,0,0,100,5,0,0\n", {}, {(3, "above")}),
        (HEAD + b"DE,0,500,0,0,100,5,0,0\nDE,500,900,0,0,100,0.5,0,0\n", {}, {(3, "step_minor")}),
        (HEAD + b"DE,0,500,0,0,100,5.123,0,0\n", {}, {(2, "step_price")}),
        (CARD, {"currency": "RMB", "divisor": 1, "source": "", "valid_to": date(2026, 1, 1)},
         {(None, "currency"), (None, "divisor"), (None, "source"), (None, "valid_to")}),
        (HEAD, {}, {(None, "file")}),
    ],
)  # fmt: skip
def test_a_wrong_card_is_refused_with_every_problem_and_leaves_nothing(content, kw, wrong, line, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(line, bob, content, **kw)
    assert {(p.row, p.field) for p in refused.value.problems} == wrong
    assert facts_hash() == before


def test_a_falling_price_is_taken_only_when_somebody_says_it_is_so(line, bob):
    content = HEAD + b"DE,0,500,0,0,100,5,0,0\nDE,500,900,0,0,100,0.5,0,0\n"
    take(line, bob, content, accept_falling=True)
    assert RateBand.objects.count() == 2


def test_a_second_card_of_the_same_day_is_refused(line, bob):
    take(line, bob)
    before = facts_hash()
    with pytest.raises(Refused, match="valid_from"):
        take(line, bob, CARD + b"FR,0,10,0,0,1,1,0,0\n")
    assert facts_hash() == before


def test_the_practice_company_s_card_reads(line, bob):
    pk = import_rate_card(
        card=card(line, accept_falling=True), name="c.csv", content=forwarder_card(7), now=NOW, by=bob
    )
    assert RateCard.objects.get(pk=pk).bands.count() == 12


def test_volume_counts_where_the_card_has_a_divisor(line, bob):
    take(line, bob, divisor=6000)
    big, unknown = queries.quotes([Parcel("DE", 100, 300, 200, 100), Parcel("DE", 100)], TODAY)
    assert big[0].quote.chargeable == 1000
    assert (unknown[0].quote.amount, unknown[0].quote.reason) == (None, "no_dimensions")


def test_wrong_services_and_warehouses_are_refused_whole(line, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        register_services(services=[NewService("dhl", "yun-line", "", "rocket", -1)], now=NOW, by=bob)
    assert {p.field for p in refused.value.problems} == {"carrier", "code", "name", "kind", "promise_days"}
    with pytest.raises(Refused) as refused:
        register_warehouses(warehouses=[NewWarehouse("A B", "", "C", "cave")], now=NOW, by=bob)
    assert {p.field for p in refused.value.problems} == {"code", "name", "country", "kind"}
    assert facts_hash() == before


def test_a_warehouse_is_registered(bob):
    register_warehouses(warehouses=[NewWarehouse("NB1", "Ningbo", "cn", "own")], now=NOW, by=bob)
    assert Warehouse.objects.get().country == "CN"


def test_purchasing_and_charlie_may_look_but_not_change(line, bob, charlie):
    before = facts_hash()
    for actor in (charlie, person("paula", PURCHASING)):
        with pytest.raises(Denied):
            take(line, actor)
        with pytest.raises(Denied):
            register_carriers(carriers=[NewCarrier("x", "X")], now=NOW, by=actor)
        assert queries.services(actor).count() == 1
    assert facts_hash() == before
    assert Service.objects.count() == 1
