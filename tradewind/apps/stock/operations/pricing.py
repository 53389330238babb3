"""Costs that come late: a rate that was missing, what found goods are worth; to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.sourcing.models import ReceiptLine
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.operations.receipts import BATCH, goods_cost
from tradewind.apps.stock.operations.recosting import lock_goods, write_costs
from tradewind.apps.stock.queries import found_layers
from tradewind.apps.stock.queries.recosts import Recost
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def price_layers(*, now: datetime, by: Actor) -> list[int]:
    """Give a cost to layers that lacked one, now that a rate is known; returns the layers priced.

    What was sold without a cost gets it in its uses, as if it had been known at first; whoever recomputes
    profit then finds it. A moving average that lacked it for want of one batch is whole again.
    """
    with acting(by, "stock.change", kind="layer", now=now) as act:
        layers = list(
            CostLayer.objects.filter(goods_minor=None, receipt_line__isnull=False, parent=None)
            .select_related("receipt_line__receipt", "receipt_line__line__order__company")
            .order_by("id")[:BATCH]
        )
        rates: dict[tuple[str, str, date], Any] = {}
        costs = {x.pk: cost for x in layers if (cost := goods_cost(_receipt_line(x), rates)) is not None}
        act.ids = _give(costs, now, by)
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
        act.ids = _give({pk: unit_cost.minor * x.qty for pk, x in layers.items()}, now, by)
        act.note(verb="value_found", layers=sorted(layers), unit_cost=str(unit_cost))
    return act.ids


def withdraw_costs(*, layer_ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Say that the goods cost of batches is wrong: it is missing from now on, and so it is of all that left.

    Bought goods are priced again from their order and the rates on file by the next step; found ones
    wait for `value_found`. Orders are incomplete meanwhile. Refused without a reason, and for batches
    that came by a first leg: their cost is that of the batch they were taken from.
    """
    with acting(by, "stock.cost", kind="layer", ids=layer_ids, now=now) as act:
        wanted = sorted(set(layer_ids))
        there = set(CostLayer.objects.filter(pk__among=wanted, parent=None).values_list("id", flat=True))
        problems = [] if reason.strip() else [Problem(None, "reason", "", _("this is needed"))]
        why = _("is not a batch as it was bought or found")
        problems += [Problem(None, "layer", str(pk), why) for pk in wanted if pk not in there]
        if problems:
            raise Refused(problems)
        act.ids = _give(dict.fromkeys(wanted), now, by)
        act.note(verb="withdraw_costs", layers=wanted, reason=reason.strip()[:200])
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


def _give(costs: Mapping[int, int | None], now: datetime, by: Actor) -> list[int]:
    """Write goods costs and everything that follows from them; the layers that were given one."""
    if not costs:
        return []
    lock_goods(costs)
    landed = dict(CostLayer.objects.filter(pk__among=list(costs)).values_list("id", "landed_minor"))
    write_costs(Recost().run({pk: (cost, landed[pk]) for pk, cost in costs.items()}), now=now, by=by)
    return sorted(costs)
