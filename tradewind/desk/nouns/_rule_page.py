"""The page of one rule: what it says, its neighbours in time, people's words, worked cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import RuleRow
from tradewind.desk.kernel import DATE, LINK, LONG, STATE, TIME, Column, Detail, Fact, Ref, Table
from tradewind.desk.nouns._rule_words import asked, kind_label, name_label, question, said, summary
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import ANY, Example

PLACES = {"book": _("Rule files"), "own": _("Own rows"), "pack": _("Packs to try")}
LEVELS = {"high": _("High"), "medium": _("Medium"), "low": _("Low")}


def today() -> date:
    """The day rules are shown for."""
    return timezone.now().date()


def rule_page(actor: Actor, pk: int) -> Detail | None:
    """One rule; None when there is none."""
    row: Any = queries.rule_rows(actor, today()).filter(pk=pk).first()
    if row is None:
        return None
    facts = [
        Fact(_("Kind"), kind_label(row.kind)),
        Fact(_("From"), row.valid_from, DATE),
        Fact(_("Until"), row.valid_to, DATE),
        Fact(_("Known until"), row.known, DATE),
        Fact(_("Confidence"), str(LEVELS.get(row.confidence, row.confidence))),
        Fact(_("Source"), row.source, LONG),
        Fact(_("Read on"), row.reviewed, DATE),
        Fact(_("Where it stands"), row.file or str(PLACES[row.place])),
    ]
    if row.note:
        facts.append(Fact(_("Note"), row.note, LONG))
    if row.made_by:
        facts += [
            Fact(_("Reason"), row.reason, LONG),
            Fact(_("By"), row.made_by),
            Fact(_("At"), row.made_at, TIME),
        ]
    if row.supersedes:
        facts.append(Fact(_("Instead of"), row.supersedes))
    return Detail(
        row.rule_id, f"{kind_label(row.kind)}: {question(row.keys)}", row.standing, tuple(facts),
        (_says(row), _neighbours(actor, row), _words_on(row), _cases(row)),
        alerts=tuple(_alerts(row)),
    )  # fmt: skip


def _alerts(row: Any) -> list[str]:
    if row.standing == "past":
        return [
            gettext(
                "What is known ends on %(day)s: past that day nothing is computed until a person confirms."
            )
            % {"day": row.known}
        ]
    if row.standing == "proposed":
        return [gettext("Off: nothing is computed with it until a person confirms.")]
    return []


def _says(row: RuleRow) -> Table:
    keys = [{"name": name_label(k), "value": asked(v)} for k, v in row.keys.items() if v != ANY]
    values = [{"name": name_label(k), "value": said(k, v)} for k, v in row.values.items()]
    columns = (Column("name", _("Name")), Column("value", _("Value"), wide=True))
    return Table(_("What it says"), columns, [*keys, *values])


def _neighbours(actor: Actor, row: RuleRow) -> Table:
    """The rows that answered the same question before and will after."""
    found: Any = (
        queries.rule_rows(actor, today())
        .filter(kind=row.kind, keys_text=row.keys_text)
        .order_by("valid_from", "id")
    )
    rows = [
        {
            "rule": Ref("rule_rows", one.pk, one.rule_id), "standing": one.standing, "from": one.valid_from,
            "until": one.valid_to, "says": summary(one.values),
        }
        for one in found[:50]
    ]  # fmt: skip
    columns = (
        Column("rule", _("Rule"), LINK), Column("standing", _("State"), STATE),
        Column("from", _("From"), DATE), Column("until", _("Until"), DATE),
        Column("says", _("Says"), wide=True),
    )  # fmt: skip
    return Table(_("Before and after"), columns, rows)


def _words_on(row: RuleRow) -> Table:
    rows = [
        {
            "verdict": d.verdict, "until": d.until, "reason": d.reason, "source": d.source,
            "by": d.decided_by, "at": d.decided_at,
        }
        for d in queries.decisions_on(row.rule_id)
    ]  # fmt: skip
    columns = (
        Column("verdict", _("State"), STATE), Column("until", _("Until"), DATE),
        Column("reason", _("Reason"), wide=True), Column("source", _("Source")),
        Column("by", _("By")), Column("at", _("At"), TIME),
    )  # fmt: skip
    return Table(_("What people said"), columns, rows, _("Nobody has said a word on it."))


def _cases(row: RuleRow) -> Table:
    examples = [e for e in queries.rulebook().examples if e.kind == row.kind and _about(e, row)]
    rows = [{"name": e.name, "on": e.on, "expect": _expected(e)} for e in examples]
    columns = (
        Column("name", _("Case"), wide=True), Column("on", _("On"), DATE),
        Column("expect", pgettext_lazy("rule", "Expected"), wide=True),
    )  # fmt: skip
    return Table(_("Worked cases"), columns, rows, _("None of its own."))


def _about(example: Example, row: RuleRow) -> bool:
    return all(example.keys.get(name) == value for name, value in row.keys.items() if value != ANY)


def _expected(example: Example) -> str:
    if example.none:
        return gettext("no row is in force")
    if example.unconfirmed:
        return gettext("a person must confirm")
    return ", ".join(f"{name_label(name)} {said(name, value)}" for name, value in example.expect.items())
