"""Verbs of carriers, services, warehouses, boxes, rate cards and what goods may go."""

from tradewind.apps.logistics.operations.boxes import NewBox, drop_boxes, register_boxes
from tradewind.apps.logistics.operations.cards import NewRateCard, import_rate_card
from tradewind.apps.logistics.operations.drafts import (
    NewDraft,
    confirm_rate_cards,
    discard_rate_cards,
    draft_rate_cards,
)
from tradewind.apps.logistics.operations.extras import (
    ServiceTerms,
    add_surcharges,
    end_surcharges,
    set_area,
    set_limits,
    set_terms,
)
from tradewind.apps.logistics.operations.register import (
    NewCarrier,
    NewService,
    NewWarehouse,
    register_carriers,
    register_services,
    register_warehouses,
)

__all__ = [
    "NewBox",
    "NewCarrier",
    "NewDraft",
    "NewRateCard",
    "NewService",
    "NewWarehouse",
    "ServiceTerms",
    "add_surcharges",
    "confirm_rate_cards",
    "discard_rate_cards",
    "draft_rate_cards",
    "drop_boxes",
    "end_surcharges",
    "import_rate_card",
    "register_boxes",
    "register_carriers",
    "register_services",
    "register_warehouses",
    "set_area",
    "set_limits",
    "set_terms",
]
