"""A price list through the forms of the desk: checked, drafted, looked at, confirmed, completed."""

from __future__ import annotations

import pytest

from tests.people import NOW
from tradewind.apps.logistics.models import RateCard
from tradewind.desk.doing import do
from tradewind.desk.kernel import Upload
from tradewind.desk.registry import noun
from tradewind.desk.rows import allowed_detail, plain_detail
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
HEAD = "国家,重量段(KG),运费(RMB/KG),挂号费(RMB/票)\n"
LIST = HEAD + "美国,0<W≤0.3,92,18\n美国,0.5<W≤2,85.5,20\n"


def act(by, code, action, ids=(), /, **given):
    return do(noun(code), action, by=by, ids=ids, given=given, now=NOW)


def page(by, pk):
    return plain_detail(noun("rate_cards"), pk, allowed_detail(noun("rate_cards"), by, pk))


@pytest.fixture
def service(bob):
    act(bob, "services", "carrier", code="yun", name="Yun")
    return act(
        bob, "services", "create", carrier="yun", code="line", name="Line", kind="line", mode="air"
    ).goto.id


def test_a_list_is_checked_drafted_confirmed_and_completed(service, bob, users, client):
    file = Upload("list.csv", LIST.encode())
    checked = act(bob, "rate_cards", "check", file=file)
    assert RateCard.objects.count() == 0
    assert [(s["bands"], s["stops"], s["looks"]) for s in checked.detail["sheets"]] == [(2, 0, 1)]
    assert [p.field for p in checked.problems] == ["B3"]
    pk = act(
        bob, "rate_cards", "draft", service="line", file=file, valid_from="2026-10-01", source="x"
    ).goto.id
    told = page(bob, pk)
    assert (told["state"], len(told["alerts"]), len(told["tables"][0]["rows"])) == ("draft", 1, 1)
    with pytest.raises(Refused):
        act(bob, "rate_cards", "confirm", [pk])
    act(bob, "rate_cards", "confirm", [pk], reason="it is so")
    act(bob, "rate_cards", "area", [pk], name="remote", postcodes="US 995-999 967\nGB IV")
    act(bob, "rate_cards", "limit", [pk], weight_g="20000", longest_mm="1200")
    act(bob, "rate_cards", "surcharge", [pk], code="fuel", rate="16.5", of="all")
    act(bob, "rate_cards", "surcharge", [pk], code="remote", per_kg="3.50", least="180", area="remote")
    act(bob, "rate_cards", "end", [pk], code="fuel", last="2026-12-31")
    row = RateCard.objects.get(pk=pk)
    rates = {s.code: (str(s.rate.normalize()), s.step_minor, s.least_minor) for s in row.surcharges.all()}
    assert rates == {"fuel": ("0.165", 0, 0), "remote": ("0", 350, 18_000)}
    assert row.limits == [{"zone": "", "weight_g": 20_000, "longest_mm": 1200}]
    assert (row.state, row.places.count()) == ("active", 3)
    client.force_login(users["bob"], backend="django.contrib.auth.backends.ModelBackend")
    for address in (f"/rate_cards/rcd_{pk}/", "/rate_cards/", f"/services/svc_{service}/"):
        assert client.get(address).status_code == 200, address


def test_a_wrong_list_says_every_cell_and_keeps_nothing(service, bob):
    bad = Upload("list.csv", (HEAD + "火星,0-1,九十,20\n美国,0<W≤0.5,90,20\n美国,0<W≤1.5,88,21\n").encode())
    with pytest.raises(Refused) as refused:
        act(bob, "rate_cards", "draft", service="line", file=bad, valid_from="2026-10-01", source="x")
    assert [p.field for p in refused.value.problems] == ["A2", "B4"]
    assert RateCard.objects.count() == 0


def test_terms_are_stated_in_lines(service, bob):
    lines = "battery_built_in, with_papers, MSDS + UN38.3, battery mark, 100\nliquid, refused"
    act(bob, "services", "terms", [service], terms=lines)
    told = plain_detail(noun("services"), service, allowed_detail(noun("services"), bob, service))
    rows = told["tables"][1]["rows"]
    assert [(r["documents"], r["most_wh"]) for r in rows] == [("MSDS, UN38.3", "100"), ("", None)]
    with pytest.raises(Refused):
        act(bob, "services", "terms", [service], terms="liquid, perhaps")
