"""Promotions that meet: every stacking simulated, the worst case against the floor (row 4.8).

A buyer may catch any set of the promotions that run at once, within the channel's rules of stacking;
so every allowed set is worked out, not the one that was meant. Whole minor units, one currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import prod

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import round_half_up

PERCENT, AMOUNT, PRICE, BUY_X = "percent", "amount", "price", "buy_x"
KINDS = (PERCENT, AMOUNT, PRICE, BUY_X)
MOST_SETS = 20_000


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion of an offer.

    percent: `value` is the share taken off; amount: minor units off; price: the price it sets, if lower
    (lightning deal, Prime-exclusive price); buy_x: who buys `buys` gets `gets` more at share `value` off.
    `sequence` is the order of taking off (a coupon comes after the sale price); a percent is of the price
    so far, or of the list price with `of_list`. Of promotions in one `group` a buyer gets one; one that
    does not stack (`alone`) excludes every other. `fee`: what a unit sold under it costs besides.
    """

    code: str
    kind: str
    value: Fraction
    sequence: int = 0
    group: str = ""
    alone: bool = False
    of_list: bool = False
    buys: int = 1
    gets: int = 0
    fee: int = 0
    starts: datetime | None = None
    ends: datetime | None = None  # exclusive


@dataclass(frozen=True, slots=True)
class Stack:
    """Promotions caught together: what `units` cost the buyer in all, and the fees of a unit."""

    codes: tuple[str, ...]
    total: int
    units: int
    fee: int

    @property
    def price(self) -> int:
        """Price of a unit, rounded down: the seller's side of a doubt."""
        return self.total // self.units


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which the same promotions run, and every stack they allow, lowest price first."""

    starts: datetime | None
    ends: datetime | None
    stacks: tuple[Stack, ...]

    @property
    def worst(self) -> Stack:
        """The stack that leaves least before costs: lowest price, fees taken off."""
        return min(self.stacks, key=lambda s: (s.price - s.fee, s.codes))


@dataclass(frozen=True, slots=True)
class StackCheck:
    """What promotions do to a price: windows, the worst stack of all, and every stack below the floor."""

    windows: tuple[Window, ...]
    worst: Stack
    below: tuple[tuple[Window, Stack], ...]

    @property
    def safe(self) -> bool:
        """Whether no stack falls below the floor."""
        return not self.below


def stack(price: int, promotions: Sequence[Promotion]) -> Stack:
    """What a buyer pays who catches all of these, taken off in their sequence.

    Each step is rounded half up to the minor unit and never falls below zero.
    Example: 20.00 with 20 % off, then a coupon of 1.00 = 15.00.
    """
    now, units, total_of = price, 1, 1
    free = Fraction(0)
    for one in sorted(promotions, key=lambda p: (p.sequence, p.kind == BUY_X, p.code)):
        if one.kind == BUY_X:
            units, total_of, free = one.buys + one.gets, one.buys + one.gets, one.value * one.gets
        else:
            now = max(0, _after(one, now, price))
    total = round_half_up(now * (total_of - free)) if units > 1 else now
    return Stack(tuple(p.code for p in promotions), total, units, sum(p.fee for p in promotions))


def _after(one: Promotion, now: int, list_price: int) -> int:
    if one.kind == PERCENT:
        return now - round_half_up((list_price if one.of_list else now) * one.value)
    if one.kind == AMOUNT:
        return now - int(one.value)
    return min(now, int(one.value))


def stackings(promotions: Sequence[Promotion]) -> Iterator[tuple[Promotion, ...]]:
    """Every set a buyer may catch, the empty one first: one of a group, a lone one by itself.

    Refused when there are more than 20,000 sets.
    """
    yield ()
    yield from ((one,) for one in promotions if one.alone)
    groups = _groups(promotions)
    sets = prod(1 + len(members) for members in groups)
    if sets > MOST_SETS:
        accepted = f"at most {MOST_SETS:,} sets: put exclusive ones into one group"
        raise Refused([Problem(None, "promotions", str(sets), "run at once in too many sets", accepted)])
    for picked in product(*[(None, *members) for members in groups]):
        found = tuple(p for p in picked if p is not None)
        if found and sum(p.kind == BUY_X for p in found) <= 1:
            yield found


def _groups(promotions: Sequence[Promotion]) -> list[list[Promotion]]:
    """Promotions that stack, those that exclude each other together."""
    groups: dict[tuple[bool, str], list[Promotion]] = {}
    for one in promotions:
        if not one.alone:
            groups.setdefault((bool(one.group), one.group or one.code), []).append(one)
    return list(groups.values())


def windows(price: int, promotions: Sequence[Promotion]) -> tuple[Window, ...]:
    """The time line cut where a promotion starts or ends; stretches without any are left out."""
    _check(promotions)
    marks = sorted({t for p in promotions for t in (p.starts, p.ends) if t is not None})
    edges: list[datetime | None] = [None, *marks, None]
    found = []
    for starts, ends in pairwise(edges):
        running = [p for p in promotions if _runs(p, starts, ends)]
        if running:
            stacks = sorted((stack(price, s) for s in stackings(running)), key=lambda s: (s.price, s.codes))
            found.append(Window(starts, ends, tuple(stacks)))
    return tuple(found)


def _runs(one: Promotion, starts: datetime | None, ends: datetime | None) -> bool:
    begun = one.starts is None or (starts is not None and one.starts <= starts)
    return begun and (one.ends is None or (ends is not None and ends <= one.ends))


def check_stacks(price: int, promotions: Sequence[Promotion], good: Callable[[Stack], bool]) -> StackCheck:
    """Every stack of every window against a judge (is the floor kept?).

    `good` takes a stack: with one floor price it is ``lambda s: s.price - s.fee >= floor``; with jumping
    fees ask the price engine for the profit at the stack's price. Without promotions the price stands alone.
    """
    found = windows(price, promotions)
    if not found:
        found = (Window(None, None, (stack(price, ()),)),)
    worst = min((w.worst for w in found), key=lambda s: (s.price - s.fee, s.codes))
    below = tuple((w, s) for w in found for s in w.stacks if not good(s))
    return StackCheck(found, worst, below)


def _check(promotions: Sequence[Promotion]) -> None:
    problems = [p for one in promotions for p in _faults(one)]
    for a, b in combinations(promotions, 2):
        if a.code == b.code:
            problems.append(Problem(None, "code", a.code, "stands twice", "a code once"))
    if problems:
        raise Refused(problems)


def _faults(one: Promotion) -> Iterator[Problem]:
    if one.kind not in KINDS:
        yield Problem(None, "kind", one.kind, "is not a kind of promotion", ", ".join(KINDS))
    if one.kind in (PERCENT, BUY_X) and not 0 < one.value <= 1:
        yield Problem(None, "value", str(one.value), "is not a share taken off", "above 0 up to 1")
    if one.kind in (AMOUNT, PRICE) and (one.value <= 0 or one.value.denominator != 1):
        yield Problem(None, "value", str(one.value), "is not an amount in minor units", "1 or more")
    if one.kind == BUY_X and (one.buys < 1 or one.gets < 1):
        yield Problem(None, "buys", f"{one.buys}+{one.gets}", "buys and gets nothing", "1 or more each")
    if one.fee < 0:
        yield Problem(None, "fee", str(one.fee), "is below zero", "0 or more")
    if one.starts is not None and one.ends is not None and one.ends <= one.starts:
        yield Problem(None, "ends", str(one.ends), "ends before it starts", f"after {one.starts}")
