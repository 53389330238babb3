"""Payouts and receipts: keys first, then the only possible amount, else ranked proposals. Never a guess.

Stages: the reference names a payout and the amount agrees, alone or with its corrections; the same
amount within the days allowed, with no other payout and no other receipt it could be; several payouts
in one receipt, when exactly one set of them adds up. What is left becomes proposals for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tradewind.engine.money import Money
from tradewind.engine.subset_sum import subsets

REFERENCE, AMOUNT, SUM = "reference", "amount", "sum"
# Reasons of proposals, best first.
REASONS = (
    "same_reference_other_amount",
    "same_amount_not_unique",
    "sum_not_unique",
    "same_amount_out_of_window",
    "near_amount",
)
_SHOWN = 5  # proposals a receipt
_NEAR = 50  # one part in: 2 %


@dataclass(frozen=True, slots=True)
class Expected:
    """Money we wait for: a payout with the reference the payer will name."""

    id: int
    amount: Money
    on: date | None  # None: not known, any day fits
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
    """A possible link for a person to decide, best first (`rank` from 1).

    `difference_minor`: received less expected; `days`: received after expected, where known.
    """

    received_id: int
    expected_ids: tuple[int, ...]
    rank: int
    reason: str
    difference_minor: int = 0
    days: int | None = None


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Links made, proposals for the rest, and what is open. An id stands in `matches` at most once."""

    matches: tuple[Match, ...]
    proposals: tuple[Proposal, ...]
    unmatched_received: tuple[int, ...]
    unmatched_expected: tuple[int, ...]


def match(
    expected: Sequence[Expected], received: Sequence[Received], *, days_before: int = 1, days_after: int = 10
) -> MatchResult:
    """Match receipts to what is expected; a receipt may come that many days before or after its date.

    Ids must be unique within each side. The answer does not depend on the order of the input.
    """
    work = _Work(
        sorted(expected, key=lambda e: e.id), sorted(received, key=lambda r: r.id), days_before, days_after
    )
    work.by_reference()
    work.by_amount()
    work.by_sum()
    proposals = [p for receipt in work.received for p in work.propose(receipt)]
    return MatchResult(
        tuple(sorted(work.matches, key=lambda m: m.received_id)),
        tuple(proposals),
        tuple(receipt.id for receipt in work.received),
        tuple(item.id for item in work.expected),
    )


def _key(reference: str) -> str:
    return "".join(reference.split()).casefold()


