"""Questions to stock. Stock has no store scope: who may see it at all sees every warehouse."""

from tradewind.apps.stock.queries.goods import (
    COUNT,
    RECEIPT,
    Mismatch,
    balances_visible,
    check_balances,
    found_layers,
    layers_visible,
    layers_without_cost,
    legs_visible,
    moves_visible,
    receipts_waiting,
    sellable,
    transit_days,
    waiting_lines,
)

__all__ = [
    "COUNT", "RECEIPT", "Mismatch", "balances_visible", "check_balances", "found_layers",
    "layers_visible", "layers_without_cost", "legs_visible", "moves_visible", "receipts_waiting",
    "sellable", "transit_days", "waiting_lines",
]  # fmt: skip
