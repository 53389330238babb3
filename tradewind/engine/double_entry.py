"""Double entry: plans that balance per currency at birth, and the trial balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tradewind.engine.money import Money


class Unbalanced(ValueError):
    """An entry whose postings do not sum to zero in every currency."""


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """One posting: debit positive, credit negative."""

    account: str
    amount: Money
    store_id: int | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """An entry to be booked. `event` names what happened and makes a repeat harmless."""

    event: str
    on: date
    memo: str
    lines: tuple[PostingPlan, ...]


def trial_balance(postings: Iterable[PostingPlan]) -> dict[str, dict[str, int]]:
    """currency -> account -> minor units; every currency's accounts sum to zero."""
    raise NotImplementedError


def reverse(entry: EntryPlan, *, event: str, on: date, memo: str) -> EntryPlan:
    """The entry that undoes another."""
    raise NotImplementedError


def imbalance(lines: Iterable[PostingPlan]) -> Mapping[str, int]:
    """currency -> what is over, where it is not zero."""
    raise NotImplementedError
