"""A tool's screen: the question on the left, its answer beside it as one types; many questions by a sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tradewind.desk import registry
from tradewind.desk.answer_sheet import answer_rows
from tradewind.desk.asking import Answer, Tool, ask, sheet_of, shown_figures
from tradewind.desk.export import csv_lines, write_xlsx
from tradewind.desk.kernel import TEXT
from tradewind.desk.sheets import answered, read_questions, template
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.web import clock
from tradewind.web.details import drawn_facts, drawn_table, trees
from tradewind.web.kit import cells
from tradewind.web.kit.lines import control, line_controls, read_lines, where
from tradewind.web.kit.picture import drawn_picture

SHOWN = 200  # answers of a sheet on the screen


def tool_or_404(request: HttpRequest, code: str) -> Tool:
    """A tool by its code, for one who may use it."""
    try:
        tool = registry.tool(code)
    except KeyError:
        raise Http404 from None
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require(tool.view)
    return tool


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The page: what stands in the address is filled in and answered, else the example."""
    tool = tool_or_404(request, code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = given_of(tool, request.GET) if request.GET else fresh_question(tool, actor, clock.now().date())
    context = {
        "tool": tool,
        "controls": [control(f, actor, f.name, given.get(f.name)) for f in tool.fields],
        "heads": [f.label for f in tool.lines],
        "lines": line_controls(tool.lines, actor, given.get("lines") or ()),
        "answer": _drawn(tool, _answer(tool, actor, given), blank=not given),
        "query": _query(given),
    }
    return render(request, "kit/tool.html", context)


@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The answer alone, for the page that is open."""
    tool = tool_or_404(request, code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = given_of(tool, request.POST)
    drawn = _drawn(tool, _answer(tool, actor, given), blank=False)
    context = {"tool": tool, "answer": drawn, "query": _query(given)}
    return render(request, "kit/tool_answer.html", context)


@require_GET
def sheet(request: HttpRequest, code: str) -> HttpResponseBase:
    """The sheet to fill in."""
    tool = tool_or_404(request, code)
    return _workbook(template(tool), f"{tool.code}.xlsx")


@require_GET
def answer_sheet(request: HttpRequest, code: str) -> HttpResponseBase:
    """The answer to the question in the address as a sheet."""
    tool = tool_or_404(request, code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _answer(tool, actor, given_of(tool, request.GET))
    return _workbook(answer_rows(found), f"{tool.code}.xlsx")


@require_GET
def answer_file(request: HttpRequest, code: str, name: str, kind: str) -> HttpResponseBase:
    """One of the files an answer offers, as another program reads it; the question stands in the address."""
    tool = tool_or_404(request, code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        rows = sheet_of(tool, name, by=actor, given=given_of(tool, request.GET), now=clock.now())
    except KeyError:
        raise Http404 from None
    except Refused as exc:
        labels = {f.name: f.label for f in tool.fields}
        problems = [(p, labels.get(p.field, p.field)) for p in exc.problems]
        return render(request, "kit/tool_many.html", {"tool": tool, "problems": problems}, status=422)
    if kind == "xlsx":
        return _workbook(rows, f"{tool.code}-{name}.xlsx")
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{tool.code}-{name}.csv"'
    return response


@require_http_methods(["POST"])
def many(request: HttpRequest, code: str) -> HttpResponseBase:
    """A filled sheet: its answers on the screen, or as a sheet again."""
    tool = tool_or_404(request, code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refused([Problem(None, "file", "", _("a file is needed"))])
        questions = read_questions(tool, file.name or "questions.xlsx", file.read())
        answers = ask(tool, by=actor, given=questions.given, now=clock.now())
    except Refused as exc:
        labels = {f.name: f.label for f in (*tool.fields, *tool.lines)}
        problems = [(p, labels.get(p.field, p.field)) for p in exc.problems]
        return render(request, "kit/tool_many.html", {"tool": tool, "problems": problems}, status=422)
    if request.POST.get("as") == "xlsx":
        return _workbook(answered(tool, questions, answers, actor), f"{tool.code}-answers.xlsx")
    return render(request, "kit/tool_many.html", _batch(tool, questions.rows, answers, actor))


def fresh_question(tool: Tool, actor: Actor, today: date) -> dict[str, Any]:
    """What a fresh page asks: the example over what the fields begin with."""
    asked = {f.name for f in tool.fields}
    example = tool.example
    if tool.begin is not None:  # tools that begin alike need not have all fields alike
        example = {name: value for name, value in tool.begin(actor, today).items() if name in asked}
    if not example:
        return {}
    given: dict[str, Any] = {f.name: f.initial for f in tool.fields if f.initial} | dict(example)
    if given.get("lines"):
        begin = {f.name: f.initial for f in tool.lines if f.initial}
        given["lines"] = [begin | dict(line) for line in given["lines"]]
    return given


def given_of(tool: Tool, data: QueryDict) -> dict[str, Any]:
    """What was typed, as the desk takes it; blank lines are left out."""
    given: dict[str, Any] = {f.name: data.get(f.name) for f in tool.fields if data.get(f.name)}
    if tool.lines:
        given["lines"] = read_lines(tool.lines, data)
    return given


def _query(given: Mapping[str, Any]) -> str:
    """The question as the end of an address."""
    pairs = [(name, str(value)) for name, value in given.items() if name != "lines"]
    for n, line in enumerate(given.get("lines") or ()):
        pairs += [(f"lines-{n}-{name}", str(value)) for name, value in line.items() if value]
    return urlencode(pairs)


def _answer(tool: Tool, actor: Actor, given: Mapping[str, Any]) -> Answer:
    return ask(tool, by=actor, given=[given], now=clock.now())[0]


def _drawn(tool: Tool, found: Answer, *, blank: bool) -> dict[str, Any]:
    labels = {f.name: f.label for f in tool.fields}
    lined = {f.name: f.label for f in tool.lines}
    return {
        "blank": blank,
        "title": found.title,
        "alerts": found.alerts,
        "facts": drawn_facts(found.facts, {}),
        "tables": [drawn_table(t, {}) for t in found.tables],
        "pictures": [drawn_picture(p) for p in found.pictures],
        "trees": trees(found.breakdowns, found.facts),
        "problems": [(p, labels.get(p.field) or where(p.field, lined)) for p in found.problems],
    }


def _batch(tool: Tool, rows: Sequence[int], answers: Sequence[Answer], actor: Actor) -> dict[str, Any]:
    figures = [shown_figures(tool, one, actor) for one in answers]
    names = list(dict.fromkeys(name for one in figures for name in one))
    columns = {c.name: c for c in tool.columns}
    kinds = {n: columns[n].kind if n in columns else TEXT for n in names}
    return {
        "tool": tool,
        "heads": [(_css(kinds[n], figures, n), columns[n].label if n in columns else n) for n in names],
        "rows": [
            (
                no,
                [(_css(kinds[n], figures, n), cells.draw(kinds[n], one.get(n))) for n in names],
                found.problems,
            )
            for no, one, found in zip(rows, figures, answers[:SHOWN], strict=False)
        ],
        "total": len(answers),
        "bad": sum(1 for one in answers if one.problems),
        "more": max(len(answers) - SHOWN, 0),
    }


def _css(kind: str, figures: Sequence[Mapping[str, Any]], name: str) -> str:
    money = any(isinstance(one.get(name), Money) for one in figures)
    return "k-money num" if money else cells.css(kind)


def _workbook(rows: Any, name: str) -> FileResponse:
    out = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    write_xlsx(rows, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name)
