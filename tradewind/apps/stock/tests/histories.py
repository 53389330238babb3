"""Goods that live: received, moved on, sold, counted, billed; for tests of what they cost."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from tests.line import BY, NOW
from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
from tradewind.apps.stock.operations import (
    Want,
    arrive_leg,
    charge_goods,
    count_stock,
    depart_leg,
    pack_leg,
    reserve,
    ship_out,
)
from tradewind.apps.stock.queries.bills import Fee
from tradewind.engine.allocation import Key
from tradewind.engine.money import Money


def sell(world, line, n, qty, house=None, now=NOW, batch=""):
    """Units of SKU n reserved and shipped as an order line would; the cost that left: (goods, landed)."""
    place = (world.sku(n), (house or world.house).pk, world.company.pk)
    assert reserve(demand="order_line", now=now, by=BY, lines=[Want(line, line, *place, qty)]).groups
    ship_out(demand="order_line", demand_ids=[line], now=now, by=BY)
    return cost(line)


def cost(line, source="order_line"):
    """(goods, landed) of what left for a line; None while a part is missing."""
    uses = list(LayerUse.objects.filter(source=source, source_id=line))
    goods = None if any(u.goods_minor is None for u in uses) else sum(u.goods_minor for u in uses)
    return goods, sum(u.landed_minor for u in uses)


def departed(world, lines, *, back=False, now=NOW):
    """A first leg under way with (SKU index -> units); `back` from away to the house."""
    here, there = (world.away, world.house) if back else (world.house, world.away)
    made = pack_leg(
        owner_id=world.company.pk, origin_id=here.pk, destination_id=there.pk,
        lines={world.sku(n): qty for n, qty in lines.items()}, now=now, by=BY,
    )  # fmt: skip
    depart_leg(leg_id=made.pk, now=now, by=BY)
    return made


def arrived(world, lines, *, back=False, now=NOW):
    made = departed(world, lines, back=back, now=now)
    arrive_leg(leg_id=made.pk, now=now, by=BY)
    return made


def count(world, n, units, reason="count", house=None, now=NOW):
    balance = Balance.objects.get(sku=world.skus[n], warehouse=house or world.house)
    return count_stock(counted={balance.pk: units}, reason=reason, now=now, by=BY)


def fee(
    minor, number="B-1", kind="freight", basis="weight", currency="CNY", creditor="Forwarder", divisor=None,
    on=date(2026, 11, 1), **stated,
):  # fmt: skip
    figures = {sku.replace("_", "-"): Fraction(figure) for sku, figure in stated.items()}
    return Fee(kind, number, creditor, on, Money(minor, currency), Key(basis, divisor, figures))


def bill(layers, *fees, now=NOW):
    ids = [x.pk if isinstance(x, CostLayer) else x for x in layers]
    return charge_goods(layer_ids=ids, fees=list(fees), now=now, by=BY)


def of_leg(leg):
    return list(CostLayer.objects.filter(leg_line__leg=leg).order_by("id"))


def costs():
    """Everything costs are kept in, by what it is known by."""
    layers = CostLayer.objects.values_list(
        "id", "goods_minor", "landed_minor", "left_goods_minor", "left_landed_minor", "state", "charges"
    )
    uses = LayerUse.objects.exclude(qty=0, goods_minor=0, landed_minor=0).values_list(
        "source", "source_id", "layer_id", "qty", "goods_minor", "landed_minor"
    )
    return sorted(layers), sorted(uses)


def at(day: int, month: int = 11) -> datetime:
    return NOW.replace(month=month, day=day)
