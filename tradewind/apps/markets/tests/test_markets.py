from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tests.shared import shared
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import Indicator, Market
from tradewind.apps.markets.operations import NewMarket, import_indicators, move_markets, register_markets
from tradewind.apps.org.models import AuditEntry, StoredFile
from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db

DE = NewMarket("de", "Germany", "德国", "eur", "Europe/Berlin")
FILE = b"iso2,indicator,year,value\nDE,gdp,2024,4500.5\nFR,gdp,2024,3100\nDE,gdp,2023,4400\n"


def take(content, by, source="World Bank"):
    return import_indicators(name="i.csv", content=content, source=source, now=NOW, by=by)


def test_a_market_is_watched_then_entered_then_left(bob):
    [pk] = register_markets(markets=[DE], now=NOW, by=bob)
    row = Market.objects.get(pk=pk)
    assert (row.code, row.currency, row.state) == ("DE", "EUR", "watched")
    move_markets(ids=[pk], move="enter", now=NOW, by=bob)
    move_markets(ids=[pk], move="leave", now=NOW, by=bob)
    with pytest.raises(WrongState):
        move_markets(ids=[pk], move="leave", now=NOW, by=bob)
    assert Market.objects.get(pk=pk).state == "left"


def test_wrong_markets_are_refused_whole(bob):
    register_markets(markets=[DE], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        register_markets(
            markets=[DE, NewMarket("XX", "", "", "euro", "Berlin"), NewMarket("FR", "France", "法国",
            "EUR", "Europe/Paris")],
            now=NOW, by=bob,
        )  # fmt: skip
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "code"), (2, "code"), (2, "name"), (2, "name_zh"), (2, "currency"), (2, "zone"),
    }  # fmt: skip
    assert facts_hash() == before


def test_charlie_changes_no_market_and_no_number(charlie):
    before = facts_hash()
    for verb in (lambda: register_markets(markets=[DE], now=NOW, by=charlie), lambda: take(FILE, charlie)):
        with pytest.raises(Denied):
            verb()
    assert facts_hash() == before


def test_public_numbers_come_in_once_and_again_without_change(bob):
    assert take(FILE, bob).new == 3
    again = take(FILE, bob)
    assert (again.new, again.same, again.revised) == (0, 3, 0)
    assert Indicator.objects.get(country="DE", year=2024).value == Decimal("4500.5")
    assert StoredFile.objects.count() == 1


def test_a_revised_number_replaces_the_old_one_which_stays_in_the_audit(bob):
    take(FILE, bob)
    done = take(FILE.replace(b"4500.5", b"4501"), bob, "World Bank, autumn")
    assert (done.new, done.same, done.revised) == (0, 2, 1)
    row = Indicator.objects.get(country="DE", year=2024)
    assert (row.value, row.source) == (Decimal(4501), "World Bank, autumn")
    assert '["DE", "gdp", 2024, "4500.5"]' in AuditEntry.objects.order_by("-id")[0].detail


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"iso2,indicator,year,value\nDE,gdp,2024,x\nZZ,gdp,2024,1\nDE,,2024,1\n",
         {(2, "value"), (3, "country"), (4, "name")}),
        (b"iso2,indicator,year,value\nDE,gdp,2024,1\nDE,gdp,2024,2\n", {(3, "value")}),
        (b"iso2,indicator,year,value\n", {(None, "file")}),
        (b"a,b\n1,2\n", None),
        (b"", None),
    ],
)  # fmt: skip
def test_a_wrong_file_of_numbers_is_refused_with_every_problem(content, wrong, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(content, bob)
    if wrong is not None:
        assert {(p.row, p.field) for p in refused.value.problems} == wrong
    assert facts_hash() == before


def test_numbers_without_a_source_are_refused(bob):
    with pytest.raises(Refused, match="source"):
        take(FILE, bob, " ")


def test_a_gzip_file_reads_the_same(bob):
    import gzip

    done = import_indicators(name="i.csv.gz", content=gzip.compress(FILE), source="WB", now=NOW, by=bob)
    assert done.new == 3


def test_everybody_sees_markets_but_nobody_without_a_role(charlie):
    assert queries.markets(charlie).count() == 0
    from tradewind.engine.access import Actor

    with pytest.raises(Denied):
        queries.markets(Actor(4, "ghost", ""))


def test_the_real_public_numbers_read_whole_and_rank_countries(bob):
    path = shared("data/countries/indicators.csv.gz")
    done = import_indicators(
        name=path.name, content=path.read_bytes(), source="World Bank through Gapminder", now=NOW, by=bob
    )
    assert (done.new, done.same, done.revised) == (42183, 0, 0)
    ranking = queries.market_ranking(bob)
    assert [s.rank for s in ranking] == list(range(1, len(ranking) + 1))
    assert ranking[0].country == "US"
    top = ranking[0].score
    assert sum(p.amount for p in top.parts if p.amount is not None) == top.amount
    only = queries.market_ranking(bob, {"population": Decimal(1)}, countries=["DE", "FR", "LU"])
    assert [s.country for s in only] == ["DE", "FR", "LU"]
