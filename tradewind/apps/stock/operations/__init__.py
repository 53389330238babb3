"""Verbs of stock: the only place where balances, moves, reservations and layers change."""

from tradewind.apps.stock.operations.balances import Place, open_balances
from tradewind.apps.stock.operations.charges import Sheet, charge_goods, charge_leg, reverse_charges
from tradewind.apps.stock.operations.counts import Counted, count_stock
from tradewind.apps.stock.operations.legs import arrive_leg, cancel_leg, depart_leg, pack_leg
from tradewind.apps.stock.operations.months import choose_batch, cost_months, switch_costing
from tradewind.apps.stock.operations.pricing import (
    mark_late_booked,
    price_layers,
    value_found,
    withdraw_costs,
)
from tradewind.apps.stock.operations.receipts import take_in_receipts
from tradewind.apps.stock.operations.reserving import Reserved, Short, Want, release, reserve
from tradewind.apps.stock.operations.shipping import ship_out, stage, unstage

__all__ = [
    "Counted", "Place", "Reserved", "Sheet", "Short", "Want", "arrive_leg", "cancel_leg", "charge_goods",
    "charge_leg", "choose_batch", "cost_months", "count_stock", "depart_leg", "mark_late_booked",
    "open_balances", "pack_leg", "price_layers", "release", "reserve", "reverse_charges", "ship_out", "stage",
    "switch_costing", "take_in_receipts", "unstage", "value_found", "withdraw_costs",
]  # fmt: skip
