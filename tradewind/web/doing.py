"""Any action of any noun: its form, its preview, its run. What was typed is never lost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tradewind.db.states import WrongState
from tradewind.desk import doing
from tradewind.desk.kernel import FILE, FLAG, NONE, ONE, Action, Field, Noun, Outcome, Upload
from tradewind.desk.listing import matching
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.web import clock, errors
from tradewind.web.details import pk_of
from tradewind.web.kept import touch
from tradewind.web.kit import cells, wish
from tradewind.web.kit.lines import line_controls, read_lines, where
from tradewind.web.lists import noun_or_404, shown_store
from tradewind.web.once import run_once
from tradewind.web.store import Choice, narrowed
from tradewind.web.who import actor_of

SHOWN = 12  # chosen rows named in a preview


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for an action: on which rows, from where."""

    noun: Noun
    action: Action
    actor: Actor
    ids: tuple[int, ...]
    everything: bool  # all rows that fit the list's filters
    query: str
    origin: str  # list or detail
    store: Choice | None  # to which the list was narrowed


def _asked(request: HttpRequest, code: str, verb: str) -> Asked:
    actor = actor_of(request)
    noun = noun_or_404(code)
    actor.require(noun.view)
    try:
        action = doing.action(noun, verb)
    except KeyError:
        raise Http404 from None
    actor.require(action.permission)
    data = request.POST if request.method == "POST" else request.GET
    everything = data.get("_all") == "1" and action.on not in (NONE, ONE)
    query = data.get("_wish", "")
    store = shown_store(request, data) if everything else None
    seen_as = narrowed(noun, actor, store)
    ids = _matching(noun, seen_as, query) if everything else tuple(pk_of(noun, p) for p in data.getlist("id"))
    origin = "detail" if data.get("_from") == "detail" else "list"
    return Asked(noun, action, actor, ids, everything, query, origin, store)


def _matching(noun: Noun, actor: Actor, query: str) -> tuple[int, ...]:
    want = wish.read(noun, wish.asked(noun, wish.parse(query)))
    return tuple(matching(noun, actor, want).order_by("id").values_list("id", flat=True))


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, noun: str, action: str) -> HttpResponse:
    """GET: the form with a preview of what it acts on. POST: run it."""
    asked = _asked(request, noun, action)
    if request.method == "GET":
        return _form(request, asked, request.GET, ())
    given = _given(asked.action, request)
    key = request.POST.get("_key", "")[:64] or uuid.uuid4().hex
    now = clock.now()

    def work(taken: str) -> Outcome:
        return doing.do(asked.noun, action, by=asked.actor, ids=asked.ids, given=given, now=now, key=taken)

    try:
        outcome = run_once(request, asked.actor, key, now, work)
        touch(asked.noun.code)
    except Refused as exc:
        return _problems(request, asked, exc.problems)
    except WrongState as exc:
        return _problems(request, asked, (Problem(None, "", "", errors.moved_on(exc)),))
    return _done(request, asked, outcome)


def _given(action: Action, request: HttpRequest) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for one in action.fields:
        if one.kind == FILE:
            file = request.FILES.get(one.name)
            out[one.name] = Upload(file.name or one.name, file.read()) if file else None
        elif one.kind == FLAG:
            out[one.name] = request.POST.get(one.name, "0")
        else:
            out[one.name] = request.POST.get(one.name)
    if action.lines:
        out["lines"] = read_lines(action.lines, request.POST)
    return out


def _controls(asked: Asked, data: QueryDict, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        _control(f, asked.actor, data, [p for p in problems if p.field == f.name])
        for f in asked.action.fields
    ]


def _control(one: Field, actor: Actor, data: QueryDict, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "field": one,
        "name": one.name,
        "choices": one.choices(actor) if one.choices else None,
        "value": data.get(one.name, one.initial) if one.kind != FILE else "",
        "problems": problems,
    }


