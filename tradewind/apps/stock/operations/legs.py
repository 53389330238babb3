"""First legs: goods packed for another warehouse of ours, on the way, arrived; their cost travels along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer, FirstLeg, FirstLegLine, LayerUse, Move
from tradewind.apps.stock.operations.balances import Place, change_balances, open_balances
from tradewind.apps.stock.operations.reserving import Want, release, reserve
from tradewind.apps.stock.operations.shipping import ship_out
from tradewind.apps.stock.states import FIRST_LEG
from tradewind.db import bulk
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.sql import instant
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, ESTIMATED
from tradewind.engine.contracts import Problem, Refused

DEMAND = "leg_line"


def pack_leg(
    *,
    owner_id: int,
    origin_id: int,
    destination_id: int,
    lines: Mapping[int, int],
    now: datetime,
    by: Actor,
    service_id: int | None = None,
) -> FirstLeg:
    """Pack units (SKU id -> quantity) for another warehouse and promise them to the leg.

    Refused, with every SKU named, when a quantity is not above zero or more than is free.
    """
    problems = [
        Problem(None, "qty", str(qty), _("SKU %(sku)s: not above zero") % {"sku": sku}, _("1 or more"))
        for sku, qty in lines.items()
        if qty < 1
    ]
    if not lines:
        problems.append(Problem(None, "lines", "", _("a first leg needs at least one SKU")))
    if origin_id == destination_id:
        problems.append(Problem(None, "destination", str(destination_id), _("is the origin itself")))
    if problems:
        raise Refused(problems)
    with acting(by, "stock.change", kind="first_leg", now=now) as act:
        leg = FirstLeg.objects.create(
            number=numbered("LEG", take_numbers("first_leg", 1)[0]),
            owner_id=owner_id,
            origin_id=origin_id,
            destination_id=destination_id,
            service_id=service_id,
        )
        made = [FirstLegLine.objects.create(leg=leg, sku_id=sku, qty=qty) for sku, qty in lines.items()]
        got = reserve(
            demand=DEMAND,
            lines=[Want(leg.pk, x.pk, x.sku_id, origin_id, owner_id, x.qty) for x in made],
            now=now,
            by=by,
        )
        if got.short:
            codes = dict(Sku.objects.filter(pk__in=list(lines)).values_list("pk", "code"))
            raise Refused(
                [
                    Problem(
                        None,
                        "qty",
                        str(s.wanted),
                        _("SKU %(sku)s: not that many free") % {"sku": codes[s.sku_id]},
                        _("up to %(free)s") % {"free": s.free},
                    )
                    for s in got.short[leg.pk]
                ]
            )
        act.ids = [leg.pk]
        act.note(verb="pack_leg", number=leg.number, units=sum(lines.values()))
    return leg


def cancel_leg(*, leg_id: int, now: datetime, by: Actor) -> None:
    """Give up a leg that has not left: its units are free again. WrongState once departed."""
    with acting(by, "stock.change", kind="first_leg", ids=[leg_id], now=now) as act:
        move_all(FirstLeg, FIRST_LEG, "cancel", [leg_id])
        release(demand=DEMAND, demand_ids=_line_ids(leg_id), now=now, by=by)
        act.note(verb="cancel_leg")


def depart_leg(*, leg_id: int, now: datetime, by: Actor) -> None:
    """The goods leave: moves out of the origin, layers consumed. WrongState unless packed."""
    with acting(by, "stock.change", kind="first_leg", ids=[leg_id], now=now) as act:
        move_all(FirstLeg, FIRST_LEG, "depart", [leg_id], departed_at=now)
        count = ship_out(
            demand=DEMAND, demand_ids=_line_ids(leg_id), now=now, by=by, kind="leg_out", staged=False
        )
        act.note(verb="depart_leg", lines=count)


def arrive_leg(*, leg_id: int, now: datetime, by: Actor) -> None:
    """The goods are in the destination: moves in, and for every layer taken a new one with its cost."""
    with acting(by, "stock.change", kind="first_leg", ids=[leg_id], now=now) as act:
        move_all(FirstLeg, FIRST_LEG, "arrive", [leg_id], arrived_at=now)
        leg = FirstLeg.objects.get(pk=leg_id)
        lines = list(leg.lines.order_by("sku_id"))
        balances = open_balances(Place(x.sku_id, leg.destination_id, leg.owner_id) for x in lines)
        of_line = {x.pk: balances[Place(x.sku_id, leg.destination_id, leg.owner_id)] for x in lines}
        at = instant(now)
        bulk.insert_rows(
            Move,
            ["balance_id", "qty", "kind", "source", "source_id", "at"],
            [(of_line[x.pk], x.qty, "leg_in", DEMAND, x.pk, at) for x in lines],
        )
        change_balances([(of_line[x.pk], x.qty, 0) for x in lines])
        uses = (
            LayerUse.objects.filter(source=DEMAND, source_id__among=list(of_line))
            .select_related("layer")
            .order_by("layer__received_at", "layer_id", "source_id")
        )
        bulk.insert_rows(
            CostLayer,
            [
                "balance_id", "receipt_line_id", "parent_id", "leg_line_id", "batch", "received_at", "qty",
                "left_qty", "currency", "goods_minor", "left_goods_minor", "landed_minor",
                "left_landed_minor", "state",
            ],
            [
                (
                    of_line[u.source_id], u.layer.receipt_line_id, u.layer_id, u.source_id, u.layer.batch, at,
                    u.qty, u.qty, u.layer.currency, u.goods_minor, u.goods_minor, u.landed_minor,
                    u.landed_minor, _state(u),
                )
                for u in _merged(list(uses))
            ],
        )  # fmt: skip
        act.note(verb="arrive_leg", lines=len(lines), units=sum(x.qty for x in lines))


def _merged(uses: list[LayerUse]) -> list[LayerUse]:
    """Uses without units (moving average evens cost out by them) laid on the line's first real use."""
    first: dict[int, LayerUse] = {}
    for use in uses:
        if use.qty and use.source_id not in first:
            first[use.source_id] = use
    for use in uses:
        if not use.qty:
            target = first[use.source_id]
            target.landed_minor += use.landed_minor
            if target.goods_minor is not None:
                target.goods_minor += use.goods_minor or 0
    return [use for use in uses if use.qty]


def _state(use: LayerUse) -> str:
    """What a batch elsewhere is born as: the batch's own state, an estimate while the month is open."""
    return ESTIMATED if use.estimated and use.layer.state == ACTUAL else use.layer.state


def _line_ids(leg_id: int) -> list[int]:
    return list(FirstLegLine.objects.filter(leg_id=leg_id).values_list("id", flat=True))
