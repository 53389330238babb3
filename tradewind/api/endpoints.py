"""The endpoints of a noun, made from the desk: list, one, export, every action. None is known by name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError as ModelError
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.params.models import Body, Query
from pydantic import BaseModel

from tradewind.api.errors import NotFound, failures, problem_data
from tradewind.api.once import answer, answered_once
from tradewind.api.shapes import (
    DetailShape,
    OutcomeShape,
    body_shape,
    list_shape,
    query_shape,
    row_data,
)
from tradewind.desk.doing import do
from tradewind.desk.export import csv_lines, table
from tradewind.desk.kernel import FILE, NONE, Action, Noun, Outcome, Upload
from tradewind.desk.listing import PAGE, Wish, page
from tradewind.desk.rows import allowed_detail, plain_detail
from tradewind.desk.values import plain
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

FAILED = frozenset({401, 403, 404, 422})
VERB_FAILED = FAILED | {400, 409, 502}
CSV = {"description": "CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}


def add_noun(api: NinjaAPI, noun: Noun) -> None:
    """Every endpoint of one noun."""
    tags = [noun.code]
    query = query_shape(noun)
    api.get(
        f"/{noun.code}",
        response=list_shape(noun),
        openapi_extra={"responses": failures(FAILED)},
        tags=tags,
        exclude_unset=True,
        operation_id=f"{noun.code}_list",
        summary=f"List {noun.label}",
        description=str(noun.note),
    )(_typed(_listing(noun), asked=Annotated[query, Query(...)]))
    api.get(
        f"/{noun.code}/export.csv",
        tags=tags,
        operation_id=f"{noun.code}_export",
        summary="What is filtered, as CSV",
        openapi_extra={"responses": {200: CSV, **failures(FAILED)}},
    )(_typed(_export(noun), asked=Annotated[query, Query(...)]))
    api.get(
        f"/{noun.code}/{{row_id}}",
        response=DetailShape,
        openapi_extra={"responses": failures(FAILED)},
        tags=tags,
        operation_id=f"{noun.code}_show",
        summary="One row",
    )(_typed(_showing(noun), row_id=str))
    for one in noun.actions:
        api.post(
            f"/{noun.code}/actions/{one.code}",
            response=OutcomeShape,
            tags=tags,
            operation_id=f"{noun.code}_{one.code}",
            summary=str(one.label),
            description=_words(one),
            openapi_extra={"parameters": [KEY_HEADER], "responses": failures(VERB_FAILED)},
        )(_typed(_doing(noun, one), given=Annotated[body_shape(noun, one), Body(...)]))


KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 120},
    "description": "Sent again with the same body it gives the same answer and has no second effect.",
}


def _words(one: Action) -> str:
    states = f" From: {', '.join(one.states)}." if one.states else ""
    return f"Needs {one.permission}.{states}"


def _typed(view: Callable[..., Any], **kinds: Any) -> Callable[..., Any]:
    """Annotations made at run time, which is how the framework learns a noun's shapes."""
    view.__annotations__ = {"request": HttpRequest, **kinds}
    return view


def _wish(noun: Noun, actor: Actor, request: HttpRequest, asked: BaseModel) -> Wish:
    data = asked.model_dump()
    problems = [
        Problem(None, name, "", _("unknown parameter"), ", ".join(data))
        for name in request.GET
        if name not in data
    ]
    problems += [
        Problem(None, name, "", _("not acceptable text")) for name, v in data.items() if "\x00" in str(v)
    ]
    filters = {f.name: data[f.name] for f in noun.filters if data[f.name]}
    for one in noun.filters:
        if one.name in filters and filters[one.name] not in {str(v) for v, _label in one.choices(actor)}:
            problems.append(Problem(None, one.name, filters[one.name], _("not one of the choices")))
    if problems:
        raise Refused(problems)
    return Wish(
        data.get("state", ""),
        data["search"],
        filters,
        data.get("sort", ""),
        data["after"],
        data.get("limit", PAGE),
    )


