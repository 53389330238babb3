"""Every page: behind the login, under a strict policy, without inline code, in the reader's language."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.urls import URLPattern, URLResolver, get_resolver

from tests.people import NOW, PASSWORD
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.operations import recompute
from tradewind.apps.settlements.operations import import_settlements
from tradewind.engine.access import system
from tradewind.web.tests import sample

pytestmark = pytest.mark.django_db
COUNTS = Path(__file__).with_name("query_counts.json")
OPEN = {"login", "logout"}  # pages that need no login


def pages(rows) -> list[str]:
    one = f"smp_{rows[0].pk}"
    return [
        "/", "/flow/", "/tour/", "/profile/", "/search?q=A-0", "/markets/ranking/", "/samples/",
        f"/samples/{one}/", f"/samples/do/drop?id={one}", "/samples/do/make", f"/samples/do/price?id={one}",
    ]  # fmt: skip


def inline_code(html: str) -> list[str]:
    """Tags that would run or style inline."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if tag == "style" or (tag == "script" and "src" not in given):
                found.append(tag)
            for name, value in attrs:
                if name == "style" or name.startswith("on") or (value or "").startswith("javascript:"):
                    found.append(f"{tag} {name}")

    Reader().feed(html)
    return found


def patterns(resolver=None, prefix="") -> list[tuple[str, URLPattern]]:
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            found += patterns(one, prefix + str(one.pattern))
        else:
            found.append((prefix + str(one.pattern), one))
    return found


def test_every_page_is_shut_to_strangers(client, noun):
    """Deny by default: whatever is added to the addresses is behind the login unless it says otherwise."""
    asked = {
        "noun": "samples", "public": "smp_1", "action": "confirm", "kind": "csv", "code": "basket",
        "name": "x",
    }  # fmt: skip
    for route, one in patterns():
        if route.startswith("api/"):
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: asked[m[1]], route)
        if one.name == "export":
            address = "samples/export.csv"
        if one.name == "tool-file":
            address = "tools/basket/files/x.csv"
        for method in (client.get, client.post):
            answer = method("/" + address)
            if one.name in OPEN:
                assert answer.status_code in (200, 302, 405), address
                continue
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/login/"), address


def test_a_script_without_a_session_is_told_to_go_to_the_login(client, noun):
    answer = client.get("/samples/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/"


def test_every_page_comes_with_a_strict_policy_and_no_inline_code(enter, noun, rows):
    client = enter("alice")
    for url in pages(rows):
        answer = client.get(url)
        assert answer.status_code == 200, url
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        html = answer.content.decode()
        assert inline_code(html) == [], url
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html), url


def test_what_strangers_wrote_is_shown_and_never_run(enter, noun, rows):
    OrderLine.objects.filter(order=rows[0]).update(title=sample.XSS)
    type(rows[0]).objects.filter(pk=rows[0].pk).update(external_id=sample.XSS[:60], country="<b")
    client = enter("alice")
    for url in (*pages(rows), "/samples/?search=<script>", "/search?q=<script>alert(1)</script>"):
        html = client.get(url).content.decode()
        assert "<script>" not in html, url
        assert "<img src=x" not in html, url
    assert "&lt;script&gt;" in client.get(f"/samples/smp_{rows[0].pk}/").content.decode()


def test_the_number_of_queries_is_the_committed_one(enter, noun, rows, queries_of):
    """A new N+1 shows as a diff of query_counts.json (set TRADEWIND_COUNTS=write to take the new numbers)."""
    import os

    client = enter("alice")
    urls = {
        "home": "/",
        "list": "/samples/",
        "detail": f"/samples/smp_{rows[0].pk}/",
        "form": "/samples/do/make",
    }
    seen = {name: queries_of(lambda url=url: client.get(url)) for name, url in urls.items()}
    if os.environ.get("TRADEWIND_COUNTS") == "write":
        COUNTS.write_text(json.dumps(seen, indent=1) + "\n")
    assert seen == json.loads(COUNTS.read_text())
    assert seen["list"] <= 12
    assert seen["detail"] <= 12


