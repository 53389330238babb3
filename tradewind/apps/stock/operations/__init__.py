"""Verbs of stock: the only place where balances, moves, reservations and layers change."""

from tradewind.apps.stock.operations.balances import Place, open_balances
from tradewind.apps.stock.operations.charges import Charged, Restated, charge_leg
from tradewind.apps.stock.operations.counts import Counted, count_stock
from tradewind.apps.stock.operations.legs import arrive_leg, cancel_leg, depart_leg, pack_leg
from tradewind.apps.stock.operations.pricing import mark_late_booked, price_layers, value_found
from tradewind.apps.stock.operations.receipts import take_in_receipts
from tradewind.apps.stock.operations.reserving import Reserved, Short, Want, release, reserve
from tradewind.apps.stock.operations.shipping import ship_out, stage, unstage

__all__ = [
    "Charged", "Counted", "Place", "Reserved", "Restated", "Short", "Want", "arrive_leg", "cancel_leg",
    "charge_leg", "count_stock", "depart_leg", "mark_late_booked", "open_balances", "pack_leg",
    "price_layers", "release", "reserve", "ship_out", "stage", "take_in_receipts", "unstage", "value_found",
]  # fmt: skip
