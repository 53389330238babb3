"""Verbs of settlements."""

from tradewind.apps.settlements.operations.importing import Imported, import_settlements
from tradewind.apps.settlements.operations.mapping import map_kind, match_orders, remap
from tradewind.apps.settlements.operations.posting import mark_late_orders_booked, mark_settlements_posted

__all__ = [
    "Imported",
    "import_settlements",
    "map_kind",
    "mark_late_orders_booked",
    "mark_settlements_posted",
    "match_orders",
    "remap",
]
