"""Settlement lines whose order the channel's own key did not find: what is sure, and what a person decides.

Stages: the number written otherwise, or the number of an order's line, where only one order can be meant
and the money agrees (to the cent, by rounding, or at the day's rate); lines without any number, where
exactly one set of them adds up to exactly one order and no other set or order is possible. Whatever else
speaks for an order becomes a ranked proposal. Never a guess.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tradewind.engine.money import Money
from tradewind.engine.subset_sum import LIMIT, subsets

# How a link was found, kept with the lines.
SPELLING, LINE_KEY, SUM = "spelling", "line_key", "sum"
EXACT, ROUNDING, FX, NO_SALE, OTHER = "exact", "rounding", "fx", "no_sale", "other"  # how amounts agree
REASONS = (
    "same_number_other_amount",
    "part_of_number",
    "same_amount_same_sku",
    "same_amount",
    "near_amount",
)  # of proposals, best first
SHOWN = 5  # proposals a group
NEAR = 50  # one part in: 2 %
RATE_SLACK = 33  # one part in: 3 % for amounts converted at a day's rate, which is not the channel's own
DAYS_BEFORE, DAYS_AFTER = 1, 60  # an order may be that much younger or older than its lines
_LEAST_KEY = 6  # characters of a number that may be part of another
_MOST_ORDERS = 200  # orders tried against sets of lines


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of a settlement that are of one order: they name the same number, or none (`key` empty).

    `goods` is what was sold (after promotions), `gross` with shipping and tax; both zero where the lines
    sell nothing (fees, refunds). `count` lines, each of which may be rounded.
    """

    id: int
    key: str
    goods: Money
    gross: Money
    on: date
    skus: frozenset[str] = frozenset()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order, its amounts in the settlement's currency; `converted` when they were in another.

    `settled`: its goods stand in a settlement already; it is then no answer to another sale.
    """

    id: int
    key: str
    goods: Money
    gross: Money
    on: date
    skus: frozenset[str] = frozenset()
    line_keys: tuple[str, ...] = ()
    converted: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A group's order, found beyond doubt; `how` is the stage and, unless exact, how the amounts agree."""

    group_id: int
    order_id: int
    how: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order a group may be of, best first (`rank` from 1); `difference`: the group's less its."""

    group_id: int
    order_id: int
    rank: int
    reason: str
    difference: Money
    days: int


@dataclass(frozen=True, slots=True)
class Found:
    """Links, proposals for the rest, and the groups that nothing speaks for."""

    links: tuple[Link, ...]
    proposals: tuple[Proposal, ...]
    left: tuple[int, ...]


def normal(key: str) -> str:
    """A number as it is compared: what spreadsheets and shops add to it is taken off.

    Example: normal("'#00-1234.0") == "1234".
    """
    text = "".join(c for c in key.casefold() if c.isalnum() or c == ".")
    return text.removesuffix(".0").replace(".", "").lstrip("0")


def agreement(group: Group, order: Candidate) -> str:
    """How the money of a group agrees with an order's: exact, rounding, fx, no_sale, or other."""
    if not group.goods.minor and not group.gross.minor:
        return NO_SALE
    gaps = (abs((group.goods - order.goods).minor), abs((group.gross - order.gross).minor))
    if order.converted:
        sizes = (abs(order.goods.minor), abs(order.gross.minor))
        near = any(gap * RATE_SLACK <= size for gap, size in zip(gaps, sizes, strict=True))
        return FX if near else OTHER
    if not min(gaps):
        return EXACT
    return ROUNDING if min(gaps) <= min(group.count, 5) else OTHER


def match_lines(groups: Iterable[Group], orders: Iterable[Candidate]) -> Found:
    """Links beyond doubt and ranked proposals; ids must be unique within each side, one currency only.

    The answer does not depend on the order of the input.
    """
    work = _Work(sorted(groups, key=lambda g: g.id), sorted(orders, key=lambda o: o.id))
    work.by_number()
    work.by_sum()
    proposals = [p for group in work.groups for p in work.propose(group)]
    spoken = {p.group_id for p in proposals}
    left = tuple(g.id for g in work.groups if g.id not in spoken)
    return Found(tuple(sorted(work.links, key=lambda x: x.group_id)), tuple(proposals), left)


