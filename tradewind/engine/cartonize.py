"""Which cartons an order goes into: the smallest one that holds it, else the fewest and cheapest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tradewind.engine.packing import Carton, Item, Load, Packing, Place, check_input, fits, turnings
from tradewind.engine.packing_container import load_container
from tradewind.engine.packing_order import IMPOSSIBLE, MOST_UNITS, NODES, PACKED, TRIES, Answer, pack_order

TOO_LARGE, TOO_HEAVY = "no carton is large enough for it", "no carton may hold its weight"
WORK = 6_000  # of container loading where an order has many units: under half a second
FULL, SPLIT_EFFORT = 100, 20  # effort in hundredths: for an order, for each half of one that is split
Counts = tuple[int, ...]


def cartonize(
    items: Sequence[Item], cartons: Sequence[Carton], *, supported: bool = False, effort: int = 1
) -> Packing:
    """Pack an order: the cheapest, then smallest carton that holds all; else the fewest, then cheapest.

    Orders of up to 8 units are searched thoroughly, those of up to 6 exactly within the budget, which
    `effort` multiplies; larger ones are loaded as containers are, with full bases. Without `supported` a
    unit may stand on part of another, the gaps being filled. Deterministic. Refused names bad input; what
    fits no carton is left with the reason. Example: two units of 100 x 80 x 50 go into 100 x 80 x 100.
    """
    check_input(items, cartons)
    order = _Order(items, cartons, supported, effort)
    left = tuple(order.unpackable())
    counts = [item.qty for item in items]
    for at, _qty, _reason in left:
        counts[at] = 0
    if not any(counts):
        return Packing((), left)
    whole, proven = order.one(tuple(counts), effort * FULL)
    if whole is not None:
        return Packing((whole,), left, proven)
    return Packing(tuple(order.two(tuple(counts)) or order.many(tuple(counts))), left)


class _Order:
    def __init__(
        self, items: Sequence[Item], cartons: Sequence[Carton], supported: bool, effort: int
    ) -> None:
        self.items, self.supported, self.effort = items, supported, effort
        self.cartons = sorted(cartons, key=_rank)

    def unpackable(self) -> Iterator[tuple[int, int, str]]:
        """Items of which not even one unit goes into any carton."""
        for at, item in enumerate(self.items):
            rooms = [c for c in self.cartons if any(fits(way, c.inner) for way in turnings(item))]
            if not rooms:
                yield at, item.qty, TOO_LARGE
            elif not any(_gross(carton, item.weight_g or 0) for carton in rooms):
                yield at, item.qty, TOO_HEAVY

    def one(self, counts: Counts, effort: int) -> tuple[Load | None, bool]:
        """The first carton by cost and size that holds so many of each, and whether that is proved."""
        some, chosen = self.some(counts)
        proven = True
        for carton in self.candidates(some):
            answer = self.into(carton, some, effort)
            if answer.state == PACKED:
                return Load(carton, tuple(_original(answer.places, chosen))), proven
            proven = proven and answer.state == IMPOSSIBLE
        return None, proven

    def some(self, counts: Sequence[int]) -> tuple[list[Item], list[int]]:
        """So many units of each item, and which items those are."""
        chosen = [at for at, qty in enumerate(counts) if qty]
        return [replace(self.items[at], qty=counts[at]) for at in chosen], chosen

    def candidates(self, items: Sequence[Item]) -> list[Carton]:
        """The cartons that volume and weight allow, the cheapest and smallest first."""
        goods = sum(item.volume * item.qty for item in items)
        grams = sum((item.weight_g or 0) * item.qty for item in items)
        return [carton for carton in self.cartons if goods <= carton.volume and _gross(carton, grams)]

    def into(self, carton: Carton, items: Sequence[Item], effort: int) -> Answer:
        """All of some items into one carton; an effort is a hundredth of the usual budget."""
        if sum(item.qty for item in items) <= MOST_UNITS:
            tries, nodes = TRIES * effort // 100, NODES * effort // 100
            return pack_order(carton, items, supported=self.supported, tries=tries, nodes=nodes)
        loading = load_container(carton, items, WORK * effort // 100)
        return Answer("undecided") if any(loading.left) else Answer(PACKED, loading.load.places)

    def two(self, counts: Counts) -> list[Load] | None:
        """The cheapest, then smallest pair of cartons over the splits of a small order."""
        if sum(counts) > MOST_UNITS:
            return None
        best: tuple[tuple[int, int], list[Load]] | None = None
        for floor, part, other in sorted(self.splits(counts)):
            if best is not None and floor >= best[0]:
                break
            first, _ = self.one(part, self.effort * SPLIT_EFFORT)
            second, _ = self.one(other, self.effort * SPLIT_EFFORT) if first else (None, False)
            if first is not None and second is not None:
                price = _price([first.carton, second.carton])
                if best is None or price < best[0]:
                    best = price, [first, second]
        return best[1] if best else None

    def splits(self, counts: Counts) -> Iterator[tuple[tuple[int, int], Counts, Counts]]:
        """Every parting of the units in two that volume and weight allow, with the least it can cost."""
        for part, other in _splits(counts):
            pair = [self.candidates(self.some(half)[0]) for half in (part, other)]
            if all(pair):
                yield _price([cartons[0] for cartons in pair]), part, other

    def many(self, counts: Counts) -> list[Load]:
        """Carton after carton holding as much as it can, the same load again while it lasts, each shrunk."""
        rest, loads = list(counts), []
        while any(rest):
            load = self.fullest(rest)
            packed = [0] * len(rest)
            for place in load.places:
                packed[place.item] += 1
            shrunk, _ = (
                self.one(tuple(packed), self.effort * FULL) if sum(packed) <= MOST_UNITS else (None, False)
            )
            times = min(rest[at] // n for at, n in enumerate(packed) if n)
            loads += [self.smaller(shrunk, load)] * times
            rest = [left - n * times for left, n in zip(rest, packed, strict=True)]
            last, _ = self.one(tuple(rest), self.effort * FULL) if any(rest) else (None, False)
            if last is not None:
                return [*loads, last]
        return loads

    def fullest(self, rest: Sequence[int]) -> Load:
        """Of all cartons the load with the most goods in it; of equals the cheaper, smaller carton."""
        some, chosen = self.some(rest)
        best: Load | None = None
        for carton in sorted(self.cartons, key=lambda carton: -carton.volume):
            if best is None or carton.volume >= best.packed:
                load = load_container(carton, some, WORK * self.effort).load
                if best is None or (load.packed, best.carton.volume) > (best.packed, carton.volume):
                    best = load
        if best is None or not best.places:
            raise RuntimeError("an item that fits a carton was not packed")  # a fault of the loading
        return Load(best.carton, tuple(_original(best.places, chosen)))

    def smaller(self, shrunk: Load | None, load: Load) -> Load:
        """The better of two loads of the same goods."""
        return load if shrunk is None else min(shrunk, load, key=lambda one: _rank(one.carton))


def _rank(carton: Carton) -> tuple[int, int, str]:
    return carton.cost or 0, carton.volume, carton.code


def _price(cartons: Sequence[Carton]) -> tuple[int, int]:
    return sum(carton.cost or 0 for carton in cartons), sum(carton.volume for carton in cartons)


def _gross(carton: Carton, grams: int) -> bool:
    """Whether goods of a weight may go into a carton."""
    return carton.max_g is None or carton.tare_g + grams <= carton.max_g


def _original(places: Sequence[Place], chosen: Sequence[int]) -> Iterator[Place]:
    """Places of some items numbered as in the whole order."""
    return (Place(chosen[place.item], place.at, place.sides) for place in places)


def _splits(counts: Counts) -> Iterator[tuple[Counts, Counts]]:
    """Every way to part the units in two, none empty, each parting once."""
    parts: list[Counts] = [()]
    for qty in counts:
        parts = [(*part, n) for part in parts for n in range(qty + 1)]
    for part in parts:
        other = tuple(n - k for n, k in zip(counts, part, strict=True))
        if any(part) and any(other) and part <= other:
            yield part, other