def test_the_page_of_an_order_s_profit_takes_no_more_than_fifteen_queries(enter, queries_of):
    store = make_store("HB-US", "harbour", "USD")
    order = make_orders(store, 1)[0]
    FxRate.objects.create(base="USD", quote="CNY", on=order.shipped_at.date(), rate="7", source="ECB")
    client, rows = enter("alice"), [("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A")]
    for settled in (False, True):
        if settled:
            data = harbour_file("B-1", "USD", rows, "20.00")
            import_settlements(store_id=store.pk, name="f", data=data, now=NOW, by=system())
        recompute(order_ids=[order.pk], now=NOW, by=system())
        profit = OrderProfit.objects.get(order=order)
        assert profit.stage == ("settled" if settled else "estimated")
        assert queries_of(lambda pk=profit.pk: client.get(f"/order_profits/prf_{pk}/")) <= 15


def test_login_opens_the_door_and_leads_back(client, users, noun):
    data = {"username": "alice", "password": PASSWORD, "next": "/samples/"}
    answer = client.post("/login/", data)
    assert answer.status_code == 302
    assert answer["Location"] == "/samples/"


def test_login_leads_nowhere_outside(client, users, noun):
    data = {"username": "alice", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/login/", data)["Location"] == "/"


def test_five_wrong_passwords_shut_the_door_in_both_languages(client, users, settings):
    settings.AXES_ENABLED = True
    for _ in range(4):
        client.post("/login/?lang=en", {"username": "bob", "password": "wrong"}, REMOTE_ADDR="10.0.0.9")
    shut = client.post("/login/?lang=en", {"username": "bob", "password": "wrong"}, REMOTE_ADDR="10.0.0.9")
    assert shut.status_code == 429
    assert "Too many wrong passwords. Try again in 15 minutes" in shut.content.decode()
    right = client.post(
        "/login/?lang=zh-hans", {"username": "bob", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9"
    )
    assert right.status_code == 429
    assert "密码错误次数过多" in right.content.decode()


def test_the_language_stays_with_the_person(enter, noun, users):
    client = enter("alice")
    answer = client.post("/language", {"language": "zh-hans", "next": "/flow/"})
    assert answer["Location"] == "/flow/"
    users["alice"].refresh_from_db()
    assert users["alice"].language == "zh-hans"
    assert "业务流程" in client.get("/flow/").content.decode()
    assert client.post("/language", {"language": "xx", "next": "//evil.example"})["Location"] == "/"
    users["alice"].refresh_from_db()
    assert users["alice"].language == "zh-hans"


def test_search_finds_rows_by_their_number_inside_the_scope(enter, noun, rows):
    assert "A-00001" in enter("alice").get("/search?q=A-00001").content.decode()
    html = enter("bob").get("/search?q=A-00001").content.decode()
    assert "/samples/smp_" not in html
    assert "/tour/" in enter("bob").get("/search?q=tour").content.decode()


def test_the_menu_counts_what_waits_for_this_person(enter, noun, rows):
    assert enter("alice").get("/counts").json()["samples"] == 40
    assert enter("bob").get("/counts").json()["samples"] == 20


def test_the_files_that_pages_ask_for_exist(enter, noun, rows):
    html = enter("alice").get("/").content.decode()
    wanted = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert len(wanted) >= 5
    for one in wanted:
        assert finders.find(one), one


def test_the_style_sheet_is_small_and_asks_for_nothing(noun):
    css = Path(finders.find("tradewind/tradewind.css")).read_text()
    assert len(css) < 60_000
    assert "@import" not in css
    assert "url(" not in css


def test_every_icon_of_the_menu_is_in_the_package(noun):
    import lucide

    from tradewind.desk import registry

    for one in registry.all_nouns().values():
        lucide._render_icon(one.icon, 16)
    assert "<svg" in Template('{% load desk %}{% icon "no-such-icon" %}').render(Context())
