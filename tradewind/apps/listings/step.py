"""The pull of listings: what the channel shows is made what we want it to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations import Offer, record_offers
from tradewind.apps.listings.queries import listings_of, mappings_at
from tradewind.apps.stock.queries import sellable
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import note_run
from tradewind.apps.stores.queries import able_stores, connection
from tradewind.connectors import registry
from tradewind.connectors.base import OFFERS
from tradewind.db.bulk import chunks
from tradewind.engine.access import Actor
from tradewind.engine.contracts import OfferPush, OutsideError, PushResult, StepResult
from tradewind.engine.money import Money

FEED = "offers"
BATCH = 100  # what is lost to a crash is at most repeated: setting an offer twice is harmless


def publish(now: datetime, by: Actor) -> StepResult:
    """Push price and quantity of every listing that differs from what its channel shows.

    A store that cannot be reached is noted and delays no other. Problems are stores that failed and
    offers that were refused.
    """
    total = StepResult()
    for store in able_stores(by, OFFERS):
        total += _publish_store(store, now, by)
    return total


def _publish_store(store: Store, now: datetime, by: Actor) -> StepResult:
    listings = {x.pk: x for x in store.listings.filter(_published()).order_by("id")}
    offers = due_offers(store, list(listings.values()), now)
    done = refused = 0
    try:
        for part in chunks(offers, BATCH):
            results = _push(store, listings, part, now)
            accepted, said_no = record_offers(offers=part, results=results, now=now, by=by)
            done, refused = done + accepted, refused + said_no
    except OutsideError as error:
        note_run(store=store, feed=FEED, now=now, fetched=done, problems=1, error=str(error)[:500])
        return StepResult(done, len(offers) - done, refused + 1)
    note_run(store=store, feed=FEED, now=now, fetched=done, problems=refused)
    return StepResult(done, 0, refused)


def _push(
    store: Store, listings: dict[int, Listing], offers: Sequence[Offer], now: datetime
) -> list[PushResult]:
    pushes = [
        OfferPush(
            listings[o.listing_id].external_sku,
            listings[o.listing_id].title,
            None if o.price_minor is None else Money(o.price_minor, listings[o.listing_id].currency),
            o.quantity,
        )
        for o in offers
    ]
    return registry.channel(store.channel).push_offers(connection(store, now), pushes)


def _published() -> Q:
    """For sale with a price, or off sale and still shown with a quantity."""
    return Q(state__in=["draft", "live"], price_minor__isnull=False) | Q(state="ended", shown_quantity__gt=0)


def due_offers(store: Store, listings: Sequence[Listing], now: datetime) -> list[Offer]:
    """The offers that differ from what is shown.

    Quantity = max(0, (sellable - buffer) // units each); 0 for an ended listing, and none for one that
    is not mapped: what it could ship is not known. Example: 11 sellable, buffer 2, 4 each -> 2.
    """
    mappings = mappings_at([x.pk for x in listings], now)
    free: dict[int, int] = {}
    if store.warehouse_id is not None:
        skus = {m.sku_id for m in mappings.values()}
        free = sellable(sku_ids=skus, warehouse_id=store.warehouse_id, owner_id=store.company_id)
    buffer = int(store.settings.get("buffer", 0))
    offers = []
    for listing in listings:
        mapping = mappings.get(listing.pk)
        quantity = None
        if listing.state == "ended":
            quantity = 0
        elif mapping is not None:
            quantity = max(0, (free.get(mapping.sku_id, 0) - buffer) // mapping.qty)
        offer = Offer(listing.pk, listing.price_minor, quantity, listing.state == "ended")
        if _differs(listing, offer):
            offers.append(offer)
    return offers


def _differs(listing: Listing, offer: Offer) -> bool:
    if offer.quantity is not None and offer.quantity != listing.shown_quantity:
        return True
    return not offer.ended and offer.price_minor != listing.shown_price_minor


def waiting(by: Actor) -> int:
    """Listings in scope that the channel does not show yet: drafts with a price, and the refused."""
    rows = listings_of(by).filter(Q(state="draft", price_minor__isnull=False) | Q(state="refused"))
    return rows.count()
