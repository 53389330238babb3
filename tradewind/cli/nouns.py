"""Commands of the nouns, made from the desk: list, show, every action, import. No noun is known by name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tradewind.cli.main import DONE, REFUSED, USAGE, help_text, setup
from tradewind.cli.people import speak, whoever
from tradewind.cli.saying import clean, fault, guarded, problem_data, say_json, table

if TYPE_CHECKING:
    from tradewind.desk.kernel import Action, Noun
    from tradewind.engine.access import Actor


def main(args: list[str]) -> int:
    """`nouns`, `import KIND FILE`, or NOUN VERB ..."""
    setup()
    from tradewind.desk.registry import all_nouns, all_tools

    if args[0] == "nouns":
        return _nouns("--json" in args)
    if args[0] == "import":
        return _import(args[1:])
    tool = next((t for t in all_tools().values() if args[0] in (t.code, t.command)), None)
    if tool is not None:
        from tradewind.cli import tools

        return tools.run(tool, args[1:])
    found = all_nouns().get(args[0])
    if found is None:
        print(f"tradewind: there is no command or noun {clean(args[0])}\n\n{help_text()}", file=sys.stderr)
        return USAGE
    if len(args) < 2 or args[1] in ("-h", "--help"):
        print(_describe(found))
        return DONE if len(args) > 1 else USAGE
    if args[1] == "list":
        return _list(found, args[2:])
    if args[1] == "show":
        return _show(found, args[2:])
    return _act(found, args[1], args[2:])


def common(prog: str, what: str = "") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"tradewind {prog}", description=what)
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.add_argument("--as", dest="user", default="", metavar="USER", help="act as this user")
    return parser


def person(options: argparse.Namespace) -> Actor:
    actor = whoever(options.user)
    speak(actor)
    return actor


def _nouns(as_json: bool) -> int:
    from django.utils import translation

    from tradewind.desk.registry import all_nouns

    with translation.override("en"):
        rows: list[dict[str, Any]] = [
            {"noun": n.code, "label": str(n.label), "stage": n.stage, "actions": [a.code for a in n.actions]}
            for n in all_nouns().values()
        ]
    if as_json:
        say_json(rows)
    else:
        print(
            table(
                ["noun", "what", "actions"],
                [(r["noun"], r["label"], " ".join(r["actions"])) for r in rows],
            )
        )
    return DONE


def _describe(noun: Noun) -> str:
    lines = [f"tradewind {noun.code} list | show ID"]
    for one in noun.actions:
        fields = " ".join(f"--{f.name}{'' if f.required else '?'}" for f in one.fields)
        fields += " --line ..." if one.lines else ""
        rows = {"none": "", "one": "ID", "many": "ID ..."}[one.on]
        lines.append("  ".join(p for p in (f"tradewind {noun.code} {one.code}", rows, fields) if p))
    return "\n".join(lines)


def _list(noun: Noun, args: list[str]) -> int:
    from tradewind.desk.listing import Wish, page
    from tradewind.desk.rows import plain_row

    parser = common(f"{noun.code} list")
    parser.add_argument("--state", default="", choices=["", *[s[0] for s in noun.states]])
    parser.add_argument("--search", default="")
    parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--sort", default="")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--after", default="")
    options = parser.parse_args(args)
    filters = dict(f.partition("=")[::2] for f in options.filter)
    unknown = filters.keys() - {f.name for f in noun.filters}
    if unknown:
        parser.error(f"unknown filter {', '.join(sorted(unknown))}")

    def run() -> int:
        actor = person(options)
        wish = Wish(options.state, options.search, filters, options.sort, options.after, options.limit)
        found = page(noun, actor, wish)
        if options.json:
            rows = [plain_row(noun, actor, row) for row in found.rows]
            say_json({"rows": rows, "next": found.next})
        else:
            _print_list(noun, actor, found.rows, found.next)
        return DONE

    return guarded(run, as_json=options.json)


def _print_list(noun: Noun, actor: Actor, rows: Sequence[Any], following: str) -> None:
    from django.conf import settings

    from tradewind.desk.kernel import DECIMAL, INT, MONEY, PERCENT, Aim, Ref
    from tradewind.desk.values import cell, visible

    columns = visible(noun.columns, actor)

    zone = ZoneInfo(settings.DESK_ZONE)

    def shown(value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        value = value.value if isinstance(value, Aim) else value
        return value.text if isinstance(value, Ref) else value

    print(
        table(
            ["id", *[str(c.label) for c in columns]],
            [[noun.public_id(row.pk), *[shown(cell(c, row)) for c in columns]] for row in rows],
            [False, *[c.kind in (MONEY, INT, DECIMAL, PERCENT) for c in columns]],
        )
    )
    if following:
        print(f"--after {following}")


def _show(noun: Noun, args: list[str]) -> int:
    from tradewind.desk.rows import allowed_detail, plain_detail

    parser = common(f"{noun.code} show")
    parser.add_argument("id")
    options = parser.parse_args(args)

    def run() -> int:
        actor = person(options)
        pk = noun.row_id(options.id)
        found = allowed_detail(noun, actor, pk) if pk else None
        if found is None or pk is None:
            fault("not_found", f"there is no {options.id}", as_json=options.json)
            return REFUSED
        say_json(plain_detail(noun, pk, found))
        return DONE

    return guarded(run, as_json=options.json)


def _action_parser(noun: Noun, one: Action) -> argparse.ArgumentParser:
    from tradewind.desk.kernel import FILE, NONE

    parser = common(f"{noun.code} {one.code}", str(one.label))
    if one.on != NONE:
        parser.add_argument("ids", nargs="+", metavar="ID")
    for field in one.fields:
        parser.add_argument(
            f"--{field.name}",
            dest=f"field_{field.name}",
            default=None,
            metavar="PATH" if field.kind == FILE else "VALUE",
            help=str(field.label).replace("%", "%%"),
        )
    if one.lines:
        names = " ".join(f"{f.name}=" for f in one.lines)
        parser.add_argument("--line", action="append", metavar="NAME=VALUE ...", help=f"a line: {names}")
    return parser


def _act(noun: Noun, code: str, args: list[str]) -> int:
    from tradewind.desk.doing import action

    try:
        one = action(noun, code)
    except KeyError:
        print(f"tradewind: {noun.code} has no action {clean(code)}\n\n{_describe(noun)}", file=sys.stderr)
        return USAGE
    options = _action_parser(noun, one).parse_args(args)
    given = {f.name: getattr(options, f"field_{f.name}") for f in one.fields}
    if one.lines:
        from tradewind.cli.tools import typed_line

        given["lines"] = [typed_line(text) for text in options.line or ()]
    return guarded(lambda: _do(noun, one, options, given), as_json=options.json)


def _do(noun: Noun, one: Action, options: argparse.Namespace, given: dict[str, Any]) -> int:
    from django.utils import timezone

    from tradewind.desk.doing import do
    from tradewind.desk.values import plain

    actor = person(options)
    ids = [noun.row_id(text) or 0 for text in getattr(options, "ids", [])]
    outcome = do(noun, one.code, by=actor, ids=ids, given=_with_files(one, given), now=timezone.now())
    if options.json:
        say_json(
            {
                "message": str(outcome.message),
                "changed": outcome.changed,
                "goto": plain(outcome.goto) if outcome.goto else None,
                "problems": [problem_data(p) for p in outcome.problems],
                "detail": plain(outcome.detail),
            }
        )
        return REFUSED if outcome.problems else DONE
    print(clean(outcome.message))
    for name, value in outcome.detail.items():
        print(f"  {name}: {clean(plain(value))}")
    for problem in outcome.problems:
        print(f"  {clean(problem)}", file=sys.stderr)
    return REFUSED if outcome.problems else DONE


def _with_files(one: Action, given: dict[str, Any]) -> dict[str, Any]:
    from tradewind.desk.kernel import FILE, Upload
    from tradewind.engine.contracts import Problem, Refused

    out: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
    for field in one.fields:
        if field.kind != FILE or field.name not in out:
            continue
        path = Path(out[field.name])
        try:
            out[field.name] = Upload(path.name, path.read_bytes())
        except OSError as exc:
            raise Refused([Problem(None, field.name, str(path), exc.strerror or "cannot be read")]) from exc
    return out


def _import(args: list[str]) -> int:
    """tradewind import KIND FILE [--field VALUE]: the noun's action that takes a file."""
    from tradewind.desk.registry import all_nouns

    kinds = {f"{n.code}:{a.code}": (n, a) for n in all_nouns().values() for a in importers(n)}
    if len(args) < 2 or args[0].startswith("-"):
        print("usage: tradewind import KIND FILE [--field VALUE]", file=sys.stderr)
        print("\n  ".join(["kinds (the first of a noun needs no :action):", *kinds]), file=sys.stderr)
        return USAGE
    wanted = {args[0], f"{args[0]}s"}  # one settlement, or settlements
    fitting = [pair for k, pair in kinds.items() if wanted & {k, k.partition(":")[0]}]
    if not fitting:
        print(f"tradewind: nothing imports {clean(args[0])}", file=sys.stderr)
        return USAGE
    noun, one = fitting[0]
    from tradewind.desk.kernel import FILE

    field = next(f.name for f in one.fields if f.kind == FILE)
    return _act(noun, one.code, [f"--{field}", *args[1:]])


def importers(noun: Noun) -> list[Action]:
    """Actions that start from a file and from no row."""
    from tradewind.desk.kernel import FILE, NONE

    return [a for a in noun.actions if a.on == NONE and any(f.kind == FILE for f in a.fields)]
