"""A person's word on rows of the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import RuleDecision, RuleRow
from tradewind.apps.markets.queries.rules import rulebook as in_force
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.org.operations.checking import rows as numbered
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import CONFIRMED, REFUSED, Rulebook


@dataclass(frozen=True, slots=True)
class Decision:
    """confirmed or refused, why, and on which source the person stands.

    `until`: the last day the person vouches for; a row past its known life needs one.
    """

    rule_id: str
    verdict: str
    reason: str
    source: str
    until: date | None = None


def decide_rules(
    *, decisions: Sequence[Decision], now: datetime, by: Actor, rulebook: Rulebook | None = None
) -> None:
    """Confirm or refuse rule rows. Refused when a row does not exist or the rows would then clash."""
    with acting(by, "rules.confirm", kind="rule", now=now) as act:
        book = rulebook or in_force()
        found = Findings()
        made = []
        for row, one in numbered(decisions):
            found.at(row)
            _check_life(found, book, one, now.date())
            made.append(
                RuleDecision(
                    rule_id=one.rule_id,
                    verdict=found.one_of("verdict", one.verdict, (CONFIRMED, REFUSED)),
                    reason=found.text("reason", one.reason, 5000),
                    source=found.text("source", one.source, 300),
                    until=one.until,
                    decided_by=by.name,
                    decided_at=now,
                )
            )
        found.fresh("rule_id", [d.rule_id for d in made], ())
        found.settle()
        before = dict(RuleDecision.objects.values_list("rule_id", "verdict"))
        book.with_decisions({**before, **{d.rule_id: d.verdict for d in made}})  # refused where rows clash
        RuleDecision.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["rule_id"],
            update_fields=["verdict", "until", "reason", "source", "decided_by", "decided_at"],
        )
        rows = RuleRow.objects.filter(rule_id__among=sorted({d.rule_id for d in made}))
        act.ids = list(rows.values_list("pk", flat=True))
        act.note(
            verb="decide_rules",
            after={d.rule_id: d.verdict for d in made},
            before={d.rule_id: before[d.rule_id] for d in made if d.rule_id in before},
        )


def _check_life(found: Findings, book: Rulebook, one: Decision, today: date) -> None:
    """The row exists, and who confirms it past its known life says until when."""
    rule = book.by_id(one.rule_id)
    if rule is None:
        found.add("rule_id", one.rule_id, _("there is no such rule"))
        return
    if one.verdict != CONFIRMED:
        return
    known_to = book.known_to(rule)
    if known_to is not None and known_to < today and (one.until is None or one.until < today):
        found.add(
            "until", one.until or "", _("the rule is past its known life: say until when you vouch for it"),
            _("a day from %(day)s on") % {"day": today},
        )  # fmt: skip
    elif one.until is not None and one.until < rule.valid_from:
        found.add("until", one.until, _("lies before its first day"), str(rule.valid_from))


def decide_rule(*, decision: Decision, now: datetime, by: Actor, rulebook: Rulebook | None = None) -> None:
    """Decide one rule row."""
    decide_rules(decisions=[decision], now=now, by=by, rulebook=rulebook)
