"""Cost layers in memory: opened once for a batch, consumed line by line, written back at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.queries.cost_rows import methods_of
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, for_update, id_set
from tradewind.engine.costing import BATCH, FIFO, MONTH_END, Layer, NotEnough, consume, cost_of


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
    test holds it equal to the engine. Where batches are chosen, `names` says how layers are called and
    `promised` how many units of a batch of a balance are kept for lines that named it.
    """

    def __init__(
        self,
        layers: dict[int, list[list[Any]]],
        methods: Mapping[int, str],
        names: Mapping[int, str] | None = None,
        promised: dict[tuple[int, str], int] | None = None,
    ) -> None:
        self._layers = layers  # balance -> [id, left, goods, landed], emptied ones removed from the front
        self._methods = methods
        self._names = names or {}
        self._promised = promised or {}
        self._open_month: set[int] = set()  # layers whose uses are estimates until their month is costed
        self._changed: dict[int, list[Any]] = {}
        self.uses: list[Used] = []

    def take(self, balance_id: int, source_id: int, qty: int, batch: str = "") -> None:
        """Consume units of a balance for a source line; NotEnough when its layers hold fewer.

        `batch` is what the line named, where batches are chosen: it gives first, the oldest what lacks.
        """
        if self._methods.get(balance_id, FIFO) != FIFO:
            self._by_engine(balance_id, source_id, qty, batch)
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

    def _by_engine(self, balance_id: int, source_id: int, qty: int, batch: str) -> None:
        rows, method = self._layers.get(balance_id, []), self._methods[balance_id]
        by_id = {row[0]: row for row in rows}
        layers = [Layer(*row) for row in rows]
        if method == BATCH:
            found = cost_of(layers, self._chosen(balance_id, rows, qty, batch), method)
        else:
            found = consume(layers, qty, method)
        for use in found:
            row = by_id[use.layer_id]
            row[1] -= use.qty
            row[2] = None if use.goods_minor is None or row[2] is None else row[2] - use.goods_minor
            row[3] -= use.landed_minor
            self._changed[use.layer_id] = row
            self.uses.append(Used(use.layer_id, source_id, use.qty, use.goods_minor, use.landed_minor))
        if method == MONTH_END:
            self._open_month.update(by_id)
        self._layers[balance_id] = [row for row in rows if row[1]]

    def _chosen(self, balance_id: int, rows: list[list[Any]], qty: int, batch: str) -> dict[int, int]:
        """Units by layer: of the batch that was named, then of what nobody named, then of what is left."""
        free = self._free(balance_id, rows, batch)
        named = [(pk, free[pk]) for pk, *_rest in rows if batch and self._names.get(pk, "") == batch]
        unnamed = [(pk, free[pk]) for pk, *_rest in rows]
        taken: dict[int, int] = {}
        for pk, most in (*named, *unnamed, *((row[0], row[1]) for row in rows)):
            part = min(qty - sum(taken.values()), most - taken.get(pk, 0))
            if part > 0:
                taken[pk] = taken.get(pk, 0) + part
        if sum(taken.values()) < qty:
            raise NotEnough(f"{qty} units asked, the layers hold {sum(taken.values())}")
        if batch:
            self._promised[balance_id, batch] = self._promised.get((balance_id, batch), 0) - qty
        return taken

    def _free(self, balance_id: int, rows: list[list[Any]], batch: str) -> dict[int, int]:
        """Units of each layer that no line keeps by another name; the newest of a batch are the ones kept."""
        kept = {name: units for (at, name), units in self._promised.items() if at == balance_id}
        free: dict[int, int] = {}
        for pk, left, *_cost in reversed(rows):
            name = self._names.get(pk, "")
            held = 0 if name == batch else min(kept.get(name, 0), left)
            kept[name] = kept.get(name, 0) - held
            free[pk] = left - held
        return free

    def write(self, source: str, at: Any) -> None:
        """Insert the uses and write the layers back, each by one statement."""
        columns = ["layer_id", "source_id", "qty", "goods_minor", "landed_minor", "source", "at"]
        if self._open_month:
            guess = self._open_month
            rows: Iterable[tuple[Any, ...]] = ((*u, source, at, u.layer_id in guess) for u in self.uses)
            bulk.insert_rows(LayerUse, [*columns, "estimated"], rows)
        else:
            bulk.insert_rows(LayerUse, columns, ((*use, source, at) for use in self.uses))
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


def open_book(balance_ids: Iterable[int], now: datetime) -> LayerBook:
    """The layers with units left of (locked) balances, oldest first, with their owner's method of the day."""
    ids = sorted(set(balance_ids))
    layers: dict[int, list[list[Any]]] = {}
    for balance_id, *layer in fetch(
        "SELECT balance_id, id, left_qty, left_goods_minor, left_landed_minor FROM stock_costlayer "
        f"WHERE {among('balance_id')} AND left_qty > 0 ORDER BY balance_id, received_at, id{for_update()}",
        [id_set(ids)],
    ):
        layers.setdefault(balance_id, []).append(layer)
    methods = {pk: found.on(now) for pk, found in methods_of(ids).items()}
    chosen = [pk for pk, method in methods.items() if method == BATCH]
    if not chosen:
        return LayerBook(layers, methods)
    names = fetch(
        f"SELECT id, batch FROM stock_costlayer WHERE {among('balance_id')} AND left_qty > 0",
        [id_set(chosen)],
    )
    promised = fetch(
        f"SELECT balance_id, batch, sum(qty) FROM stock_reservation WHERE {among('balance_id')} "
        "AND batch <> '' GROUP BY balance_id, batch",
        [id_set(chosen)],
    )
    kept = {(balance_id, batch): int(qty) for balance_id, batch, qty in promised}
    return LayerBook(layers, methods, dict(names), kept)
