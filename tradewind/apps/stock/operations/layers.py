"""Cost layers in memory: opened once for a batch, consumed line by line, written back at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, for_update, id_set
from tradewind.engine.costing import FIFO, Layer, NotEnough, consume


class Used(NamedTuple):
    """Units taken from a layer for a source line, with their cost."""

    layer_id: int
    source_id: int
    qty: int
    goods_minor: int | None
    landed_minor: int


class LayerBook:
    """The open layers of some balances, oldest first. `take` is engine.costing.consume, batch-wise.

    FIFO is written out here with plain integers because it runs for every order line; a property
    test holds it equal to the engine.
    """

    def __init__(self, layers: dict[int, list[list[Any]]], methods: dict[int, str]) -> None:
        self._layers = layers  # balance -> [id, left, goods, landed], emptied ones removed from the front
        self._methods = methods
        self._changed: dict[int, list[Any]] = {}
        self.uses: list[Used] = []

    def take(self, balance_id: int, source_id: int, qty: int) -> None:
        """Consume units of a balance for a source line; NotEnough when its layers hold fewer."""
        if self._methods.get(balance_id, FIFO) != FIFO:
            self._by_engine(balance_id, source_id, qty)
            return
        layers, need = self._layers.get(balance_id, []), qty
        while need:
            if not layers:
                raise NotEnough(f"{qty} units asked, the layers hold {qty - need}")
            layer = layers[0]
            layer_id, left, goods, landed = layer
            if left <= need:
                self.uses.append(Used(layer_id, source_id, left, goods, landed))
                layer[1], layer[2], layer[3] = 0, None if goods is None else 0, 0
                layers.pop(0)
                need -= left
            else:
                part = None if goods is None else _part(goods, need, left)
                extra = _part(landed, need, left) if landed else 0
                self.uses.append(Used(layer_id, source_id, need, part, extra))
                layer[1] = left - need
                layer[2] = None if part is None else goods - part
                layer[3] = landed - extra
                need = 0
            self._changed[layer_id] = layer

    def _by_engine(self, balance_id: int, source_id: int, qty: int) -> None:
        rows = self._layers.get(balance_id, [])
        by_id = {row[0]: row for row in rows}
        found = consume([Layer(*row) for row in rows], qty, self._methods[balance_id])
        for use in found:
            row = by_id[use.layer_id]
            row[1] -= use.qty
            row[2] = None if use.goods_minor is None or row[2] is None else row[2] - use.goods_minor
            row[3] -= use.landed_minor
            self._changed[use.layer_id] = row
            self.uses.append(Used(use.layer_id, source_id, use.qty, use.goods_minor, use.landed_minor))
        self._layers[balance_id] = [row for row in rows if row[1]]

    def write(self, source: str, at: Any) -> None:
        """Insert the uses and write the layers back, each by one statement."""
        bulk.insert_rows(
            LayerUse,
            ["layer_id", "source_id", "qty", "goods_minor", "landed_minor", "source", "at"],
            ((*use, source, at) for use in self.uses),
        )
        bulk.update_rows(
            CostLayer,
            ["left_qty", "left_goods_minor", "left_landed_minor"],
            [tuple(row) for row in self._changed.values()],
        )


def _part(total: int, part: int, whole: int) -> int:
    """The cost of part of a whole, half up away from zero: engine.costing's rounding."""
    if total < 0:
        return -((2 * -total * part + whole) // (2 * whole))
    return (2 * total * part + whole) // (2 * whole)


def open_book(balance_ids: Iterable[int]) -> LayerBook:
    """The layers with units left of (locked) balances, oldest first, with their owner's method."""
    ids = sorted(set(balance_ids))
    layers: dict[int, list[list[Any]]] = {}
    for balance_id, *layer in fetch(
        "SELECT balance_id, id, left_qty, left_goods_minor, left_landed_minor FROM stock_costlayer "
        f"WHERE {among('balance_id')} AND left_qty > 0 ORDER BY balance_id, received_at, id{for_update()}",
        [id_set(ids)],
    ):
        layers.setdefault(balance_id, []).append(layer)
    methods = dict(
        fetch(
            "SELECT b.id, c.costing FROM stock_balance b JOIN org_company c ON c.id = b.owner_id "
            f"WHERE {among('b.id')}",
            [id_set(ids)],
        )
    )
    return LayerBook(layers, methods)