class _Work:
    """What is still open, shrinking from stage to stage."""

    def __init__(
        self, expected: list[Expected], received: list[Received], days_before: int, days_after: int
    ) -> None:
        self.expected, self.received = expected, received
        self.days_before, self.days_after = days_before, days_after
        self.matches: list[Match] = []
        self.named = {_key(item.reference) for item in expected if item.reference}

    def _settle(self, links: Iterable[Match]) -> None:
        links = list(links)
        self.matches += links
        gone_received = {link.received_id for link in links}
        gone_expected = {id_ for link in links for id_ in link.expected_ids}
        self.received = [r for r in self.received if r.id not in gone_received]
        self.expected = [e for e in self.expected if e.id not in gone_expected]

    def _fits(self, receipt: Received, item: Expected) -> bool:
        return item.on is None or -self.days_before <= (receipt.on - item.on).days <= self.days_after

    def _pairs(self, pairs: list[tuple[Received, Expected]], how: str, reason: str) -> None:
        """Link the pairs whose both sides stand in one pair only."""
        uses_received = Counter(receipt.id for receipt, _ in pairs)
        uses_expected = Counter(item.id for _, item in pairs)
        self._settle(
            Match(receipt.id, (item.id,), how, reason)
            for receipt, item in pairs
            if uses_received[receipt.id] == 1 and uses_expected[item.id] == 1
        )

    def by_reference(self) -> None:
        by_key: dict[tuple[str, Money], list[Expected]] = {}
        for item in self.expected:
            if _key(item.reference):
                by_key.setdefault((_key(item.reference), item.amount), []).append(item)
        pairs = [(r, e) for r in self.received for e in by_key.get((_key(r.reference), r.amount), ())]
        self._pairs(pairs, REFERENCE, "the reference and the amount agree")
        self._with_corrections()

    def _with_corrections(self) -> None:
        """A receipt that names a payout and comes to it and its corrections ("B-1", "B-1/1") together."""
        families: dict[str, list[Expected]] = {}
        for item in self.expected:
            families.setdefault(self._root(item.reference), []).append(item)
        named = Counter(_key(receipt.reference) for receipt in self.received)
        links = []
        for receipt in self.received:
            key = _key(receipt.reference)
            family = families.get(key, []) if key and named[key] == 1 else []
            currencies = {item.amount.currency for item in family}
            whole = sum(item.amount.minor for item in family) == receipt.amount.minor
            if len(family) > 1 and whole and currencies == {receipt.amount.currency}:
                ids = tuple(item.id for item in family)
                links.append(
                    Match(receipt.id, ids, REFERENCE, "the reference and the amounts together agree")
                )
        self._settle(links)

    def _root(self, reference: str) -> str:
        """The payout a correction belongs to, where it is expected too; any other reference is its own."""
        base, _slash, number = _key(reference).rpartition("/")
        return base if number.isdecimal() and base in self.named else _key(reference)

    def _candidates(self, receipt: Received) -> list[Expected]:
        """Open payouts this receipt could be by currency and day; none if it names one it does not equal."""
        if _key(receipt.reference) in self.named:
            return []
        return [
            item
            for item in self.expected
            if item.amount.currency == receipt.amount.currency and self._fits(receipt, item)
        ]

    def by_amount(self) -> None:
        by_amount: dict[Money, list[Expected]] = {}
        for item in self.expected:
            by_amount.setdefault(item.amount, []).append(item)
        pairs = [
            (receipt, item)
            for receipt in self.received
            if _key(receipt.reference) not in self.named
            for item in by_amount.get(receipt.amount, ())
            if self._fits(receipt, item)
        ]
        self._pairs(pairs, AMOUNT, "the only payout of this amount in these days")

    def by_sum(self) -> None:
        found: list[tuple[Received, tuple[int, ...]]] = []
        for receipt in self.received:
            items = self._candidates(receipt)
            sets = subsets([item.amount.minor for item in items], receipt.amount.minor)
            if sets is not None and len(sets) == 1 and len(sets[0]) > 1:
                found.append((receipt, tuple(items[i].id for i in sets[0])))
        uses = Counter(id_ for _, ids in found for id_ in ids)
        same = Counter(receipt.amount for receipt in self.received)
        self._settle(
            Match(receipt.id, ids, SUM, "the only set of payouts in these days that adds up")
            for receipt, ids in found
            if all(uses[id_] == 1 for id_ in ids) and same[receipt.amount] == 1
        )

    def propose(self, receipt: Received) -> list[Proposal]:
        ideas = [idea for item in self.expected if (idea := self._idea(receipt, item))]
        ideas += self._sum_ideas(receipt)
        ideas.sort(key=lambda p: (p.rank, abs(p.difference_minor), abs(p.days or 0), p.expected_ids))
        return [
            Proposal(p.received_id, p.expected_ids, rank, p.reason, p.difference_minor, p.days)
            for rank, p in enumerate(ideas[:_SHOWN], 1)
        ]

    def _idea(self, receipt: Received, item: Expected) -> Proposal | None:
        if item.amount.currency != receipt.amount.currency:
            return None
        difference = receipt.amount.minor - item.amount.minor
        days = None if item.on is None else (receipt.on - item.on).days
        if _key(item.reference) and _key(item.reference) == _key(receipt.reference):
            reason = REASONS[0] if difference else REASONS[1]
        elif difference == 0:
            reason = REASONS[1] if self._fits(receipt, item) else REASONS[3]
        elif self._fits(receipt, item) and abs(difference) * _NEAR <= abs(item.amount.minor):
            reason = REASONS[4]
        else:
            return None
        return Proposal(receipt.id, (item.id,), REASONS.index(reason), reason, difference, days)

    def _sum_ideas(self, receipt: Received) -> list[Proposal]:
        items = self._candidates(receipt)
        sets = subsets([item.amount.minor for item in items], receipt.amount.minor, 3) or []
        return [
            Proposal(
                receipt.id,
                tuple(items[i].id for i in chosen),
                REASONS.index("sum_not_unique"),
                "sum_not_unique",
            )
            for chosen in sets
            if len(chosen) > 1
        ]
