"""Questions to the profit explorer that a person keeps."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit import queries
from tradewind.apps.profit.models import SavedView
from tradewind.apps.profit.operations import forget_views, save_view
from tradewind.desk.kernel import (
    LINK,
    MANY,
    NONE,
    TIME,
    Action,
    Aim,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
)
from tradewind.desk.nouns._profit import DIMENSIONS
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

ASKED = ("rows", "then", "across", "measure", "since", "until", *DIMENSIONS, "shared")


def _open(view: SavedView) -> Aim:
    return Aim(view.name, "tools/profit_explorer/", view.question)


def _said(view: SavedView) -> str:
    return ", ".join(f"{name}: {value}" for name, value in view.question.items())


def _detail(actor: Actor, pk: int) -> Detail | None:
    view = queries.saved_views(actor).filter(pk=pk).first()
    if view is None:
        return None
    return Detail(
        view.name,
        facts=(
            Fact(_("Open"), _open(view), LINK),
            Fact(_("Question"), _said(view)),
            Fact(_("Kept at"), view.saved_at, TIME),
        ),
    )


def question_of(text: str) -> dict[str, str]:
    """The fields of a question written as in the explorer's address; Refused for a field it does not have."""
    given = dict(parse_qsl(text.strip().partition("?")[2] or text.strip()))
    problems = [
        Problem(None, "question", name[:40], _now("the explorer has no such field"), ", ".join(ASKED))
        for name in given
        if name not in ASKED
    ]
    if not given.get("rows"):
        problems.append(Problem(None, "question", text[:80], _now("it names no rows"), "rows=sku"))
    if problems:
        raise Refused(problems)
    return given


def _save(call: Call) -> Outcome:
    question = question_of(call.values["question"])
    view = save_view(name=call.values["name"], question=question, now=call.now, by=call.by)
    return Outcome(
        _now("Kept as %(name)s.") % {"name": view.name}, 1, Ref("profit_views", view.pk, view.name)
    )


def _forget(call: Call) -> Outcome:
    return Outcome(_now("Removed."), forget_views(ids=call.ids, now=call.now, by=call.by))


def _name(view: Any) -> str:
    return str(view.name)


NOUN = Noun(
    code="profit_views",
    label=_("My profit views"),
    stage=6,
    place=47,
    icon="bookmark",
    prefix="pvw",
    view="profit.view",
    rows=queries.saved_views,
    columns=(
        Column("name", _("Name"), value=_name, sort="name"),
        Column("open", _("Open"), LINK, _open),
        Column("question", _("Question"), value=_said, wide=True),
        Column("saved_at", _("Kept at"), TIME, sort="saved_at"),
    ),
    detail=_detail,
    order="name",
    search=("name__icontains",),
    actions=(
        Action(
            "save", _("Keep a view"), _save, "profit.view", NONE,
            (
                Field("name", _("Name"), help=_("A view of the same name is replaced")),
                Field("question", _("Question"), help=_("As it stands in the address of the explorer")),
            ),
        ),
        Action("forget", _("Remove"), _forget, "profit.view", MANY, danger=True),
    ),
    empty=_("Ask the profit explorer, then keep the view."),
    audit_kind="profit_view",
    title_of="name",
)  # fmt: skip
