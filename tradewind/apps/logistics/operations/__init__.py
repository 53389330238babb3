"""Verbs of carriers, services, warehouses and rate cards."""

from tradewind.apps.logistics.operations.cards import NewRateCard, import_rate_card
from tradewind.apps.logistics.operations.register import (
    NewCarrier,
    NewService,
    NewWarehouse,
    register_carriers,
    register_services,
    register_warehouses,
)

__all__ = [
    "NewCarrier",
    "NewRateCard",
    "NewService",
    "NewWarehouse",
    "import_rate_card",
    "register_carriers",
    "register_services",
    "register_warehouses",
]
