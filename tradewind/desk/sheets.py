"""Questions of a tool as a spreadsheet: a file to fill in, the rows of a filled one, the answers.

Lines of one question stand under each other with the same "ref"; the question's own fields are
read from the first of them, and may be left blank in the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from tradewind.desk.asking import MOST, Answer, Tool, shown_figures
from tradewind.desk.export import Value, flat, safe
from tradewind.desk.kernel import FILE, Field
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.engine.tabular import TEXT, ColumnSpec, Row, read_table
from tradewind.engine.tabular_files import normal

LANGUAGES = ("en", "zh-hans")


@dataclass(frozen=True, slots=True)
class Questions:
    """What a file asks: the questions, and the row of the file each begins in."""

    given: tuple[Mapping[str, Any], ...]
    rows: tuple[int, ...]


def _fields(tool: Tool) -> tuple[Field, ...]:
    return tuple(f for f in (*tool.fields, *tool.lines) if f.kind != FILE)


def _specs(tool: Tool) -> tuple[ColumnSpec, ...]:
    """The columns a file may have: a field's name, or its label in either language."""
    taken = {"ref"} | {normal(f.name) for f in _fields(tool)}
    out = [ColumnSpec("ref", TEXT)]
    for one in _fields(tool):
        aliases = []
        for language in LANGUAGES:
            with translation.override(language):
                label = str(one.label)
            if normal(label) not in taken:
                taken.add(normal(label))
                aliases.append(label)
        out.append(ColumnSpec(one.name, TEXT, tuple(aliases), max_length=4000))
    return tuple(out)


def read_questions(tool: Tool, name: str, content: bytes) -> Questions:
    """The questions of a CSV, XLSX or JSON file. Refused with every problem of the file as a whole."""
    if name.lower().endswith(".json"):
        return _of_json(content)
    table = read_table(name, content, _specs(tool), max_rows=MOST)
    problems = list(table.problems)
    if table.extra:
        accepted = ", ".join(f.name for f in _fields(tool))
        problems += [Problem(None, word[:80], "", _("unknown column"), accepted) for word in table.extra]
    if not table.rows and not problems:
        problems.append(Problem(None, "file", name, _("the file has no rows")))
    if problems:
        raise Refused(problems)
    return _grouped(tool, table.rows)


def _of_json(content: bytes) -> Questions:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise Refused([Problem(None, "file", "", _("is not JSON"), str(exc)[:80])]) from exc
    return of_data(data)


def of_data(data: Any) -> Questions:
    """Questions out of JSON data: one object, a list of them, or {"rows": [...]}."""
    if isinstance(data, dict) and isinstance(data.get("rows"), list):
        data = data["rows"]
    rows = data if isinstance(data, list) else [data]
    wrong = [
        Problem(number, "rows", str(row)[:80], _("is not an object of named values"))
        for number, row in enumerate(rows, 1)
        if not isinstance(row, dict)
    ]
    if wrong or not rows:
        raise Refused(wrong or [Problem(None, "rows", "", _("this is needed"), _("at least one row"))])
    return Questions(tuple(rows), tuple(range(1, len(rows) + 1)))


def _grouped(tool: Tool, rows: Sequence[Row]) -> Questions:
    names, line_names = [f.name for f in tool.fields], [f.name for f in tool.lines]
    given: list[dict[str, Any]] = []
    at: list[int] = []
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for row in rows:
        own = {n: row.values[n] for n in names if row.values.get(n) is not None}
        ref = row.values.get("ref")
        if not tool.lines or ref is None or ref not in places:
            if tool.lines and ref is not None:
                places[ref] = len(given)
            given.append(own | ({"lines": []} if tool.lines else {}))
            at.append(row.no)
        elif ref is not None:
            first = given[places[ref]]
            problems += [
                Problem(
                    row.no, n, str(v)[:80], _("is not what the first row of this ref says"), first.get(n, "")
                )
                for n, v in own.items()
                if v != first.get(n)
            ]
        if tool.lines:
            place = places[ref] if ref is not None else len(given) - 1
            given[place]["lines"].append(
                {n: row.values[n] for n in line_names if row.values.get(n) is not None}
            )
    if problems:
        raise Refused(problems)
    return Questions(tuple(given), tuple(at))


def template(tool: Tool) -> Iterator[list[Value]]:
    """The sheet to fill in: a header in the reader's language and the tool's example."""
    fields = _fields(tool)
    head: list[Value] = [safe(str(f.label)) for f in fields]
    yield ["ref", *head] if tool.lines else head
    lines = tool.example.get("lines") or [{}]
    for number, line in enumerate(lines):
        own = tool.example if number == 0 else {}
        values: list[Value] = [safe(str(own.get(f.name, line.get(f.name, "")))) or None for f in fields]
        yield ["1", *values] if tool.lines else values


def answered(tool: Tool, questions: Questions, answers: Sequence[Answer], by: Actor) -> Iterator[list[Value]]:
    """A sheet of answers: the file's row, the question's fields, the figures, and what was wrong."""
    figures = [shown_figures(tool, one, by) for one in answers]
    names = list(dict.fromkeys(name for one in figures for name in one))
    labels = {c.name: str(c.label) for c in tool.columns}
    money = {n for n in names if any(isinstance(one.get(n), Money) for one in figures)}
    fields = [f for f in tool.fields if f.kind != FILE]
    head: list[Value] = [_("Row"), *(safe(str(f.label)) for f in fields)]
    for name in names:
        head += [safe(labels.get(name, name))] + (
            [safe(f"{labels.get(name, name)} ¤")] if name in money else []
        )
    yield [*head, _("Problems")]
    for row, given, found, one in zip(questions.rows, questions.given, answers, figures, strict=True):
        line: list[Value] = [row, *(flat(given.get(f.name)) for f in fields)]
        for name in names:
            line += _cells(one.get(name), name in money)
        yield [*line, safe("; ".join(str(p) for p in found.problems)) or None]


def _cells(value: Any, money: bool) -> list[Value]:
    if not money:
        return [flat(value)]
    return [value.amount, value.currency] if isinstance(value, Money) else [flat(value), None]
