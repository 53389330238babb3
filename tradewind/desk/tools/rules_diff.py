"""What changed in the rules between two days, or would with a pack: the old answer and the new."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, STATE, Column, Fact, Field, Table
from tradewind.desk.nouns._rule_words import KINDS, choices, kind_label, name_label, question, said
from tradewind.engine.access import Actor
from tradewind.engine.rule_data import plain
from tradewind.engine.rule_diff import CAME, CHANGED, ENDED, WENT, Change, diff

CHANGES = {
    CAME: _("Came"),
    WENT: _("Went"),
    CHANGED: _("Changed"),
    ENDED: _("Past its known life"),
}


def _said(change: Change, name: str, value: Any, *, new: bool) -> str:
    """A value as its author wrote it, in words."""
    row = change.new if new else change.old
    if value is None or row is None:
        return ""
    return said(name, plain(row.said.get(name, value)))


def _rows(change: Change) -> list[dict[str, Any]]:
    head = {
        "change": str(CHANGES[change.change]),
        "kind": kind_label(change.kind),
        "of": question(change.keys),
        "rule": change.rule.id,
        "source": change.rule.source,
    }
    rows = [
        {
            **head, "value": name_label(name), "old": _said(change, name, old, new=False),
            "new": _said(change, name, new, new=True),
        }
        for name, old, new in change.values
    ]  # fmt: skip
    if change.change == ENDED:
        why = gettext("a person must confirm")
        return [{**head, "value": "", "old": "", "new": why}]
    return rows or [{**head, "value": "", "old": "", "new": ""}]


def _wanted(row: Any, change: Change) -> bool:
    kind, market = row["kind"], (row["market"] or "").strip().upper()
    return (not kind or change.kind == kind) and (not market or change.keys.get("market") == market)


def _run(ask: Ask) -> list[Answer]:
    book = queries.rulebook()
    return [_answer(book, row) for row in ask.rows]


def _answer(book: Any, row: Any) -> Answer:
    other = queries.rulebook_with(pack=row["pack"]) if row["pack"] else None
    changes = [c for c in diff(book, row["a"], row["b"], other) if _wanted(row, c)]
    lines = [line for change in changes for line in _rows(change)]
    counts = {word: sum(1 for c in changes if c.change == word) for word in CHANGES}
    return Answer(
        title=f"{row['a']} → {row['b']}",
        facts=tuple(Fact(CHANGES[word], counts[word], INT) for word in CHANGES),
        tables=(
            Table(
                _("What changed"),
                (
                    Column("change", _("Change"), STATE),
                    Column("kind", _("Kind")),
                    Column("of", _("Of what"), wide=True),
                    Column("value", _("Value")),
                    Column("old", _("Before")),
                    Column("new", _("After"), wide=True),
                    Column("rule", _("Rule")),
                    Column("source", _("Source")),
                ),
                lines,
                _("Nothing changed: every question has the same answer on both days."),
            ),
        ),
        figures={"a": row["a"], "b": row["b"], **counts},
    )


def _kinds(_actor: Actor) -> list[tuple[str, Any]]:
    return choices(KINDS)


def _packs(actor: Actor) -> list[tuple[str, str]]:
    return [(name, name) for name in queries.packs(actor)]


TOOL = Tool(
    code="rules_diff",
    label=_("What changed in the rules"),
    stage=1,
    place=39,
    icon="git-compare",
    view="markets.view",
    fields=(
        Field("a", _("First day"), DATE),
        Field("b", _("Second day"), DATE),
        Field("kind", _("Kind"), CHOICE, False, choices=_kinds),
        Field(
            "market", _("Market"), required=False, help=_("A market or group as rules name it, e.g. US or EU")
        ),
        Field(
            "pack", _("With a pack"), CHOICE, False, choices=_packs, help=_("The second day answers with it")
        ),
    ),
    run=_run,
    note=_("For the same question: what the rulebook said on one day, and what it says on another."),
    example={"a": "2026-06-30", "b": "2026-07-01"},
)
