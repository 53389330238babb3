"""Tools: calculators described once, answered on every face. A noun has rows, a tool has questions.

A tool says which fields a question has and how many of them are answered at once; from that come the
screen with its live answer, the API, the command line, and spreadsheets in and out. Tools never write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.desk.doing import typed_all
from tradewind.desk.kernel import Column, Fact, Field, Label, Table
from tradewind.desk.values import cell, plain, visible
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem, Refused

MOST = 20_000  # questions at once


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions of one person: typed values by field name, the lines under "lines"."""

    by: Actor
    rows: tuple[Mapping[str, Any], ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle of a picture, in the picture's own units; a faint one only gives the eye a hold."""

    x: int
    y: int
    width: int
    height: int
    text: str = ""
    tone: int = 0  # which of the few colours
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A plan of rectangles, drawn by the screens and left out by the other faces; `wide` as the page."""

    title: Label
    width: int
    height: int
    shapes: tuple[Shape, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: facts, tables and explained numbers for people, `figures` by name for spreadsheets.

    `problems` say why this question has no answer, or no whole one; the others of a batch keep theirs.
    `sheets` give the rows of the tool's files by name, made only when one is taken; values as those of
    desk.export: numbers as numbers, texts that no spreadsheet runs.
    """

    title: str = ""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    breakdowns: tuple[tuple[Label, Breakdown, str], ...] = ()  # title, tree, hidden class
    alerts: tuple[Label, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    pictures: tuple[Picture, ...] = ()
    sheets: Mapping[str, Callable[[], Iterable[Sequence[Any]]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """A calculator.

    `run` gives as many answers as there are rows, in their order; Refused raised for a batch makes the
    house ask one by one. `lines` is a group that repeats inside a question (the goods of a parcel).
    Where `lines_needed` is false a question may come without any. `columns` name the figures of a batch;
    without them the figures' own names stand.
    """

    code: str  # landed_cost; the command is `tradewind landed-cost`
    label: Label
    stage: int
    place: int
    icon: str
    view: str  # permission
    fields: tuple[Field, ...]
    run: Callable[[Ask], list[Answer]]
    lines: tuple[Field, ...] = ()
    columns: tuple[Column, ...] = ()
    note: Label = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    begin: Callable[[Actor, date], Mapping[str, Any]] | None = None  # an example of one's own and today's
    lines_needed: bool = True
    sheets: tuple[tuple[str, Label], ...] = ()  # files an answer offers: name and label
    wide: bool = False  # a report: its answer takes the whole width, the question stands above it

    @property
    def command(self) -> str:
        """The word on the command line."""
        return self.code.replace("_", "-")


def ask(tool: Tool, *, by: Actor, given: Sequence[Mapping[str, Any]], now: datetime) -> list[Answer]:
    """Answers to questions as they were typed, in their order; what is hidden from the actor is left out.

    Raises Denied, and Refused for too many questions. A bad question gets an answer with its problems.
    """
    by.require(tool.view)
    if len(given) > MOST:
        raise Refused([Problem(None, "rows", str(len(given)), _("too many rows"), str(MOST))])
    answers: list[Answer | None] = [None] * len(given)
    places, rows = [], []
    for place, one in enumerate(given):
        try:
            rows.append(typed_all(tool.fields, tool.lines, one, by, lines_needed=tool.lines_needed))
            places.append(place)
        except Refused as refused:
            answers[place] = Answer(problems=refused.problems)
    for place, found in zip(places, _run(tool, by, rows, now), strict=True):
        answers[place] = allowed(found, by)
    return [one for one in answers if one is not None]


def _run(tool: Tool, by: Actor, rows: list[dict[str, Any]], now: datetime) -> list[Answer]:
    if not rows:
        return []
    try:
        return tool.run(Ask(by, tuple(rows), now))
    except Refused as refused:
        if len(rows) == 1:
            return [Answer(problems=refused.problems)]
        return [found for row in rows for found in _run(tool, by, [row], now)]


def allowed(answer: Answer, by: Actor) -> Answer:
    """The answer without what this actor may not see."""

    def ok(hidden: str) -> bool:
        return not hidden or by.sees(hidden)

    return replace(
        answer,
        facts=tuple(f for f in answer.facts if ok(f.hidden)),
        tables=tuple(
            replace(t, columns=tuple(visible(t.columns, by))) for t in answer.tables if ok(t.hidden)
        ),
        breakdowns=tuple(b for b in answer.breakdowns if ok(b[2])),
    )


def shown_figures(tool: Tool, answer: Answer, by: Actor) -> dict[str, Any]:
    """Figures by name, those of hidden columns left out."""
    hidden = {c.name for c in tool.columns if c.hidden and not by.sees(c.hidden)}
    return {name: value for name, value in answer.figures.items() if name not in hidden}


def sheet_of(
    tool: Tool, name: str, *, by: Actor, given: Mapping[str, Any], now: datetime
) -> Iterable[Sequence[Any]]:
    """The rows of one of an answer's files; Refused where the question has no whole answer.

    Raises Denied, and KeyError for a file that the tool does not have.
    """
    if name not in {code for code, _label in tool.sheets}:
        raise KeyError(name)
    (found,) = ask(tool, by=by, given=[given], now=now)
    if found.problems or name not in found.sheets:
        raise Refused(found.problems or [Problem(None, "sheet", name, _("there is nothing to write"))])
    return found.sheets[name]()


def plain_answer(tool: Tool, answer: Answer, by: Actor) -> dict[str, Any]:
    """An answer (already allowed) as JSON data."""
    return {
        "title": str(answer.title),
        "figures": plain(shown_figures(tool, answer, by)),
        "facts": [
            {"label": str(f.label), "kind": f.kind, "value": plain(f.value)}
            | ({"breakdown": f.breakdown.to_json()} if f.breakdown else {})
            for f in answer.facts
        ],
        "tables": [
            {
                "title": str(t.title),
                "rows": [{c.name: plain(cell(c, row)) for c in t.columns} for row in t.rows],
            }
            for t in answer.tables
        ],
        "breakdowns": [{"title": str(t), **b.to_json()} for t, b, _hidden in answer.breakdowns],
        "alerts": [str(a) for a in answer.alerts],
        "problems": [
            {"field": p.field, "value": p.value, "reason": str(p.reason), "accepted": str(p.accepted)}
            for p in answer.problems
        ],
    }
