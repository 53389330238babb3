"""Verbs of settlements."""

from tradewind.apps.settlements.operations.deciding import accept_proposals, reject_proposals
from tradewind.apps.settlements.operations.importing import NOTHING_NEW, Imported, import_settlements
from tradewind.apps.settlements.operations.mapping import (
    LineWords,
    map_kind,
    map_kinds,
    match_orders,
    remap,
)
from tradewind.apps.settlements.operations.overlapping import accept_overlaps, discard_settlements
from tradewind.apps.settlements.operations.posting import mark_late_orders_booked, mark_settlements_posted
from tradewind.apps.settlements.operations.proposing import propose_orders

__all__ = [
    "NOTHING_NEW",
    "Imported",
    "LineWords",
    "accept_overlaps",
    "accept_proposals",
    "discard_settlements",
    "import_settlements",
    "map_kind",
    "map_kinds",
    "mark_late_orders_booked",
    "mark_settlements_posted",
    "match_orders",
    "propose_orders",
    "reject_proposals",
    "remap",
]
