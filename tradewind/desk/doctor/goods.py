"""Goods: stock equals its moves, orders and parcels agree with each other and with what is reserved."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.stock.queries import check_balances
from tradewind.desk.doctor.kernel import Check, sql_check


def _balances(*kinds: str) -> list[str]:
    return [
        f"{m.kind} of row {m.row_id}: stands {m.stands}, the facts say {m.facts}"
        for m in check_balances()
        if m.kind in kinds
    ]


CHECKS = (
    Check("stock.moves", _("units on hand equal the sum of their moves"), lambda: _balances("on_hand")),
    Check("stock.reserved", _("reserved units equal the reservations"), lambda: _balances("reserved")),
    Check(
        "stock.layers", _("units left in cost layers equal the units on hand"), lambda: _balances("layers")
    ),
    Check(
        "stock.cost",
        _("what was taken out of a layer plus what is left is what came in, in units and money"),
        lambda: _balances("layer_qty", "layer_goods", "layer_landed"),
    ),
    sql_check(
        "stock.bounds",
        _("no balance below zero, none reserved beyond what is there"),
        "SELECT id, on_hand, reserved FROM stock_balance WHERE reserved < 0 OR on_hand < reserved",
        "balance {0}: {1} on hand, {2} reserved",
    ),
    sql_check(
        "orders.reserved",
        _("every unit of a ready or picking order is reserved"),
        """SELECT o.id, o.state, l.id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        WHERE o.state IN ('ready', 'picking') AND (l.sku_id IS NULL OR l.qty * l.units_each <>
        coalesce((SELECT sum(r.qty) FROM stock_reservation r
                  WHERE r.demand = 'order_line' AND r.demand_id = l.id), 0))""",
        "order {0} is {1}, but line {2} is not fully reserved",
    ),
    sql_check(
        "orders.released",
        _("nothing is reserved for an order that is not ready or picking"),
        """SELECT o.id, o.state, r.id FROM stock_reservation r
        JOIN orders_orderline l ON r.demand = 'order_line' AND r.demand_id = l.id
        JOIN orders_order o ON o.id = l.order_id WHERE o.state NOT IN ('ready', 'picking')""",
        "order {0} is {1}, but holds reservation {2}",
    ),
    sql_check(
        "orders.holds",
        _("an order is held exactly while somebody has a reason to work through"),
        """SELECT o.id FROM orders_order o WHERE o.state = 'held' AND NOT EXISTS
        (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id AND h.closed_at IS NULL)""",
        "order {0} is held without an open reason",
    ),
    sql_check(
        "orders.lines",
        _("an order's goods are the sum of its lines"),
        """SELECT o.id, o.goods_minor, sum(l.price_minor - l.discount_minor) FROM orders_order o
        JOIN orders_orderline l ON l.order_id = o.id GROUP BY o.id, o.goods_minor
        HAVING o.goods_minor <> sum(l.price_minor - l.discount_minor)""",
        "order {0}: goods {1}, lines {2}",
    ),
    sql_check(
        "parcels.one",
        _("an order has at most one live parcel"),
        """SELECT order_id, count(*) FROM fulfilment_parcel WHERE state <> 'cancelled'
        GROUP BY order_id HAVING count(*) > 1""",
        "order {0} has {1} live parcels",
    ),
    sql_check(
        "parcels.state",
        _("an order is picking or shipped exactly as its parcel says"),
        """SELECT o.id, o.state, coalesce(p.state, 'none') FROM orders_order o
        LEFT JOIN fulfilment_parcel p ON p.order_id = o.id AND p.state <> 'cancelled'
        WHERE (o.state = 'picking' AND coalesce(p.state, '') NOT IN ('picking', 'picked', 'packed'))
           OR (o.state = 'shipped' AND coalesce(p.state, '') <> 'shipped')
           OR (p.state = 'shipped' AND o.state <> 'shipped')""",
        "order {0} is {1}, its parcel {2}",
    ),
    sql_check(
        "parcels.tracking",
        _("every shipped parcel says when it left"),
        "SELECT id FROM fulfilment_parcel WHERE state = 'shipped' AND shipped_at IS NULL",
        "parcel {0} is shipped without a time",
    ),
)
