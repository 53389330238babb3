from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import RuleDecision, RuleRow
from tradewind.apps.markets.operations import (
    Decision,
    Override,
    adopt_rules,
    decide_rule,
    drop_pack,
    end_rules,
    load_pack,
    override_rule,
    sync_rules,
)
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.rule_diff import diff
from tradewind.engine.rulebook import Unconfirmed
from tradewind.rules import load

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
SHOES = {"channel": "amazon", "market": "US", "category": "apparel"}

PACK = b"""
[defaults]
channel = "amazon"
market = "US"
source = "announcement"
reviewed = 2026-11-22
status = "proposed"
confidence = "medium"
[[rule]]
id = "next.default"
kind = "referral_fee"
shape = "flat"
tiers = [{ rate = 0.16 }]
currency = "USD"
valid_from = 2027-01-01
[[rule]]
id = "next.cycle"
kind = "cycle"
days = 21
valid_from = 2027-01-01
"""


@pytest.fixture
def mirror():
    sync_rules(now=NOW)


def standing(rule_id, on=TODAY):
    from tests.people import person
    from tradewind.engine.access import OWNER

    return queries.rule_rows(person("eve", OWNER), on).get(rule_id=rule_id).standing


def test_the_mirror_holds_every_row_of_the_files_and_twice_is_once():
    first = sync_rules(now=NOW)
    assert (first.new, first.changed, first.gone) == (len(load().rules), 0, 0)
    before = facts_hash()
    assert sync_rules(now=NOW + timedelta(days=1)) == type(first)(0, 0, 0)
    assert facts_hash() == before
    assert {row.rule_id: queries.rules.as_rule(row) for row in RuleRow.objects.all()} == {
        rule.id: rule for rule in load().rules
    }


def test_a_changed_row_is_written_again_and_one_gone_is_taken_out(mirror):
    from dataclasses import replace

    rules = list(load().rules)
    rules[0] = replace(rules[0], source="another page")
    found = sync_rules(now=NOW, rules=rules[:-1])
    assert (found.new, found.changed, found.gone) == (0, 1, 1)
    assert RuleRow.objects.get(rule_id=rules[0].id).source == "another page"


def test_an_own_row_stands_before_the_file_s_from_its_day_on(mirror, alice):
    row = RuleRow.objects.get(rule_id="amazon.referral.US.apparel.2024")
    pk = override_rule(
        row_id=row.pk,
        override=Override('shape = "flat"\ntiers = [{ rate = 0.12 }]', TODAY, "contract", "letter of May"),
        now=NOW, by=alice,
    )  # fmt: skip
    own = RuleRow.objects.get(pk=pk)
    assert (own.place, own.supersedes, own.keys_text) == ("own", row.rule_id, row.keys_text)
    book = queries.rulebook()
    assert book.find("referral_fee", TODAY, **SHOES).values["tiers"] == ((None, Decimal("0.12")),)
    assert book.find("referral_fee", TODAY - timedelta(days=1), **SHOES).id == row.rule_id
    assert (standing(row.rule_id), standing(own.rule_id)) == ("superseded", "confirmed")
    assert load().find("referral_fee", TODAY, **SHOES).id == row.rule_id


def test_an_own_row_ends_and_the_file_speaks_again(mirror, alice):
    row = RuleRow.objects.get(rule_id="amazon.cycle.US.2015")
    pk = override_rule(row_id=row.pk, override=Override("days = 7", TODAY, "r", "s"), now=NOW, by=alice)
    assert end_rules(row_ids=[pk], last_day=TODAY, now=NOW, by=alice) == 1
    book, ask = queries.rulebook(), {"channel": "amazon", "market": "US"}
    assert book.find("cycle", TODAY, **ask).values["days"] == 7
    assert book.find("cycle", TODAY + timedelta(days=1), **ask).values["days"] == 14
    before = facts_hash()
    with pytest.raises(Refused, match="rule: "):
        end_rules(row_ids=[row.pk], last_day=TODAY, now=NOW, by=alice)
    assert facts_hash() == before


@pytest.mark.parametrize(
    ("says", "field"),
    [("days = ", "says"), ("", "says"), ('days = "many"', "days"), ("dais = 7", "dais")],
)
def test_a_bad_override_is_refused_whole(mirror, alice, says, field):
    row = RuleRow.objects.get(rule_id="amazon.cycle.US.2015")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        override_rule(row_id=row.pk, override=Override(says, TODAY, "r", "s"), now=NOW, by=alice)
    assert refused.value.problems[0].field.split(": ")[-1] == field
    assert facts_hash() == before


def test_two_own_rows_for_one_question_and_day_are_refused(mirror, alice):
    row = RuleRow.objects.get(rule_id="amazon.cycle.US.2015")
    own = Override("days = 7", TODAY, "r", "s")
    override_rule(row_id=row.pk, override=own, now=NOW, by=alice)
    with pytest.raises(Refused, match="overlaps another row"):
        override_rule(row_id=row.pk, override=own, now=NOW, by=alice)


