"""The order in which a market computes what is due on goods that come in: named steps of formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradewind.engine.formula import Formula, FormulaError

# What every step may ask for, in major units of the market's currency for the goods of one tariff line:
# their price, their shares of freight, insurance and charges after arrival, fees that enter the base of the
# tax; units, kilograms; the rate of the tax.
INPUTS = ("goods", "freight", "insurance", "charges", "fees", "qty", "weight_kg", "tax_rate")
RATE = "tax_rate"
VALUE, DUTIABLE, TARIFF, DUTY = "customs_value", "dutiable", "tariff", "duty"
LEVIES = ("duty", "tax")
_STEP = {"name", "is", "levy"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, how it is computed, and whether its result is itself owed."""

    name: str
    formula: Formula
    levy: str = ""  # "duty" or "tax": the result is a part of that; "" is a number on the way
    asks: tuple[str, ...] = field(init=False)  # the names it needs, in order

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks", tuple(sorted(self.formula.names)))


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps up to the customs value, and those after the tariff has been charged on it.

    A step called `dutiable` states what the tariff is charged on where that is not the customs value itself
    (truncation). After these the names `tariff` (duty by the tariff and its layers) and `duty` (that and the
    steps so far with levy duty) exist. A step called `tariff` restates it (truncation).
    """

    before: tuple[Step, ...]
    after: tuple[Step, ...]
    taxes: bool = field(init=False)  # whether a tax is taken at the border at all
    rated: bool = field(init=False)  # whether its rate is asked for

    def __post_init__(self) -> None:
        object.__setattr__(self, "taxes", any(step.levy == "tax" for step in self.after))
        object.__setattr__(self, "rated", any(RATE in step.asks for step in self.after))


def read_steps(raw: Any) -> Steps:
    """Steps out of [{name = "customs_value", is = "goods + freight"}, ...]; ValueError says what is wrong."""
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise ValueError("a list of {name, is, levy}")
    cut = 1 + max((i for i, one in enumerate(raw) if one.get("name") in (VALUE, DUTIABLE)), default=-1)
    known = set(INPUTS)
    steps: list[Step] = []
    for place, one in enumerate(raw):
        if place == cut:
            known |= {TARIFF, DUTY}
        steps.append(_step(one, known))
        known.add(steps[-1].name)
    if VALUE not in known:
        raise ValueError(f"a step called {VALUE}")
    if any(step.levy for step in steps[:cut]):
        raise ValueError(f"levies after {VALUE}")
    return Steps(tuple(steps[:cut]), tuple(steps[cut:]))


def _step(one: Any, known: set[str]) -> Step:
    if not isinstance(one, Mapping) or set(one) - _STEP or not {"name", "is"} <= set(one):
        raise ValueError("steps of {name, is, levy}")
    name, levy = str(one["name"]), str(one.get("levy", ""))
    if levy and levy not in LEVIES:
        raise ValueError(f"levy: {', '.join(LEVIES)}")
    if name in INPUTS or name == DUTY or (name == TARIFF and TARIFF not in known):
        raise ValueError(f"a name that is not taken: {name} is")
    if name == TARIFF and levy:
        raise ValueError("no levy on a step that restates the tariff")
    try:
        return Step(name, Formula.read(str(one["is"]), known), levy)
    except FormulaError as wrong:
        raise ValueError(f"{name}: {wrong}") from None
