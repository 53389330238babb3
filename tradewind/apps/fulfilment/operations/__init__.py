"""Verbs of fulfilment."""

from tradewind.apps.fulfilment.operations.billing import BilledFreight, record_freight
from tradewind.apps.fulfilment.operations.deliveries import (
    DeliveryScan,
    import_deliveries,
    record_deliveries,
)
from tradewind.apps.fulfilment.operations.packing import pack, pick, take_apart
from tradewind.apps.fulfilment.operations.pushing import record_pushed
from tradewind.apps.fulfilment.operations.shipping import Shipment, ship
from tradewind.apps.fulfilment.operations.waves import make_wave

__all__ = [
    "BilledFreight", "DeliveryScan", "Shipment", "import_deliveries", "make_wave", "pack", "pick",
    "record_deliveries", "record_freight", "record_pushed", "ship", "take_apart",
]  # fmt: skip
