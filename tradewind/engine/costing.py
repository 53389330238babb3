"""Stock cost: layers consumed by FIFO or moving average, charges allocated, late charges spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIFO, MOVING_AVERAGE = "fifo", "moving_average"
BASES = ("weight", "volume", "qty", "value")


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
    """A batch that shares a charge; a None where the basis is not known."""

    key: int
    qty: int
    weight_g: int | None = None
    volume_mm3: int | None = None
    value_minor: int | None = None


def consume(layers: Sequence[Layer], qty: int, method: str = FIFO) -> list[Use]:
    """Take units out of layers (given oldest first); the costs taken and left always sum to what was."""
    raise NotImplementedError


def allocate(total: int, lines: Sequence[Line], basis: str) -> list[int]:
    """Split minor units over lines by a basis, exactly; Refused with a problem a line whose basis is unknown."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class LateShare:
    """A late charge on one layer: the part on units still here, and on units already sold."""

    layer_id: int
    on_hand_minor: int
    sold_minor: int


def spread_late(amount_minor: int, *, layer_id: int, qty: int, left_qty: int) -> LateShare:
    """Split a charge on a layer that came after some of its units were sold."""
    raise NotImplementedError
