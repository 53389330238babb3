"""Payouts and receipts: keys first, then the only possible amount, else ranked proposals. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class Expected:
    """Money we wait for: a payout with the reference the payer will name."""

    id: int
    amount: Money
    on: date | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came."""

    id: int
    amount: Money
    on: date
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A link that stands by itself: `how` reference, amount, or sum (several expected in one receipt)."""

    received_id: int
    expected_ids: tuple[int, ...]
    how: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A possible link for a person to decide, best first (`rank` from 1)."""

    received_id: int
    expected_ids: tuple[int, ...]
    rank: int
    reason: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Links made, proposals for the rest, and what nothing fits. Each id is used once in `matches`."""

    matches: tuple[Match, ...]
    proposals: tuple[Proposal, ...]
    unmatched_received: tuple[int, ...]
    unmatched_expected: tuple[int, ...]


def match(
    expected: Sequence[Expected], received: Sequence[Received], *, days_before: int = 1, days_after: int = 10
) -> MatchResult:
    """Match receipts to what is expected; a receipt may come that many days before or after its date."""
    raise NotImplementedError
