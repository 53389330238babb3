"""Tools on the command line: options, a file (CSV, XLSX, JSON) or JSON on stdin; one question or many."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.cli.main import DONE, REFUSED, setup
from tradewind.cli.nouns import common, person
from tradewind.cli.saying import clean, guarded, say_json, table
from tradewind.engine.contracts import Problem, Refused

if TYPE_CHECKING:
    from tradewind.desk.asking import Answer, Tool
    from tradewind.desk.sheets import Questions
    from tradewind.engine.access import Actor
    from tradewind.engine.breakdown import Breakdown

SHOWN = 200  # answers of a batch on a terminal


def main(args: list[str]) -> int:
    """`tradewind tools`: every tool with its fields."""
    setup()
    from django.utils import translation

    from tradewind.desk.registry import all_tools

    with translation.override("en"):
        rows: list[dict[str, Any]] = [
            {
                "tool": t.command,
                "label": str(t.label),
                "stage": t.stage,
                "fields": [f.name for f in t.fields],
                "lines": [f.name for f in t.lines],
            }
            for t in all_tools().values()
        ]
    if "--json" in args:
        say_json(rows)
    else:
        print(
            table(["tool", "what", "fields"], [(r["tool"], r["label"], " ".join(r["fields"])) for r in rows])
        )
    return DONE


def run(tool: Tool, args: Sequence[str]) -> int:
    """`tradewind TOOL ...`: 0 when every question was answered."""
    options = _parser(tool).parse_args(list(args))
    return guarded(lambda: _answer(tool, options), as_json=options.json)


def _parser(tool: Tool) -> argparse.ArgumentParser:
    parser = common(tool.command, f"{tool.label}. {tool.note}")
    parser.add_argument("file", nargs="?", help="questions: CSV, XLSX or JSON; - reads JSON from stdin")
    parser.add_argument("--out", metavar="FILE", help="write the answers as .xlsx or .csv")
    if tool.sheets:
        files = [name for name, _label in tool.sheets]
        parser.add_argument("--sheet", choices=files, help="with --out: this file of the answer")
    parser.add_argument("--template", metavar="FILE", help="write an empty sheet to fill in (.xlsx or .csv)")
    if tool.lines:
        names = " ".join(f"{f.name}=" for f in tool.lines)
        parser.add_argument("--line", action="append", metavar="NAME=VALUE ...", help=f"a line: {names}")
    for field in tool.fields:
        words = f"{field.label}. {field.help}".replace("%", "%%")
        parser.add_argument(f"--{field.name}", dest=f"field_{field.name}", metavar="VALUE", help=words)
    return parser


def _answer(tool: Tool, options: argparse.Namespace) -> int:
    from django.utils import timezone

    from tradewind.desk.asking import ask, plain_answer, sheet_of
    from tradewind.desk.sheets import answered, template

    actor = person(options)
    if options.template:
        _write(options.template, template(tool))
        return DONE
    questions = _questions(tool, options)
    if getattr(options, "sheet", None) and options.out:
        given = questions.given[0]
        _write(options.out, sheet_of(tool, options.sheet, by=actor, given=given, now=timezone.now()))
        return DONE
    answers = ask(tool, by=actor, given=questions.given, now=timezone.now())
    failed = any(one.problems for one in answers)
    if options.out:
        _write(options.out, answered(tool, questions, answers, actor))
    elif options.json:
        rows = [plain_answer(tool, one, actor) for one in answers]
        say_json(rows[0] if len(rows) == 1 and options.file is None else {"answers": rows})
    elif len(answers) == 1:
        _say(answers[0])
    else:
        _say_all(tool, questions, answers, actor)
    if not options.json:
        _say_problems(questions, answers)
    return REFUSED if failed else DONE


def _say_problems(questions: Questions, answers: Sequence[Answer]) -> None:
    for number, one in zip(questions.rows, answers, strict=True):
        row = number if len(answers) > 1 else None
        for problem in one.problems:
            print(f"  {clean(replace(problem, row=row))}", file=sys.stderr)


def _questions(tool: Tool, options: argparse.Namespace) -> Questions:
    from tradewind.desk.sheets import Questions, read_questions

    if options.file == "-":
        return read_questions(tool, "stdin.json", sys.stdin.buffer.read())
    if options.file:
        path = Path(options.file)
        try:
            return read_questions(tool, path.name, path.read_bytes())
        except OSError as exc:
            raise Refused([Problem(None, "file", str(path), exc.strerror or "cannot be read")]) from exc
    stated = {f.name: getattr(options, f"field_{f.name}") for f in tool.fields}
    given: dict[str, Any] = {name: value for name, value in stated.items() if value is not None}
    if tool.lines:
        given["lines"] = [typed_line(text) for text in options.line or ()]
    return Questions((given,), (1,))


def typed_line(text: str) -> Mapping[str, str]:
    """`hs=6109.10 qty=2 value="12.00 EUR"` as named values."""
    try:
        parts = shlex.split(text)
    except ValueError as exc:
        raise Refused([Problem(None, "--line", text[:80], str(exc))]) from exc
    wrong = [p for p in parts if "=" not in p]
    if wrong:
        raise Refused([Problem(None, "--line", p[:80], "is not name=value") for p in wrong])
    return dict(p.partition("=")[::2] for p in parts)


def _write(name: str, rows: Any) -> None:
    from tradewind.desk.export import csv_lines, write_xlsx

    try:
        if name.lower().endswith(".csv"):
            Path(name).write_text("".join(csv_lines(rows)), encoding="utf-8", newline="")
        else:
            with Path(name).open("wb") as out:
                write_xlsx(rows, out)
    except OSError as exc:
        raise Refused([Problem(None, "file", name, exc.strerror or "cannot be written")]) from exc


def _say(one: Answer) -> None:
    from tradewind.desk.values import cell

    if one.title:
        print(clean(one.title))
    for alert in one.alerts:
        print(f"! {clean(alert)}")
    if one.facts:
        print(table(["", ""], [(f.label, _text(f.value)) for f in one.facts], [False, True]))
    for title, tree, _hidden in one.breakdowns:
        print(f"\n{clean(title)}")
        print(_tree(tree))
    for part in one.tables:
        print(f"\n{clean(part.title)}")
        rows = [[_text(cell(c, row)) for c in part.columns] for row in part.rows]
        print(table([str(c.label) for c in part.columns], rows))


def _tree(tree: Breakdown) -> str:
    return table(
        ["", "", "", ""],
        [
            ("  " * depth + node.name, _text(node.amount), node.state, node.formula)
            for depth, node in tree.walk()
        ],
        [False, True, False, False],
    )


def _text(value: Any) -> str:
    from tradewind.desk.kernel import Aim

    value = value.value if isinstance(value, Aim) else value
    return "" if value is None else str(getattr(value, "text", value))


def _say_all(tool: Tool, questions: Questions, answers: Sequence[Answer], actor: Actor) -> None:
    from tradewind.desk.asking import shown_figures

    labels = {c.name: str(c.label) for c in tool.columns}
    figures = [shown_figures(tool, one, actor) for one in answers[:SHOWN]]
    names = list(dict.fromkeys(name for one in figures for name in one))
    rows = [
        [no, *(_text(one.get(n)) for n in names)] for no, one in zip(questions.rows, figures, strict=False)
    ]
    print(table(["row", *(labels.get(n, n) for n in names)], rows))
    if len(answers) > SHOWN:
        print(f"... {len(answers) - SHOWN} more: use --out or --json")
