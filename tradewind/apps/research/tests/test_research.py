from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW, person
from tradewind.apps.markets.operations import NewMarket, register_markets
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.research import queries
from tradewind.apps.research.models import Candidate, GateResult, ResearchTable, Signal
from tradewind.apps.research.operations import (
    NewCandidate,
    NewTable,
    import_research_table,
    propose_candidates,
    register_candidates,
    score_niches,
    set_inputs,
)
from tradewind.engine.access import FINANCE, Denied
from tradewind.engine.contracts import Refused
from tradewind.simulators.assortment import research_table

pytestmark = pytest.mark.django_db

HEAD = "Niche,ASIN,Title,Brand,Seller,Price,Monthly Units,Units Last Year,Rating,Reviews,Listed On,Weight g\n"
ROWS = (
    "Dog bowl,B01,Slow bowl,Pawly,Pawly,19.99,900,700,4.1,350,2024-03-01,320\n"
    "Dog bowl,B02,Maze bowl,Woof,Woof Ltd,14.50,600,,3.9,,2026-08-01,\n"
    "Cat wand,B03,Feather wand,Mio,Mio,9.99,120,100,4.6,80,2025-01-01,110\n"
)


@pytest.fixture
def market(bob):
    return register_markets(
        markets=[NewMarket("US", "United States", "美国", "USD", "America/New_York")], now=NOW, by=bob
    )[0]


def take(market, by, text=HEAD + ROWS, name="t.csv", **kw):
    table = NewTable(
        **{
            "market_id": market,
            "name": "October pets",
            "source": "own",
            "as_of": date(2026, 10, 1),
            "currency": "USD",
            **kw,
        }
    )
    content = text if isinstance(text, bytes) else text.encode()
    return import_research_table(table=table, name=name, content=content, now=NOW, by=by)


def test_a_table_comes_in_with_unknown_cells_kept_unknown(market, bob):
    pk = take(market, bob)
    table = ResearchTable.objects.get(pk=pk)
    assert (table.row_count, table.name) == (3, "October pets")
    row = Signal.objects.get(external_id="B02")
    assert (row.row_no, row.price_minor, row.monthly_units, row.monthly_units_before, row.reviews) == (
        3,
        1450,
        600,
        None,
        None,
    )
    assert (row.rating, row.weight_g) == (Decimal("3.90"), None)
    assert queries.niche_sizes(bob, pk) == {"Dog bowl": 2, "Cat wand": 1}


def test_a_table_with_chinese_headers_reads_the_same(market, bob):
    text = (
        "类目,商品编号,标题,品牌,卖家,价格,月销量,去年同期,评分,评论数,上架日期,重量(g)\n"
        "宠物碗,B01,慢食碗,爪爪,爪爪,19.99,900,700,4.1,350,2024-03-01,320\n"
    )
    pk = take(market, bob, text)
    row = Signal.objects.get(table_id=pk)
    assert (row.niche, row.title, row.weight_g, row.price_minor) == ("宠物碗", "慢食碗", 320, 1999)


