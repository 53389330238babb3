"""Rule files: TOML text in, rows and examples out, everything wrong said at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import Problem
from tradewind.engine.rule_kinds import KINDS, KindSchema
from tradewind.engine.rule_rows import ANY, CONFIRMED, PROPOSED, Example, Rule, RuleFile

_ROW_FIELDS = (
    "id", "kind", "valid_from", "valid_to", "known_to", "source", "reviewed", "status", "confidence", "note",
)  # fmt: skip
_EXAMPLE_FIELDS = ("name", "kind", "on", "expect", "formula", "inputs", "none", "unconfirmed", "assume")
_LEVELS = ("high", "medium", "low")


def parse_rules(name: str, text: str) -> RuleFile:
    """Read one rule file. Never raises: what is wrong stands in `problems` (row: which row of its list).

    ``[defaults]`` fills fields of every row; ``[[rule]]`` and ``[[example]]`` are the rows. Numbers
    are read exactly (0.15 is Decimal("0.15")).
    """
    problems: list[Problem] = []
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ValueError) as exc:
        return RuleFile(name, (), (), (Problem(None, name, str(exc)[:80], "is not TOML", "a TOML file"),))
    for field in sorted(set(data) - {"defaults", "rule", "example"}):
        problems.append(Problem(None, f"{name}: {field}", "", "unknown table", "defaults, rule, example"))
    defaults = data.get("defaults", {})
    if not isinstance(defaults, dict):
        problems.append(Problem(None, f"{name}: defaults", str(defaults), "must be a table", "[defaults]"))
        defaults = {}
    rules = [_rule(name, i, defaults | raw, problems) for i, raw in _tables(name, "rule", data, problems)]
    examples = [_example(name, i, raw, problems) for i, raw in _tables(name, "example", data, problems)]
    return RuleFile(name, tuple(r for r in rules if r), tuple(e for e in examples if e), tuple(problems))


def read_row(name: str, raw: Mapping[str, Any], problems: list[Problem]) -> Rule | None:
    """One row given as a mapping, values as in TOML (exact numbers may be text); None if it is wrong."""
    return _rule(name, 1, dict(raw), problems)


def _tables(name: str, key: str, data: Mapping[str, Any], problems: list[Problem]) -> list[tuple[int, Any]]:
    rows = data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        problems.append(Problem(None, f"{name}: {key}", "", "must be a list of tables", f"[[{key}]]"))
        return []
    return list(enumerate(rows, 1))


class _Reader:
    """One row being read: collects what is wrong with it."""

    def __init__(self, name: str, row: int, raw: Mapping[str, Any], problems: list[Problem]) -> None:
        self.where = f"{name}: {raw.get('id') or raw.get('name') or row}"
        self.row, self.raw, self.problems, self.count = row, raw, problems, len(problems)

    def bad(self, field: str, reason: str, accepted: str) -> None:
        value = str(self.raw.get(field, ""))[:80]
        self.problems.append(Problem(self.row, f"{self.where}: {field}", value, reason, accepted))

    @property
    def clean(self) -> bool:
        return len(self.problems) == self.count

    def text(self, field: str, choices: tuple[str, ...] = ()) -> str:
        value = self.raw.get(field, "")
        if not isinstance(value, str) or not value.strip():
            self.bad(field, "is missing", ", ".join(choices) or "text")
        elif choices and value not in choices:
            self.bad(field, "is not known", ", ".join(choices))
        return str(value)

    def day(self, field: str) -> date:
        value = self.raw.get(field)
        if type(value) is date:
            return value
        self.bad(field, "is missing" if value is None else "is not a date", "a date such as 2026-01-31")
        return date.min

    def unknown(self, known: set[str]) -> None:
        for field in sorted(set(self.raw) - known):
            self.bad(field, "unknown field", ", ".join(sorted(known)))

    def keys(self, schema: KindSchema) -> dict[str, str]:
        keys = {key: self.raw.get(key, ANY) for key in schema.keys}
        for key, value in keys.items():
            if not isinstance(value, str) or not value:
                self.bad(key, "is not text", "text, or * for any")
        return {key: str(value) for key, value in keys.items()}

    def values(self, schema: KindSchema) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field, value in schema.values.items():
            if field not in self.raw:
                if value.required:
                    self.bad(field, "is missing", "a value")
                continue
            try:
                out[field] = value.read(self.raw[field])
            except ValueError as exc:
                self.bad(field, "cannot be read", str(exc))
        return out


def _rule(name: str, row: int, raw: dict[str, Any], problems: list[Problem]) -> Rule | None:
    read = _Reader(name, row, raw, problems)
    schema = KINDS.get(read.text("kind", tuple(KINDS)))
    if schema is None:
        return None
    read.unknown({*_ROW_FIELDS, *schema.keys, *schema.values})
    rule = Rule(
        read.text("id"), raw["kind"], read.keys(schema), read.values(schema),
        read.day("valid_from"), read.day("valid_to") if "valid_to" in raw else None,
        read.text("source"), read.day("reviewed"),
        read.text("status", (CONFIRMED, PROPOSED)), read.text("confidence", _LEVELS),
        name, str(raw.get("note", "")),
        read.day("known_to") if "known_to" in raw else None,
        {field: raw[field] for field in schema.values if field in raw},
    )  # fmt: skip
    _dates(read, rule)
    if rule.status == CONFIRMED and rule.confidence == "low":
        read.bad("status", "a row of low confidence cannot be confirmed by its file", PROPOSED)
    if read.clean and schema.check is not None:
        for field, reason in schema.check(rule.values).items():
            read.bad(field, reason, "values that agree")
    return rule if read.clean else None


def _dates(read: _Reader, rule: Rule) -> None:
    for field, last in (("valid_to", rule.valid_to), ("known_to", rule.known_to)):
        if last is not None and last < rule.valid_from:
            read.bad(field, "lies before valid_from", "a later date, or none")
    if rule.known_to is not None and rule.valid_to is not None and rule.known_to > rule.valid_to:
        read.bad("known_to", "lies after valid_to", "a day within the row's life, or none")


def _example(name: str, row: int, raw: dict[str, Any], problems: list[Problem]) -> Example | None:
    read = _Reader(name, row, raw, problems)
    schema = KINDS.get(read.text("kind", tuple(KINDS)))
    if schema is None:
        return None
    read.unknown({*_EXAMPLE_FIELDS, *schema.keys})
    none, unconfirmed = raw.get("none", False) is True, raw.get("unconfirmed", False) is True
    if not none and not unconfirmed and not isinstance(raw.get("expect"), dict):
        read.bad("expect", "is missing", "a table of expected values, or none = true or unconfirmed = true")
    if not isinstance(raw.get("inputs", {}), dict):
        read.bad("inputs", "must be a table", "inputs = { price = ... }")
    example = Example(
        name, read.text("name"), raw["kind"], read.day("on"),
        {key: str(raw[key]) for key in schema.keys if key in raw},
        raw.get("expect") or {}, str(raw.get("formula", "")), raw.get("inputs") or {}, none, unconfirmed,
        tuple(str(id_) for id_ in raw.get("assume", ())),
    )  # fmt: skip
    return example if read.clean else None
