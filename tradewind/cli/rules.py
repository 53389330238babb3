"""Command of the rulebook: check it, compare two days, bring the browser in step; else the noun's verbs."""

from __future__ import annotations

import argparse
from datetime import date

from tradewind.cli.main import DONE, REFUSED, setup
from tradewind.cli.saying import clean, fault, problem_data, say_json, table
from tradewind.engine.contracts import Refused

_OWN = ("check", "diff", "sync", "-h", "--help", "--json")


def main(args: list[str]) -> int:
    """rules check, diff, sync; anything else is a verb of the noun: rules list, rules show ..."""
    if args[1:2] and args[1] not in _OWN:
        from tradewind.cli.nouns import main as noun

        return noun(["rule_rows", *args[1:]])
    parser = argparse.ArgumentParser(prog="tradewind rules")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="read every file, run every example")
    sync = verbs.add_parser("sync", help="bring the rule browser in step with the files")
    two = verbs.add_parser("diff", help="what was said on a day, and what is said on another")
    two.add_argument("a", type=date.fromisoformat)
    two.add_argument("b", type=date.fromisoformat)
    for verb in (check, sync, two):
        verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    options = parser.parse_args(args[1:])
    if options.verb == "check":
        return _check_rules(options.json)
    if options.verb == "sync":
        return _sync_rules(options.json)
    return _diff_rules(options.a, options.b, as_json=options.json)


def _diff_rules(a: date, b: date, *, as_json: bool) -> int:
    from tradewind.engine.rule_diff import diff
    from tradewind.rules import load

    changes = diff(load(), a, b)
    if as_json:
        say_json(
            [
                {
                    "change": c.change,
                    "kind": c.kind,
                    "keys": c.keys,
                    "old": c.old.id if c.old else None,
                    "new": c.new.id if c.new else None,
                    "values": {name: {"old": _plain(old), "new": _plain(new)} for name, old, new in c.values},
                    "file": c.rule.file,
                    "source": c.rule.source,
                }
                for c in changes
            ]
        )
        return DONE
    rows = []
    for c in changes:
        asked = " ".join(f"{key}={value}" for key, value in c.keys.items() if value != "*")
        rows.append((c.change, c.kind, asked, c.rule.id))
        rows += [("", "", f"  {name}", f"{_said(old)} -> {_said(new)}") for name, old, new in c.values]
    print(table(["change", "kind", "of what", "row"], rows))
    return DONE


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _said(value: object) -> str:
    return "-" if value is None else str(value)


def _check_rules(as_json: bool) -> int:
    setup()
    from tradewind.desk.doctor.installation import rule_problems
    from tradewind.rules import load

    try:
        book = load()
        problems = rule_problems(book)
    except Refused as refused:
        fault("refused", "the rulebook does not build", refused.problems, as_json=as_json)
        return REFUSED
    if as_json:
        say_json(
            {
                "rules": len(book.rules),
                "examples": len(book.examples),
                "problems": [problem_data(p) for p in problems],
            }
        )
    else:
        print(f"{len(book.rules)} rows, {len(book.examples)} examples, {len(problems)} problems")
        for problem in problems:
            print(f"  {clean(problem)}")
    return REFUSED if problems else DONE


def _sync_rules(as_json: bool) -> int:
    from django.utils import timezone

    setup()
    from tradewind.apps.markets.operations import sync_rules

    done = sync_rules(now=timezone.now())
    if as_json:
        say_json({"new": done.new, "changed": done.changed, "gone": done.gone})
    else:
        print(f"{done.new} new, {done.changed} changed, {done.gone} gone")
    return DONE


def book_stands(*, as_json: bool) -> bool:
    """Whether the whole book builds, with people's decisions and own rows; every problem is told where not.

    Brings the rule browser in step with the files on the way. Needs Django and a migrated database.
    """
    from django.utils import timezone

    from tradewind.apps.markets.operations import sync_rules
    from tradewind.apps.markets.queries import rulebook

    try:
        rulebook()
        sync_rules(now=timezone.now())
    except Refused as refused:
        fault("refused", "the rulebook does not build", refused.problems, as_json=as_json)
        return False
    return True
