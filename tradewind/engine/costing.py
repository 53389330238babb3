"""Stock cost: what units take with them when they leave their batches, by the owner's method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tradewind.engine.money import share

FIFO, MOVING_AVERAGE, MONTH_END, BATCH = "fifo", "moving_average", "month_end", "batch"
METHODS = (FIFO, MOVING_AVERAGE, MONTH_END, BATCH)
AVERAGES = (MOVING_AVERAGE, MONTH_END)


class NotEnough(ValueError):
    """More units asked than the layers hold."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What is left of a batch, oldest first: units and the cost that still lies on them (None: missing)."""

    id: int
    left_qty: int
    left_goods_minor: int | None
    left_landed_minor: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """Units taken out of a layer with their cost; a layer's last unit takes the remainder."""

    layer_id: int
    qty: int
    goods_minor: int | None
    landed_minor: int


def method_on(first: str, changes: Sequence[Sequence[str]], day: date) -> str:
    """The method in force on a day: the first, or that of the last change ([day from, method]) by then.

    Example: method_on("fifo", [["2027-01-01", "month_end"]], date(2027, 1, 1)) == "month_end".
    """
    found = first
    for start, method in sorted((start, method) for start, method in changes):
        if start <= day.isoformat():
            found = method
    return found


def consume(layers: Sequence[Layer], qty: int, method: str = FIFO) -> list[Use]:
    """Take units out of layers, given in the order of taking; what is taken and left sums to what was.

    FIFO and batch take each layer's own cost. The moving average takes the pool's: units still leave
    the first layers first, and uses of qty 0 move cost between the layers that stay (either sign), so
    that each of them lies at the average again; a missing goods cost in the pool makes every average
    missing. A month not closed yet takes the moving average as its estimate. Layers without units are
    passed over. NotEnough when the layers hold fewer units. ValueError for qty < 1.
    Example: 3 of a layer of 7 units costing 1000 takes 429 (1000 x 3/7, half up), 571 stay.
    """
    if qty < 1:
        raise ValueError("units to consume must be one or more")
    taken: dict[int, int] = {}
    need = qty
    for layer in layers:
        if need and layer.left_qty > 0:
            taken[layer.id] = min(need, layer.left_qty)
            need -= taken[layer.id]
    if need:
        raise NotEnough(f"{qty} units asked, the layers hold {qty - need}")
    return cost_of(layers, taken, method)


def cost_of(layers: Sequence[Layer], taken: Mapping[int, int], method: str = FIFO) -> list[Use]:
    """What units take with them that leave these layers (layer id -> units), by a method."""
    if method not in METHODS:
        raise ValueError(f"unknown costing method {method!r}: {', '.join(METHODS)}")
    open_layers = [layer for layer in layers if layer.left_qty > 0]
    return _average(open_layers, taken) if method in AVERAGES else _own(open_layers, taken)


def part_of(total: int, part: int, whole: int) -> int:
    """The cost of part of a whole, half up away from zero; all of it for the whole."""
    sign = -1 if total < 0 else 1
    return sign * ((2 * abs(total) * part + whole) // (2 * whole))


def _own(layers: list[Layer], taken: Mapping[int, int]) -> list[Use]:
    uses = []
    for layer in layers:
        take = taken.get(layer.id)
        if take:
            goods = layer.left_goods_minor
            uses.append(
                Use(
                    layer.id,
                    take,
                    None if goods is None else part_of(goods, take, layer.left_qty),
                    part_of(layer.left_landed_minor, take, layer.left_qty),
                )
            )
    return uses


def _average(layers: list[Layer], taken: Mapping[int, int]) -> list[Use]:
    qty, held = sum(taken.values()), sum(layer.left_qty for layer in layers)
    left = [layer.left_qty - taken.get(layer.id, 0) for layer in layers]
    known = [layer.left_goods_minor for layer in layers if layer.left_goods_minor is not None]
    goods: list[int] | list[None] = [None] * len(layers)
    if len(known) == len(layers):
        goods = _even_out(known, left, qty, held)
    landed = _even_out([layer.left_landed_minor for layer in layers], left, qty, held)
    uses = [Use(layer.id, taken.get(layer.id, 0), goods[i], landed[i]) for i, layer in enumerate(layers)]
    return [use for use in uses if use.qty or use.goods_minor or use.landed_minor]


def _even_out(costs: list[int], left: list[int], qty: int, held: int) -> list[int]:
    """What each layer gives up so that the rest of the pool lies evenly on the units that stay."""
    pool = sum(costs)
    if not sum(left):
        return costs
    stays = share(pool - part_of(pool, qty, held), left)
    return [cost - stay for cost, stay in zip(costs, stays, strict=True)]
