"""The store switch: it narrows lists, tabs, counts, exports and figures; it never widens scope."""

import csv
import io
import re

import pytest
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.test import Client

from tradewind.apps.orders.models import Order
from tradewind.apps.stores.models import Store
from tradewind.desk import registry
from tradewind.engine.access import OWNER, Actor
from tradewind.web import clock
from tradewind.web.tests import sample
from tradewind.web.tests.test_lists import numbers
from tradewind.web.tests.test_pages import inline_code

pytestmark = pytest.mark.django_db
OTHERS_LEFT_OUT = "rows of other stores are left out"


def choose(client, store: object, back: str = "/samples/"):
    return client.post("/store", {"store": str(store), "next": back})


def exported(client, query: str = "") -> set[str]:
    answer = client.get("/samples/export.csv" + query)
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    return {row[3] for row in table[1:]}


@pytest.fixture
def third(rows):
    """A third store with one order."""
    first = Store.objects.get(pk=1)
    store = Store.objects.create(
        id=3, code="s3", name="Store 3", company=first.company, channel="harbour", market=first.market,
        currency="USD", zone="UTC",
    )  # fmt: skip
    Order.objects.create(
        store=store, external_id="A-99999", state="new", currency="USD", goods_minor=1, shipping_minor=0,
        tax_minor=0, country="US", placed_at=sample.NOW, updated_at=sample.NOW,
    )  # fmt: skip
    return store


def test_all_stores_come_first_and_nothing_is_narrowed_until_one_is_chosen(enter, noun, rows):
    html = enter("alice").get("/samples/").content.decode()
    choices = re.findall(r'<option value="(\d*)"( selected)?>([^<]+)', html.split("store-switch")[1])[:3]
    assert choices == [("", "", "All stores"), ("1", "", "Store 1"), ("2", "", "Store 2")]
    assert OTHERS_LEFT_OUT not in html
    assert "60 rows" in html


