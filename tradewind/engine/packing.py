"""What is packed into what: items, cartons, and the loads that come out. Lengths in mm, weights in g."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tradewind.engine.contracts import Problem, Refused

Sides = tuple[int, int, int]  # along x (length), y (width), z (height)
LONGEST_MM, HEAVIEST_G, MOST_UNITS = 20_000, 40_000_000, 100_000
WHOLE = "a whole number above zero"


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one kind of box. `upright` says for each side whether it may stand vertically.

    A fragile item carries nothing: no unit may lie above its footprint. A weight of None is not known.
    Example: Item("MUG", (120, 90, 100), qty=2, upright=(False, False, True), fragile=True).
    """

    code: str
    sides: Sides
    qty: int = 1
    weight_g: int | None = None
    upright: tuple[bool, bool, bool] = (True, True, True)
    fragile: bool = False

    @property
    def volume(self) -> int:
        """Of one unit, mm3."""
        return volume(self.sides)


@dataclass(frozen=True, slots=True)
class Carton:
    """A size of carton or container: inner sides, empty weight, greatest gross weight, cost where known.

    `max_g` None: no limit is set. `cost` in minor units of one currency for all cartons; None is unknown.
    """

    code: str
    inner: Sides
    tare_g: int = 0
    max_g: int | None = None
    cost: int | None = None

    @property
    def volume(self) -> int:
        """The inner volume, mm3."""
        return volume(self.inner)


@dataclass(frozen=True, slots=True)
class Place:
    """One unit as it lies: the index of its item, its corner nearest to the origin, its sides as turned."""

    item: int
    at: Sides
    sides: Sides


@dataclass(frozen=True, slots=True)
class Load:
    """A carton and what lies in it, in an order in which it can be built."""

    carton: Carton
    places: tuple[Place, ...]

    @property
    def packed(self) -> int:
        """Volume of the goods in it, mm3."""
        return sum(volume(place.sides) for place in self.places)


@dataclass(frozen=True, slots=True)
class Packing:
    """Loads of an order. `left`: (item index, units, reason) that no carton takes.

    `proven`: no smaller carton, and no single one where there are several, could have held the order.
    """

    loads: tuple[Load, ...]
    left: tuple[tuple[int, int, str], ...] = field(default=())
    proven: bool = False


def volume(sides: Sides) -> int:
    """Length x width x height."""
    return sides[0] * sides[1] * sides[2]


def turnings(item: Item) -> list[Sides]:
    """The ways a unit may lie, each once, sorted: at most six.

    Example: turnings(Item("A", (3, 2, 1), upright=(False, False, True))) == [(2, 3, 1), (3, 2, 1)].
    """
    found = set()
    for vertical, allowed in enumerate(item.upright):
        if allowed:
            a, b = (side for at, side in enumerate(item.sides) if at != vertical)
            found |= {(a, b, item.sides[vertical]), (b, a, item.sides[vertical])}
    return sorted(found)


def fits(sides: Sides, room: Sides) -> bool:
    """Whether a box as turned goes into a room."""
    return sides[0] <= room[0] and sides[1] <= room[1] and sides[2] <= room[2]


def check_input(items: Sequence[Item], cartons: Sequence[Carton]) -> None:
    """Refuses, naming every problem at once: sides, quantities, weights, orientations that cannot be."""
    problems = [*_of_items(items), *_of_cartons(cartons)]
    if not items:
        problems.append(Problem(None, "items", "", "there is nothing to pack", "at least one item"))
    if not cartons:
        problems.append(Problem(None, "cartons", "", "there is no carton", "at least one carton size"))
    if sum(item.qty for item in items) > MOST_UNITS:
        problems.append(Problem(None, "qty", "", "too many units", f"at most {MOST_UNITS}"))
    if any(carton.max_g is not None for carton in cartons):
        problems += [
            Problem(row, "weight_g", "", "a carton limits the weight, so the item's must be known", WHOLE)
            for row, item in enumerate(items, 1)
            if item.weight_g is None
        ]
    if problems:
        raise Refused(problems)


def _of_items(items: Sequence[Item]) -> Iterator[Problem]:
    for row, item in enumerate(items, 1):
        yield from _sides(row, item.sides)
        if item.qty < 1:
            yield Problem(row, "qty", str(item.qty), "not a quantity", WHOLE)
        if item.weight_g is not None and not 0 <= item.weight_g <= HEAVIEST_G:
            yield Problem(row, "weight_g", str(item.weight_g), "not a weight", f"0 to {HEAVIEST_G} g")
        if not any(item.upright):
            yield Problem(row, "upright", "", "no side may stand vertically", "at least one side")


def _of_cartons(cartons: Sequence[Carton]) -> Iterator[Problem]:
    for row, carton in enumerate(cartons, 1):
        yield from _sides(row, carton.inner)
        if carton.tare_g < 0:
            yield Problem(row, "tare_g", str(carton.tare_g), "not a weight", f"0 to {HEAVIEST_G} g")
        if carton.max_g is not None and carton.max_g <= carton.tare_g:
            yield Problem(row, "max_g", str(carton.max_g), "not above the empty carton's weight", WHOLE)
        if carton.cost is not None and carton.cost < 0:
            yield Problem(row, "cost", str(carton.cost), "a cost below zero", "zero or more")
    if len({carton.code for carton in cartons}) < len(cartons):
        yield Problem(None, "cartons", "", "a carton code stands twice", "each code once")
    if 0 < sum(carton.cost is None for carton in cartons) < len(cartons):
        yield Problem(None, "cost", "", "some cartons have a cost and some have none", "all or none")


def _sides(row: int, sides: Sides) -> Iterator[Problem]:
    names = ("length_mm", "width_mm", "height_mm")
    for name, side in zip(names, sides, strict=True):
        if not 0 < side <= LONGEST_MM:
            yield Problem(row, name, str(side), "not a length", f"1 to {LONGEST_MM} mm")
