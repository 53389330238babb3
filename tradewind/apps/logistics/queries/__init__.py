"""Questions about ways and their prices."""

from tradewind.apps.logistics.queries.cards import PricedService, cards_in_force, engine_card
from tradewind.apps.logistics.queries.lists import boxes, carriers, rate_cards, services, warehouses
from tradewind.apps.logistics.queries.offers import CHEAPEST, Offer, quotes
from tradewind.apps.logistics.queries.terms import danger_rules, goods_of, terms_of

__all__ = [
    "CHEAPEST", "Offer", "PricedService", "boxes", "cards_in_force", "carriers", "danger_rules",
    "engine_card", "goods_of", "quotes", "rate_cards", "services", "terms_of", "warehouses",
]  # fmt: skip
