from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tests.shared import shared
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import FxRate
from tradewind.apps.markets.operations import import_fx, record_fx
from tradewind.engine.access import Denied
from tradewind.engine.contracts import FxQuote, Refused

pytestmark = pytest.mark.django_db

WIDE = b"Date,USD,CNY,HRK,\n2026-10-30,1.1172,7.4326,N/A,\n2026-10-29,1.113,N/A,N/A,\n"
SIMPLE = b"base,quote,on,rate\nUSD,CNY,2026-10-30,7.1000\nusd,jpy,2026-10-30,157.25\n"


def take(content, by, source="ECB", name="fx.csv"):
    return import_fx(name=name, content=content, source=source, now=NOW, by=by)


def test_the_wide_table_of_the_central_bank_comes_in_with_gaps_left_as_gaps(bob):
    done = take(WIDE, bob)
    assert (done.new, done.same, done.left_out) == (3, 0, ("HRK",))
    got = queries.rate_on("EUR", "CNY", date(2026, 10, 30))
    assert (got.rate, got.on, got.source, got.path) == (
        Decimal("7.4326"),
        date(2026, 10, 30),
        "ECB",
        "direct",
    )
    assert take(WIDE, bob).new == 0


def test_a_cross_goes_through_the_euro_and_says_so(bob):
    take(WIDE, bob)
    got = queries.rate_on("USD", "CNY", date(2026, 11, 2))
    assert got.path == "cross via EUR"
    assert got.rate == (Decimal("7.4326") / Decimal("1.1172")).quantize(Decimal("1e-10"))


def test_a_rate_older_than_a_week_is_no_rate(bob):
    take(WIDE, bob)
    assert queries.rate_on("EUR", "CNY", date(2026, 11, 6)) is not None
    assert queries.rate_on("EUR", "CNY", date(2026, 11, 7)) is None
    assert queries.rate_on("EUR", "CNY", date(2026, 10, 29)) is None


def test_many_pairs_cost_one_query(bob, django_assert_num_queries):
    take(WIDE, bob)
    with django_assert_num_queries(1):
        got = queries.rates_for([("EUR", "USD"), ("USD", "CNY"), ("EUR", "GBP")], date(2026, 10, 30))
    assert got["EUR", "USD"].rate == Decimal("1.1172")
    assert got["EUR", "GBP"] is None


def test_the_simple_layout_comes_in_too(bob):
    assert take(SIMPLE, bob, "desk").new == 2
    assert queries.rate_on("USD", "JPY", date(2026, 10, 30)).rate == Decimal("157.25")


def test_a_stored_rate_is_never_edited_and_the_whole_file_is_refused(bob):
    take(SIMPLE, bob, "desk")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(SIMPLE.replace(b"7.1000", b"7.2") + b"EUR,CNY,2026-10-30,7.4\n", bob, "desk")
    [problem] = refused.value.problems
    assert (problem.row, problem.field, problem.value, problem.accepted) == (2, "rate", "7.2", "7.1")
    assert facts_hash() == before


@pytest.mark.parametrize(
    "content",
    [
        b"Date,USD\n2026-10-30,abc\n",
        b"Date,USD\n2026-10-30,0\n",
        b"Date,USD\n2026-10-30,-1\n",
        b"Date,USD\nyesterday,1\n",
        b"base,quote,on,rate\nUSD,USD,2026-10-30,1\n",
        b"base,quote,on,rate\nUSD,XXA,2026-10-30,1\n",
        b"base,quote,on,rate\nUSD,CNY,2026-10-30,NaN\n",
        b"base,quote,on,rate\n",
        b"something,else\n1,2\n",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_a_wrong_file_of_rates_is_refused_and_nothing_is_stored(content, bob):
    before = facts_hash()
    with pytest.raises(Refused):
        take(content, bob)
    assert facts_hash() == before


def test_quotes_of_a_source_are_stored_once(bob):
    quote = FxQuote("USD", "CNY", date(2026, 11, 2), Decimal("7.0912"), "collection account")
    with pytest.raises(Refused, match="source"):
        record_fx(quotes=[quote], now=NOW, by=bob)
    quote = FxQuote("USD", "CNY", date(2026, 11, 2), Decimal("7.0912"), "lian")
    assert record_fx(quotes=[quote], now=NOW, by=bob).new == 1
    assert record_fx(quotes=[quote, quote], now=NOW, by=bob).new == 0
    assert FxRate.objects.count() == 1


def test_charlie_stores_no_rate(charlie):
    before = facts_hash()
    with pytest.raises(Denied):
        take(WIDE, charlie)
    assert facts_hash() == before


def test_the_real_history_of_the_central_bank_reads_whole(bob):
    path = shared("data/fx/ecb_eurofxref_hist.csv.gz")
    done = take(path.read_bytes(), bob, name=path.name)
    assert done.same == 0
    assert FxRate.objects.filter(quote="USD").count() == 7126
    assert FxRate.objects.get(quote="JPY", on=date(2026, 10, 30)).rate == Decimal("175.68")
    assert not FxRate.objects.filter(quote="CNY", on__lt=date(2005, 1, 1)).exists()
