"""Tariffs through the desk: loaded, looked through, asked by the tool, one or many."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.people import ALICE, BOB, CHARLIE, NOW
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.markets.models import TariffVersion
from tradewind.apps.markets.queries.tariffs import code_findings
from tradewind.desk.asking import ask
from tradewind.desk.doing import do
from tradewind.desk.kernel import Upload
from tradewind.desk.listing import Wish, page
from tradewind.desk.registry import noun, tool
from tradewind.desk.rows import allowed_detail
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db

FILE = (
    "code,indent,description,rate,special,column2,notes\n"
    "9503,0,Toys:,,,,\n,1,Wheeled:,,,,\n9503.00.00,2,Other,Free,,70%,See 9903.88.15.\n"
    "9503.00.00.73,3,Dolls,,,,\n"
    "9403.20.00,0,Furniture of metal,5%,2% (S),45%,\n9403.30.00,0,Of wood,1% + $1/kg,,33 1/3%,\n"
    "9403.40.00,0,For kitchens,as agreed,,,\n"
    "9902.01.01,0,Some toys (provided for in subheading 9503.00.00),Free,No change,No change,\n"
    "9903.88.15,0,Articles the product of China,The duty provided in the applicable subheading + 7.5%,,,\n"
)
LOAD = {
    "market": "us", "revision": "2026 r1", "valid_from": "2026-01-01", "currency": "USD",
    "source": "the customs",
}  # fmt: skip


def load(by=BOB, content=FILE, **more):
    given = {**LOAD, **more, "file": Upload("hts.csv", content.encode())}
    return do(noun("tariffs"), "load", by=by, ids=(), given=given, now=NOW)


def asked(*rows, by=CHARLIE):
    return ask(tool("tariff"), by=by, given=rows, now=NOW)


def question(hs, origin="CN", **more):
    return {"market": "US", "hs": hs, "origin": origin, **more}


def test_a_tariff_is_loaded_and_looked_through():
    done = load()
    assert (done.changed, done.detail) == (1, {"lines": 9, "codes": 8, "unread": {"as agreed": 1}})
    assert load().changed == 0
    detail = allowed_detail(noun("tariffs"), CHARLIE, done.goto.id)
    assert (detail.title, detail.state, len(detail.alerts)) == ("US 2026 r1", "loaded", 1)
    assert [(row.chapter, row.lines) for row in detail.tables[0].rows] == [("94", 3), ("95", 4), ("99", 2)]
    lines = noun("tariff_lines")
    shown = page(lines, CHARLIE, Wish(search="doll"))
    assert [row.code for row in shown.rows] == ["9503000073"]
    by_code = page(lines, CHARLIE, Wish(search="9503.00.00"))
    assert [row.code for row in by_code.rows] == [
        "95030000",
        "9503000073",
        "99020101",
    ]  # the last by its words
    above = lines.detail(CHARLIE, shown.rows[0].pk)
    assert [row.description for row in above.tables[0].rows] == ["Toys:", "Wheeled:", "Other", "Dolls"]


def test_a_new_version_shows_what_it_changed():
    load()
    newer = load(content=FILE.replace("5%,2%", "6%,2%"), valid_from="2026-07-01", revision="2026 r2")
    table = noun("tariffs").detail(ALICE, newer.goto.id).tables[0]
    assert [(c.code, c.change, c.before, c.after) for c in table.rows] == [
        ("94032000", "changed", "5%", "6%")
    ]
    do(noun("tariffs"), "withdraw", by=BOB, ids=[newer.goto.id], given={"reason": "wrong"}, now=NOW)
    assert TariffVersion.objects.get(revision="2026 r1").valid_to is None


def test_the_tool_answers_one_question_with_everything_known():
    load()
    [found] = asked(question("9503.00.00.73"))
    assert found.title == "US 9503.00.00.73"
    figures = dict(found.figures)
    assert figures.pop("column")
    assert figures.pop("reading")
    assert figures == {
        "market": "US", "hs": "9503.00.00.73", "origin": "CN", "on": date(2026, 11, 2), "rate": "Free",
        "state": "known", "percent": Decimal("0"), "needs": "", "tariff": "US 2026 r1",
        "description": "Toys: > Wheeled: > Other > Dolls",
    }  # fmt: skip
    codes = [[row.code for row in table.rows if hasattr(row, "code")] for table in found.tables]
    assert ["99038815"] in codes  # by the footnote
    assert ["99020101"] in codes  # by its own words


def test_columns_and_what_a_rate_needs():
    load()
    mexican, russian, mixed, thirds = asked(
        question("9403.20", "MX"), question("94032000", "RU"), question("94033000"),
        question("94033000", "CU"),
    )  # fmt: skip
    assert mexican.figures["rate"] == "5%"
    assert russian.figures["rate"] == "45%"
    assert (mixed.figures["percent"], mixed.figures["needs"]) == (Decimal(1), "kg")
    assert thirds.figures["percent"] == Decimal("33.33333333")
    [alone] = asked(question("9403.20.00", "MX"))
    special = next(
        t for t in alone.tables if t.rows and isinstance(t.rows[0], dict) and "programme" in t.rows[0]
    )
    assert special.rows == [{"programme": "S", "rate": "2%", "claim": "MX: USMCA"}]


def test_bad_questions_say_what_would_be_accepted_and_good_ones_are_answered():
    load()
    unknown, several, none, market, early, good, strange = asked(
        question("9503.00.00.99"), question("9403"), question("9504.00.00"),
        question("94032000") | {"market": "XX"}, question("94032000", on="2025-12-31"),
        question("94032000"), question("94034000"),
    )  # fmt: skip
    assert [(p.field, p.accepted) for p in unknown.problems] == [("hs", "9503.00.00 Free")]
    assert [p.field for p in several.problems] == ["hs"]
    assert [(p.field, p.accepted) for p in none.problems] == [("hs", "")]
    assert [p.field for p in market.problems] == ["market"]
    assert [p.field for p in early.problems] == ["market"]
    assert good.problems == ()
    [old] = asked(question("94032000", on="2027-06-01"))
    assert "2026" in old.alerts[0]
    assert (strange.figures["state"], strange.figures["percent"]) == ("unknown", None)
    assert "as agreed" in strange.alerts[0]


def test_many_questions_cost_a_fixed_number_of_queries(django_assert_max_num_queries):
    load()
    asked(question("94032000"))
    with django_assert_max_num_queries(8):
        assert len(asked(*[question(hs) for hs in ("94032000", "94033000", "9503000073")] * 40)) == 120


def test_who_may_not_change_markets_does_not_load():
    with pytest.raises(Denied):
        load(by=CHARLIE)
    with pytest.raises(Refused) as refused:
        load(market="Mars", valid_from="soon")
    assert {p.field for p in refused.value.problems} <= {"market", "valid_from"}
    assert TariffVersion.objects.count() == 0


def test_a_sku_says_in_which_tariffs_its_code_has_no_rate(django_assert_num_queries):
    load()
    load(content="code,description,rate\n95030010,a,1%\n95030020,b,2%\n94032000,c,3%\n", market="JP")
    with django_assert_num_queries(2):
        found = code_findings("950300", date(2026, 11, 2))
    assert [(version.market, finding) for version, finding in found] == [("JP", "several")]
    assert code_findings("94032000", date(2026, 11, 2)) == []
    assert [finding for _version, finding in code_findings("640299", date(2026, 11, 2))] == ["unlisted"] * 2
    assert code_findings("640299", date(2025, 1, 1)) == []
    warned = Product.objects.create(code="P-T", name="Toy")
    sku = Sku.objects.create(product=warned, code="P-T-1", name="Toy", hs_code="640299", origin="CN")
    alerts = noun("skus").detail(BOB, sku.pk).alerts
    assert sum("640299" in str(alert) for alert in alerts) == 2
