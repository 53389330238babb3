"""What examples of rule files may ask to be computed, each the engine's own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tradewind.engine import fulfilment_fees
from tradewind.engine.export_refund import producer_refund, trading_refund
from tradewind.engine.fees import payment_fee, referral_fee
from tradewind.engine.landed_examples import landed_example
from tradewind.engine.money import Money
from tradewind.engine.rates_weight import Parcel, Weighing
from tradewind.engine.rule_rows import Rule
from tradewind.engine.rulebook import Rulebook
from tradewind.engine.vat import net_of


@dataclass(frozen=True, slots=True)
class Case:
    """An example at work: the book, the row that was found, the day, and the inputs its author states."""

    book: Rulebook
    rule: Rule
    on: date
    inputs: Mapping[str, Any]
    keys: Mapping[str, str] = field(default_factory=dict)  # the question, as its author put it

    def money(self, name: str = "price") -> Money:
        """An input as an amount of the inputs' currency; KeyError when it is not stated."""
        return Money.of(str(self.inputs[name]), str(self.inputs["currency"]))

    def decimal(self, name: str) -> Decimal:
        """An input as an exact number."""
        return Decimal(str(self.inputs[name]))


Answers = Mapping[str, Any]


def _text(amount: object) -> str:
    return str(amount.amount) if isinstance(amount, Money) else "missing"


def _net_of_vat(case: Case) -> Answers:
    tree = net_of(case.money(), case.rule)
    tax = tree.parts[1].amount
    return {"net": _text(tree.amount), "tax": _text(-tax) if isinstance(tax, Money) else "missing"}


def weighing(rule: Rule) -> Weighing:
    """The way of weighing that a `volume_divisor` row states."""
    return Weighing(**{name: value for name, value in rule.values.items() if name != "says"})


def _whole(values: list[Any], unit: Fraction) -> tuple[int, ...]:
    """Inches or ounces as the nearest whole millimetres or grams, as a parcel is stored."""
    return tuple(round(Fraction(str(value)) * unit) for value in values)


def _parcel(inputs: Mapping[str, Any]) -> tuple[int, tuple[int, ...]]:
    if "sides_in" in inputs:
        sides = _whole(inputs["sides_in"], fulfilment_fees.MM_PER_INCH)
    else:
        sides = tuple(int(side) for side in inputs["sides_mm"])
    if "weight_oz" in inputs:
        return _whole([inputs["weight_oz"]], fulfilment_fees.GRAMS["oz"])[0], sides
    return int(inputs["weight_g"]), sides


def _chargeable_weight(case: Case) -> Answers:
    grams, (a, b, c) = _parcel(case.inputs)
    weight = weighing(case.rule).weigh(Parcel("", grams, a, b, c))
    return {"units": weight.units, "by_volume": weight.by_volume, "reason": weight.reason}


def _unit(case: Case) -> fulfilment_fees.Unit:
    grams, (a, b, c) = _parcel(case.inputs)
    return fulfilment_fees.Unit((a, b, c), grams)


def _size_tier(case: Case) -> Answers:
    keys = case.rule.keys
    tier = fulfilment_fees.size_tier(
        case.book, case.on, _unit(case), channel=keys["channel"], market=keys["market"]
    )
    return {"tier": tier.code}


def _fulfilment_fee(case: Case) -> Answers:
    grams = case.decimal("weight_lb") * Decimal("453.59237")
    return {"fee": _text(fulfilment_fees.fulfilment_fee(case.rule, Fraction(grams)).amount)}


def _storage_fee(case: Case) -> Answers:
    fee = fulfilment_fees.storage_fee(case.rule, _unit(case).mm3, int(case.inputs.get("months", 1)))
    return {"fee": _text(fee.amount)}


def _trading_refund(case: Case) -> Answers:
    found = trading_refund(
        case.money("net"), levy=case.decimal("levy"), refund_rate=case.decimal("refund_rate")
    )
    return {"refund": _text(found.refund), "cost": _text(found.cost)}


def _producer_refund(case: Case) -> Answers:
    found = producer_refund(
        case.money("fob"),
        levy=case.decimal("levy"),
        refund_rate=case.decimal("refund_rate"),
        input_vat=case.money("input_vat"),
        output_vat=case.money("output_vat"),
    )
    names = ("non_creditable", "payable", "cap", "refund", "set_off", "carried_forward")
    return {name: _text(getattr(found, name)) for name in names}


FORMULAS: dict[str, Callable[[Case], Answers]] = {
    "referral_fee": lambda case: {"fee": _text(referral_fee(case.money(), case.rule).amount)},
    "payment_fee": lambda case: {"fee": _text(payment_fee(case.money(), case.rule).amount)},
    "fixed_fee": lambda case: {"fee": _text(fulfilment_fees.fixed_fee(case.rule, case.money()).amount)},
    "net_of_vat": _net_of_vat,
    "chargeable_weight": _chargeable_weight,
    "size_tier": _size_tier,
    "fulfilment_fee": _fulfilment_fee,
    "storage_fee": _storage_fee,
    "trading_refund": _trading_refund,
    "producer_refund": _producer_refund,
    "landed_cost": lambda case: landed_example(case.book, case.keys, case.inputs, case.on),
}
