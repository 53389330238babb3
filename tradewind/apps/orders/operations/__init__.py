"""Verbs of orders."""

from tradewind.apps.orders.operations.channel_sales import ChannelSales, take_channel_sales
from tradewind.apps.orders.operations.checking import check_orders
from tradewind.apps.orders.operations.holds import hold_orders, release_holds, remap_lines, retry_short
from tradewind.apps.orders.operations.moving import (
    begin_picking,
    cancel_orders,
    mark_booked,
    mark_shipped,
    stop_picking,
)
from tradewind.apps.orders.operations.placing import Placed, place_orders
from tradewind.apps.orders.operations.reserving import ReservedOrders, reserve_orders

__all__ = [
    "ChannelSales", "Placed", "ReservedOrders", "begin_picking", "cancel_orders", "check_orders",
    "hold_orders", "mark_booked", "mark_shipped", "place_orders", "release_holds", "remap_lines",
    "reserve_orders", "retry_short", "stop_picking", "take_channel_sales",
]  # fmt: skip