@pytest.mark.parametrize(
    ("text", "kw", "wrong"),
    [
        (HEAD + "X,B1,T,,,1.234,-5,,6,,soon,\n,B2,T,,,,,,,,,\n", {},
         {(2, "monthly_units"), (2, "rating"), (2, "listed_on"), (3, "niche")}),
        (HEAD + "X,B1,T,,,1.234,,,,,,\n", {}, {(2, "price")}),
        (HEAD + "X,B1,T,,,,,,,,,\nX,B1,T,,,,,,,,,\n", {}, {(3, "external_id")}),
        (HEAD, {}, {(None, "file")}),
        ("Title\nT\n", {}, {(1, "niche"), (1, "external_id")}),
        (HEAD + ROWS, {"market_id": 99, "source": "", "currency": "dollar"},
         {(None, "market"), (None, "source"), (None, "currency")}),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_with_every_problem_and_leaves_nothing(text, kw, wrong, market, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(market, bob, text, **kw)
    assert {(p.row, p.field) for p in refused.value.problems} == wrong
    assert facts_hash() == before


def test_the_same_file_twice_is_refused(market, bob):
    take(market, bob)
    before = facts_hash()
    with pytest.raises(Refused, match="October pets"):
        take(market, bob, name="again.csv")
    assert facts_hash() == before


def test_the_scan_explains_its_score_and_is_the_same_for_the_same_file(market, bob):
    pk = take(market, bob, research_table(7, "US"))
    first, again = queries.scan(bob, pk), queries.scan(bob, pk)
    assert first == again
    assert [s.rank for s in first] == list(range(1, len(first) + 1))
    assert sum(s.products for s in first) == Signal.objects.count()
    top = first[0]
    assert sum(p.amount for p in top.score.parts if p.amount is not None) == top.score.amount
    only_demand = queries.scan(bob, pk, {"demand": Decimal(1)})
    demands = [s.metrics["demand"].value for s in only_demand]
    assert demands[0] == max(demands)


def test_niches_become_candidates_once_with_their_score(market, bob):
    pk = take(market, bob)
    [first] = propose_candidates(table_id=pk, niches=["Dog bowl"], now=NOW, by=bob)
    row = Candidate.objects.get(pk=first)
    assert (row.code, row.state, row.market_id, row.niche) == ("CND-000001", "idea", market, "Dog bowl")
    assert (
        queries.score(row)
        == queries.scan(bob, pk)[[s.niche for s in queries.scan(bob, pk)].index("Dog bowl")].score
    )
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        propose_candidates(table_id=pk, niches=["Cat wand", "Dog bowl", "Fish"], now=NOW, by=bob)
    assert {(p.row, p.value) for p in refused.value.problems} == {(2, "Dog bowl"), (3, "Fish")}
    assert facts_hash() == before


def test_inputs_are_checked_and_an_empty_one_becomes_unknown(market, bob):
    [pk] = register_candidates(
        candidates=[NewCandidate("Bowl", market, inputs={"price": "29.99 usd", "ads_rate": "8%"})],
        now=NOW,
        by=bob,
    )
    set_inputs(ids=[pk], inputs={"ads_rate": "", "weight_g": "320"}, now=NOW, by=bob)
    assert Candidate.objects.get().inputs == {"price": "29.99 usd", "weight_g": "320"}
    before = facts_hash()
    bad = {"price": "29.999 USD", "goods_cost": "12", "ads_rate": "101%", "weight_g": "1.5", "colour": "red",
           "taboo_flags": "white"}  # fmt: skip
    with pytest.raises(Refused) as refused:
        set_inputs(ids=[pk], inputs=bad, now=NOW, by=bob)
    assert {p.field for p in refused.value.problems} == set(bad)
    assert facts_hash() == before


def test_finance_looks_and_charlie_does_not_even_look(market, bob, charlie):
    pk = take(market, bob)
    fiona = person("fiona", FINANCE)
    before = facts_hash()
    assert len(queries.scan(fiona, pk)) == 2
    for actor in (fiona, charlie):
        with pytest.raises(Denied):
            take(market, actor, HEAD + "A,B,C,,,,,,,,,\n")
        with pytest.raises(Denied):
            propose_candidates(table_id=pk, niches=["Dog bowl"], now=NOW, by=actor)
    with pytest.raises(Denied):
        queries.scan(charlie, pk)
    assert facts_hash() == before
    assert (GateResult.objects.count(), AuditEntry.objects.filter(kind="candidate").count()) == (0, 0)


def test_other_weights_give_another_ranking_which_is_kept_with_them(market, bob):
    pk = take(market, bob, research_table(7, "US"))
    first = list(queries.niches(bob).order_by("rank").values_list("name", flat=True))
    assert first == [s.niche for s in queries.scan(bob, pk)]
    score_niches(table_id=pk, weights={"demand": Decimal(1)}, now=NOW, by=bob)
    by_demand = list(queries.niches(bob).order_by("rank").values_list("monthly_units", flat=True))
    assert by_demand[0] == max(by_demand)
    assert ResearchTable.objects.get().weights == {"demand": "1"}
    before = facts_hash()
    for weights in ({"luck": Decimal(1)}, {"demand": Decimal(-1)}, {"demand": Decimal(0)}):
        with pytest.raises(Refused):
            score_niches(table_id=pk, weights=weights, now=NOW, by=bob)
    assert facts_hash() == before
