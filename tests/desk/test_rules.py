"""The rule browser and the comparison of two days, as every face draws them."""

import pytest
from django.utils import translation

from tests.people import NOW
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import RuleDecision, RuleRow
from tradewind.apps.markets.operations import sync_rules
from tradewind.desk.asking import ask
from tradewind.desk.doing import do
from tradewind.desk.kernel import Upload
from tradewind.desk.listing import Wish, counts, page
from tradewind.desk.nouns import _rule_words as words
from tradewind.desk.registry import all_tools, noun
from tradewind.desk.rows import allowed_detail, plain_detail, plain_row
from tradewind.engine.contracts import Refused
from tradewind.engine.rule_kinds import KINDS, SUBJECTS

PACK = b"""
[[rule]]
id = "next.cycle"
kind = "cycle"
channel = "amazon"
market = "US"
days = 21
valid_from = 2027-01-01
source = "announcement"
reviewed = 2026-11-22
status = "proposed"
confidence = "medium"
"""


@pytest.fixture
def rules(db):
    sync_rules(now=NOW)
    return noun("rule_rows")


def row(rule_id):
    return RuleRow.objects.get(rule_id=rule_id)


def told(one, actor, rule_id):
    pk = row(rule_id).pk
    return plain_detail(one, pk, allowed_detail(one, actor, pk))


def test_every_kind_and_name_of_the_rulebook_has_a_word_in_both_languages():
    names = {n for schema in KINDS.values() for n in (*schema.keys, *schema.values)}
    assert (set(KINDS), set(SUBJECTS)) == (set(words.KINDS), set(words.SUBJECTS))
    assert names == set(words.NAMES)
    texts = {
        *words.KINDS.values(),
        *words.SUBJECTS.values(),
        *words.NAMES.values(),
        *words.VALUES.values(),
        *words.ASKED.values(),
    }
    with translation.override("zh-hans"):
        same = [text for text in texts if str(words._rule(text)) == text]
    assert same == ["%"]


def test_values_are_told_in_words():
    with translation.override("en"):
        tiers = [{"up_to": 10, "rate": "0.08"}, {"rate": "0.15"}]
        assert words.said("tiers", tiers) == "up to 10: 8 %; above: 15 %"
        assert words.said("steps", [{"name": "tax", "is": "base * rate"}]) == "tax = base * rate"
        assert words.said("steps", [["0.25", "3.06"], ["0.5", "3.15"]]) == "≤ 0.25: 3.06; ≤ 0.5: 3.15"
        assert [words.said(n, v) for n, v in (("included", True), ("below", "free"), ("rate", "0.0346"))] == [
            "yes", "not due", "3.46 %",
        ]  # fmt: skip
    with translation.override("zh-hans"):
        assert words.said("tiers", tiers) == "不超过 10：8 %; 以上：15 %"


def test_the_list_has_every_row_in_its_tab_and_filters(rules, alice):
    found = counts(rules, alice, Wish())
    assert found[""] == len(queries.rulebook().rules)
    assert found["past"] == rules.waiting(alice) > 0
    assert sum(n for state, n in found.items() if state) == found[""]
    past = page(rules, alice, Wish(state="past", size=500)).rows
    assert len(past) == found["past"]
    assert {r.standing for r in past} == {"past"}
    de = page(rules, alice, Wish(filters={"market": "US", "kind": "duty"}, size=500)).rows
    assert {(r.market, r.kind) for r in de} == {("US", "duty")}
    assert [r.rule_id for r in page(rules, alice, Wish(search="amazon.cycle")).rows] == [
        "amazon.cycle.US.2015"
    ]
    for part in rules.filters:
        assert part.choices(alice), part.name
    assert plain_row(rules, alice, past[0])


