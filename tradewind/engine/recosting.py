"""Costs worked out again from all that is known: the same figures as if it had been known at first.

Which units left which batch is a fact and stays; what they cost follows from what their batches cost.
So a bill that comes late, a bill taken back, a price that was missing and the average of a month all
end in the figures that the same facts give in any other order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tradewind.engine.costing import MONTH_END, Layer, cost_of, part_of
from tradewind.engine.money import share

Source = Any  # whatever a caller knows its documents by, if it can be a key
Cost = tuple[int | None, int]  # goods (None: missing) and landed, in minor units


@dataclass(frozen=True, slots=True)
class Batch:
    """Units that came in with what they cost in all; `rank` sorts the batches of a pool, oldest first."""

    id: int
    qty: int
    goods_minor: int | None
    landed_minor: int
    period: str = ""
    rank: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Take:
    """Units that left a pool at once for one source, batch by batch. `moves_on`: to be a batch elsewhere."""

    source: Source
    picks: tuple[tuple[int, int], ...]  # (batch, units)
    method: str
    period: str = ""
    moves_on: bool = False


@dataclass(slots=True)
class Costed:
    """What every take took from every batch, and what still lies on each."""

    uses: dict[tuple[Source, int], Cost] = field(default_factory=dict)
    left: dict[int, Cost] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    batch: Batch
    qty: int
    goods: int | None
    landed: int

    def layer(self) -> Layer:
        return Layer(self.batch.id, self.qty, self.goods, self.landed)


def recost(events: Iterable[Batch | Take]) -> Costed:
    """Costs of one pool (a SKU in a warehouse) from its batches and takes, in the order they happened.

    Takes by `month_end` get the average of all that lay in the pool in their period (opening and come
    in), whatever their order; the other methods go take by take, as engine.costing does when units
    leave. What is taken and left of the pool sums to what came in; 0-unit uses move cost between
    batches. KeyError when a take names a batch that has not come.
    Example: [Batch(1, 2, 100, 0), Take("a", ((1, 1),), "fifo")] uses {("a", 1): (50, 0)}, left {1: (50, 0)}.
    """
    pool: dict[int, _Held] = {}
    costed = Costed()
    for _period, group in groupby(events, key=lambda event: event.period):
        found = list(group)
        takes = [event for event in found if isinstance(event, Take)]
        if any(take.method == MONTH_END for take in takes):
            for event in found:
                if isinstance(event, Batch):
                    _come(pool, event)
            _month(pool, takes, costed)
        else:
            for event in found:
                if isinstance(event, Batch):
                    _come(pool, event)
                else:
                    _take(pool, event, costed)
    costed.left |= {pk: (held.goods, held.landed) for pk, held in pool.items()}
    return costed


def _come(pool: dict[int, _Held], batch: Batch) -> None:
    pool[batch.id] = _Held(batch, batch.qty, batch.goods_minor, batch.landed_minor)


def _take(pool: dict[int, _Held], take: Take, costed: Costed) -> None:
    taken = dict(take.picks)
    layers = [h.layer() for h in sorted(pool.values(), key=lambda h: h.batch.rank) if h.qty]
    for use in cost_of(layers, taken, take.method):
        _give(pool[use.layer_id], use.qty, use.goods_minor, use.landed_minor)
        costed.uses[take.source, use.layer_id] = (use.goods_minor, use.landed_minor)
    for batch in taken:
        if not pool[batch].qty:
            gone = pool.pop(batch)
            costed.left[batch] = (gone.goods, gone.landed)


def _give(held: _Held, qty: int, goods: int | None, landed: int) -> None:
    held.qty -= qty
    held.goods = None if held.goods is None or goods is None else held.goods - goods
    held.landed -= landed


def _month(pool: dict[int, _Held], takes: Sequence[Take], costed: Costed) -> None:
    held = sorted((h for h in pool.values() if h.qty), key=lambda h: h.batch.rank)
    out: dict[int, int] = {}
    for take in takes:
        for batch, qty in take.picks:
            out[batch] = out.get(batch, 0) + qty
    stays = [h.qty - out.get(h.batch.id, 0) for h in held]
    known = [h.goods for h in held if h.goods is not None]
    landed = _averaged([h.landed for h in held], stays, takes, held)
    goods: dict[tuple[Source, int], int] | None = None
    if len(known) == len(held):
        goods = _averaged(known, stays, takes, held)
    keys = landed.keys() | (goods or {}).keys() | {(t.source, b) for t in takes for b, _q in t.picks}
    for key in keys:
        cost = (None if goods is None else goods.get(key, 0), landed.get(key, 0))
        costed.uses[key] = cost
        _give(pool[key[1]], 0, *cost)
    for pk, qty in out.items():
        pool[pk].qty -= qty
        if not pool[pk].qty:
            gone = pool.pop(pk)
            costed.left[pk] = (gone.goods, gone.landed)


def _averaged(
    costs: Sequence[int], stays: Sequence[int], takes: Sequence[Take], held: Sequence[_Held]
) -> dict[tuple[Source, int], int]:
    """(source, batch) -> cost: each take at the period's average, what is left of the pool at it too."""
    pool, units = sum(costs), sum(h.qty for h in held)
    gone, given = 0, 0
    uses: dict[tuple[Source, int], int] = {}
    of_batch = {h.batch.id: cost for h, cost in zip(held, costs, strict=True)}
    for take in takes:
        gone += sum(qty for _batch, qty in take.picks)
        cost = part_of(pool, gone, units) - given
        given += cost
        for (batch, _qty), part in zip(take.picks, share(cost, [q for _b, q in take.picks]), strict=True):
            uses[take.source, batch] = part
            of_batch[batch] -= part
    rest = share(pool - given, stays) if sum(stays) else [0] * len(stays)
    last = next((t for t in reversed(takes) if not t.moves_on), takes[-1])
    for h, stay in zip(held, rest, strict=True):
        extra = of_batch[h.batch.id] - stay
        if extra:
            key = (last.source, h.batch.id)
            uses[key] = uses.get(key, 0) + extra
    return uses