def test_past_its_known_life_a_row_is_answered_only_until_a_person_vouches_for_it(mirror, alice):
    ask = {"channel": "amazon", "market": "US", "tier": "large_bulky"}
    rule_id = "amazon.size.US.large_bulky.2024"
    with pytest.raises(Unconfirmed):
        queries.rulebook().find("size_tier", TODAY, **ask)
    assert standing(rule_id) == "past"
    assert queries.rules_past(TODAY) >= 1
    before = facts_hash()
    with pytest.raises(Refused, match="until: "):
        decide_rule(decision=Decision(rule_id, "confirmed", "read", "card"), now=NOW, by=alice)
    assert facts_hash() == before
    until = TODAY + timedelta(days=30)
    decide_rule(decision=Decision(rule_id, "confirmed", "read", "card", until), now=NOW, by=alice)
    assert queries.rulebook().find("size_tier", until, **ask).id == rule_id
    assert (standing(rule_id), standing(rule_id, until + timedelta(days=1))) == ("confirmed", "past")
    with pytest.raises(Unconfirmed):
        queries.rulebook().find("size_tier", until + timedelta(days=1), **ask)


def test_a_pack_is_tried_without_being_switched_on_and_may_be_adopted(mirror, alice):
    assert load_pack(pack="2027", name="p.toml", content=PACK, reason="announced", now=NOW, by=alice) == 2
    on, ask = date(2027, 2, 1), {"channel": "amazon", "market": "US", "category": "home"}
    book, tried = queries.rulebook(), queries.rulebook_with(pack="2027")
    assert (book.find("referral_fee", on, **ask).id, tried.find("referral_fee", on, **ask).id) == (
        "amazon.referral.US.default.2024", "next.default",
    )  # fmt: skip
    changes = {c.kind: c.values for c in diff(book, on, on, tried)}
    assert changes["cycle"] == (("days", 14, 21),)
    assert standing("next.cycle") == "pack"
    assert queries.packs(alice) == ["2027"]
    pk = RuleRow.objects.get(rule_id="next.cycle").pk
    assert adopt_rules(row_ids=[pk], reason="it came", now=NOW, by=alice) == 1
    assert queries.rulebook().find("cycle", on, channel="amazon", market="US").values["days"] == 21
    assert drop_pack(pack="2027", now=NOW, by=alice) == 1
    with pytest.raises(Refused, match="pack: "):
        drop_pack(pack="2027", now=NOW, by=alice)
    assert queries.rulebook().find("cycle", on, channel="amazon", market="US").values["days"] == 21


def test_a_pack_with_problems_is_refused_whole_and_names_them_all(mirror, alice):
    before = facts_hash()
    bad = PACK.replace(b"next.cycle", b"amazon.cycle.US.2015").replace(b"rate = 0.16", b"rate = 16")
    with pytest.raises(Refused) as refused:
        load_pack(pack="2027", name="p.toml", content=bad, reason="r", now=NOW, by=alice)
    assert [p.field.split(": ")[-1] for p in refused.value.problems] == ["tiers", "id"]
    assert facts_hash() == before


def test_the_proposed_rows_of_a_kind_and_market_can_be_tried():
    book = queries.rulebook_with(kind="storage_fee", market="US")
    ask = {"channel": "amazon", "market": "US", "size": "standard"}
    assert [r.values["amount"] for r in book.each("storage_fee", "season", TODAY, **ask)] == [
        Decimal("0.78"), Decimal("2.40"),
    ]  # fmt: skip
    assert queries.rulebook().each("storage_fee", "season", TODAY, **ask) == []
    assert RuleDecision.objects.count() == 0


def test_only_the_owner_overrides_and_loads(mirror, bob, charlie):
    pk = RuleRow.objects.first().pk
    before, own = facts_hash(), Override("days = 1", TODAY, "r", "s")
    for actor in (bob, charlie):
        for deed in (
            lambda by: override_rule(row_id=pk, override=own, now=NOW, by=by),
            lambda by: load_pack(pack="p", name="p.toml", content=PACK, reason="r", now=NOW, by=by),
            lambda by: adopt_rules(row_ids=[pk], reason="r", now=NOW, by=by),
            lambda by: end_rules(row_ids=[pk], last_day=TODAY, now=NOW, by=by),
            lambda by: drop_pack(pack="p", now=NOW, by=by),
        ):
            with pytest.raises(Denied):
                deed(actor)
    assert facts_hash() == before


def test_the_book_costs_one_query_and_is_remembered(django_assert_num_queries):
    first = queries.rulebook()
    with django_assert_num_queries(1):
        assert queries.rulebook() is first
