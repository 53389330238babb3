"""What costs become when a batch costs something else: shown by previews, written by operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tradewind.apps.stock.queries.cost_rows import (
    LEG,
    Came,
    LayerNow,
    Methods,
    Source,
    UseNow,
    methods_of,
    read_layers,
    read_moves,
    read_uses,
)
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.costing import FIFO, MONTH_END, MOVING_AVERAGE
from tradewind.engine.recosting import Batch, Cost, Costed, Take, recost

_MOST_WAVES = 100  # goods that go to and fro settle after a few


@dataclass(slots=True)
class Recost:
    """Batches and uses with their new costs: `run` with new totals, then read `layers` and `changed_uses`.

    `final` are uses whose month is being costed now: they are estimates no longer. Nothing is written.
    """

    final: frozenset[int] = frozenset()
    layers: dict[int, LayerNow] = field(default_factory=dict)
    uses: dict[int, dict[Source, UseNow]] = field(default_factory=dict)  # by layer
    _by_source: dict[Source, list[UseNow]] = field(default_factory=dict)
    _own: dict[int, int] = field(default_factory=dict)  # layer -> change of what is laid on it itself
    _moves: dict[int, list[Came]] = field(default_factory=dict)
    _methods: dict[int, Methods] = field(default_factory=dict)

    def run(self, totals: Mapping[int, Cost] | None = None, pools: Iterable[int] = ()) -> Recost:
        """Work out all that follows from new totals of layers, and from whole pools (balance ids)."""
        new, whole = dict(totals or {}), set(pools)
        self._read(new, whole)
        for pk, total in new.items():
            layer = self.layers[pk]
            self._own[pk] = total[1] - layer.was_total[1]
            layer.late |= total[0] != layer.was_total[0]
            layer.total = total
            layer.state = _state(total, layer.state == ESTIMATED)
        dirty = set(new)
        for _wave in range(_MOST_WAVES):
            if not dirty and not whole:
                return self
            dirty, whole = self._wave(dirty, whole), set()
        raise AssertionError("costs of goods that go to and fro do not settle")

    def changed_uses(self) -> list[UseNow]:
        """Uses that cost something else than before, in the order they were made; new ones last."""
        found = [u for of in self.uses.values() for u in of.values() if u.cost != u.was]
        return sorted(found, key=lambda u: (not u.id, u.id, u.layer_id, u.source))

    def changed_layers(self) -> list[LayerNow]:
        """Layers that differ from what stands in the database."""
        return [layer for _pk, layer in sorted(self.layers.items()) if layer.changed]

    def _wave(self, dirty: set[int], whole: set[int]) -> set[int]:
        moved: set[Source] = set()
        pools = whole | {self.layers[pk].balance_id for pk in dirty}
        for balance_id in sorted(pools):
            if self._methods[balance_id].averages:
                moved |= self._take_over(recost(self._pool_events(balance_id)))
        for pk in sorted(dirty):
            if not self._methods[self.layers[pk].balance_id].averages:
                moved |= self._take_over(recost(self._own_events(pk)))
        return self._children(moved)

    def _take_over(self, costed: Costed) -> set[Source]:
        """Keep what was worked out; the legs whose goods cost something else now."""
        moved: set[Source] = set()
        known = {(source, pk): (0, 0) for pk in costed.left for source in self.uses.get(pk, {})}
        for (source, layer_id), cost in (known | costed.uses).items():
            if self._keep(source, layer_id, cost) and source[0] == LEG:
                moved.add(source)
        for pk, left in costed.left.items():
            self.layers[pk].left = left
        return moved

    def _keep(self, source: Source, layer_id: int, cost: Cost) -> bool:
        mine = self.uses.setdefault(layer_id, {})
        use = mine.get(source)
        if use is None:
            if not cost[0] and not cost[1]:
                return False
            like = self._by_source[source][0]
            use = UseNow(0, layer_id, source, 0, (0, 0), like.estimated, like.at, (0, 0))
            self._add_use(use)
        before, use.cost = use.cost, cost
        self.layers[layer_id].late |= cost != use.was
        return before != cost or use.id in self.final

    def _children(self, moved: set[Source]) -> set[int]:
        """Batches born of legs whose goods cost something else now, with their new totals."""
        lines = {line for _leg, line in moved}
        born = read_layers("y.leg_line_id", lines)
        self._add_layers(born)
        self._add_layers(read_layers("y.id", [x.parent_id for x in born if x.parent_id]))
        dirty = set()
        for line in sorted(lines):
            uses = sorted(self._by_source[LEG, line], key=lambda u: self.layers[u.layer_id].rank)
            now = _given([(u.layer_id, u.qty, u.cost) for u in uses])
            was = _given([(u.layer_id, u.qty, u.was) for u in uses])
            guesses = {u.layer_id for u in uses if self._open(u)}
            for child in [x for x in self.layers.values() if x.leg_line_id == line]:
                parent = child.parent_id or 0
                goods, landed = now[parent]
                own = child.was_total[1] - was[parent][1] + self._own.get(child.id, 0)
                total = (goods, landed + own)
                state = _state(total, parent in guesses or self.layers[parent].state == ESTIMATED)
                if total != child.total or state != child.state:
                    child.total, child.state = total, state
                    dirty.add(child.id)
        return dirty

    def _open(self, use: UseNow) -> bool:
        return use.estimated and use.id not in self.final

    def _own_events(self, pk: int) -> list[Batch | Take]:
        layer = self.layers[pk]
        uses = sorted((u for u in self.uses.get(pk, {}).values() if u.qty), key=lambda u: u.id)
        return [Batch(pk, layer.qty, *layer.total), *(Take(u.source, ((pk, u.qty),), FIFO) for u in uses)]

    def _pool_events(self, balance_id: int) -> list[Batch | Take]:
        """A pool's history: batches as they came, and between them what left, in the order it left."""
        births: dict[Source, list[LayerNow]] = {}
        takes: dict[Source, list[UseNow]] = {}
        for pk, layer in self.layers.items():
            if layer.balance_id == balance_id:
                births.setdefault(layer.born_of, []).append(layer)
                for use in self.uses.get(pk, {}).values():
                    takes.setdefault(use.source, []).append(use)
        found: list[tuple[tuple[int, int, int], Batch | Take]] = []
        epoch = 0
        for move in self._moves.get(balance_id, []):
            uses = takes.pop(move.source, None)
            if uses is not None:
                first = min(u.id for u in uses if u.qty)
                found.append(((epoch, 1, first), self._take(balance_id, move, uses)))
                continue
            epoch += 1
            for layer in sorted(births.pop(move.source, ()), key=lambda x: x.rank):
                batch = Batch(layer.id, layer.qty, *layer.total, move.period, layer.rank)
                found.append(((epoch, 0, layer.id), batch))
        assert not [*births, *takes], "goods without a move"
        return [event for _key, event in sorted(found, key=lambda pair: pair[0])]

    def _take(self, balance_id: int, move: Came, uses: list[UseNow]) -> Take:
        method = self._methods[balance_id].on(move.at)
        if method == MONTH_END and any(self._open(u) for u in uses):
            method = MOVING_AVERAGE
        units = sorted((u for u in uses if u.qty), key=lambda u: self.layers[u.layer_id].rank)
        picks = tuple((u.layer_id, u.qty) for u in units)
        return Take(move.source, picks, method, move.period, move.source[0] == LEG)

    def _read(self, layer_ids: Iterable[int], pools: Iterable[int]) -> None:
        """Layers with what left them; for averages all of their pools."""
        self._add_layers(read_layers("y.id", [pk for pk in layer_ids if pk not in self.layers]))
        self._open_pools(set(pools))

    def _add_layers(self, found: Iterable[LayerNow]) -> None:
        new = [layer for layer in found if layer.id not in self.layers]
        self.layers |= {layer.id: layer for layer in new}
        for use in read_uses([layer.id for layer in new]):
            self._add_use(use)
        self._open_pools({layer.balance_id for layer in new})

    def _open_pools(self, balance_ids: set[int]) -> None:
        fresh = balance_ids - self._methods.keys()
        if not fresh:
            return
        self._methods |= methods_of(sorted(fresh))
        pooled = {b for b in fresh if self._methods[b].averages}
        if pooled:
            self._moves |= read_moves(pooled)
            self._add_layers(read_layers("y.balance_id", pooled))

    def _add_use(self, use: UseNow) -> None:
        self.uses.setdefault(use.layer_id, {})[use.source] = use
        self._by_source.setdefault(use.source, []).append(use)


def _state(total: Cost, guess: bool) -> str:
    if total[0] is None:
        return MISSING
    return ESTIMATED if guess else ACTUAL


def _given(uses: list[tuple[int, int, Cost]]) -> dict[int, Cost]:
    """What each batch a leg took from hands on; what only moves cost goes with the first."""
    sums = {layer_id: cost for layer_id, qty, cost in uses if qty}
    first = next(iter(sums), None)
    for _layer, qty, (goods, landed) in uses:
        if not qty and first is not None:
            old = sums[first]
            sums[first] = (None if old[0] is None else old[0] + (goods or 0), old[1] + landed)
    return sums
