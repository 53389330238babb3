"""Verbs of listings."""

from tradewind.apps.listings.operations.draft import Drafted, NewListing, draft_listings
from tradewind.apps.listings.operations.imports import import_listings
from tradewind.apps.listings.operations.mapping import NewMapping, map_skus
from tradewind.apps.listings.operations.offers import (
    Offer,
    end_listings,
    record_offers,
    retry_listings,
    revive_listings,
    set_prices,
    set_shipping_side,
)

__all__ = [
    "Drafted",
    "NewListing",
    "NewMapping",
    "Offer",
    "draft_listings",
    "end_listings",
    "import_listings",
    "map_skus",
    "record_offers",
    "retry_listings",
    "revive_listings",
    "set_prices",
    "set_shipping_side",
]
