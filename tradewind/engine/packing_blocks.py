"""Blocks of boxes: grids of one item, and two blocks joined face to face with hardly a gap.

Container loading places blocks, not boxes: a few dozen decisions instead of hundreds. After Fanslau and
Bortfeldt, "A tree search algorithm for solving the container loading problem" (2010), whose general
blocks these are, narrowed so that everything on a block's carrying rectangle has a full base.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tradewind.engine.packing import Item, Place, Sides, turnings

Need = tuple[tuple[int, int], ...]
GRIDS = 4  # grids tried for each block kept before the joins
FULL_PERCENT = 98  # of a joined block's bounding box that must be goods


class Block(NamedTuple):
    """A built block: outer sides, what it holds, and the rectangle of its top that can carry.

    `need` are (resource, amount) pairs: item index and units; the resource after the last item is weight.
    """

    length: int
    width: int
    height: int
    volume: int
    need: Need
    units: int
    top_length: int
    top_width: int
    parts: Grid | Joint


@dataclass(frozen=True, slots=True)
class Grid:
    """One item in one turning, so many along x, y and z."""

    item: int
    sides: Sides
    counts: Sides


@dataclass(frozen=True, slots=True)
class Joint:
    """Two blocks one behind the other along an axis (0 x, 1 y, 2 z)."""

    axis: int
    first: Block
    second: Block


def blocks_of(items: Sequence[Item], room: Sides, limits: Sequence[int], most: int) -> list[Block]:
    """Up to `most` blocks that go into the room, by volume, largest first.

    `limits` are the units of each item that are left and, last, the grams the carton may hold.
    """
    found: dict[tuple[int, int, int, Need], Block] = {}
    for block in sorted(_grids(items, room, limits, GRIDS * most), key=lambda block: -block.volume):
        found.setdefault((block.length, block.width, block.height, block.need), block)
    frontier = list(found.values())
    while frontier and len(found) < most:
        frontier = _generation(frontier, found, room, limits, most)
    return sorted(found.values(), key=lambda block: -block.volume)


def _grids(items: Sequence[Item], room: Sides, limits: Sequence[int], most: int) -> Iterator[Block]:
    """Grids of each item in each turning; thinned where a wide room would allow far too many."""
    ways = [(index, sides) for index, item in enumerate(items) for sides in turnings(item)]
    steps = _steps([[room[axis] // sides[axis] for axis in range(3)] for _index, sides in ways], most)
    for index, sides in ways:
        item = items[index]
        grams = item.weight_g or 0
        qty = min(limits[index], limits[-1] // grams) if grams else limits[index]
        for nx, ny, nz in _counts(sides, room, qty, 1 if item.fragile else qty, steps):
            l, w, h = nx * sides[0], ny * sides[1], nz * sides[2]  # noqa: E741
            units = nx * ny * nz
            need: Need = ((index, units),)
            if grams:
                need += ((len(items), units * grams),)
            top = (0, 0) if item.fragile else (l, w)
            yield Block(l, w, h, l * w * h, need, units, *top, Grid(index, sides, (nx, ny, nz)))


def _steps(most_along: Sequence[Sequence[int]], most: int) -> int:
    """How many counts along an axis may be tried so that the grids stay within the bound; at least three."""
    for steps in (10**6, 32, 24, 16, 12, 8, 6, 4):
        if sum(min(x, steps) * min(y, steps) * min(z, steps) for x, y, z in most_along) <= most:
            return steps
    return 3


def _counts(sides: Sides, room: Sides, qty: int, layers: int, steps: int) -> Iterator[Sides]:
    for nx in _chosen(min(qty, room[0] // sides[0]), steps):
        for ny in _chosen(min(qty // nx, room[1] // sides[1]), steps):
            for nz in _chosen(min(qty // (nx * ny), layers, room[2] // sides[2]), steps):
                yield nx, ny, nz


def _chosen(most: int, steps: int) -> list[int]:
    """Counts from 1 to the most: all of them, or so many, close together where they are small.

    Example: _chosen(100, 4) == [1, 12, 45, 100].
    """
    if most <= steps:
        return list(range(1, most + 1))
    return sorted({1 + (most - 1) * step * step // (steps - 1) ** 2 for step in range(steps)})


def _generation(
    frontier: list[Block], found: dict[tuple[int, int, int, Need], Block], room: Sides,
    limits: Sequence[int], most: int,
) -> list[Block]:  # fmt: skip
    """Joins of the newest blocks with all others; they are added to those found."""
    pool = list(found.values())
    by_height: dict[int, list[Block]] = {}
    for block in pool:
        by_height.setdefault(block.height, []).append(block)
    by_base = sorted(pool, key=_base)
    bases = [_base(block) for block in by_base]
    new: list[Block] = []
    for one in frontier:
        for joined in _joins(one, by_height[one.height], by_base, bases, room):
            need = _together(joined[4], joined[5], limits)
            if need is None:
                continue
            key = (*joined[:3], need)
            if key not in found:
                units = joined[6].first.units + joined[6].second.units
                block = Block(*joined[:4], need, units, *joined[7], joined[6])
                found[key] = block
                new.append(block)
                if len(found) >= most:
                    return new
    return new


def _base(block: Block) -> int:
    return block.length * block.width


Join = tuple[int, int, int, int, Need, Need, Joint, tuple[int, int]]


def _joins(
    one: Block, level: list[Block], by_base: list[Block], bases: list[int], room: Sides
) -> Iterator[Join]:
    for two in level:
        yield from _beside(one, two, room)
    # A second block on top must have nearly the first one's base, and may not overhang what carries.
    top = one.top_length * one.top_width
    least = FULL_PERCENT * one.length * one.width - (100 - FULL_PERCENT) * one.volume
    for at in range(bisect_left(bases, least // 100 * 9 // 10), bisect_left(bases, top + 1)):
        two = by_base[at]
        if two.length <= one.top_length and two.width <= one.top_width:
            yield from _upon(one, two, room)


def _beside(one: Block, two: Block, room: Sides) -> Iterator[Join]:
    """Side by side along x or y: equal heights, so that the tops are one floor."""
    goods, needs, height = one.volume + two.volume, (one.need, two.need), one.height
    if one.top_length == one.length and two.top_length == two.length:
        sides = (one.length + two.length, max(one.width, two.width), height)
        if sides[0] <= room[0] and _dense(goods, sides):
            top = (sides[0], min(one.top_width, two.top_width))
            yield *sides, goods, *needs, Joint(0, one, two), top
    if one.top_width == one.width and two.top_width == two.width:
        sides = (max(one.length, two.length), one.width + two.width, height)
        if sides[1] <= room[1] and _dense(goods, sides):
            top = (min(one.top_length, two.top_length), sides[1])
            yield *sides, goods, *needs, Joint(1, one, two), top


def _upon(one: Block, two: Block, room: Sides) -> Iterator[Join]:
    sides = (one.length, one.width, one.height + two.height)
    goods = one.volume + two.volume
    if sides[2] <= room[2] and _dense(goods, sides):
        yield *sides, goods, one.need, two.need, Joint(2, one, two), (two.top_length, two.top_width)


def _dense(goods: int, sides: Sides) -> bool:
    return goods * 100 >= FULL_PERCENT * sides[0] * sides[1] * sides[2]


def _together(one: Need, two: Need, limits: Sequence[int]) -> Need | None:
    """Both needs as one; None when it is more than there is."""
    needs = dict(one)
    for resource, amount in two:
        needs[resource] = needs.get(resource, 0) + amount
    if any(amount > limits[resource] for resource, amount in needs.items()):
        return None
    return tuple(sorted(needs.items()))


def places(block: Block, at: Sides, mirrored: tuple[bool, bool]) -> list[Place]:
    """The units of a block whose corner is at a point; mirrored in x or y where it leans on the far side."""
    out: list[Place] = []
    stack = [(block, at)]
    while stack:
        node, corner = stack.pop()
        if isinstance(node.parts, Grid):
            out += _units(node.parts, corner)
            continue
        joint = node.parts
        stack.append((joint.first, _corner(node, joint.first, corner, mirrored)))
        offset = [0, 0, 0]
        offset[joint.axis] = joint.first[:3][joint.axis]
        beyond = _corner(node, joint.second, corner, mirrored, (offset[0], offset[1], offset[2]))
        stack.append((joint.second, beyond))
    return out


def _corner(
    whole: Block, part: Block, at: Sides, mirrored: tuple[bool, bool], offset: Sides = (0, 0, 0)
) -> Sides:
    dx = whole.length - offset[0] - part.length if mirrored[0] else offset[0]
    dy = whole.width - offset[1] - part.width if mirrored[1] else offset[1]
    return at[0] + dx, at[1] + dy, at[2] + offset[2]


def _units(grid: Grid, at: Sides) -> Iterator[Place]:
    nx, ny, nz = grid.counts
    dx, dy, dz = grid.sides
    for z in range(nz):
        for x in range(nx):
            for y in range(ny):
                yield Place(grid.item, (at[0] + x * dx, at[1] + y * dy, at[2] + z * dz), grid.sides)
