"""Loading a container with many boxes: beam search over blocks and maximal spaces, fully supported.

Of each state the empty space nearest to a corner is filled with the blocks that promise most; every child
is completed greedily, and the best children make up the next beam. The beam widens until a fixed budget
of work is spent, so the same question has the same answer on every machine. The method after Araya and
Riff, "A beam search approach to the container loading problem" (2014); the promise of a block after
Araya, Guerrero and Nunez, "VCS: a new heuristic function for selecting boxes" (2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from tradewind.engine.packing import Carton, Item, Load, Place, Sides, turnings
from tradewind.engine.packing_blocks import Block, blocks_of, places
from tradewind.engine.packing_spaces import carve, maximal

WORK = 60_000  # placements, and their equal in blocks looked at: some three seconds
MOST_BLOCKS = 3_000
CACHED = 20_000  # room sizes whose blocks are remembered
_nearest = itemgetter(6, 7, 0, 1, 2)


class Placed(NamedTuple):
    """A block as placed, with the whole before it: a state shares its past with its siblings."""

    before: Placed | None
    block: Block
    at: Sides
    mirrored: tuple[bool, bool]


class State(NamedTuple):
    """A part-filled container: volume packed, empty spaces, what is left of each resource."""

    packed: int
    spaces: list[Any]
    rest: list[int]
    placed: Placed | None


@dataclass(frozen=True, slots=True)
class Loading:
    """The load, the units of each item left over, and whether the budget ended the search."""

    load: Load
    left: tuple[int, ...]
    stopped: bool


def load_container(carton: Carton, items: Sequence[Item], work: int = WORK) -> Loading:
    """As much volume of the items in one carton as the search finds within its budget; flags honoured.

    Every base is fully supported, nothing lies on fragile units, the gross weight holds. Deterministic.
    Example: 8 units of 50 x 50 x 50 fill a carton of 100 x 100 x 100.
    """
    search = _Search(carton, items, work)
    search.best = search.complete(search.start)
    width, spent = 1, -1
    while 0 < search.work != spent and not search.finished:
        spent = search.work
        search.beam(width)
        width += 1
    best = search.best
    return Loading(
        Load(carton, search.unfold(best)), tuple(best.rest[:-1]), search.work <= 0 and not search.finished
    )


class _Search:
    def __init__(self, carton: Carton, items: Sequence[Item], work: int) -> None:
        self.room, self.work = carton.inner, work
        weight = sum((item.weight_g or 0) * item.qty for item in items)
        limit = weight if carton.max_g is None else carton.max_g - carton.tare_g
        limits = [item.qty for item in items] + [limit]
        self.total = sum(item.volume * item.qty for item in items)
        self.blocks = blocks_of(items, self.room, limits, min(MOST_BLOCKS, work // 20))
        self.work -= len(self.blocks) * 2
        self.worth = [block.volume / block.units ** (1 / 5) for block in self.blocks]
        ways = [turnings(item) for item in items]
        self.least = tuple(min(way[axis] for turned in ways for way in turned) for axis in range(3))
        self.reach = [_reachable(ways, limits, axis, self.room[axis]) for axis in range(3)]
        self.cache: dict[Sides, list[Block]] = {}
        start = State(0, [self.keyed((0, 0, 0, *self.room))], limits, None)
        self.start = self.best = start

    @property
    def finished(self) -> bool:
        """Everything is packed: nothing can be better."""
        return self.best.packed == self.total

    def beam(self, width: int) -> None:
        """One search with a beam of a width; stops within the budget."""
        states = [self.start]
        while states:
            children: list[tuple[int, State]] = []
            for state in states:
                for child in self.children(state, width):
                    end = self.complete(child)
                    if end.packed > self.best.packed:
                        self.best = end
                    children.append((end.packed, child))
                if self.work <= 0 or self.finished:
                    return
            states = _best(children, width)

    def children(self, state: State, width: int) -> Iterator[State]:
        """The state with each of its most promising blocks in its next space."""
        space, spaces, found = self.choice(state)
        for _ in range(width):
            block = next(found, None)
            if space is None or block is None:
                return
            yield self.place(State(state.packed, spaces, state.rest, state.placed), space, block)

    def complete(self, state: State) -> State:
        """The state filled to the end, each time by the most promising block."""
        while True:
            space, spaces, found = self.choice(state)
            if space is None:
                return state
            state = self.place(State(state.packed, spaces, state.rest, state.placed), space, next(found))

    def choice(self, state: State) -> tuple[Any, list[Any], Iterator[Block]]:
        """The space nearest to a corner that takes any block, the spaces without dead ones, its blocks."""
        spaces, rest = state.spaces, state.rest
        if spaces:
            spaces = list(spaces)
        while spaces:
            space = min(spaces, key=_nearest)
            sides = (space[3] - space[0], space[4] - space[1], space[5] - space[2])
            found = _feasible(self.cache.get(sides) or self.promising(sides), rest)
            first = next(found, None)
            if first is not None:
                return space, spaces, _chain(first, found)
            spaces.remove(space)
        return None, [], iter(())

    def place(self, state: State, space: Any, block: Block) -> State:
        """The state with a block in the outer corner of a space."""
        self.work -= 1
        x1, y1, z1, x2, y2, z2, _distance, _volume, far_x, far_y = space
        length, width, height, goods, need, _units, top_length, top_width, _parts = block
        x = x2 - length if far_x else x1
        y = y2 - width if far_y else y1
        top = z1 + height
        box = (x, y, z1, x + length, y + width, top)
        kept, new = carve(state.spaces, box, self.least, False)  # type: ignore[arg-type]
        if z2 - top >= self.least[2] and top_length:
            a = x + length - top_length if far_x else x
            b = y + width - top_width if far_y else y
            new.append((a, b, top, a + top_length, b + top_width, z2))
        keyed = self.keyed
        kept += [keyed(piece) for piece in maximal(kept, new)]
        rest = state.rest.copy()
        for resource, amount in need:
            rest[resource] -= amount
        return State(state.packed + goods, kept, rest, Placed(state.placed, block, box[:3], (far_x, far_y)))

    def keyed(self, space: tuple[int, ...]) -> tuple[Any, ...]:
        """A space with its distance to the nearest corner of the floor, its size, and which corner."""
        x1, y1, z1, x2, y2, z2 = space
        behind, beside = self.room[0] - x2, self.room[1] - y2
        far_x, far_y = behind < x1, beside < y1
        distance = (behind if far_x else x1) + (beside if far_y else y1) + z1
        return (x1, y1, z1, x2, y2, z2, distance, -(x2 - x1) * (y2 - y1) * (z2 - z1), far_x, far_y)

    def promising(self, sides: Sides) -> list[Block]:
        """The blocks that go into a room, the best first.

        Volume x (share of the surface that touches)^4 x (share of the room that stays usable) / units^0.2.
        """
        got = self.cache.get(sides)
        if got is not None:
            return got
        self.work -= 1 + len(self.blocks) // 50
        room_x, room_y, room_z = sides
        use_x, use_y, use_z = (self.usable(axis, room) for axis, room in enumerate(sides))
        near_x, near_y, near_z = (
            side - whole * 4 // 100 for side, whole in zip(sides, self.room, strict=True)
        )
        found = []
        for at, block in enumerate(self.blocks):
            length, width, height = block[:3]
            if length <= room_x and width <= room_y and height <= room_z:
                base, side, front = length * width, length * height, width * height
                half = touch = base + side + front
                if length >= near_x:
                    touch += front
                if width >= near_y:
                    touch += side
                if height >= near_z:
                    touch += base
                share = touch / half
                share *= share
                promise = self.worth[at] * share * share * use_x[length] * use_y[width] * use_z[height]
                found.append((-promise, at))
        found.sort()
        if len(self.cache) >= CACHED:
            self.cache.clear()
        blocks = self.cache[sides] = [self.blocks[at] for _promise, at in found]
        return blocks

    def usable(self, axis: int, room: int) -> dict[int, int]:
        """For each length of a block: that length and the most that boxes can fill beside it."""
        reach = self.reach[axis]
        out = {}
        for block in self.blocks:
            side = block[:3][axis]
            if side <= room and side not in out:
                out[side] = side + (reach & ((2 << (room - side)) - 1)).bit_length() - 1
        return out

    def unfold(self, state: State) -> tuple[Place, ...]:
        """The single units, from the bottom up and from the back."""
        out: list[Place] = []
        placed = state.placed
        while placed is not None:
            out += places(placed.block, placed.at, placed.mirrored)
            placed = placed.before
        return tuple(sorted(out, key=lambda place: (place.at[2], place.at[0], place.at[1])))


def _best(children: list[tuple[int, State]], width: int) -> list[State]:
    """The best children, of equal ends only the first: they mostly are the same load in another order."""
    states: dict[int, State] = {}
    for packed, child in sorted(children, key=lambda scored: -scored[0]):
        if states.setdefault(packed, child) is child and len(states) == width:
            break
    return list(states.values())


def _feasible(blocks: list[Block], rest: Sequence[int]) -> Iterator[Block]:
    for block in blocks:
        for resource, amount in block[4]:
            if rest[resource] < amount:
                break
        else:
            yield block


def _chain(first: Block, others: Iterator[Block]) -> Iterator[Block]:
    yield first
    yield from others


def _reachable(ways: Sequence[Sequence[Sides]], limits: Sequence[int], axis: int, room: int) -> int:
    """Bit n is set when sides of some units add up to n along an axis."""
    bits, mask = 1, (2 << room) - 1
    for turned, qty in zip(ways, limits[:-1], strict=True):
        for side in {way[axis] for way in turned}:
            for _ in range(min(qty, room // side)):
                bits |= (bits << side) & mask
    return bits
