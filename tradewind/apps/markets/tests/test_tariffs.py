"""Tariffs loaded, asked, superseded, withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tests.shared import shared
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import TariffLine, TariffVersion
from tradewind.apps.markets.operations import NewTariff, load_tariff, withdraw_tariffs
from tradewind.apps.org.models import StoredFile
from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.tariff import UNKNOWN

pytestmark = pytest.mark.django_db

US = "data/us_hts/hts_2026_revision_4.csv.gz"
UK = "data/uk_tariff/uk_global_tariff_2021.csv.gz"
CN = "data/uk_tariff/combined_nomenclature_8_2021.csv.gz"
MAY = date(2026, 5, 1)
TOYS = (
    "code,indent,description,rate,special,column2,notes\n"
    "9503,0,Toys:,,,,\n,1,Wheeled:,,,,\n9503.00.00,2,Other,Free,,70%,See 9903.88.15.\n"
    "9503.00.00.73,3,Other,,,,\n"
    "9403.20.00,0,Furniture of metal,5%,2% (MX),45%,\n9403.30.00,0,Of wood,\"1% + $1/kg\",,,\n"
)  # fmt: skip


def take(content: str, by, start=date(2026, 1, 1), market="US", revision="2026 r1", **more):
    made = NewTariff(
        market, revision, start, more.get("currency", "USD"), "the customs", more.get("known_to")
    )
    return load_tariff(tariff=made, name="hts.csv", content=content.encode(), now=NOW, by=by)


def real(path: str, market: str, currency: str, start: date, by):
    made = NewTariff(market, f"{market} {start.year}", start, currency, "the customs")
    return load_tariff(tariff=made, name=path, content=shared(path).read_bytes(), now=NOW, by=by)


def test_the_us_schedule_comes_in_whole_and_is_asked(bob, django_assert_num_queries):
    done = real(US, "US", "USD", MAY, bob)
    assert (done.new, done.lines, done.codes, sum(done.unread.values())) == (True, 35_733, 29_807, 34)
    assert TariffLine.objects.filter(version_id=done.version_id).count() == 35_733
    assert TariffVersion.objects.get().unread_count == 34
    with django_assert_num_queries(3):  # versions, people's decisions, the lines once
        tariffs = queries.tariffs_on(MAY)
        rate = tariffs("US", "6109.10.00.12", "CN", MAY)
        tariffs("US", "0101.30.00.00", "CN", MAY)
    assert (rate.ad_valorem, rate.text, rate.source) == (Decimal("0.165"), "16.5%", "US US 2026")
    assert tariffs("US", "8517.13.00", "RU", MAY).ad_valorem == Decimal("0.35")  # the second column
    assert tariffs("US", "8517.13.00", "CN", MAY).free
    assert tariffs("US", "8517.13.99", "CN", MAY) is None
    assert tariffs("US", "8517.13.00", "CN", date(2026, 4, 30)) is None  # before the version
    assert tariffs.measures("US", "8517.13.00", MAY) is None  # the CSV export has no footnotes
    assert queries.lineage(done.version_id, "9503000073")[0].description.startswith("Tricycles")
    named = queries.naming(done.version_id, "07108070")
    assert [row.code for row in named] == ["99020101"]


def test_the_uk_and_the_eu_come_from_one_file_and_a_member_state_has_the_tariff_of_the_union(bob):
    day = date(2021, 1, 1)
    assert real(UK, "GB", "GBP", day, bob).new
    assert real(UK, "EU", "EUR", day, bob).new
    assert StoredFile.objects.count() == 1
    tariffs = queries.all_tariffs()
    assert tariffs("GB", "39241000", "CN", day).ad_valorem == Decimal("0.06")
    assert tariffs("EU", "39241000", "CN", day).ad_valorem == Decimal("0.065")
    assert tariffs("DE", "39241000", "CN", day).ad_valorem == Decimal("0.065")
    assert tariffs("CH", "39241000", "CN", day) is None


def test_a_nomenclature_without_rates_says_which_codes_there_are_and_nothing_of_duty(bob):
    day = date(2021, 1, 1)
    done = real(CN, "EU", "EUR", day, bob)
    assert (done.lines, done.codes) == (14_635, 12_310)
    tariffs = queries.tariffs_on(day)
    assert tariffs("EU", "39241000", "CN", day) is None
    assert (tariffs.has("EU", "39241000", day), tariffs.has("DE", "39249999", day)) == (True, False)
    assert tariffs.has("US", "39241000", day) is None
    above = [row.description for row in queries.lineage(done.version_id, "01012910")]
    assert above == ["Live horses, asses, mules and hinnies", "Horses", "Other", "For slaughter"]


def test_the_same_file_again_changes_nothing(bob):
    first = take(TOYS, bob)
    again = take(TOYS, bob)
    assert (again.version_id, again.new, again.lines) == (first.version_id, False, 6)
    assert (TariffVersion.objects.count(), TariffLine.objects.count()) == (1, 6)
    with pytest.raises(Refused) as refused:
        take(TOYS, bob, date(2026, 2, 1))
    assert [(p.field, p.accepted) for p in refused.value.problems] == [("valid_from", "2026-01-01")]


def test_a_new_version_holds_from_its_day_and_the_old_one_until_the_day_before(bob):
    take(TOYS, bob)
    take(TOYS.replace("5%", "6%").replace("Free", "1%"), bob, date(2026, 7, 1), revision="2026 r9")
    assert list(TariffVersion.objects.order_by("valid_from").values_list("valid_from", "valid_to")) == [
        (date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None),
    ]  # fmt: skip
    tariffs = queries.all_tariffs()
    june, july = date(2026, 6, 30), date(2026, 7, 1)
    assert tariffs("US", "9403.20.00", "CN", june).ad_valorem == Decimal("0.05")
    assert tariffs("US", "9403.20.00", "CN", july).ad_valorem == Decimal("0.06")
    old, new = TariffVersion.objects.order_by("valid_from")
    assert [(c.code, c.change, c.before, c.after) for c in queries.rate_changes(old, new)] == [
        ("94032000", "changed", "5%", "6%"), ("95030000", "changed", "Free", "1%"),
    ]  # fmt: skip


def test_a_withdrawn_version_gives_way_to_the_one_before(bob):
    first = take(TOYS, bob).version_id
    second = take(TOYS.replace("5%", "6%"), bob, date(2026, 7, 1)).version_id
    withdraw_tariffs(ids=[second], reason="wrong file", now=NOW, by=bob)
    assert TariffVersion.objects.get(pk=first).valid_to is None
    rate = queries.tariffs_on(date(2026, 8, 1))("US", "94032000", "CN", date(2026, 8, 1))
    assert rate.ad_valorem == Decimal("0.05")
    assert TariffLine.objects.filter(version_id=second).count() == 6
    with pytest.raises(WrongState):
        withdraw_tariffs(ids=[second], reason="again", now=NOW, by=bob)
    assert take(TOYS.replace("5%", "6%"), bob, date(2026, 7, 1)).new


def test_a_bad_file_is_refused_whole_with_every_row(bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take("code,description,rate\n0101.2,a,5%\n01012100,b,5%\n01012100,c,6%\n,d,7%\n", bob)
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (2, "code"), (2, "code"), (5, "code"), (4, "code"),
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        take(TOYS, bob, market="XX", revision="", currency="US$")
    assert [p.field for p in refused.value.problems] == ["market", "revision", "currency"]
    assert facts_hash() == before


def test_two_versions_of_one_day_are_refused(bob):
    take(TOYS, bob)
    with pytest.raises(Refused) as refused:
        take(TOYS.replace("5%", "6%"), bob)
    assert [(p.field, p.value) for p in refused.value.problems] == [("valid_from", "2026-01-01")]
    assert TariffVersion.objects.count() == 1


def test_footnotes_lineage_specials_and_columns(bob):
    done = take(TOYS, bob)
    tariffs = queries.tariffs_on(MAY)
    assert tariffs.measures("US", "9503.00.00.73", MAY) == {"9903.88.15"}
    assert tariffs.measures("US", "9403.20.00", MAY) == frozenset()
    assert [row.description for row in queries.lineage(done.version_id, "9503000073")] == [
        "Toys:", "Wheeled:", "Other", "Other",
    ]  # fmt: skip
    assert tariffs.programmes("US", "MX", MAY) == (("S", "S+"), "USMCA")
    assert tariffs.programmes("US", "CN", MAY) == ((), "")
    assert tariffs.column("US", "CU", MAY) == "column2"
    assert tariffs("US", "9403.30.00", "CU", MAY).state == UNKNOWN  # no rate in that column: never nothing
    assert [(c.chapter, c.lines, c.headings) for c in queries.chapters(done.version_id)] == [
        ("94", 2, 1), ("95", 4, 1),
    ]  # fmt: skip


def test_only_who_may_change_markets_loads_and_withdraws(charlie, bob):
    with pytest.raises(Denied):
        take(TOYS, charlie)
    done = take(TOYS, bob)
    with pytest.raises(Denied):
        withdraw_tariffs(ids=[done.version_id], reason="x", now=NOW, by=charlie)


def test_a_tariff_answers_no_day_past_its_known_life(bob):
    last = date(2026, 3, 31)
    take(TOYS, bob, known_to=last)
    assert queries.tariffs_on(last)("US", "94032000", "CN", last) is not None
    later = date(2026, 4, 1)
    assert queries.tariffs_on(later)("US", "94032000", "CN", later) is None
    take(TOYS.replace("5%", "6%"), bob, date(2026, 3, 1), revision="2026 r2")
    assert [v.valid_to for v in TariffVersion.objects.order_by("valid_from")] == [date(2026, 2, 28), None]
    with pytest.raises(Refused) as refused:
        take(TOYS.replace("5%", "7%"), bob, date(2026, 8, 1), known_to=date(2026, 7, 1))
    assert [p.field for p in refused.value.problems] == ["known_to"]
