"""Questions about listings: whose, which SKU behind them, which wait for a mapping."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.engine.access import Actor


def listings_of(actor: Actor) -> QuerySet[Listing]:
    """Listings of the stores in scope."""
    rows = Listing.objects.select_related("store")
    return rows if actor.stores is None else rows.filter(store_id__in=actor.stores)


def mappings_of(actor: Actor) -> QuerySet[SkuMapping]:
    """Mappings of the listings in scope, past ones included."""
    rows = SkuMapping.objects.select_related("listing__store", "sku")
    return rows if actor.stores is None else rows.filter(listing__store_id__in=actor.stores)


def unmapped(actor: Actor) -> QuerySet[Listing]:
    """Listings in scope that stand for sale with no SKU behind them."""
    open_ones = SkuMapping.objects.filter(listing=OuterRef("pk"), valid_to=None)
    return listings_of(actor).exclude(state="ended").filter(~Exists(open_ones))


def mappings_at(listing_ids: Iterable[int], at: datetime) -> dict[int, SkuMapping]:
    """The mapping in force at a time, by listing id."""
    rows = SkuMapping.objects.filter(listing_id__among=list(listing_ids), valid_from__lte=at)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=at)).select_related("sku")
    return {m.listing_id: m for m in rows.order_by("listing_id", "id")}


def refused(actor: Actor) -> QuerySet[Listing]:
    """Listings in scope that the channel refused."""
    return listings_of(actor).filter(state="refused")
