"""Double entry: plans that balance per currency at birth, and the trial balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tradewind.engine.money import Money


class Unbalanced(ValueError):
    """An entry whose postings do not sum to zero in every currency; says what is over."""


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """One posting: debit positive, credit negative."""

    account: str
    amount: Money
    store_id: int | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """An entry to be booked. `event` names what happened and makes a repeat harmless.

    Checked at birth: at least two lines, no line of zero, every currency sums to zero.
    """

    event: str
    on: date
    memo: str
    lines: tuple[PostingPlan, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.lines))
        if len(self.lines) < 2:
            raise Unbalanced(f"{self.event}: an entry has at least two lines")
        if any(not line.amount for line in self.lines):
            raise Unbalanced(f"{self.event}: a line of zero says nothing")
        over = imbalance(self.lines)
        if over:
            words = ", ".join(str(Money(minor, currency)) for currency, minor in over.items())
            raise Unbalanced(f"{self.event}: postings are over by {words}")


def imbalance(lines: Iterable[PostingPlan]) -> dict[str, int]:
    """currency -> minor units over (debit positive), where not zero; empty when balanced."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    return {currency: minor for currency, minor in sorted(sums.items()) if minor}


def trial_balance(postings: Iterable[PostingPlan]) -> dict[str, dict[str, int]]:
    """currency -> account -> minor units, sorted; balanced entries sum to zero per currency."""
    out: dict[str, dict[str, int]] = {}
    for line in postings:
        accounts = out.setdefault(line.amount.currency, {})
        accounts[line.account] = accounts.get(line.account, 0) + line.amount.minor
    return {currency: dict(sorted(out[currency].items())) for currency in sorted(out)}


def without_zeros(lines: Iterable[PostingPlan]) -> tuple[PostingPlan, ...]:
    """Lines summed by account, currency, store and order, without those that come to zero; order kept."""
    sums: dict[tuple[str, str, int | None, int | None], int] = {}
    for line in lines:
        key = (line.account, line.amount.currency, line.store_id, line.order_id)
        sums[key] = sums.get(key, 0) + line.amount.minor
    return tuple(
        PostingPlan(account, Money(minor, currency), store, order)
        for (account, currency, store, order), minor in sums.items()
        if minor
    )


def reverse(entry: EntryPlan, *, event: str, on: date, memo: str) -> EntryPlan:
    """The entry that undoes another."""
    lines = tuple(replace(line, amount=-line.amount) for line in entry.lines)
    return EntryPlan(event, on, memo, lines)
