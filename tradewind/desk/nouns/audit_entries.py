"""The audit at the desk: who did what, over which face, to which rows. Nothing here can be changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.models import AuditEntry
from tradewind.desk import words
from tradewind.desk.kernel import INT, TIME, Column, Detail, Fact, Filter, Noun, Table
from tradewind.engine.access import Actor

PAIR = (Column("name", _("Name")), Column("value", _("Value"), wide=True))


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.audit_entries(actor)


def _sources(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(words.SOURCES.items())


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return sorted(words.KINDS.items(), key=lambda one: str(one[1]))


def _verb(entry: AuditEntry) -> str:
    return words.verb(str(json.loads(entry.detail).get("verb", "")))


def _count(entry: AuditEntry) -> int:
    return len(json.loads(entry.ids))


def _detail(actor: Actor, pk: int) -> Detail | None:
    entry = _rows(actor).filter(pk=pk).first()
    if entry is None:
        return None
    said = [
        {"name": k, "value": v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)}
        for k, v in json.loads(entry.detail).items()
    ]
    return Detail(
        f"{_verb(entry)} · {words.kind(entry.kind)}",
        entry.actor,
        "",
        (
            Fact(_("When"), entry.at, TIME),
            Fact(_("Who"), entry.actor),
            Fact(_("Role"), words.role(entry.role)),
            Fact(_("Over"), words.source(entry.source)),
            Fact(_("Kind"), words.kind(entry.kind)),
            Fact(_("Right"), entry.action),
            Fact(_("Rows"), entry.ids if len(entry.ids) < 400 else entry.ids[:400] + " …"),
            Fact(_("Request key"), entry.key or ""),
            Fact(_("Hash"), entry.hash),
        ),
        (Table(_("What was said"), PAIR, said),),
    )


NOUN = Noun(
    code="audit_entries",
    label=_("Audit"),
    stage=7,
    place=90,
    icon="scroll-text",
    prefix="aud",
    view="audit.view",
    rows=_rows,
    columns=(
        Column("at", _("When"), TIME),
        Column("actor", _("Who")),
        Column("role", _("Role"), value=lambda e: words.role(e.role)),
        Column("source", _("Over"), value=lambda e: words.source(e.source)),
        Column("verb", _("What"), value=_verb, wide=True),
        Column("kind", _("Kind"), value=lambda e: words.kind(e.kind)),
        Column("rows", _("Rows"), INT, _count),
    ),
    detail=_detail,
    order="-id",
    search=("actor__istartswith", "kind__istartswith"),
    filters=(Filter("source", _("Over"), "source", _sources), Filter("kind", _("Kind"), "kind", _kinds)),
    empty=_("Nothing was done yet."),
    title_of="action",
    note=_("Every business act, chained by hash: the database refuses to change or remove an entry."),
)
