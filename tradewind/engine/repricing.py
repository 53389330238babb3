"""Prices that answer the market, held between floor and ceiling (row 4.7). Whole minor units.

One decision at a time, pure: what stands now, what rivals ask, the rule, the guard. Never below the
floor, never above the ceiling, not for trifles, not too often, not at all with the switch off. The
answer depends on what is seen only, so that two machines that undercut each other come to rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.engine.contracts import Problem, Refused

MATCH, UNDERCUT = "match", "undercut"
MOVED, OFF, NO_RIVAL, STEADY, TRIFLE, TOO_OFTEN, WINNING = (
    "moved", "off", "no_rival", "steady", "trifle", "too_often", "winning",
)  # fmt: skip
FREE, FLOOR, CEILING = "", "floor", "ceiling"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is wanted against the lowest rival: the same price, or `by` minor units less.

    `rise`: follow upwards too, when the lowest rival is dearer than we need to be.
    """

    kind: str = MATCH
    by: int = 0
    rise: bool = True


@dataclass(frozen=True, slots=True)
class Guard:
    """What may not be passed. `hysteresis`: moves smaller than this are not worth it (a move that brings
    a price back between floor and ceiling always is); `moves_a_day`: in any 24 hours; `on`: the kill switch.
    """

    floor: int
    ceiling: int
    hysteresis: int = 1
    moves_a_day: int = 12
    on: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """The offer now: own price, rivals' prices, whether the Buy Box is ours (None: nobody knows)."""

    price: int
    rivals: tuple[int, ...]
    buy_box: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The price to show, why, and which bound held it ("" when none did)."""

    price: int
    reason: str
    held_by: str = FREE

    @property
    def moved(self) -> bool:
        return self.reason == MOVED


def reprice(seen: Seen, rule: Rule, guard: Guard, moves: Sequence[datetime], now: datetime) -> Decision:
    """What to do now; `moves` are the times of earlier moves. Refused for a guard that cannot be kept.

    A price outside of floor and ceiling is brought back first of all, whatever rivals do. Who holds the
    Buy Box is not asked to go lower. Where the floor is reached the price stays there: it is not jumped
    back up, which is what makes prices swing.
    """
    _check(rule, guard)
    if not guard.on:
        return Decision(seen.price, OFF)
    inside = min(max(seen.price, guard.floor), guard.ceiling)
    if inside != seen.price:
        return Decision(inside, MOVED, FLOOR if inside == guard.floor else CEILING)
    if not seen.rivals:
        return Decision(seen.price, NO_RIVAL)
    wish = min(seen.rivals) - (rule.by if rule.kind == UNDERCUT else 0)
    price = min(max(wish, guard.floor), guard.ceiling)
    held = FLOOR if price > wish else CEILING if price < wish else FREE
    reason = _why_not(seen, price, rule, guard, moves, now)
    return Decision(seen.price, reason, held) if reason else Decision(price, MOVED, held)


def _why_not(
    seen: Seen, price: int, rule: Rule, guard: Guard, moves: Sequence[datetime], now: datetime
) -> str:
    if price == seen.price:
        return STEADY
    if price < seen.price and seen.buy_box:
        return WINNING
    if price > seen.price and not rule.rise:
        return STEADY
    if abs(price - seen.price) < guard.hysteresis:
        return TRIFLE
    recent = sum(1 for at in moves if now - DAY < at <= now)
    return TOO_OFTEN if recent >= guard.moves_a_day else ""


def _check(rule: Rule, guard: Guard) -> None:
    problems = []
    if rule.kind not in (MATCH, UNDERCUT):
        problems.append(Problem(None, "rule", rule.kind, "is not a rule", f"{MATCH}, {UNDERCUT}"))
    if rule.kind == UNDERCUT and rule.by < 1:
        problems.append(Problem(None, "by", str(rule.by), "undercuts by nothing", "1 or more"))
    if guard.floor < 1:
        problems.append(Problem(None, "floor", str(guard.floor), "is not a price", "1 or more"))
    if guard.ceiling < guard.floor:
        problems.append(Problem(None, "ceiling", str(guard.ceiling), "is below the floor", f"{guard.floor}"))
    if guard.hysteresis < 1 or guard.moves_a_day < 0:
        problems.append(Problem(None, "hysteresis", str(guard.hysteresis), "is not a step", "1 or more"))
    if problems:
        raise Refused(problems)
