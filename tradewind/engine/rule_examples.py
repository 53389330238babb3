"""Examples inside rule files, run: every row's author states a case and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tradewind.engine.fees import payment_fee, referral_fee
from tradewind.engine.money import Money
from tradewind.engine.rule_rows import Example, NoRule, Rule
from tradewind.engine.rulebook import Rulebook
from tradewind.engine.vat import net_of


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


def _amount(inputs: Mapping[str, Any], name: str = "price") -> Money:
    return Money.of(str(inputs[name]), str(inputs["currency"]))


def _text(amount: object) -> str:
    return str(amount.amount) if isinstance(amount, Money) else "missing"


def _net_of_vat(rule: Rule, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    tree = net_of(_amount(inputs), rule)
    tax = tree.parts[1].amount
    return {"net": _text(tree.amount), "tax": _text(-tax) if isinstance(tax, Money) else "missing"}


def _flat_duty(rule: Rule, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Duty of a small consignment where it is a flat sum for each distinct subheading."""
    value = _amount(inputs, "value")
    if value.amount > rule.decimal("threshold"):
        return {"duty": "by tariff"}
    each = Money.of(rule.decimal("per_item"), rule.text("currency"))
    return {"duty": _text(each * int(inputs["subheadings"]))}


FORMULAS: dict[str, Callable[[Rule, Mapping[str, Any]], Mapping[str, Any]]] = {
    "referral_fee": lambda rule, inputs: {"fee": _text(referral_fee(_amount(inputs), rule).amount)},
    "payment_fee": lambda rule, inputs: {"fee": _text(payment_fee(_amount(inputs), rule).amount)},
    "net_of_vat": _net_of_vat,
    "flat_duty": _flat_duty,
}


def run_examples(rulebook: Rulebook) -> list[ExampleFailure]:
    """Every example that does not come out; empty when all do."""
    return [failure for example in rulebook.examples for failure in _run(rulebook, example)]


def _run(rulebook: Rulebook, example: Example) -> list[ExampleFailure]:
    def failure(field: str, expected: object, got: object) -> ExampleFailure:
        return ExampleFailure(example.file, example.name, field, str(expected), str(got))

    try:
        rule = rulebook.find(example.kind, example.on, **example.keys)
    except NoRule as missing:
        return [] if example.none else [failure("row", "a row", missing)]
    if example.none:
        return [failure("row", "no row", rule.id)]
    got: Mapping[str, Any] = {"id": rule.id, **rule.values}
    if example.formula:
        formula = FORMULAS.get(example.formula)
        if formula is None:
            return [failure("formula", ", ".join(FORMULAS), example.formula)]
        try:
            got = formula(rule, example.inputs)
        except (KeyError, ValueError) as exc:
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
