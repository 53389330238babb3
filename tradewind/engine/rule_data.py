"""Rows of the rulebook as plain data (JSON) and back: for the mirror in the database and for own rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_kinds import KINDS
from tradewind.engine.rule_kinds.schema import day
from tradewind.engine.rule_parse import read_row
from tradewind.engine.rule_rows import ANY, Rule

DATES = ("valid_from", "valid_to", "known_to", "reviewed")


def plain(value: Any) -> Any:
    """A value as it was written in a file, in JSON's words: exact numbers and dates become text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return value


def row_data(rule: Rule) -> dict[str, Any]:
    """A row as JSON-able data that `row_of` reads back."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "keys": dict(rule.keys),
        "values": plain(rule.said),
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "known_to": rule.known_to.isoformat() if rule.known_to else None,
        "source": rule.source,
        "reviewed": rule.reviewed.isoformat(),
        "status": rule.status,
        "confidence": rule.confidence,
        "note": rule.note,
        "file": rule.file,
    }


def digest(data: Mapping[str, Any]) -> str:
    """A fingerprint (SHA-256, hex) of a row's data: the same as long as it says the same."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def row_of(data: Mapping[str, Any]) -> Rule:
    """The row that data states; Refused with every problem."""
    problems: list[Problem] = []
    schema = KINDS.get(str(data.get("kind")))
    values = dict(data.get("values", {}))
    if schema is not None:
        for name, value in schema.values.items():
            if value.read is day and isinstance(values.get(name), str):
                values[name] = _day(values[name])
    fields = {name: _day(data[name]) for name in DATES if data.get(name)}
    words = {name: data[name] for name in ("id", "kind", "source", "status", "confidence") if name in data}
    keys = {name: value for name, value in dict(data.get("keys", {})).items() if value != ANY}
    note = {"note": data["note"]} if data.get("note") else {}
    rule = read_row(str(data.get("file", "")), {**keys, **values, **words, **fields, **note}, problems)
    if rule is None:
        raise Refused(problems)
    return rule


def _day(value: Any) -> Any:
    """A date out of its ISO text; what is none stays as it is, for the reader to refuse."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
