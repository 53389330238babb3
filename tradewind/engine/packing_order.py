"""Packing a small order into one carton: quick constructions first, then an exact search with a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tradewind.engine.packing import Carton, Item, Place, Sides, fits, turnings
from tradewind.engine.packing_spaces import Space, carve, maximal

MOST_UNITS = 8  # of a small order
MOST_EXACT, SURELY_EXACT = 6, 4  # units that are searched exactly; and so few that it comes first
RULES, SEED = 4, 20261123  # ways of ranking corners; of the shaken orders
LOW, TIGHT = 0, 1  # the first is tried first: goods lie flat where they can
TRIES = 120  # quick constructions in one carton
NODES = 300  # placements tried in one carton before the search gives up
PACKED, IMPOSSIBLE, UNDECIDED = "packed", "impossible", "undecided"


class Turned(NamedTuple):
    """A way an item may lie in this carton, and the room it wastes beyond its best way, mm3."""

    sides: Sides
    waste: int


class Answer(NamedTuple):
    """Whether an order goes into a carton (`packed`, `impossible`, `undecided`), and how."""

    state: str
    places: tuple[Place, ...] = ()


def pack_order(
    carton: Carton, items: Sequence[Item], *, supported: bool = False, tries: int = TRIES, nodes: int = NODES
) -> Answer:
    """Whether all units go into one carton together; weight is the caller's matter.

    `impossible` is proved: by a bound, or because no order of placing the units each into a corner of an
    empty space works (three units that interlock so that none can be placed last are not looked for).
    `undecided`: the budget ended the search. With `supported` every base lies wholly on the floor or a unit.
    """
    search = _Search(carton, items, supported, nodes)
    if not all(search.ways):
        return Answer(IMPOSSIBLE)
    placed = search.by_rules()
    if placed is None and not search.bounded():
        return Answer(IMPOSSIBLE)
    units = sum(search.counts)
    steps = (search.exact, search.shaken) if units <= SURELY_EXACT else (search.shaken, search.exact)
    for step in steps:
        if placed is None and not search.exhausted:
            placed = step(tries)
    if placed is not None:
        return Answer(PACKED, placed)
    return Answer(IMPOSSIBLE if search.exhausted else UNDECIDED)


def _rank(rule: int, at: Sides, sides: Sides, gap: Sides) -> tuple[int, ...]:
    """How good a corner is for a unit, low is good: lying low, tightest, nearest to the back, to the side."""
    if rule == LOW:
        return (at[2] + sides[2], at[0], at[1], gap[0], gap[1])
    if rule == TIGHT:
        return (min(gap), at[2], sum(gap), at[0], at[1])
    if rule == 2:
        return (at[0] + sides[0], at[1] + sides[1], at[2], min(gap))
    return (at[1] + sides[1], at[2] + sides[2], at[0], min(gap))


def _often_first(draw: Random | None, count: int) -> int:
    """0, or more rarely a higher index below a count, each half as likely as the one before."""
    at = 0
    while draw is not None and at < count - 1 and draw.randrange(4) == 0:
        at += 1
    return at


class _Search:
    def __init__(self, carton: Carton, items: Sequence[Item], supported: bool, nodes: int) -> None:
        self.room, self.items, self.floating, self.nodes = carton.inner, items, not supported, nodes
        self.exhausted = False
        self.seen: set[frozenset[Place]] = set()
        self.counts = [item.qty for item in items]
        ways = [[way for way in turnings(item) if fits(way, self.room)] for item in items]
        self.ways = [[Turned(way, 0) for way in turned] for turned in ways]
        self.slack = 0
        self.least = tuple(
            min((way[axis] for turned in ways for way in turned), default=0) for axis in range(3)
        )
        self.largest_first = sorted(range(len(items)), key=lambda at: (-items[at].volume, at))
        self.start = [at for at in self.largest_first for _ in range(self.counts[at])]

    def bounded(self) -> bool:
        """Whether the bounds let the order in; from here on a turning is known by what it wastes."""
        ways = [[turned.sides for turned in each] for each in self.ways]
        swollen, whole = _swollen(self.items, ways, self.room)
        lows = [min(each) for each in swollen]
        self.slack = whole - sum(size * n for size, n in zip(lows, self.counts, strict=True))
        self.ways = [
            sorted(
                (Turned(way, size - low) for way, size in zip(turned, sizes, strict=True)),
                key=lambda turned: (turned.waste, turned.sides),
            )
            for turned, sizes, low in zip(ways, swollen, lows, strict=True)
        ]
        return self.slack >= 0

    def by_rules(self) -> tuple[Place, ...] | None:
        """The units by volume, placed under each rule."""
        for rule in range(RULES):
            placed = self.construct(self.start, rule, None)
            if len(placed) == len(self.start):
                return placed
        return None

    def shaken(self, tries: int) -> tuple[Place, ...] | None:
        """So many constructions in orders, and with choices, shaken by a fixed seed."""
        draw, order = Random(SEED), list(self.start)  # noqa: S311  (the same shaking every time)
        sizes = [item.volume for item in self.items]
        for number in range(tries):
            order.sort(key=lambda at: -sizes[at] * draw.randint(4, 16))
            placed = self.construct(order, number % RULES, draw)
            if len(placed) == len(order):
                return placed
        return None

    def construct(self, order: Sequence[int], rule: int, draw: Random | None) -> tuple[Place, ...]:
        """Units in turn where they fit best by a rule, or at times second best, until one finds no place."""
        spaces: list[Space] = [(0, 0, 0, *self.room)]
        placed: list[Place] = []
        for kind in order:
            options = sorted(self.options(kind, spaces, self.slack, rule))
            if not options:
                break
            _rank, _waste, at, sides = options[_often_first(draw, len(options))]
            place = Place(kind, at, sides)
            placed.append(place)
            spaces = self.after(spaces, place)
        return tuple(placed)

    def exact(self, _tries: int) -> tuple[Place, ...] | None:
        """Every way of placing the units corner by corner, within the budget of nodes."""
        if len(self.start) > MOST_EXACT:
            return None
        found = self.look([(0, 0, 0, *self.room)], list(self.counts), self.slack, ())
        self.exhausted = found is None and self.nodes > 0
        return found

    def options(
        self, kind: int, spaces: list[Space], slack: int, rule: int
    ) -> Iterator[tuple[tuple[int, ...], int, Sides, Sides]]:
        """Each corner and turning for a unit: its rank (low is good), its waste, where, how."""
        fragile, ceiling = self.items[kind].fragile, self.room[2]
        for x1, y1, z1, x2, y2, z2 in spaces:
            if fragile and z2 != ceiling:
                continue
            length, width, height = x2 - x1, y2 - y1, z2 - z1
            for sides, waste in self.ways[kind]:
                if waste > slack:
                    break
                a, b, c = length - sides[0], width - sides[1], height - sides[2]
                if a >= 0 and b >= 0 and c >= 0:
                    corner = (x1, y1, z1)
                    yield _rank(rule, corner, sides, (a, b, c)), waste, corner, sides

    def after(self, spaces: list[Space], place: Place) -> list[Space]:
        """The empty spaces once a unit lies there."""
        x, y, z = place.at
        dx, dy, dz = place.sides
        fragile = self.items[place.item].fragile
        top = self.room[2] if fragile else z + dz
        kept, new = carve(spaces, (x, y, z, x + dx, y + dy, top), self.least, self.floating)  # type: ignore[arg-type]
        if not self.floating and not fragile and self.room[2] - top >= self.least[2]:
            new.append((x, y, top, x + dx, y + dy, self.room[2]))
        return kept + maximal(kept, new)

    def look(
        self, spaces: list[Space], counts: list[int], slack: int, placed: tuple[Place, ...]
    ) -> tuple[Place, ...] | None:
        """Depth first over every unit left, corner and turning that does not waste more than there is."""
        if len(placed) == len(self.start):
            return placed
        for place, waste in self.steps(spaces, counts, slack):
            now = (*placed, place)
            key = frozenset(now)
            if key in self.seen or self.nodes <= 0:
                continue
            self.nodes -= 1
            self.seen.add(key)
            counts[place.item] -= 1
            found = self.look(self.after(spaces, place), counts, slack - waste, now)
            counts[place.item] += 1
            if found is not None:
                return found
        return None

    def steps(self, spaces: list[Space], counts: list[int], slack: int) -> list[tuple[Place, int]]:
        """The next places worth trying; none when some unit that is left finds no place at all."""
        out = []
        for kind in self.largest_first:
            if counts[kind]:
                options = sorted(self.options(kind, spaces, slack, TIGHT))
                if not options:
                    return []
                out += [(Place(kind, at, sides), waste) for _rank, waste, at, sides in options]
        return out


def _swollen(
    items: Sequence[Item], ways: Sequence[Sequence[Sides]], room: Sides
) -> tuple[list[list[int]], int]:
    """What each item takes in each turning when nothing can use the rest beside it, and what there is, mm3.

    Along an axis units can fill at most some sum of their sides: the carton may as well be that long. A unit
    of side d leaves room - d; if the others can fill only r of that, it may as well be room - r long. One
    unit after another is grown so, the others as they are by then (conservative scales, Fekete and
    Schepers 2004). A sum above what there is proves that the order does not go in.
    """
    grown = [[list(way) for way in turned] for turned in ways]
    whole = 1
    for axis in range(3):
        length = _sums(items, grown, axis, -1, room[axis]).bit_length() - 1
        whole *= length
        for at in sorted(range(len(items)), key=lambda at: -items[at].volume):
            if items[at].qty == 1:
                reach = _sums(items, grown, axis, at, length)
                for way in grown[at]:
                    way[axis] = length - (reach & ((2 << (length - way[axis])) - 1)).bit_length() + 1
    return [[way[0] * way[1] * way[2] for way in turned] for turned in grown], whole


def _sums(
    items: Sequence[Item], grown: Sequence[Sequence[Sequence[int]]], axis: int, skip: int, most: int
) -> int:
    """Bit n is set when sides of some units, `skip` left out, add up to n along an axis, n up to `most`."""
    bits, mask = 1, (2 << most) - 1
    for at, turned in enumerate(grown):
        if at != skip:
            lengths = {way[axis] for way in turned}
            for _ in range(items[at].qty):
                more = bits
                for length in lengths:
                    more |= bits << length
                bits = more & mask
    return bits
