"""People's word on rows of the rulebook, at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.operations import Decision, decide_rule
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LONG,
    NONE,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Table,
)
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import CONFIRMED, REFUSED


def _verdicts(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return [(CONFIRMED, _("Confirm")), (REFUSED, _("Refuse"))]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.rule_decisions(actor).filter(pk=pk).first()
    if row is None:
        return None
    rule = queries.rulebook().by_id(row.rule_id)
    said = [{"name": k, "value": str(v)} for k, v in {**rule.keys, **rule.values}.items()] if rule else []
    facts = [
        Fact(_("Reason"), row.reason, LONG),
        Fact(_("Source"), row.source),
        Fact(_("By"), row.decided_by),
        Fact(_("At"), row.decided_at, TIME),
        Fact(_("Vouched for until"), row.until, DATE),
    ]
    if rule:
        facts += [Fact(_("From"), rule.valid_from, DATE), Fact(_("Until"), rule.valid_to, DATE)]
    return Detail(
        row.rule_id,
        rule.source if rule else "",
        row.verdict,
        tuple(facts),
        (
            Table(
                _("What it says"), (Column("name", _("Name")), Column("value", _("Value"), wide=True)), said
            ),
        ),
        alerts=() if rule else (_("This rule no longer exists; the decision does nothing."),),
    )


def _decide(call: Call) -> Outcome:
    v = call.values
    word = Decision(v["rule"], v["verdict"], v["reason"], v["source"], v["until"])
    decide_rule(decision=word, now=call.now, by=call.by)
    return Outcome(_("The decision counts from now on."), 1)


NOUN = Noun(
    code="rule_decisions",
    label=_("Rule decisions"),
    stage=1,
    place=40,
    icon="gavel",
    prefix="rul",
    view="markets.view",
    rows=queries.rule_decisions,
    columns=(
        Column("rule_id", _("Rule"), sort="rule_id", wide=True),
        Column("verdict", _("State"), STATE),
        Column("until", _("Vouched for until"), DATE),
        Column("reason", _("Reason")),
        Column("source", _("Source")),
        Column("decided_by", _("By")),
        Column("decided_at", _("At"), TIME, sort="decided_at"),
    ),
    detail=_detail,
    order="-decided_at",
    search=("rule_id__icontains",),
    state_field="verdict",
    states=((CONFIRMED, _("Confirmed"), "good"), (REFUSED, _("Turned down"), "bad")),
    actions=(
        Action("decide", _("Decide on a rule"), _decide, "rules.confirm", NONE, (
            Field("rule", _("Rule"), help=_("The id as it stands under Rules")),
            Field("verdict", _("Decision"), CHOICE, choices=_verdicts),
            Field("until", _("Vouched for until"), DATE, False),
            Field("reason", _("Reason"), LONG),
            Field("source", _("Source"), help=_("The document you read")),
        ), key="n"),
    ),
    empty=_("No decision yet: confirm or refuse under Rules."),
    title_of="rule_id",
    note=_("Every word people said of a rule; what they say now is said under Rules."),
)  # fmt: skip
