"""Explained numbers: a tree of named components that always adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tradewind.engine.money import Money, trusted

ACTUAL, ESTIMATED, MISSING = "actual", "estimated", "missing"
_RANK = {ACTUAL: 0, ESTIMATED: 1, MISSING: 2}

Amount = Money | Decimal


class BreakdownError(ValueError):
    """A tree whose parts do not sum to its amount, or that mixes currencies."""


def worst(states: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """The least certain of some states: missing over estimated over actual."""
    return max(states, key=_RANK.__getitem__, default=ACTUAL)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One number and why: amount, formula, inputs, the rule or document it stands on, its parts.

    `name` is a glossary code (``cogs``, ``referral_fee``); faces translate it. `amount` is Money,
    or Decimal for scores; None only when nothing is known (state missing). With parts, the amount
    is the sum of the known ones, checked at birth, and the state is the worst of theirs.
    """

    name: str
    amount: Amount | None
    state: str = ACTUAL
    formula: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    parts: tuple[Breakdown, ...] = ()

    def __post_init__(self) -> None:
        if self.state not in _RANK:
            raise BreakdownError(f"unknown state {self.state!r}")
        if self.amount is None and self.state != MISSING:
            raise BreakdownError(f"{self.name}: no amount, yet not missing")
        if self.parts:
            self._check_parts()

    def _check_parts(self) -> None:
        known = [p.amount for p in self.parts if p.amount is not None]
        if known and (total := _sum(known)) != self.amount:
            raise BreakdownError(f"{self.name}: parts sum to {total}, not {self.amount}")
        if self.state != worst([p.state for p in self.parts]):
            raise BreakdownError(f"{self.name}: state {self.state} is not the worst of its parts")

    @classmethod
    def of(cls, name: str, parts: list[Breakdown], *, zero: Amount | None = None, **kw: Any) -> Breakdown:
        """The sum of parts under a name; `zero` is the amount when no part is known or none is given."""
        amount = _sum([p.amount for p in parts if p.amount is not None])
        state = worst([p.state for p in parts])
        if amount is None:
            return cls(name, zero, state, parts=tuple(parts), **kw)
        return _summed(cls, name, amount, state, tuple(parts), **kw)

    @classmethod
    def missing(cls, name: str, why: str, **kw: Any) -> Breakdown:
        """A component that is not known, with the reason in words."""
        return cls(name, None, MISSING, formula=why, **kw)

    def walk(self) -> Iterator[tuple[int, Breakdown]]:
        """Every node with its depth, parents before children."""
        stack = [(0, self)]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            stack.extend((depth + 1, part) for part in reversed(node.parts))

    def to_json(self) -> dict[str, Any]:
        """Plain data for storage and the API; money as minor units with currency."""
        out: dict[str, Any] = {"name": self.name, "state": self.state}
        if isinstance(self.amount, Money):
            out |= {"minor": self.amount.minor, "currency": self.amount.currency}
        elif self.amount is not None:
            out["value"] = str(self.amount)
        for key in ("formula", "source"):
            if getattr(self, key):
                out[key] = getattr(self, key)
        if self.inputs:
            out["inputs"] = dict(self.inputs)
        if self.parts:
            out["parts"] = [p.to_json() for p in self.parts]
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Breakdown:
        amount: Amount | None = None
        if "minor" in data:
            amount = Money(data["minor"], data["currency"])
        elif "value" in data:
            amount = Decimal(data["value"])
        return cls(
            data["name"],
            amount,
            data["state"],
            data.get("formula", ""),
            data.get("inputs", {}),
            data.get("source", ""),
            tuple(cls.from_json(p) for p in data.get("parts", ())),
        )


def _summed(
    cls: type[Breakdown],
    name: str,
    amount: Amount,
    state: str,
    parts: tuple[Breakdown, ...],
    *,
    formula: str = "",
    inputs: Mapping[str, str] | None = None,
    source: str = "",
) -> Breakdown:
    """A node whose amount and state were just taken from its parts: nothing is left to check."""
    node = object.__new__(cls)
    put = object.__setattr__
    put(node, "name", name)
    put(node, "amount", amount)
    put(node, "state", state)
    put(node, "formula", formula)
    put(node, "inputs", {} if inputs is None else inputs)
    put(node, "source", source)
    put(node, "parts", parts)
    return node


def _sum(amounts: list[Amount]) -> Amount | None:
    if not amounts:
        return None
    first = amounts[0]
    if type(first) is Money:
        return _money(amounts, first.currency)
    if any(type(amount) is Money for amount in amounts):
        raise BreakdownError("money and numbers do not add up")
    return sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))


def _money(amounts: list[Amount], currency: str) -> Money:
    minor = 0
    for amount in amounts:
        if type(amount) is not Money or amount.currency != currency:
            kinds = {one.currency if type(one) is Money else None for one in amounts}
            raise BreakdownError(f"amounts of {kinds} do not add up: convert first")
        minor += amount.minor
    return trusted(minor, currency)