def test_a_page_says_the_values_the_neighbours_and_the_cases(rules, alice):
    with translation.override("en"):
        shown = told(rules, alice, "ups.divisor.us.2025")
    says, beside, people, cases = (table["rows"] for table in shown["tables"])
    assert {"name": "Volume divisor", "value": "139"} in says
    assert [r["from"] for r in beside] == ["2017-01-08", "2025-08-18"]
    assert people == []
    assert any("11.1 x 8.5 x 6.2" in r["name"] for r in cases)


def test_confirming_from_the_list_switches_on_and_a_row_past_its_life_needs_a_day(rules, alice):
    pk = row("paypal.payment.crossborder.2024").pk
    do(rules, "confirm", by=alice, ids=(pk,), given={"reason": "contract", "source": "PDF"}, now=NOW)
    assert queries.rulebook().find("payment_fee", NOW.date(), channel="paypal", market="US")
    past = row("amazon.size.US.large_bulky.2024").pk
    with pytest.raises(Refused, match="until"):
        do(rules, "confirm", by=alice, ids=(past,), given={"reason": "r", "source": "s"}, now=NOW)
    given = {"reason": "card of our account", "source": "Seller Central", "until": "2027-01-31"}
    do(rules, "confirm", by=alice, ids=(past,), given=given, now=NOW)
    assert told(rules, alice, "amazon.size.US.large_bulky.2024")["state"] == "confirmed"
    assert RuleDecision.objects.count() == 2


def test_refusing_overriding_and_ending_go_through_the_forms(rules, alice):
    cycle = row("amazon.cycle.US.2015").pk
    given = {"says": "days = 7", "valid_from": "2026-01-01", "reason": "contract", "source": "letter"}
    made = do(rules, "override", by=alice, ids=(cycle,), given=given, now=NOW).goto.id
    assert queries.rulebook().find("cycle", NOW.date(), channel="amazon", market="US").values["days"] == 7
    assert told(rules, alice, "amazon.cycle.US.2015")["state"] == "superseded"
    do(rules, "end", by=alice, ids=(made,), given={"last_day": "2026-06-30"}, now=NOW)
    assert queries.rulebook().find("cycle", NOW.date(), channel="amazon", market="US").values["days"] == 14
    do(rules, "refuse", by=alice, ids=(cycle,), given={"reason": "wrong", "source": "read"}, now=NOW)
    assert told(rules, alice, "amazon.cycle.US.2015")["state"] == "refused"


def test_a_pack_is_loaded_compared_switched_on_and_taken_away(rules, alice):
    given = {"pack": "next", "file": Upload("p.toml", PACK), "reason": "announced"}
    do(rules, "load_pack", by=alice, ids=(), given=given, now=NOW)
    tool = all_tools()["rules_diff"]
    question = {"a": "2027-02-01", "b": "2027-02-01", "pack": "next", "market": "us"}
    with translation.override("en"):
        (answer,) = ask(tool, by=alice, given=[question], now=NOW)
    (line,) = answer.tables[0].rows
    assert (line["kind"], line["value"], line["old"], line["new"]) == ("Settlement cycle", "Days", "14", "21")
    assert answer.figures["changed"] == 1
    do(rules, "adopt", by=alice, ids=(row("next.cycle").pk,), given={"reason": "it came"}, now=NOW)
    assert told(rules, alice, "next.cycle")["state"] == "coming"


def test_two_days_are_compared_for_the_same_question(rules, alice):
    tool = all_tools()["rules_diff"]
    question = {"a": "2025-08-17", "b": "2025-08-18", "kind": "volume_divisor"}
    with translation.override("en"):
        (answer,) = ask(tool, by=alice, given=[question], now=NOW)
    ups = [line for line in answer.tables[0].rows if line["rule"] == "ups.divisor.us.2025"]
    assert ("Sides rounded", "nearest", "up") in {(line["value"], line["old"], line["new"]) for line in ups}
    assert {line["change"] for line in ups} == {"Changed"}
    (ended,) = ask(
        tool, by=alice, given=[{"a": "2026-07-23", "b": "2026-07-24", "kind": "knowledge"}], now=NOW
    )
    assert ended.figures["ended"] >= 1
