"""A person's word on rows of the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import RuleDecision
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import CONFIRMED, REFUSED, Rulebook
from tradewind.rules import load


@dataclass(frozen=True, slots=True)
class Decision:
    """confirmed or refused, why, and on which source the person stands."""

    rule_id: str
    verdict: str
    reason: str
    source: str


def decide_rules(
    *, decisions: Sequence[Decision], now: datetime, by: Actor, rulebook: Rulebook | None = None
) -> None:
    """Confirm or refuse rule rows. Refused when a row does not exist or the rows would then clash."""
    with acting(by, "rules.confirm", kind="rule", now=now) as act:
        book = rulebook or load()
        found = Findings()
        made = []
        for row, one in rows(decisions):
            found.at(row)
            if book.by_id(one.rule_id) is None:
                found.add("rule_id", one.rule_id, _("there is no such rule"))
            made.append(
                RuleDecision(
                    rule_id=one.rule_id,
                    verdict=found.one_of("verdict", one.verdict, (CONFIRMED, REFUSED)),
                    reason=found.text("reason", one.reason, 5000),
                    source=found.text("source", one.source, 300),
                    decided_by=by.name,
                    decided_at=now,
                )
            )
        found.fresh("rule_id", [d.rule_id for d in made], ())
        found.settle()
        before = dict(RuleDecision.objects.values_list("rule_id", "verdict"))
        book.with_decisions({**before, **{d.rule_id: d.verdict for d in made}})
        RuleDecision.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["rule_id"],
            update_fields=["verdict", "reason", "source", "decided_by", "decided_at"],
        )
        act.note(
            verb="decide_rules",
            after={d.rule_id: d.verdict for d in made},
            before={d.rule_id: before[d.rule_id] for d in made if d.rule_id in before},
        )


def decide_rule(*, decision: Decision, now: datetime, by: Actor, rulebook: Rulebook | None = None) -> None:
    """Decide one rule row."""
    decide_rules(decisions=[decision], now=now, by=by, rulebook=rulebook)
