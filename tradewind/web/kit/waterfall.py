"""A Breakdown as a waterfall: pure geometry from the tree, drawn by a template as SVG attributes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradewind.engine.breakdown import Amount, Breakdown
from tradewind.engine.money import Money

ROW, BAR, TOP = 24, 14, 6  # pixels: height of a row, of its bar, room above
LABELS, PLOT, NUMBERS = 190, 300, 110  # pixels: widths of the three columns


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: where the running sum goes from, how wide, and in which tone it is drawn."""

    name: str
    amount: Amount | None
    state: str
    tone: str  # up, down, total, missing
    x: int
    y: int
    width: int
    joint: int  # x of the line to the next bar: the running sum after this one

    @property
    def middle(self) -> int:
        return self.y + BAR // 2

    @property
    def base(self) -> int:
        """Where the text of the row stands."""
        return self.y + BAR - 3

    @property
    def low(self) -> int:
        """Where the line to the next row ends."""
        return self.y + ROW


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars and the size of the drawing."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    zero: int  # x of nothing

    @property
    def numbers(self) -> int:
        """x at which amounts end."""
        return self.width - 4


def _plain(amount: Amount | None) -> Decimal:
    if amount is None:
        return Decimal(0)
    return amount.amount if isinstance(amount, Money) else amount


def waterfall(tree: Breakdown) -> Waterfall:
    """The parts of a tree one below the other, each beginning where the last ended, then the total.

    A missing part takes a row of its own without a bar: it is seen, and it counts nothing.
    Example: parts 10, -4 give bars 0..10, 10..6 and the total 0..6.
    """
    sums = [Decimal(0)]
    for part in tree.parts:
        sums.append(sums[-1] + _plain(part.amount))
    total = _plain(tree.amount)
    low, high = min(total, *sums), max(total, *sums)  # the first sum is nothing, so zero is inside
    span = (high - low) or Decimal(1)

    def x(value: Decimal) -> int:
        return LABELS + int((value - low) * PLOT / span)

    bars = [
        _bar(part, place, x(before), x(after))
        for place, (part, before, after) in enumerate(zip(tree.parts, sums, sums[1:], strict=False))
    ]
    bars.append(_bar(tree, len(tree.parts), x(Decimal(0)), x(total), total=True))
    height = TOP * 2 + ROW * len(bars)
    return Waterfall(tuple(bars), LABELS + PLOT + NUMBERS, height, x(Decimal(0)))


def _bar(node: Breakdown, place: int, start: int, end: int, *, total: bool = False) -> Bar:
    if node.amount is None:
        tone = "missing"
    elif total:
        tone = "total"
    else:
        tone = "up" if _plain(node.amount) >= 0 else "down"
    y = TOP + place * ROW + (ROW - BAR) // 2
    return Bar(node.name, node.amount, node.state, tone, min(start, end), y, max(abs(end - start), 2), end)
