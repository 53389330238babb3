"""New costs written down: on batches, on what left them, on the batches born of those."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.operations.balances import lock_ids
from tradewind.apps.stock.queries.recosts import Recost
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor


def lock_goods(layer_ids: Iterable[int]) -> None:
    """Let nobody take units of these SKUs of these owners, in any warehouse, until the transaction ends.

    Costs follow goods from warehouse to warehouse: all are locked at once, in the order of everywhere.
    """
    rows = fetch(
        "SELECT DISTINCT o.id FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id "
        f"JOIN stock_balance o ON o.sku_id = b.sku_id AND o.owner_id = b.owner_id WHERE {among('y.id')}",
        [id_set(layer_ids)],
    )
    lock_ids(pk for (pk,) in rows)


def write_costs(recost: Recost, *, now: datetime, by: Actor, billed: Iterable[int] = ()) -> list[int]:
    """Write what differs; the layers it concerns, which the audit tells profit and the books of.

    `billed` are layers that got or lost a bill: even of nothing it makes their cost known or a guess.
    """
    layers, uses = recost.changed_layers(), recost.changed_uses()
    told = set(billed)
    if not layers and not uses and not recost.final and not told:
        return []
    with acting(by, "stock.cost", kind="layer", now=now) as act:
        done = [u for of in recost.uses.values() for u in of.values() if u.id in recost.final]
        act.ids = sorted(told | {x.id for x in layers} | {u.layer_id for u in (*uses, *done)})
        bulk.update_rows(
            CostLayer,
            ["goods_minor", "landed_minor", "left_goods_minor", "left_landed_minor", "state", "late"],
            [(x.id, *x.total, *x.left, x.state, x.late) for x in layers],
            set_sql="goods_minor = d.goods_minor, landed_minor = d.landed_minor, "
            "left_goods_minor = d.left_goods_minor, left_landed_minor = d.left_landed_minor, "
            "state = d.state, late = (t.late OR d.late)",
        )
        bulk.update_rows(LayerUse, ["goods_minor", "landed_minor"], [(u.id, *u.cost) for u in uses if u.id])
        bulk.insert_rows(
            LayerUse,
            ["layer_id", "source", "source_id", "qty", "goods_minor", "landed_minor", "at", "estimated"],
            [(u.layer_id, *u.source, 0, *u.cost, u.at, u.estimated) for u in uses if not u.id],
        )
        bulk.update_rows(LayerUse, ["estimated"], [(pk, False) for pk in sorted(recost.final)])
        act.note(verb="write_costs", layers=len(act.ids), uses=len(uses))
    return act.ids
