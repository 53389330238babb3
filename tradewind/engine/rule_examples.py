"""Examples inside rule files, run: every row's author states a case and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tradewind.engine.rule_formulas import FORMULAS, Case
from tradewind.engine.rule_rows import CONFIRMED, Example, NoRule, Unconfirmed
from tradewind.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example whose answer is not what its author expects."""

    file: str
    name: str
    field: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name}: {self.field} is {self.got}, expected {self.expected}"


def run_examples(rulebook: Rulebook) -> list[ExampleFailure]:
    """Every example that does not come out; empty when all do."""
    return [failure for example in rulebook.examples for failure in _run(rulebook, example)]


def _run(rulebook: Rulebook, example: Example) -> list[ExampleFailure]:
    """The example in the book its author assumes: the proposed rows it names switched on."""
    if not example.assume:
        return _asked(rulebook, example)
    if strange := [id_ for id_ in example.assume if rulebook.by_id(id_) is None]:
        return [ExampleFailure(example.file, example.name, "assume", "ids of rows", ", ".join(strange))]
    return _asked(rulebook.with_decisions(dict.fromkeys(example.assume, CONFIRMED)), example)


def _asked(rulebook: Rulebook, example: Example) -> list[ExampleFailure]:
    def failure(field: str, expected: object, got: object) -> ExampleFailure:
        return ExampleFailure(example.file, example.name, field, str(expected), str(got))

    try:
        rule = rulebook.find(example.kind, example.on, **example.keys)
    except NoRule as missing:
        return [] if example.none else [failure("row", "a row", missing)]
    except Unconfirmed as ended:
        return [] if example.unconfirmed else [failure("row", "a row", ended)]
    if example.none or example.unconfirmed:
        return [failure("row", "no row" if example.none else "a person's confirmation", rule.id)]
    got: Mapping[str, Any] = {"id": rule.id, **rule.values}
    if example.formula:
        formula = FORMULAS.get(example.formula)
        if formula is None:
            return [failure("formula", ", ".join(FORMULAS), example.formula)]
        try:
            got = formula(Case(rulebook, rule, example.on, example.inputs, example.keys))
        except (LookupError, ValueError) as exc:
            return [failure("inputs", f"what {example.formula} needs", f"{type(exc).__name__}: {exc}")]
    return [
        failure(field, expected, got.get(field, "not stated"))
        for field, expected in example.expect.items()
        if not _same(expected, got.get(field))
    ]


def _same(expected: object, got: object) -> bool:
    if type(expected) is bool or type(got) is bool:
        return expected is got
    try:
        return Decimal(str(expected)) == Decimal(str(got))
    except InvalidOperation:
        return str(expected) == str(got)
