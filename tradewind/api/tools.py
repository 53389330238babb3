"""The endpoint of a tool: one question or many, one answer each, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.params.models import Body
from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as Shape

from tradewind.api.errors import NotFound, failures
from tradewind.api.once import answer
from tradewind.api.shapes import FactShape, TableShape
from tradewind.desk.asking import MOST, Tool, ask, plain_answer, sheet_of
from tradewind.desk.export import csv_lines
from tradewind.desk.kernel import Field
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Refused

FAILED = frozenset({400, 401, 403, 422})
CSV = {"description": "CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}


class ProblemOfRow(BaseModel):
    """Why a question has no answer, or no whole one."""

    field: str
    value: str
    reason: str
    accepted: str


class AnswerShape(BaseModel):
    """One answer; what you may not see is absent."""

    title: str
    figures: dict[str, Any]
    facts: list[FactShape]
    tables: list[TableShape]
    breakdowns: list[dict[str, Any]]
    alerts: list[str]
    problems: list[ProblemOfRow]


class AnswersShape(BaseModel):
    """As many answers as there were rows, in their order."""

    answers: list[AnswerShape]


def add_tool(api: NinjaAPI, tool: Tool) -> None:
    """POST /tools/<code>."""

    def view(request: Any, given: Any) -> Any:
        actor: Actor = request.auth
        rows = [row.model_dump(exclude_unset=True) for row in given.rows]
        return answer({"answers": answers(tool, actor, rows)})

    view.__annotations__ = {"request": HttpRequest, "given": Annotated[_body(tool), Body(...)]}
    route: Callable[..., Any] = api.post(
        f"/tools/{tool.code}",
        response=AnswersShape,
        openapi_extra={"responses": failures(FAILED)},
        tags=["tools"],
        operation_id=f"tool_{tool.code}",
        summary=str(tool.label),
        description=f"{tool.note} Needs {tool.view}. 422 when no row could be answered.".strip(),
    )
    route(view)
    if tool.sheets:
        _add_files(api, tool)


def _add_files(api: NinjaAPI, tool: Tool) -> None:
    """POST /tools/<code>/files/<name>: one question, the file of its answer as CSV."""

    def view(request: Any, name: Any, given: Any) -> Any:
        (row, *_more) = [row.model_dump(exclude_unset=True) for row in given.rows]
        try:
            rows = sheet_of(tool, name, by=request.auth, given=row, now=timezone.now())
        except KeyError:
            raise NotFound(_("there is no such row")) from None
        headers = {"Content-Disposition": f'attachment; filename="{tool.code}-{name}.csv"'}
        text = "".join(csv_lines(rows))
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)

    body = _body(tool, "File")
    view.__annotations__ = {"request": HttpRequest, "name": str, "given": Annotated[body, Body(...)]}
    names = ", ".join(name for name, _label in tool.sheets)
    route: Callable[..., Any] = api.post(
        f"/tools/{tool.code}/files/{{name}}",
        openapi_extra={"responses": {200: CSV, **failures(FAILED | {404})}},
        tags=["tools"],
        operation_id=f"tool_{tool.code}_file",
        summary=f"{tool.label}: a file of its answer as CSV",
        description=f"Files: {names}. The first row is answered. Needs {tool.view}.",
    )
    route(view)


def answers(tool: Tool, actor: Actor, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers as data; Refused with all problems when not one row could be answered."""
    found = ask(tool, by=actor, given=rows, now=timezone.now())
    if all(one.problems and not one.figures for one in found):
        numbered = [replace(p, row=n) for n, one in enumerate(found, 1) for p in one.problems]
        raise Refused(numbered)
    return [plain_answer(tool, one, actor) for one in found]


def _body(tool: Tool, what: str = "") -> type[BaseModel]:
    """Values are read row by row, so that one bad row costs no other its answer."""
    name = "".join(part.title() for part in tool.code.split("_")) + what
    loose = ConfigDict(extra="allow")
    fields = _shapes(tool.fields)
    if tool.lines:
        line: Any = create_model(f"{name}Line", __config__=loose, **_shapes(tool.lines))
        fields["lines"] = (list[line], Shape(default=[]))
    row: Any = create_model(f"{name}Question", __config__=loose, **fields)
    rows: Any = (list[row], Shape(min_length=1, max_length=MOST))
    return create_model(f"{name}Questions", __config__=ConfigDict(extra="forbid"), rows=rows)


def _shapes(fields: tuple[Field, ...]) -> dict[str, Any]:
    def words(one: Field) -> str:
        return " ".join(
            p for p in (f"{one.label} ({one.kind}).", "Required." * one.required, str(one.help)) if p
        )

    return {f.name: (Any, Shape(default=None, description=words(f))) for f in fields}