def _form(
    request: HttpRequest, asked: Asked, data: QueryDict, problems: Sequence[Problem], status: int = 200
) -> HttpResponse:
    names = {f.name for f in asked.action.fields}
    lined = asked.action.lines
    context = {
        "heads": [f.label for f in lined],
        "lines": line_controls(lined, asked.actor, read_lines(lined, data)),
        "asked": asked,
        "noun": asked.noun,
        "action": asked.action,
        "controls": _controls(asked, data, problems),
        "problems": _placed(asked.action, [p for p in problems if p.field not in names]),
        "count": len(asked.ids),
        "publics": [] if asked.everything else [asked.noun.public_id(pk) for pk in asked.ids],
        "named": _named(asked),
        "more": max(len(asked.ids) - SHOWN, 0),
        "key": data.get("_key") or uuid.uuid4().hex,
        "back": _back(asked),
        "multipart": any(f.kind == FILE for f in asked.action.fields),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "kit/form_part.html" if part else "kit/form.html", context, status=status)


def _placed(action: Action, problems: Sequence[Problem]) -> list[Problem]:
    """Problems that stand above the form, those of lines saying which line."""
    lined = {f.name: f.label for f in action.lines}
    return [
        replace(p, reason=f"{where(p.field, lined)}: {p.reason}") if p.field.startswith("lines.") else p
        for p in problems
    ]


def _named(asked: Asked) -> list[str]:
    """Names of the first chosen rows, so that a person sees what will be touched."""
    if asked.action.on == NONE or not asked.ids:
        return []
    rows = asked.noun.rows(asked.actor).filter(id__in=asked.ids[:SHOWN]).order_by("id")
    return [title(asked.noun, row) for row in rows]


def title(noun: Noun, row: Any) -> str:
    """What a row is called in search results and previews."""
    if callable(noun.title_of):
        return str(noun.title_of(row))
    value = row
    for part in noun.title_of.split("."):
        value = getattr(value, part, None)
    return str(value) if value is not None else noun.public_id(row.pk)


def _back(asked: Asked) -> str:
    if asked.origin == "detail" and len(asked.ids) == 1:
        return f"/{asked.noun.code}/{asked.noun.public_id(asked.ids[0])}/"
    return f"/{asked.noun.code}/" + (f"?{asked.query}" if asked.query else "")


def _problems(request: HttpRequest, asked: Asked, problems: Sequence[Problem]) -> HttpResponse:
    """422: for a script only the problems, so that the form keeps everything, chosen files too."""
    if not request.headers.get("HX-Request"):
        return _form(request, asked, request.POST, problems, 422)
    labels = {f.name: f.label for f in asked.action.fields}
    lined = {f.name: f.label for f in asked.action.lines}
    listed = [(p, labels.get(p.field) or where(p.field, lined)) for p in problems]
    response = render(request, "kit/problems.html", {"problems": listed}, status=422)
    if request.POST.get("_quick") != "1":
        response["HX-Retarget"], response["HX-Reswap"] = "#problems", "innerHTML"
    return response


def _done(request: HttpRequest, asked: Asked, outcome: Outcome) -> HttpResponse:
    """Say what was done and go on: a message over the list, the new row's page, or rows left undone."""
    goto = cells.address(outcome.goto) if outcome.goto else ""
    part = bool(request.headers.get("HX-Request"))
    if outcome.problems or (outcome.detail and not goto):
        context = {
            "noun": asked.noun,
            "action": asked.action,
            "outcome": outcome,
            "goto": goto,
        }
        context["back"] = goto or _back(asked)
        response = render(request, "kit/outcome_part.html" if part else "kit/outcome.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
        response["HX-Trigger"] = json.dumps({"tw:changed": {}})
        return response
    if part and not goto and asked.origin == "list":
        return HttpResponse(
            status=204, headers={"HX-Trigger": json.dumps({"tw:done": {"message": str(outcome.message)}})}
        )
    messages.success(request, str(outcome.message))
    target = goto or _back(asked)
    if part:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
