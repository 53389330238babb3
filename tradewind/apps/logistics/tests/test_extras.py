"""Surcharges, areas, limits and terms in the database: what they do to quotes, and who may state them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW, TODAY, person
from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import RateCard, RateSurcharge, Service
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewRateCard,
    NewService,
    ServiceTerms,
    add_surcharges,
    end_surcharges,
    import_rate_card,
    register_carriers,
    register_services,
    set_area,
    set_limits,
    set_terms,
)
from tradewind.engine.access import PURCHASING, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.rates import Limit, Parcel, Place, Size, Surcharge
from tradewind.engine.rates_deck import Weights
from tradewind.engine.restrictions import Goods, Term

pytestmark = pytest.mark.django_db

CARD = (
    b"Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
    b"GB,0,20000,500,20,500,8,0,0\n"
)
LAMP, BOWL = Goods.of({"battery_built_in": True}, Decimal("7.4")), Goods.of({"battery": False})


@pytest.fixture
def card(bob):
    register_carriers(carriers=[NewCarrier("yun", "Yun")], now=NOW, by=bob)
    [service] = register_services(
        services=[NewService("yun", "yun-a", "A", "express", 5, mode="air")], now=NOW, by=bob
    )
    new = NewRateCard(service, "CNY", date(2026, 10, 1), source="list")
    return import_rate_card(card=new, name="c.csv", content=CARD, now=NOW, by=bob)


def offer(goods=BOWL, on=TODAY, **kw):
    [[one]] = queries.quotes([Parcel("GB", 400, 100, 100, 100, goods=goods, **kw)], on)
    return one


def test_stated_surcharges_areas_and_limits_are_in_the_quote(card, bob):
    set_area(card_id=card, name="remote", places=[Place("", "GB", "IV", "IV")], now=NOW, by=bob)
    rows = [
        Surcharge("battery", parcel_minor=300, attribute="battery"),
        Surcharge("remote", parcel_minor=2500, area="remote"),
        Surcharge("fuel", rate=Decimal("0.10"), of="all", valid_to=date(2026, 12, 31)),
    ]
    add_surcharges(card_id=card, surcharges=rows, now=NOW, by=bob)
    assert offer(postcode="M1 1AA").quote.minor == 2200
    assert offer(LAMP, postcode="M1 1AA").quote.minor == 2530
    assert offer(postcode="IV2 3BD").quote.minor == 4950
    assert offer(on=date(2027, 1, 1), postcode="IV2 3BD").quote.minor == 4500
    names = [p.name for p in offer(LAMP, postcode="M1").quote.explain().parts]
    assert names == [
        "freight_parcel",
        "freight_first",
        "freight_further",
        "battery_surcharge",
        "fuel_surcharge",
    ]
    set_limits(card_id=card, limits=[Limit(Size(longest_mm=99))], now=NOW, by=bob)
    assert offer(postcode="M1").reason == "too_large"


def test_next_month_s_fuel_follows_this_month_s(card, bob):
    fuel = [Surcharge("fuel", rate=Decimal("0.10"))]
    add_surcharges(card_id=card, surcharges=fuel, now=NOW, by=bob)
    end_surcharges(card_id=card, code="fuel", last=date(2026, 11, 30), now=NOW, by=bob)
    dearer = [Surcharge("fuel", rate=Decimal("0.12"), valid_from=date(2026, 12, 1))]
    add_surcharges(card_id=card, surcharges=dearer, now=NOW, by=bob)
    assert [offer(on=date(2026, m, 1)).quote.minor for m in (11, 12)] == [2200, 2240]
    before = facts_hash()
    with pytest.raises(Refused, match="code"):
        end_surcharges(card_id=card, code="peak", last=TODAY, now=NOW, by=bob)
    assert facts_hash() == before


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Surcharge("fuel"), "surcharge"),
        (Surcharge("remote", parcel_minor=1, area="nowhere"), "area"),
        (Surcharge("fuel", parcel_minor=-1), "parcel_minor"),
        (Surcharge("fuel", rate=Decimal("16.5")), "rate"),
        (Surcharge("no code", parcel_minor=1), "code"),
    ],
)
def test_a_wrong_surcharge_is_refused_whole(row, field, card, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        add_surcharges(card_id=card, surcharges=[Surcharge("fuel", parcel_minor=1), row], now=NOW, by=bob)
    assert [(p.row, p.field) for p in refused.value.problems] == [(2, field)]
    assert facts_hash() == before


def test_areas_that_overlap_and_limits_that_bound_nothing_are_refused(card, bob):
    set_area(card_id=card, name="remote", places=[Place("", "GB", "IV", "IV")], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused, match="postcode"):
        set_area(card_id=card, name="extended", places=[Place("", "GB", "HS", "KW")], now=NOW, by=bob)
    with pytest.raises(Refused, match="limit"):
        set_limits(card_id=card, limits=[Limit(Size())], now=NOW, by=bob)
    assert facts_hash() == before


def test_terms_refuse_ask_for_papers_and_are_explained(card, bob):
    service = Service.objects.get().pk
    takes = (Term("battery_built_in", "with_papers", ("MSDS",), ("battery mark",), Decimal(100)),)
    set_terms(services=[ServiceTerms(service, takes)], now=NOW, by=bob)
    one = offer(LAMP)
    assert (one.quote.minor, one.judgement.verdict) == (2000, "with_papers")
    assert "MSDS" in one.judgement.documents
    assert any(r.source.startswith("un3481.in.II") for r in one.judgement.reasons)
    refused = offer(Goods.of({"battery_built_in": True}, Decimal(160)))
    assert (refused.reason, refused.compare) == ("not_taken", None)
    assert {r.why for r in refused.judgement.against} == {"over_wh", "no_rule"}
    assert offer(Goods.of({"liquid": True})).judgement.verdict == "unknown"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ((Term("liquid", "perhaps"),), "verdict"),
        ((Term("liquid", "refused"), Term("liquid", "allowed")), "attribute"),
        ((Term("battery", "allowed", most_wh=Decimal(0)),), "most_wh"),
    ],
)
def test_wrong_terms_are_refused(terms, field, card, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        set_terms(services=[ServiceTerms(Service.objects.get().pk, terms)], now=NOW, by=bob)
    assert [p.field for p in refused.value.problems] == [field]
    assert facts_hash() == before


def test_a_card_may_weigh_as_the_rulebook_says_and_is_blocked_where_it_says_nothing(card, bob):
    RateCard.objects.filter(pk=card).update(weighed_as="dhl/express")
    [[one]] = queries.quotes([Parcel("GB", 501, 100, 100, 100, goods=BOWL)], TODAY)
    assert (one.quote.chargeable, one.quote.minor) == (1000, 2800)
    RateCard.objects.filter(pk=card).update(weighed_as="nobody/nothing")
    assert offer().reason == "no_weighing"


def test_promise_and_risk_change_the_order(card, bob):
    [slow] = register_services(
        services=[NewService("yun", "post", "Post", "postal", 40, tracked=False)], now=NOW, by=bob
    )
    cheaper = CARD.replace(b"500,20,", b"500,19,")
    import_rate_card(
        card=NewRateCard(slow, "CNY", date(2026, 10, 1), source="list"), name="d.csv", content=cheaper,
        now=NOW, by=bob,
    )  # fmt: skip
    parcel = Parcel("GB", 400, 100, 100, 100, goods=BOWL)
    [by_price] = queries.quotes([parcel], TODAY)
    [by_all] = queries.quotes([parcel], TODAY, weights=Weights())
    assert [o.service.code for o in by_price] == ["post", "yun-a"]
    assert [o.service.code for o in by_all] == ["yun-a", "post"]
    assert by_all[1].factors == (Decimal("1.4"), Decimal("1.05"))


def test_who_may_only_look_changes_nothing(card):
    before, paula = facts_hash(), person("paula", PURCHASING)
    service = Service.objects.get().pk
    for act in (
        lambda: add_surcharges(card_id=card, surcharges=[Surcharge("f", parcel_minor=1)], now=NOW, by=paula),
        lambda: end_surcharges(card_id=card, code="f", last=TODAY, now=NOW, by=paula),
        lambda: set_area(card_id=card, name="r", places=[], now=NOW, by=paula),
        lambda: set_limits(card_id=card, limits=[], now=NOW, by=paula),
        lambda: set_terms(services=[ServiceTerms(service, ())], now=NOW, by=paula),
    ):
        with pytest.raises(Denied):
            act()
    assert facts_hash() == before
    assert RateSurcharge.objects.count() == 0
