"""Where a payout's money went: withdrawals draw on receipts in the order in which they came in. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.money import Money, quantize, round_half_up, to_currency


@dataclass(frozen=True, slots=True)
class Out:
    """Money that left an account: a withdrawal, a fee by itself, a payment."""

    id: int
    at: datetime
    minor: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Part of an outflow that came out of one receipt, and where it begins in both."""

    out_id: int
    receipt_id: int
    minor: int
    out_from: int = 0
    receipt_from: int = 0


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of the way: what went in, what came out, the fee, the loss against the reference rate.

    `loss_bp` is the loss of all hops so far in hundredths of a percent of the payout; None where a
    reference rate is not known. State: waiting, done, short, returned, failed, carried. `noun` and `id`
    name the row that shows it.
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
    noun: str = ""
    id: int = 0


def draw(receipts: Sequence[tuple[int, datetime, int]], outs: Iterable[Out]) -> list[Drawn]:
    """First in, first out: every outflow is taken from the oldest receipts with money left.

    `receipts` are (id, at, minor units). The parts of an outflow sum to it, unless the account gave
    out more than came in; then the rest is drawn from nothing and not listed. Example: receipts of
    100 and 50, an outflow of 120 gives (first, 100) and (second, 20).
    """
    queue = deque([pk, minor, 0] for pk, _at, minor in sorted(receipts, key=lambda r: (r[1], r[0])))
    drawn: list[Drawn] = []
    for out in sorted(outs, key=lambda o: (o.at, o.id)):
        need = out.minor
        while need > 0 and queue:
            pk, left, used = queue[0]
            part = min(need, left)
            if part > 0:
                drawn.append(Drawn(out.id, pk, part, out.minor - need, used))
            need -= part
            queue[0][1:] = [left - part, used + part]
            if queue[0][1] <= 0:
                queue.popleft()
    return drawn


def part_of(total: int, low: int, high: int, whole: int) -> int:
    """What the stretch from low to high of a whole has of a total; stretches side by side sum to it exactly.

    Example: of 10 over three thirds of 3: part_of(10, 0, 1, 3), (10, 1, 2, 3), (10, 2, 3, 3) are 3, 4, 3.
    """
    if whole <= 0:
        return total
    return round_half_up(Fraction(total * high, whole)) - round_half_up(Fraction(total * low, whole))


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
