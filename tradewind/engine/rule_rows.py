"""The rows of a rulebook: rules, examples, and the refusal when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import Problem

CONFIRMED, PROPOSED, REFUSED = "confirmed", "proposed", "refused"
ANY = "*"
BOOK, OWN, PACK = 0, 1, 2


class RuleGap(LookupError):
    """The book has no answer to a question; carries kind, keys and day. NoRule or Unconfirmed."""

    def __init__(self, kind: str, keys: Mapping[str, str], on: date, why: str) -> None:
        self.kind, self.keys, self.on = kind, dict(keys), on
        super().__init__(why)


def _asked(keys: Mapping[str, str]) -> str:
    return ", ".join(f"{k} {v}" for k, v in keys.items()) or "anything"


class NoRule(RuleGap):
    """No row is in force for the question; says it in words."""

    def __init__(self, kind: str, keys: Mapping[str, str], on: date) -> None:
        super().__init__(kind, keys, on, f"no {kind} rule is in force for {_asked(keys)} on {on}")


class Unconfirmed(RuleGap):
    """The day lies past what is known: a person must confirm `rule` (until a later day) or replace it.

    Never answered with the last rate. `known_to` is the last day the row may answer for.
    """

    def __init__(self, kind: str, keys: Mapping[str, str], on: date, rule: Rule, known_to: date) -> None:
        self.rule, self.known_to = rule, known_to
        why = (
            f"the {kind} rule for {_asked(keys)} is past its known life ({rule.id} is known to {known_to}, "
            f"asked for {on}): a person must confirm it"
        )
        super().__init__(kind, keys, on, why)


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated fact: what it says (`values`), of what (`keys`), since when, and on whose word."""

    id: str
    kind: str
    keys: Mapping[str, str]
    values: Mapping[str, Any]
    valid_from: date
    valid_to: date | None  # inclusive; None: no end is known
    source: str
    reviewed: date
    status: str  # confirmed, proposed
    confidence: str  # high, medium, low
    file: str
    note: str = ""
    known_to: date | None = None  # inclusive; past it a person must confirm; None: no such day is known
    said: Mapping[str, Any] = field(default_factory=dict, compare=False)  # the values as they were written
    rank: int = BOOK  # BOOK (a file's), OWN (the company's, stands before the file's), PACK (a what-if)

    def holds(self, on: date) -> bool:
        """Whether the day lies in the row's interval, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def decimal(self, name: str) -> Decimal:
        """A value as an exact Decimal; KeyError when the row does not state it."""
        return Decimal(self.values[name])

    def text(self, name: str) -> str:
        """A value as text; KeyError when the row does not state it."""
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
    formula: str = ""  # "" compares the row's values; else one of rule_formulas.FORMULAS
    inputs: Mapping[str, Any] = field(default_factory=dict)
    none: bool = False  # no row may be found
    unconfirmed: bool = False  # the day lies past what is known: a person must confirm
    assume: tuple[str, ...] = ()  # ids of proposed rows the case takes as confirmed


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rows and examples of one file, with everything wrong in it."""

    name: str
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    problems: tuple[Problem, ...]
