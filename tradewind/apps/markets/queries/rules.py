"""Questions about the rules in force and what people said of them."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import QuerySet

from tradewind.apps.markets.models import RuleDecision
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import Rulebook
from tradewind.rules import load


@lru_cache(maxsize=8)
def _decided(decisions: tuple[tuple[str, str], ...]) -> Rulebook:
    return load().with_decisions(dict(decisions))


def rulebook() -> Rulebook:
    """The dated rules as shipped, under the decisions people took."""
    return _decided(tuple(RuleDecision.objects.order_by("rule_id").values_list("rule_id", "verdict")))


def rule_decisions(actor: Actor) -> QuerySet[RuleDecision]:
    """What people said of rule rows."""
    actor.require("markets.view")
    return RuleDecision.objects.all()
