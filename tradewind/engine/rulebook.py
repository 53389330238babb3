"""The dated rulebook: which row of a fact was in force on a day, and who says so.

The engine takes text and gives values; `tradewind.rules.load()` is the only reader of files.
A row stands for all days from `valid_from` to `valid_to` (both inclusive); the narrower row wins
(``*`` is the widest); proposed rows are off until a person confirms them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import Problem

CONFIRMED, PROPOSED, REFUSED = "confirmed", "proposed", "refused"
ANY = "*"


class NoRule(LookupError):
    """No row is in force for the question; carries kind, keys and day, and says them in words."""

    def __init__(self, kind: str, keys: Mapping[str, str], on: date) -> None:
        self.kind, self.keys, self.on = kind, dict(keys), on
        wanted = ", ".join(f"{k} {v}" for k, v in keys.items()) or "anything"
        super().__init__(f"no {kind} rule is in force for {wanted} on {on}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated fact: what it says (`values`), of what (`keys`), since when, and on whose word."""

    id: str
    kind: str
    keys: Mapping[str, str]
    values: Mapping[str, Any]
    valid_from: date
    valid_to: date | None
    source: str
    reviewed: date
    status: str  # confirmed, proposed
    confidence: str  # high, medium, low
    file: str
    note: str = ""

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def decimal(self, name: str) -> Decimal:
        """A value as an exact Decimal; KeyError when the row does not state it."""
        return Decimal(self.values[name])

    def text(self, name: str) -> str:
        return str(self.values[name])


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case inside a rule file: a question and the answer the file's author expects."""

    file: str
    name: str
    kind: str
    on: date
    keys: Mapping[str, str]
    expect: Mapping[str, Any]
    formula: str = ""  # "" compares the row's values; else a formula of rule_examples.FORMULAS
    inputs: Mapping[str, Any] = field(default_factory=dict)
    none: bool = False  # no row may be found


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rows and examples of one file, with everything wrong in it."""

    name: str
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that came or went between two days."""

    change: str  # came, went
    rule: Rule


class Rulebook:
    """Every row, ready to be asked. Immutable; `with_decisions` gives another one."""

    def __init__(
        self, rules: Iterable[Rule], examples: Iterable[Example] = (), decisions: Mapping[str, str] | None = None
    ) -> None: ...

    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    decisions: Mapping[str, str]

    def find(self, kind: str, on: date, **keys: str) -> Rule:
        """The row in force on the day for the keys; the narrower wins. NoRule when there is none."""
        raise NoRule(kind, keys, on)

    def all(self, kind: str | None = None, on: date | None = None, **keys: str) -> list[Rule]:
        """Rows (switched on or not) of a kind, in force on a day, whose own keys equal those given."""
        return []

    def active(self, rule: Rule) -> bool:
        """Whether a row is switched on: confirmed by its file or by a person, and not refused."""
        return False

    def by_id(self, rule_id: str) -> Rule | None:
        return None

    def with_decisions(self, decisions: Mapping[str, str]) -> Rulebook:
        """The same rows under people's verdicts (id -> confirmed | refused). Refused when rows then clash."""
        return self


def parse_rules(name: str, text: str) -> RuleFile:
    """Read the text of one rule file (TOML). Never raises: what is wrong stands in `problems`."""
    return RuleFile(name, (), (), ())


def build(files: Iterable[RuleFile]) -> Rulebook:
    """A rulebook of files; Refused with the problems of all of them at once."""
    return Rulebook(())


def diff(rulebook: Rulebook, a: date, b: date) -> list[Change]:
    """Switched-on rows that were in force on one of two days and not on the other."""
    return []