def test_a_chosen_store_narrows_the_list_its_tabs_and_its_pages_and_says_so(enter, noun, rows):
    client = enter("alice")
    answer = choose(client, 1, "/samples/?sort=external_id&after=xyz")
    assert (answer.status_code, answer["Location"]) == (302, "/samples/?sort=external_id")
    for headers in ({}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list"}):
        html = client.get("/samples/?sort=external_id", **headers).content.decode()
        assert numbers(html) == [f"A-{n:05d}" for n in range(0, 60, 2)]
        assert "30 rows" in html
        assert re.search(r">New <b>20</b>", html)
        assert re.search(r">Shipped <b>10</b>", html)
        assert "<b>Store 1</b> · " + OTHERS_LEFT_OUT in html
        assert '<button class="text-button" name="store" value="">All stores</button>' in html
        assert inline_code(html) == []
    assert '<option value="1" selected>Store 1' in client.get("/samples/").content.decode()


def test_the_way_out_shows_every_row_again(enter, noun, rows):
    client = enter("alice")
    choose(client, 2)
    assert "30 rows" in client.get("/samples/").content.decode()
    choose(client, "")
    html = client.get("/samples/").content.decode()
    assert "60 rows" in html
    assert OTHERS_LEFT_OUT not in html


def test_a_list_whose_rows_have_no_store_is_whole_and_says_so(enter, noun, rows):
    client = enter("alice")
    choose(client, 2)
    html = client.get("/companies/").content.decode()
    assert "Practice Ltd" in html
    assert "This list has no stores: every row is shown." in html


def test_a_store_without_rows_says_that_it_has_none(enter, noun, rows, third):
    Order.objects.filter(store=third).delete()
    client = enter("alice")
    choose(client, 3)
    html = client.get("/samples/").content.decode()
    assert "Store 3 has nothing here." in html
    assert "Import orders to begin." not in html


def test_details_and_search_still_reach_every_store_in_scope(enter, noun, rows):
    client = enter("alice")
    choose(client, 1)
    assert rows[1].store_id == 2
    assert client.get(f"/samples/smp_{rows[1].pk}/").status_code == 200
    assert "A-00001" in client.get("/search?q=A-00001").content.decode()


def test_an_export_holds_what_the_page_with_its_link_showed(enter, noun, rows):
    client = enter("alice")
    choose(client, 1)
    html = client.get("/samples/?state=new").content.decode()
    assert "/samples/export.csv?_store=1&amp;state=new" in html
    assert "/samples/export.xlsx?_store=1&amp;state=new" in html
    assert exported(client) == {"Store 1"}
    choose(client, 2)  # in another window
    assert exported(client, "?_store=1&state=new") == {"Store 1"}
    assert exported(client, "?_store=") == {"Store 1", "Store 2"}


def test_all_matching_rows_are_those_of_the_page_even_when_another_window_chose_another_store(
    enter, noun, rows
):
    client = enter("alice")
    choose(client, 1)
    html = client.get("/samples/").content.decode()
    assert '<input type="hidden" form="bulk" name="_store" value="1">' in html
    form = client.get("/samples/do/drop?_all=1&_store=1").content.decode()
    assert "All 30 rows" in form
    assert '<input type="hidden" name="_store" value="1">' in form
    choose(client, "")
    client.post("/samples/do/drop", {"_all": "1", "_store": "1", "_key": "a"})
    choose(client, 2)
    client.post("/samples/do/drop", {"_all": "1", "_key": "b"})
    client.post("/samples/do/drop", {"_all": "1", "_store": "", "_key": "c"})
    assert [set(call.ids) for call in sample.CALLS] == [
        {o.pk for o in rows if o.store_id == 1},
        {o.pk for o in rows if o.store_id == 2},
        {o.pk for o in rows},
    ]
    assert {call.by.stores for call in sample.CALLS} == {None}


def test_a_store_out_of_scope_is_neither_offered_nor_kept_nor_obeyed(enter, noun, rows, third, users):
    users["bob"].store_scope = [1, 2]
    users["bob"].save()
    client = enter("bob")
    choose(client, 3)
    assert "store" not in client.session
    session = client.session
    session["store"] = 3
    session.save()
    html = client.get("/samples/").content.decode()
    assert "60 rows" in html
    assert "Store 3" not in html
    assert OTHERS_LEFT_OUT not in html
    assert exported(client, "?_store=3") == {"Store 1", "Store 2"}
    client.post("/samples/do/confirm", {"_all": "1", "_store": "3"})
    assert set(sample.CALLS[0].ids) == {o.pk for o in rows}


def test_a_choice_ends_when_the_store_leaves_the_scope(enter, noun, rows, third, users):
    users["bob"].store_scope = [1, 2, 3]
    users["bob"].save()
    client = enter("bob")
    choose(client, 3)
    assert numbers(client.get("/samples/").content.decode()) == ["A-99999"]
    users["bob"].store_scope = [1, 2]
    users["bob"].save()
    assert "60 rows" in client.get("/samples/").content.decode()


def test_who_has_one_store_has_nothing_to_switch(enter, noun, rows):
    client = enter("bob")
    choose(client, 1)
    html = client.get("/samples/").content.decode()
    assert "store-switch" not in html
    assert OTHERS_LEFT_OUT not in html
    assert "30 rows" in html


@pytest.mark.parametrize("given", ["9", "-1", "1 or 1", "x" * 5000, "１"])
def test_what_is_no_store_means_all_of_them(enter, noun, rows, given):
    client = enter("alice")
    choose(client, 1)
    assert choose(client, given).status_code == 302
    assert "60 rows" in client.get("/samples/").content.decode()


def test_the_switch_leads_nowhere_outside_and_is_no_link(enter, noun, rows):
    client = enter("alice")
    assert choose(client, 1, "https://evil.example/")["Location"] == "/"
    assert client.get("/store").status_code == 405


def test_the_switch_wants_a_token(enter, noun, rows, users):
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    assert choose(client, 1).status_code == 403
    assert "store" not in client.session
    html = client.get("/samples/").content.decode()
    token = re.search(
        r'action="/store"[^>]*><input type="hidden" name="csrfmiddlewaretoken" value="(\w+)"', html
    )
    client.post("/store", {"store": "1", "csrfmiddlewaretoken": token[1]})
    assert client.session["store"] == 1


def test_counts_and_figures_are_those_of_the_store(enter, noun, rows, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: sample.NOW)
    client = enter("alice")
    assert client.get("/counts").json()["samples"] == 40
    assert client.get("/").context["period"].orders == 60
    choose(client, 2)
    assert client.get("/counts").json()["samples"] == 20
    home = client.get("/")
    assert home.context["period"].orders == 30
    for page in (home, client.get("/flow/")):
        html = page.content.decode()
        assert "<b>Store 2</b> · what belongs to no store is counted as a whole" in html
        assert inline_code(html) == []
    waits = {w.url: w.waiting for _n, _label, found in client.get("/flow/").context["stages"] for w in found}
    assert waits["/samples/"] == 20


def test_the_switch_speaks_chinese(enter, noun, rows):
    client = enter("alice", "zh-hans")
    choose(client, 1)
    html = client.get("/samples/").content.decode()
    for text in ("全部店铺", "当前查看的店铺", "其他店铺的数据未显示"):
        assert text in html
    assert "不区分店铺的事项按全公司统计" in client.get("/").content.decode()


def test_the_api_knows_no_session_choice(enter, noun, rows):
    client = enter("alice")
    choose(client, 1)
    assert len(client.get("/api/orders?limit=100").json()["rows"]) == 60


def test_narrowing_costs_a_page_no_query_and_a_part_one(enter, noun, rows, queries_of):
    client = enter("alice")
    part = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list"}
    whole = [queries_of(lambda u=u: client.get(u)) for u in ("/samples/", "/", "/flow/")]
    body = queries_of(lambda: client.get("/samples/", **part))
    choose(client, 1)
    cache.clear()
    assert [queries_of(lambda u=u: client.get(u)) for u in ("/samples/", "/", "/flow/")] == whole
    assert queries_of(lambda: client.get("/samples/", **part)) == body + 1


def test_a_noun_whose_rows_follow_the_stores_says_so(db):
    """The audit follows the person, not a store. Without data two nouns ask for nothing, whoever asks."""

    def asks(rows) -> str:
        try:
            return str(rows.query)
        except EmptyResultSet:
            return ""

    whole, one = Actor(1, "alice", OWNER, None), Actor(1, "alice", OWNER, frozenset({1}))
    nouns = registry.all_nouns().values()
    follow = {n.code for n in nouns if asks(n.rows(whole)) != asks(n.rows(one))}
    said = {n.code for n in nouns if n.by_store}
    assert follow - said == {"audit_entries"}
    assert said - follow == {"price_policies", "store_profits"}
    assert len(said) == 26
