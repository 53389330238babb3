"""What a channel keeps of a store's money, rolled from settlement to settlement: where the chain breaks.

Every file of a period says what it releases of the money held before and what it holds for later. The
account with the channel is opening + activity - paid = closing, where the opening is what the period
before left: held money, and a balance below zero that was carried. A file whose opening is not the
closing before it is where money went missing, or where a file is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.engine.money import Money

# Reasons of breaks: a file is missing; the opening is not the closing before; more is released than was
# held; a line brings money in from before that nothing before explains.
GAP, OPENING, OVERDRAWN, TRANSFER = "gap", "opening", "overdrawn", "transfer"
_SLACK = timedelta(days=1)  # between two periods that follow each other


@dataclass(frozen=True, slots=True)
class Period:
    """One settlement with its corrections: sums of its lines by what they do to the reserve.

    `held` and `released` at or above zero; `transfers` are single lines that bring money in from before
    or outside: a payout that failed, a card charged, money advanced (above zero), a debt taken over (below).
    `restated`: the channel releases all it holds and holds anew, in every file.
    """

    id: int
    start: datetime
    end: datetime
    total: Money
    held: Money
    released: Money
    transfers: tuple[Money, ...] = ()
    restated: bool = True


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: by what reason, between which two settlements, by how much."""

    reason: str
    id: int
    before: int | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Rolled:
    """One step of the chain: opening + held - released = closing of the reserve.

    `activity` is what the period earned by itself, `inflow` what came in from outside (payouts that
    failed and came back, debts charged to a card; other transfers where the reserve is not restated),
    `paid` the payout, `debt` what is owed to the channel after it:
    opening - debt before + activity + inflow - paid = closing - debt, wherever the chain holds.
    `returned` names the earlier settlements whose payouts came back.
    """

    id: int
    opening: Money | None  # None: the first file, nothing is known before it
    held: Money
    released: Money
    closing: Money
    activity: Money
    inflow: Money
    paid: Money
    debt: Money
    returned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """The chain of a store in one currency, and every place where it breaks."""

    steps: tuple[Rolled, ...]
    breaks: tuple[Break, ...]


def roll(periods: Sequence[Period]) -> Roll:
    """Chain the settlements of one store and currency by their end, the earliest first.

    A total below zero is a debt, as is what the channel advances to a period that earned too little (a
    transfer above zero); a later file takes it over (below zero), from its own money or a card's.
    Example: 100 held, then a file that releases 90: one break "opening" of -10 at the second.
    """
    chain = _Chain()
    for period in sorted(periods, key=lambda p: (p.end, p.start, p.id)):
        chain.take(period)
    return Roll(tuple(chain.steps), tuple(chain.breaks))


class _Chain:
    def __init__(self) -> None:
        self.steps: list[Rolled] = []
        self.breaks: list[Break] = []
        self.last: Period | None = None
        self.paid: list[Period] = []  # whose payout may still come back

    def take(self, p: Period) -> None:
        zero = Money.zero(p.total.currency)
        before = self.steps[-1] if self.steps else None
        opening = before.closing if before else None
        if opening is not None:
            self._chained(p, opening)
        debt, inflow, returned = self._transfers(p, before.debt if before else zero)
        known = p.released if opening is None else opening
        moved = Money.total(p.transfers, p.total.currency)
        step = Rolled(
            p.id, opening, p.held, p.released,
            closing=p.held if p.restated else known + p.held - p.released,
            activity=p.total - p.released + p.held - moved,
            inflow=inflow, paid=max(p.total, zero), debt=debt - min(p.total, zero), returned=returned,
        )  # fmt: skip
        self.steps.append(step)
        if p.total.minor > 0:
            self.paid.append(p)
        self.last = p

    def _chained(self, p: Period, opening: Money) -> None:
        """Note where a file does not go on from what the one before it left."""
        assert self.last is not None
        extra = p.released - opening
        if not extra or (not p.restated and extra.minor < 0):
            return
        reason = OPENING if p.restated else OVERDRAWN
        if p.start - self.last.end > _SLACK:
            reason = GAP
        self.breaks.append(Break(reason, p.id, self.last.id, extra))

    def _transfers(self, p: Period, debt: Money) -> tuple[Money, Money, tuple[int, ...]]:
        """What is owed after the lines that bring money from before, what came in, whose payout came back."""
        taken = inflow = Money.zero(debt.currency)
        returned: list[int] = []
        for line in sorted(p.transfers):  # debts taken over first
            failed = self._failed(line)
            if line.minor < 0 and -line <= debt:
                debt, taken = debt + line, taken - line
            elif failed is not None:
                returned.append(failed)
                inflow += line
            elif 0 < line.minor <= taken.minor:  # charged to a card
                inflow, taken = inflow + line, taken - line
            elif line.minor > 0 and (p.total - line).minor < 0:  # advanced
                debt += line
            elif not p.restated:
                inflow += line  # a wallet: money moves in and out of it for reasons of its own
            elif line:
                self.breaks.append(Break(TRANSFER, p.id, self.last.id if self.last else None, line))
        return debt, inflow, tuple(returned)

    def _failed(self, line: Money) -> int | None:
        """The latest earlier settlement paid with just this amount: its payout comes back, once."""
        for at in range(len(self.paid) - 1, -1, -1):
            if self.paid[at].total == line:
                return self.paid.pop(at).id
        return None
