import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tradewind.apps.markets import queries
from tradewind.apps.markets.models import RuleDecision
from tradewind.apps.markets.operations import Decision, decide_rule, decide_rules
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.rulebook import build, parse_rules

pytestmark = pytest.mark.django_db


def a_rule():
    return queries.rulebook().rules[0]


def test_a_decision_of_the_owner_counts_in_the_rulebook(alice):
    rule = a_rule()
    decide_rule(decision=Decision(rule.id, "refused", "out of date", "official journal"), now=NOW, by=alice)
    assert not queries.rulebook().active(rule)
    decide_rule(decision=Decision(rule.id, "confirmed", "read again", "official journal"), now=NOW, by=alice)
    assert queries.rulebook().active(rule)
    assert RuleDecision.objects.count() == 1


def test_a_decision_on_no_rule_or_without_reason_is_refused_whole(alice):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        decide_rules(
            decisions=[Decision("no.such", "maybe", "", "")], rulebook=build([parse_rules("e.toml", "")]),
            now=NOW, by=alice,
        )  # fmt: skip
    assert {p.field for p in refused.value.problems} == {"rule_id", "verdict", "reason", "source"}
    assert facts_hash() == before


def test_only_the_owner_decides_on_rules(bob, charlie):
    before = facts_hash()
    for actor in (bob, charlie):
        with pytest.raises(Denied):
            decide_rule(decision=Decision("x", "confirmed", "r", "s"), now=NOW, by=actor)
    assert facts_hash() == before
