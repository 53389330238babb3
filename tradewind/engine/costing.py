"""Stock cost: layers consumed by FIFO or moving average, charges allocated, late charges spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import share

FIFO, MOVING_AVERAGE = "fifo", "moving_average"
_BASIS_FIELDS = {"weight": "weight_g", "volume": "volume_mm3", "qty": "qty", "value": "value_minor"}
BASES = tuple(_BASIS_FIELDS)


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


@dataclass(frozen=True, slots=True)
class Line:
    """A batch that shares a charge. Weight, volume, value: totals of the line; None where not known."""

    key: int
    qty: int
    weight_g: int | None = None
    volume_mm3: int | None = None
    value_minor: int | None = None


@dataclass(frozen=True, slots=True)
class LateShare:
    """A late charge on one layer: the part on units still here, and on units already sold."""

    layer_id: int
    on_hand_minor: int
    sold_minor: int


def consume(layers: Sequence[Layer], qty: int, method: str = FIFO) -> list[Use]:
    """Take units out of layers (given oldest first); what is taken and what is left sum to what was.

    FIFO takes each layer's own cost. The moving average takes the pool's: units still leave the oldest
    layers first, and uses of qty 0 move cost between the layers that stay (either sign), so that each
    of them lies at the average again; a missing goods cost in the pool makes every average missing.
    Layers without units are passed over. NotEnough when the layers hold fewer units. ValueError for
    qty < 1. Example: 3 of a layer of 7 units costing 1000 takes 429 (1000 x 3/7, half up), 571 stay.
    """
    if qty < 1:
        raise ValueError("units to consume must be one or more")
    open_layers = [layer for layer in layers if layer.left_qty > 0]
    held = sum(layer.left_qty for layer in open_layers)
    if held < qty:
        raise NotEnough(f"{qty} units asked, the layers hold {held}")
    if method == FIFO:
        return _fifo(open_layers, qty)
    if method == MOVING_AVERAGE:
        return _average(open_layers, qty, held)
    raise ValueError(f"unknown costing method {method!r}: {FIFO} or {MOVING_AVERAGE}")


def _take(total: int, part: int, whole: int) -> int:
    """The cost of part of a whole, half up; all of it for the whole."""
    sign = -1 if total < 0 else 1
    return sign * ((2 * abs(total) * part + whole) // (2 * whole))


def _picks(layers: list[Layer], qty: int) -> list[tuple[Layer, int]]:
    picks = []
    for layer in layers:
        if qty == 0:
            break
        take = min(qty, layer.left_qty)
        picks.append((layer, take))
        qty -= take
    return picks


def _fifo(layers: list[Layer], qty: int) -> list[Use]:
    uses = []
    for layer, take in _picks(layers, qty):
        goods = layer.left_goods_minor
        uses.append(
            Use(
                layer.id,
                take,
                None if goods is None else _take(goods, take, layer.left_qty),
                _take(layer.left_landed_minor, take, layer.left_qty),
            )
        )
    return uses


def _average(layers: list[Layer], qty: int, held: int) -> list[Use]:
    taken = {layer.id: take for layer, take in _picks(layers, qty)}
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
    stays = share(pool - _take(pool, qty, held), left)
    return [cost - stay for cost, stay in zip(costs, stays, strict=True)]


def allocate(total: int, lines: Sequence[Line], basis: str) -> list[int]:
    """Split minor units over lines by a basis, exactly, largest remainders first.

    Refused with a problem for each line whose basis is unknown or below zero (never taken as zero),
    and when all of them are zero. Example: 100 by weight 1 g and 2 g gives 33 and 67.
    """
    field = _BASIS_FIELDS.get(basis)
    if field is None:
        raise Refused([Problem(None, "basis", basis, "is not known", ", ".join(BASES))])
    values = [getattr(line, field) for line in lines]
    problems = [
        Problem(line.key, field, str(value), _wrong(value), "0 or more")
        for line, value in zip(lines, values, strict=True)
        if value is None or value < 0
    ]
    if not problems and not sum(values):
        problems.append(Problem(None, field, "0", "nothing to share by: every line is zero", "above zero"))
    if problems:
        raise Refused(problems)
    return share(total, values)


def _wrong(value: int | None) -> str:
    return "is not known" if value is None else "is below zero"


def spread_late(amount_minor: int, *, layer_id: int, qty: int, left_qty: int) -> LateShare:
    """Split a charge on a layer that came after some of its units were sold, by units, exactly.

    Example: 100 on a layer of 3 units of which 1 is left: 33 on hand, 67 to what was sold.
    """
    if qty < 1 or not 0 <= left_qty <= qty:
        raise ValueError("a layer has units, and no more left than it had")
    on_hand, sold = share(amount_minor, [left_qty, qty - left_qty])
    return LateShare(layer_id, on_hand, sold)
