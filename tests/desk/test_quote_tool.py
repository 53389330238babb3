"""The tool that quotes: one parcel with everything said, many parcels in one go."""

from __future__ import annotations

import pytest

from tests.people import NOW
from tradewind.apps.logistics.models import Service
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewRateCard,
    NewService,
    ServiceTerms,
    add_surcharges,
    import_rate_card,
    register_carriers,
    register_services,
    set_terms,
)
from tradewind.desk.asking import ask, plain_answer
from tradewind.desk.registry import tool
from tradewind.engine.money import Money
from tradewind.engine.rates import Surcharge
from tradewind.engine.restrictions import Term

pytestmark = pytest.mark.django_db
CARD = (
    b"Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
    b"GB,0,20000,500,%s,500,8,0,0\n"
)


@pytest.fixture
def ways(bob):
    register_carriers(carriers=[NewCarrier("yun", "Yun")], now=NOW, by=bob)
    new = [NewService("yun", "line", "Line", "line", 8), NewService("yun", "post", "Post", "postal", 40)]
    cards = []
    for service, price in zip(register_services(services=new, now=NOW, by=bob), (b"20", b"19"), strict=True):
        card = NewRateCard(service, "CNY", NOW.date().replace(day=1), source="list")
        cards.append(import_rate_card(card=card, name="c.csv", content=CARD % price, now=NOW, by=bob))
    fuel = [Surcharge("battery", parcel_minor=300, attribute="battery")]
    add_surcharges(card_id=cards[0], surcharges=fuel, now=NOW, by=bob)
    post = Service.objects.get(code="post").pk
    set_terms(services=[ServiceTerms(post, (Term("battery", "refused"),))], now=NOW, by=bob)
    return cards


def quote(by, *given):
    return ask(tool("quote"), by=by, given=given, now=NOW)


def test_the_best_way_its_arithmetic_and_why_the_others_refuse(ways, charlie):
    [got] = quote(charlie, {"country": "GB", "weight_g": "400", "attributes": "battery_built_in"})
    assert got.problems == ()
    assert got.figures["service"] == "line"
    assert got.figures["price"] == Money(2300, "CNY")
    assert [p.name for p in got.breakdowns[0][1].parts][-1] == "battery_surcharge"
    taken, refused = got.tables
    assert ([o.service.code for o in taken.rows], [o.service.code for o in refused.rows]) == (
        ["line"],
        ["post"],
    )
    told = plain_answer(tool("quote"), got, charlie)
    words = told["tables"][1]["rows"][0]
    assert words["reason"]
    assert words["words"]


def test_a_day_s_worth_changes_the_order(ways, charlie):
    bowl = {"country": "GB", "weight_g": "400", "attributes": "none"}
    assert quote(charlie, bowl)[0].figures["service"] == "line"
    assert quote(charlie, {**bowl, "day_share": "0"})[0].figures["service"] == "post"


def test_many_at_once_bad_ones_said_good_ones_answered(ways, charlie, django_assert_max_num_queries):
    rows = [{"country": "GB", "weight_g": str(n), "attributes": "none"} for n in range(1, 201)]
    rows[3] = {"country": "GB", "weight_g": "0"}
    rows[7] = {"country": "BR", "weight_g": "10", "attributes": "none"}
    rows[9] = {"country": "GB", "weight_g": "10", "attributes": "plutonium"}
    rows[11] = {"country": "GB", "sku": "NOBODY", "weight_g": "5"}
    with django_assert_max_num_queries(12):
        got = quote(charlie, *rows)
    bad = {n: [p.field for p in a.problems] for n, a in enumerate(got) if a.problems}
    assert bad == {3: ["weight_g"], 7: ["country"], 9: ["attributes"], 11: ["sku"]}
    assert sum(bool(a.figures) for a in got) == 196


def test_what_is_not_known_is_said(ways, charlie):
    [got] = quote(charlie, {"country": "GB", "weight_g": "400"})
    assert got.figures["not_judged"] == "battery"
    assert len(got.alerts) >= 2


def test_the_screen_answers(ways, users, client):
    client.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/tools/quote/").status_code == 200
    given = {"country": "GB", "weight_g": "400", "attributes": "battery_built_in"}
    shown = client.post("/tools/quote/answer", given)
    assert shown.status_code == 200
    assert "23.00" in shown.content.decode()
