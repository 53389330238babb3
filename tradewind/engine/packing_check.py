"""An independent check of a packing: reads only places, shares nothing with the packers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tradewind.engine.packing import Item, Load, Place, Sides


def faults(
    items: Sequence[Item],
    loads: Sequence[Load],
    left: Sequence[tuple[int, int, str]] = (),
    *,
    supported: bool = False,
) -> list[str]:
    """Everything wrong with the loads of an order, in words; an empty list when nothing is.

    Looks at bounds, overlap, orientation, gross weight, what lies over fragile units, and that packed and
    left units are the units asked for. With `supported`, every base must lie wholly on the floor or units.
    """
    return [*_quantities(items, loads, left), *(f for load in loads for f in _load(items, load, supported))]


def _load(items: Sequence[Item], load: Load, supported: bool) -> Iterator[str]:
    code = load.carton.code
    for place in load.places:
        item = items[place.item]
        if not _turned(item, place.sides):
            yield f"{code}: {item.code} may not lie as {place.sides}"
        if any(at < 0 or at + side > room for at, side, room in _axes(place, load.carton.inner)):
            yield f"{code}: {item.code} at {place.at} sticks out"
        if supported and not _stands(place, load.places):
            yield f"{code}: {item.code} at {place.at} does not stand on a full base"
    for one, two in _near(load.places):
        yield from (f"{code}: {word}" for word in _pair(items, one, two))
    if load.carton.max_g is not None:
        gross = load.carton.tare_g + sum(items[place.item].weight_g or 0 for place in load.places)
        if gross > load.carton.max_g:
            yield f"{code}: {gross} g gross is more than {load.carton.max_g} g"


def _near(places: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """Pairs that share some of the x axis: only these can touch or lie over one another."""
    along = sorted(places, key=lambda place: place.at[0])
    for number, one in enumerate(along):
        end = one.at[0] + one.sides[0]
        for two in along[number + 1 :]:
            if two.at[0] >= end:
                break
            yield one, two


def _axes(place: Place, room: Sides) -> Iterator[tuple[int, int, int]]:
    return zip(place.at, place.sides, room, strict=True)


def _turned(item: Item, sides: Sides) -> bool:
    """Some side that may stand does, and the two others lie flat."""
    for axis, allowed in enumerate(item.upright):
        flat = sorted(item.sides[:axis] + item.sides[axis + 1 :])
        if allowed and sides[2] == item.sides[axis] and sorted(sides[:2]) == flat:
            return True
    return False


def _pair(items: Sequence[Item], one: Place, two: Place) -> Iterator[str]:
    """Overlap in space, or one over the other that is fragile."""
    if not all(_meet(one, two, axis) for axis in (0, 1)):
        return
    names = f"{items[one.item].code} at {one.at} and {items[two.item].code} at {two.at}"
    if _meet(one, two, 2):
        yield f"{names} overlap"
    lower = one if one.at[2] < two.at[2] else two
    if items[lower.item].fragile:
        yield f"{names}: the lower one is fragile"


def _meet(one: Place, two: Place, axis: int) -> bool:
    return one.at[axis] < two.at[axis] + two.sides[axis] and two.at[axis] < one.at[axis] + one.sides[axis]


def _stands(place: Place, others: Sequence[Place]) -> bool:
    """The whole base is carried: the areas of the tops right under it (which cannot overlap) fill it."""
    if place.at[2] == 0:
        return True
    carried = 0
    for other in others:
        if other.at[2] + other.sides[2] == place.at[2]:
            spans = [
                min(place.at[a] + place.sides[a], other.at[a] + other.sides[a])
                - max(place.at[a], other.at[a])
                for a in (0, 1)
            ]
            carried += max(spans[0], 0) * max(spans[1], 0)
    return carried == place.sides[0] * place.sides[1]


def _shared(one: Place, two: Place, axis: int) -> int:
    """Length along an axis that both cover."""
    ends = min(one.at[axis] + one.sides[axis], two.at[axis] + two.sides[axis])
    return max(ends - max(one.at[axis], two.at[axis]), 0)


def _quantities(
    items: Sequence[Item], loads: Sequence[Load], left: Sequence[tuple[int, int, str]]
) -> Iterator[str]:
    found = Counter(place.item for load in loads for place in load.places)
    for index, qty, _reason in left:
        found[index] += qty
    for index, item in enumerate(items):
        if found[index] != item.qty:
            yield f"{item.code}: {found[index]} units of {item.qty}"
    yield from (f"there is no item {index}" for index in found if not 0 <= index < len(items))
