"""Where a payout's money went: withdrawals draw on receipts in the order in which they came in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.money import Money, quantize, share, to_currency


@dataclass(frozen=True, slots=True)
class Out:
    """Money that left a collection account: a withdrawal, or a fee by itself."""

    id: int
    at: datetime
    minor: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Part of an outflow that came out of one receipt."""

    out_id: int
    receipt_id: int
    minor: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of the way: what went in, what came out, the fee, the loss against the reference rate.

    `loss_bp` is the loss of all hops so far in hundredths of a percent of the payout; None where a
    reference rate is not known. State: waiting, done, short.
    """

    name: str
    document: str
    at: datetime | None
    into: Money
    out: Money | None
    fee: Money | None
    fx_loss: Money | None
    loss_bp: Decimal | None
    state: str


def draw(receipts: Sequence[tuple[int, datetime, int]], outs: Iterable[Out]) -> list[Drawn]:
    """First in, first out: every outflow is taken from the oldest receipts with money left.

    `receipts` are (id, at, minor units). The parts of an outflow sum to it, unless the account gave
    out more than came in; then the rest is drawn from nothing and not listed. Example: receipts of
    100 and 50, an outflow of 120 gives (first, 100) and (second, 20).
    """
    queue = [[pk, minor] for pk, _at, minor in sorted(receipts, key=lambda r: (r[1], r[0]))]
    drawn: list[Drawn] = []
    for out in sorted(outs, key=lambda o: (o.at, o.id)):
        need = out.minor
        while need > 0 and queue:
            pk, left = queue[0]
            part = min(need, left)
            if part > 0:
                drawn.append(Drawn(out.id, pk, part))
            need -= part
            queue[0][1] -= part
            if queue[0][1] <= 0:
                queue.pop(0)
    return drawn


def part_of(total: Money, mine: int, whole: int) -> Money:
    """The part of an amount that belongs to `mine` of `whole`; both parts sum to it exactly."""
    if whole <= 0 or mine >= whole:
        return total
    return Money(share(total.minor, [mine, whole - mine])[0], total.currency)


def loss_bp(start: Money, lost: Money) -> Decimal:
    """A loss in basis points of the start: 10000 and 25 lost are 25.00 bp."""
    if not start.minor:
        return Decimal(0)
    return quantize(Fraction(lost.minor, start.minor) * 10_000, 2)


def fx_loss(given: Money, got: Money, reference: Decimal | None) -> Money | None:
    """What was lost against the reference rate, in the currency got; None without a reference."""
    if given.currency == got.currency:
        return given - got
    if reference is None:
        return None
    return to_currency(given, got.currency, reference) - got


def back(loss: Money, currency: str, reference: Decimal | None) -> Money | None:
    """A loss in the bought currency, stated in the sold one at the reference rate."""
    if loss.currency == currency:
        return loss
    return None if reference is None else to_currency(loss, currency, 1 / Fraction(reference))
