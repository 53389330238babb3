"""Verbs of fulfilment."""

from tradewind.apps.fulfilment.operations.packing import pack, pick, take_apart
from tradewind.apps.fulfilment.operations.pushing import record_pushed
from tradewind.apps.fulfilment.operations.shipping import Shipment, ship
from tradewind.apps.fulfilment.operations.waves import make_wave

__all__ = ["Shipment", "make_wave", "pack", "pick", "record_pushed", "ship", "take_apart"]
