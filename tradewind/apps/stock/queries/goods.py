"""What lies where, what came and went, and whether every sum equals its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from tradewind.apps.sourcing.models import ReceiptLine
from tradewind.apps.stock.models import Balance, CostLayer, FirstLeg, Move
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor

RECEIPT = "receipt_line"  # source of the moves that receipts made
COUNT = "CNT"  # how the numbers of counts begin


def waiting_lines() -> QuerySet[ReceiptLine]:
    """Good units received that no stock move knows of yet."""
    moved = Move.objects.filter(kind="receipt", source=RECEIPT, source_id=OuterRef("pk"))
    return ReceiptLine.objects.filter(~Exists(moved), good_qty__gt=0)


def sellable(*, sku_ids: Iterable[int], warehouse_id: int, owner_id: int) -> dict[int, int]:
    """Units free to promise, by SKU, in a warehouse for an owner; 0 where there is no balance."""
    wanted = list(dict.fromkeys(sku_ids))
    rows = fetch(
        "SELECT sku_id, on_hand - reserved FROM stock_balance WHERE "
        f"{among('sku_id')} AND warehouse_id = %s AND owner_id = %s",
        [id_set(wanted), warehouse_id, owner_id],
    )
    return dict.fromkeys(wanted, 0) | dict(rows)


def balances_visible(by: Actor) -> QuerySet[Balance]:
    """Balances with `free` = on hand - reserved."""
    by.require("stock.view")
    return Balance.objects.select_related("sku__product", "warehouse", "owner").annotate(
        free=F("on_hand") - F("reserved")
    )


def moves_visible(by: Actor) -> QuerySet[Move]:
    by.require("stock.view")
    return Move.objects.select_related("balance__sku", "balance__warehouse")


def layers_visible(by: Actor) -> QuerySet[CostLayer]:
    """Cost layers: only for those who may see cost."""
    by.require("stock.cost")
    return CostLayer.objects.select_related("balance__sku", "balance__warehouse", "receipt_line__receipt")


def legs_visible(by: Actor) -> QuerySet[FirstLeg]:
    by.require("stock.view")
    return FirstLeg.objects.select_related("owner", "origin", "destination", "service")


def receipts_waiting() -> int:
    """Receipt lines with good units that are not in stock yet."""
    return waiting_lines().count()


def layers_without_cost(by: Actor) -> int:
    """Layers whose goods cost is missing: each is worked through, none is guessed."""
    by.require("stock.view")
    return CostLayer.objects.filter(goods_minor=None).count()


def found_layers() -> QuerySet[CostLayer]:
    """Layers of goods found in a count; their batch is the count's number."""
    return CostLayer.objects.filter(receipt_line=None, parent=None, batch__startswith=f"{COUNT}-")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that does not equal the facts it sums up."""

    kind: str  # on_hand, reserved, layers, layer_qty, layer_goods, layer_landed
    row_id: int  # balance; for layer_*: layer
    stands: int
    facts: int


_CHECKS = {
    "on_hand": """SELECT b.id, b.on_hand, coalesce(f.n, 0) FROM stock_balance b LEFT JOIN
        (SELECT balance_id, sum(qty) n FROM stock_move GROUP BY 1) f ON f.balance_id = b.id
        WHERE b.on_hand <> coalesce(f.n, 0)""",
    "reserved": """SELECT b.id, b.reserved, coalesce(f.n, 0) FROM stock_balance b LEFT JOIN
        (SELECT balance_id, sum(qty) n FROM stock_reservation GROUP BY 1) f ON f.balance_id = b.id
        WHERE b.reserved <> coalesce(f.n, 0)""",
    "layers": """SELECT b.id, b.on_hand, coalesce(f.n, 0) FROM stock_balance b LEFT JOIN
        (SELECT balance_id, sum(left_qty) n FROM stock_costlayer GROUP BY 1) f ON f.balance_id = b.id
        WHERE b.on_hand <> coalesce(f.n, 0)""",
    "layer_qty": """SELECT l.id, l.qty, l.left_qty + coalesce(f.n, 0) FROM stock_costlayer l LEFT JOIN
        (SELECT layer_id, sum(qty) n FROM stock_layeruse GROUP BY 1) f ON f.layer_id = l.id
        WHERE l.qty <> l.left_qty + coalesce(f.n, 0)""",
    "layer_goods": """SELECT l.id, l.goods_minor, l.left_goods_minor + coalesce(f.n, 0)
        FROM stock_costlayer l LEFT JOIN
        (SELECT layer_id, sum(goods_minor) n FROM stock_layeruse GROUP BY 1) f ON f.layer_id = l.id
        WHERE l.goods_minor <> l.left_goods_minor + coalesce(f.n, 0)""",
    "layer_landed": """SELECT l.id, l.landed_minor, l.left_landed_minor + coalesce(f.n, 0)
        FROM stock_costlayer l LEFT JOIN
        (SELECT layer_id, sum(landed_minor) n FROM stock_layeruse GROUP BY 1) f ON f.layer_id = l.id
        WHERE l.landed_minor <> l.left_landed_minor + coalesce(f.n, 0)""",
}


def check_balances() -> list[Mismatch]:
    """Every balance and layer that does not equal its moves, reservations, layers and uses: none is right."""
    return [
        Mismatch(kind, row[0], int(row[1]), int(row[2]))
        for kind, sql in _CHECKS.items()
        for row in fetch(sql)
    ]


def transit_days(by: Actor) -> dict[tuple[int, int], list[int]]:
    """Days from departure to arrival of the first legs that came in, by (destination, service); one query.

    Days of the calendar (UTC) on which they left and came, shortest first.
    """
    legs = legs_visible(by).filter(state="arrived", service_id__isnull=False)
    found: dict[tuple[int, int], list[int]] = {}
    rows = legs.values_list("destination_id", "service_id", "departed_at", "arrived_at")
    for destination, service, left, came in rows.iterator():
        if left is not None and came is not None:
            found.setdefault((destination, service), []).append((came.date() - left.date()).days)
    return {way: sorted(days) for way, days in found.items()}
