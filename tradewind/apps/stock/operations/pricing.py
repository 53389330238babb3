"""Costs that come late: a rate that was missing, what found goods are worth; to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.sourcing.models import ReceiptLine
from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.operations.balances import lock_ids
from tradewind.apps.stock.operations.receipts import BATCH, goods_cost
from tradewind.apps.stock.queries import found_layers
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, share


def price_layers(*, now: datetime, by: Actor) -> list[int]:
    """Give a cost to layers that lacked one, now that a rate is known; returns the layers priced.

    The cost is spread over what is left and what has been taken, to the cent; what was sold without a
    cost gets it in its uses, and whoever recomputes profit then finds it. Layers that lost theirs in a
    moving average, because another batch of the pool had none, get it back with the last of them.
    """
    with acting(by, "stock.change", kind="layer", now=now) as act:
        layers = list(
            CostLayer.objects.filter(goods_minor=None, receipt_line__isnull=False, parent=None)
            .select_related("receipt_line__receipt", "receipt_line__line__order__company")
            .order_by("id")[:BATCH]
        )
        rates: dict[tuple[str, str, date], Any] = {}
        costs = {x.pk: cost for x in layers if (cost := goods_cost(_receipt_line(x), rates)) is not None}
        act.ids = _give(costs) if costs else []
        act.note(verb="price_layers", layers=len(act.ids))
    return act.ids


def value_found(*, layer_ids: Sequence[int], unit_cost: Money, now: datetime, by: Actor) -> list[int]:
    """Say what a unit of goods found in a count is worth; returns the layers priced.

    Units that were sold since get the cost too. Refused when a layer is not of found goods, has its
    cost already, is kept in another currency, or the cost is below zero. Example: 3 units found at
    12.50 CNY each are a layer of 37.50 CNY.
    """
    with acting(by, "stock.cost", kind="layer", ids=layer_ids, now=now) as act:
        layers = {x.pk: x for x in found_layers().filter(pk__among=list(layer_ids))}
        _check(layer_ids, layers, unit_cost)
        act.ids = _give({pk: unit_cost.minor * x.qty for pk, x in layers.items()})
        act.note(verb="value_found", layers=sorted(layers), unit_cost=str(unit_cost))
    return act.ids


def mark_late_booked(*, layer_ids: Sequence[int]) -> None:
    """The books know what units of these layers cost that had left before; inside the ledger's act."""
    CostLayer.objects.filter(id__among=list(layer_ids)).update(late=False)


def _check(ids: Iterable[int], layers: dict[int, CostLayer], unit_cost: Money) -> None:
    problems = []
    if unit_cost.minor < 0:
        problems.append(Problem(None, "unit_cost", str(unit_cost), _("is below zero"), _("0 or more")))
    for pk in ids:
        layer = layers.get(pk)
        if layer is None or layer.goods_minor is not None:
            why = _("is not a batch of found goods without a cost")
            problems.append(Problem(None, "layer", str(pk), why))
        elif layer.currency != unit_cost.currency:
            why = _("%(batch)s is kept in another currency") % {"batch": layer.batch}
            problems.append(Problem(None, "unit_cost", str(unit_cost), why, layer.currency))
    if problems:
        raise Refused(problems)


def _receipt_line(layer: CostLayer) -> ReceiptLine:
    assert layer.receipt_line is not None
    return layer.receipt_line


def _give(costs: dict[int, int]) -> list[int]:
    """Write costs and everything that follows from them; the layers that changed."""
    priced = _spread(costs)
    return priced + _return_averages(priced)


def _return_averages(priced: Sequence[int]) -> list[int]:
    """Give back what a moving average took from known layers while another of their pool had no cost.

    Only once every open layer of the pool has one; what is not on a use yet is spread by units.
    """
    pools = {row[0] for row in fetch(
        "SELECT DISTINCT balance_id FROM stock_costlayer y WHERE "
        f"{among('id')} AND NOT EXISTS (SELECT 1 FROM stock_costlayer o WHERE "
        "o.balance_id = y.balance_id AND o.goods_minor IS NULL AND o.left_qty > 0)",
        [id_set(priced)],
    )}  # fmt: skip
    lost = CostLayer.objects.filter(
        balance_id__among=list(pools), goods_minor__isnull=False, left_goods_minor=None
    )
    return _spread({pk: goods or 0 for pk, goods in lost.values_list("id", "goods_minor")})


def _spread(costs: dict[int, int]) -> list[int]:
    """Write costs on layers, their uses, and the layers that were born of those uses, wave by wave."""
    priced: list[int] = []
    while costs:
        left_of = _locked(costs)
        uses = list(LayerUse.objects.filter(layer_id__among=list(costs)).order_by("layer_id", "id"))
        by_layer = {k: list(g) for k, g in groupby(uses, key=lambda u: u.layer_id)}
        layer_rows, use_rows, of_leg = [], [], {}
        for pk, cost in costs.items():
            mine = by_layer.get(pk, [])
            bare = [u for u in mine if u.goods_minor is None]
            rest = cost - sum(u.goods_minor or 0 for u in mine)
            left, *parts = _shares(rest, left_of[pk], bare)
            layer_rows.append((pk, cost, left, ACTUAL, bool(bare)))
            for use, part in zip(bare, parts, strict=True):
                use_rows.append((use.pk, part))
                if use.source == "leg_line":
                    of_leg[(pk, use.source_id)] = part
        _write(layer_rows, use_rows)
        priced += list(costs)
        children = CostLayer.objects.filter(parent_id__among=list(costs), goods_minor=None)
        costs = {
            pk: of_leg[parent, leg_line]
            for pk, parent, leg_line in children.values_list("id", "parent_id", "leg_line_id")
            if (parent, leg_line) in of_leg
        }
    return priced


def _locked(layer_ids: Iterable[int]) -> dict[int, int]:
    """Units left by layer; nobody takes any until this transaction ends."""
    rows = CostLayer.objects.filter(id__among=list(layer_ids))
    lock_ids(rows.values_list("balance_id", flat=True))
    return dict(rows.values_list("id", "left_qty"))


def _shares(cost: int, left_qty: int, bare: Sequence[LayerUse]) -> list[int]:
    """A cost over what is left and the uses without one, by units; a use of no units takes none."""
    weights = [left_qty, *[u.qty for u in bare]]
    return share(cost, weights) if sum(weights) else [cost, *[0] * len(bare)]


def _write(layers: Sequence[Sequence[Any]], uses: Sequence[Sequence[Any]]) -> None:
    bulk.update_rows(
        CostLayer,
        ["goods_minor", "left_goods_minor", "state", "late"],
        layers,
        set_sql="goods_minor = d.goods_minor, left_goods_minor = d.left_goods_minor, state = d.state, "
        "late = (t.late OR d.late)",
    )
    bulk.update_rows(LayerUse, ["goods_minor"], uses)
