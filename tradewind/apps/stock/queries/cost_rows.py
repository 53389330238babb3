"""Batches and what left them, read into memory to be costed again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from tradewind.apps.stock.queries.goods import COUNT, RECEIPT
from tradewind.db.sql import among, fetch, id_set, moment
from tradewind.engine.costing import AVERAGES, method_on
from tradewind.engine.recosting import Cost

LEG, COUNTED = "leg_line", "count"
Source = tuple[str, int]  # the document's noun and its line

_LAYERS = """SELECT y.id, y.balance_id, y.received_at, y.qty, y.left_qty, y.goods_minor, y.landed_minor,
  y.left_goods_minor, y.left_landed_minor, y.state, y.parent_id, y.leg_line_id, y.receipt_line_id, y.batch
FROM stock_costlayer y WHERE {among} ORDER BY y.id"""
_USES = """SELECT u.id, u.layer_id, u.source, u.source_id, u.qty, u.goods_minor, u.landed_minor, u.estimated,
  u.at FROM stock_layeruse u WHERE {among} ORDER BY u.id"""
_OWNERS = """SELECT b.id, c.costing, c.costing_changes FROM stock_balance b
JOIN org_company c ON c.id = b.owner_id WHERE {among}"""
_MOVES = """SELECT balance_id, id, kind, source, source_id, at FROM stock_move
WHERE {among} AND qty <> 0 ORDER BY balance_id, id"""


class Methods(NamedTuple):
    """A company's costing method and its dated changes."""

    first: str
    changes: list[list[str]]

    @property
    def averages(self) -> bool:
        """Whether any of them looks beyond the batch itself."""
        return any(method in AVERAGES for method in (self.first, *(m for _day, m in self.changes)))

    def on(self, at: Any) -> str:
        """The method in force at a time."""
        if not self.changes:
            return self.first
        when = moment(at)
        assert when is not None
        return method_on(self.first, self.changes, when.date())


@dataclass(slots=True)
class LayerNow:
    """A batch as it stands in memory; `was_*` is how it stands in the database."""

    id: int
    balance_id: int
    received_at: str
    qty: int
    left_qty: int
    total: Cost
    left: Cost
    state: str
    parent_id: int | None
    leg_line_id: int | None
    born_of: Source
    was_total: Cost
    was_left: Cost
    was_state: str
    late: bool = False  # what left it costs something else now

    @property
    def changed(self) -> bool:
        now, was = (self.total, self.left, self.state), (self.was_total, self.was_left, self.was_state)
        return self.late or now != was

    @property
    def rank(self) -> tuple[str, int]:
        """The order in which units leave a pool: oldest first."""
        return self.received_at, self.id


@dataclass(slots=True)
class UseNow:
    """Units out of a batch as they stand in memory; id 0: new, it only moves cost between batches."""

    id: int
    layer_id: int
    source: Source
    qty: int
    cost: Cost
    estimated: bool
    at: Any
    was: Cost


class Came(NamedTuple):
    """A move of a pool: when, in which month, and what it is known by."""

    id: int
    period: str
    source: Source
    at: Any


def methods_of(balance_ids: Iterable[int]) -> dict[int, Methods]:
    """Costing method of the owner of each balance."""
    of_owner: dict[tuple[str, str], Methods] = {}
    found: dict[int, Methods] = {}
    for pk, first, changes in fetch(_OWNERS.format(among=among("b.id")), [id_set(balance_ids)]):
        text = changes if isinstance(changes, str) else json.dumps(changes)
        methods = of_owner.get((first, text))
        if methods is None:
            methods = of_owner[first, text] = Methods(first, json.loads(text))
        found[pk] = methods
    return found


def read_layers(column: str, ids: Iterable[int]) -> list[LayerNow]:
    """Layers by a column of the table (y.id, y.balance_id, y.leg_line_id)."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    return [_layer(row) for row in fetch(_LAYERS.format(among=among(column)), [id_set(wanted)])]


def _layer(row: tuple[Any, ...]) -> LayerNow:
    pk, balance_id, received_at, qty, left_qty, *costs = row[:9]
    goods, landed, left_goods, left_landed = (None if c is None else int(c) for c in costs)
    state, parent_id, leg_line_id, receipt_line_id, batch = row[9:]
    total, left = (goods, landed or 0), (left_goods, left_landed or 0)
    born: Source = (RECEIPT, receipt_line_id or 0)
    if leg_line_id:
        born = (LEG, leg_line_id)
    elif receipt_line_id is None:
        born = (COUNTED, count_number(batch))
    return LayerNow(
        pk, balance_id, str(received_at), qty, left_qty, total, left, state, parent_id, leg_line_id, born,
        total, left, state,
    )  # fmt: skip


def count_number(batch: str) -> int:
    """The number of the count that found a batch, 0 for other batches. Example: CNT-000012 is 12."""
    number = batch.removeprefix(f"{COUNT}-")
    return int(number) if number.isdigit() else 0


def read_uses(layer_ids: Iterable[int]) -> list[UseNow]:
    """What left some layers, in the order it left."""
    wanted = list(layer_ids)
    rows = fetch(_USES.format(among=among("u.layer_id")), [id_set(wanted)]) if wanted else []
    found = []
    for pk, layer_id, source, source_id, qty, goods, landed, estimated, at in rows:
        cost = (None if goods is None else int(goods), int(landed))
        found.append(UseNow(pk, layer_id, (source, source_id), qty, cost, bool(estimated), at, cost))
    return found


def read_moves(balance_ids: Iterable[int]) -> dict[int, list[Came]]:
    """What came into and left pools, in the order of the moves."""
    found: dict[int, list[Came]] = {}
    rows = fetch(_MOVES.format(among=among("balance_id")), [id_set(sorted(balance_ids))])
    for balance_id, pk, kind, source, source_id, at in rows:
        known_by = (COUNTED if kind == "count" else source, source_id)
        found.setdefault(balance_id, []).append(Came(pk, str(at)[:7], known_by, at))
    return found