class _Work:
    """What is still open, shrinking from stage to stage."""

    def __init__(self, groups: list[Group], orders: list[Candidate]) -> None:
        self.groups, self.orders = groups, orders
        self.links: list[Link] = []
        self.by_key: dict[str, list[Candidate]] = defaultdict(list)
        self.by_line: dict[str, list[Candidate]] = defaultdict(list)
        for order in orders:
            self.by_key[normal(order.key)].append(order)
            for key in set(map(normal, order.line_keys)):
                self.by_line[key].append(order)
        self.numbers = sorted(key for key in self.by_key if key)
        self.backwards = sorted(key[::-1] for key in self.numbers)
        self.open = sorted((o for o in orders if not o.settled), key=lambda o: (o.gross.minor, o.id))
        self.sizes = [o.gross.minor for o in self.open]

    def _settle(self, links: list[Link]) -> None:
        self.links += links
        gone = {link.group_id for link in links}
        self.groups = [g for g in self.groups if g.id not in gone]

    def by_number(self) -> None:
        """The number written otherwise, or a line's number, where one order alone bears it."""
        for index, stage in ((self.by_key, SPELLING), (self.by_line, LINE_KEY)):
            links = []
            for group in self.groups:
                key = normal(group.key)
                found = index.get(key, []) if key else []
                if len(found) == 1 and (how := self._sure(group, found[0], stage)):
                    links.append(Link(group.id, found[0].id, how))
            self._settle(links)

    def _sure(self, group: Group, order: Candidate, stage: str) -> str:
        if not _fits(group, order) or not group.skus <= order.skus:
            return ""
        how = agreement(group, order)
        if how == OTHER:
            return ""
        return stage if how in (EXACT, NO_SALE) else f"{stage}_{how}"

    def by_sum(self) -> None:
        """Lines without a number: exactly one set of them comes to an order, and to no other order."""
        loose = [g for g in self.groups if not normal(g.key) and g.gross.minor]
        if not 0 < len(loose) <= LIMIT:
            return
        orders = [o for o in self.open if not o.converted and any(_fits(g, o) for g in loose)]
        if len(orders) > _MOST_ORDERS:
            return
        found: list[tuple[Candidate, list[Group]]] = []
        possible: Counter[int] = Counter()  # group -> orders that some set with it could be
        for order in orders:
            mine = [g for g in loose if _fits(g, order) and g.skus <= order.skus]
            sets = subsets([g.gross.minor for g in mine], order.gross.minor) or []
            if len(sets) == 1:
                found.append((order, [mine[at] for at in sets[0]]))
                possible.update(mine[at].id for at in sets[0])
            elif sets:  # there may be more than the two sets asked for: any of these lines could be of it
                possible.update(g.id for g in mine)
        self._settle([
            Link(group.id, order.id, SUM)
            for order, chosen in found
            if all(possible[g.id] == 1 for g in chosen)
            for group in chosen
        ])  # fmt: skip

    def propose(self, group: Group) -> list[Proposal]:
        """Orders that something speaks for, best first; amounts do not speak against a number."""
        reasons: dict[int, tuple[str, Candidate]] = {}
        ideas = self._by_number(group) if normal(group.key) else self._by_amount(group)
        for reason, order in ideas:
            known = reasons.get(order.id)
            if known is None or REASONS.index(reason) < REASONS.index(known[0]):
                reasons[order.id] = (reason, order)
        ranked = sorted(
            (REASONS.index(reason), abs((group.gross - o.gross).minor), abs((group.on - o.on).days), o.id, o)
            for reason, o in reasons.values()
        )
        return [
            Proposal(group.id, o.id, rank, REASONS[place], group.gross - o.gross, (group.on - o.on).days)
            for rank, (place, _gap, _days, _id, o) in enumerate(ranked[:SHOWN], 1)
        ]

    def _by_number(self, group: Group) -> Iterable[tuple[str, Candidate]]:
        key = normal(group.key)
        for order in (*self.by_key.get(key, ()), *self.by_line.get(key, ())):
            yield REASONS[0], order
        for number in self._around(key):
            for order in self.by_key[number]:
                if agreement(group, order) in (EXACT, ROUNDING, FX) and _fits(group, order):
                    yield REASONS[1], order

    def _around(self, key: str) -> list[str]:
        """Numbers that begin or end with this one, or that this one begins or ends with."""
        if len(key) < _LEAST_KEY:
            return []
        found = _starting(self.numbers, key)
        found += [number[::-1] for number in _starting(self.backwards, key[::-1])]
        parts = {key[:n] for n in range(_LEAST_KEY, len(key))} | {
            key[n:] for n in range(1, len(key) - _LEAST_KEY + 1)
        }
        found += [part for part in parts if part in self.by_key]
        return sorted(set(found) - {key})

    def _by_amount(self, group: Group) -> Iterable[tuple[str, Candidate]]:
        if group.gross.minor <= 0:
            return
        slack = group.gross.minor // NEAR
        low = bisect_left(self.sizes, group.gross.minor - slack)
        high = bisect_right(self.sizes, group.gross.minor + slack)
        for order in self.open[low:high]:
            if not _fits(group, order):
                continue
            same_sku = bool(group.skus) and group.skus <= order.skus
            if agreement(group, order) in (EXACT, ROUNDING):
                yield REASONS[2 if same_sku else 3], order
            elif same_sku or order.converted:
                yield REASONS[4], order


def _starting(numbers: Sequence[str], key: str) -> list[str]:
    """Of sorted numbers, those that begin with a key and go on; at most SHOWN + 1, as more say nothing."""
    at = bisect_left(numbers, key)
    found = []
    for number in numbers[at : at + SHOWN + 1]:
        if not number.startswith(key):
            break
        if number != key:
            found.append(number)
    return found if len(found) <= SHOWN else []


def _fits(group: Group, order: Candidate) -> bool:
    return -DAYS_BEFORE <= (group.on - order.on).days <= DAYS_AFTER
