"""Verbs of stores: connecting accounts, keeping what came, noting how a feed went."""

from tradewind.apps.stores.operations.connect import (
    connect_store,
    pause_stores,
    resume_stores,
    rotate_credentials,
    set_stock_buffer,
    set_warehouses,
)
from tradewind.apps.stores.operations.inbox import advance_cursor, keep_payload, note_run

__all__ = [
    "advance_cursor",
    "connect_store",
    "keep_payload",
    "note_run",
    "pause_stores",
    "resume_stores",
    "rotate_credentials",
    "set_stock_buffer",
    "set_warehouses",
]