def _listing(noun: Noun) -> Callable[..., Any]:
    def view(request: Any, asked: Any) -> Any:
        actor: Actor = request.auth
        actor.require(noun.view)
        wish = _wish(noun, actor, request, asked)
        try:
            found = page(noun, actor, wish)
        except (ValueError, ModelError) as exc:
            if not wish.after:
                raise
            raise Refused([Problem(None, "after", wish.after[:80], _("not a cursor of this list"))]) from exc
        return answer({"rows": [row_data(noun, actor, r) for r in found.rows], "next": found.next})

    return view


def _export(noun: Noun) -> Callable[..., Any]:
    def view(request: Any, asked: Any) -> Any:
        actor: Actor = request.auth
        actor.require(noun.view)
        lines = csv_lines(table(noun, actor, _wish(noun, actor, request, asked)))
        headers = {"Content-Disposition": f'attachment; filename="{noun.code}.csv"'}
        body = _apart(lines) if isinstance(request, ASGIRequest) else lines
        return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)

    return view


async def _apart(lines: Iterator[str]) -> AsyncIterator[str]:
    """Lines read in the request's own thread one piece at a time, so that memory stays flat under ASGI."""
    read: Any = sync_to_async(next, thread_sensitive=True)
    while (piece := await read(lines, None)) is not None:
        yield piece


def _showing(noun: Noun) -> Callable[..., Any]:
    def view(request: Any, row_id: Any) -> Any:
        actor: Actor = request.auth
        actor.require(noun.view)
        pk = noun.row_id(row_id)
        found = (
            None
            if pk is None or not noun.rows(actor).filter(pk=pk).exists()
            else allowed_detail(noun, actor, pk)
        )
        if found is None or pk is None:
            raise NotFound(_("there is no such row"))
        return answer(plain_detail(noun, pk, found))

    return view


def _doing(noun: Noun, one: Action) -> Callable[..., Any]:
    def view(request: Any, given: Any) -> Any:
        actor: Actor = request.auth
        actor.require(noun.view)
        actor.require(one.permission)
        return answered_once(request, actor, lambda: _do(noun, one, actor, given))

    return view


def _do(noun: Noun, one: Action, actor: Actor, given: BaseModel) -> dict[str, Any]:
    ids = () if one.on == NONE else _ids(noun, actor, given.ids)  # type: ignore[attr-defined]
    values = _values(one, given.values)  # type: ignore[attr-defined]
    return outcome_data(do(noun, one.code, by=actor, ids=ids, given=values, now=timezone.now()))


def _ids(noun: Noun, actor: Actor, texts: list[str]) -> list[int]:
    """Rows the caller may see; one foreign or unknown id and nothing is done."""
    ids = [noun.row_id(text) for text in texts]
    wanted = {pk for pk in ids if pk is not None}
    if None in ids or noun.rows(actor).filter(id__among=sorted(wanted)).count() != len(wanted):
        raise NotFound(_("there is no such row"))
    return [pk for pk in ids if pk is not None]


def _values(one: Action, given: BaseModel) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in one.fields:
        value = getattr(given, field.name)
        if value is None:
            continue
        if field.kind == FILE:
            try:
                out[field.name] = Upload(value.name, base64.b64decode(value.base64, validate=True))
            except (binascii.Error, ValueError) as exc:
                raise Refused([Problem(None, field.name, value.name, _("not base64"))]) from exc
        else:
            out[field.name] = value
    if one.lines:
        lines: list[BaseModel] = given.lines  # type: ignore[attr-defined]
        out["lines"] = [line.model_dump(exclude_none=True) for line in lines]
    return out


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """An Outcome in its shape."""
    return {
        "message": str(outcome.message),
        "changed": outcome.changed,
        "goto": plain(outcome.goto) if outcome.goto else None,
        "problems": [problem_data(p) for p in outcome.problems],
        "detail": plain(outcome.detail),
    }
