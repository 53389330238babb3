"""The pull of listings: what the channel shows is made what we want it to show."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from tradewind.apps.listings.operations import Offer, record_offers
from tradewind.apps.listings.queries import listings_of
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import note_run
from tradewind.apps.stores.queries import able_stores, connection
from tradewind.connectors import registry
from tradewind.connectors.base import OFFERS
from tradewind.db.bulk import chunks
from tradewind.db.sql import fetch, instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import OfferPush, OutsideError, StepResult
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
    due = due_offers(store, now)
    if not due:
        return StepResult()
    channel, conn = registry.channel(store.channel), connection(store, now)
    done = refused = 0
    error = ""
    try:
        for part in chunks(due, BATCH):
            results = channel.push_offers(conn, [push for _offer, push in part])
            offers = [offer for offer, _push in part]
            accepted, said_no = record_offers(offers=offers, results=results, now=now, by=by)
            done, refused = done + accepted, refused + said_no
    except OutsideError as failure:
        error = str(failure)[:500]
    problems = refused + bool(error)
    note_run(store=store, feed=FEED, now=now, fetched=done, problems=problems, error=error)
    return StepResult(done, len(due) - done - refused, problems)


# Quantity of an offer: what is free less the buffer, in whole units of the listing; 0 when off sale,
# unknown (null) while no SKU stands behind it, and never ours to say (null) where the channel ships.
_DUE = """SELECT id, external_sku, title, currency, price_minor, quantity, off FROM (
  SELECT l.id, l.external_sku, l.title, l.currency, l.price_minor, l.shown_price_minor, l.shown_quantity,
    CASE WHEN l.state = 'ended' THEN 1 ELSE 0 END AS off,
    CASE WHEN l.by_channel THEN NULL WHEN l.state = 'ended' THEN 0 WHEN m.id IS NULL THEN NULL
      WHEN coalesce(b.on_hand - b.reserved, 0) <= %s THEN 0
      ELSE (b.on_hand - b.reserved - %s) / m.qty END AS quantity
  FROM listings_listing l
  LEFT JOIN listings_skumapping m ON m.listing_id = l.id AND m.valid_from <= %s
    AND (m.valid_to IS NULL OR m.valid_to > %s)
  LEFT JOIN stock_balance b ON b.sku_id = m.sku_id AND b.warehouse_id = %s AND b.owner_id = %s
  WHERE l.store_id = %s AND ((l.state IN ('draft', 'live') AND l.price_minor IS NOT NULL)
    OR (l.state = 'ended' AND l.shown_quantity > 0))) x
WHERE (quantity IS NOT NULL AND quantity IS DISTINCT FROM shown_quantity)
  OR (off = 0 AND price_minor IS DISTINCT FROM shown_price_minor) ORDER BY id"""


def due_offers(store: Store, now: datetime) -> list[tuple[Offer, OfferPush]]:
    """The offers that differ from what the channel shows, found by one statement whatever the range.

    Quantity = max(0, (sellable - buffer) // units each); 0 for an ended listing, and none for one that
    is not mapped: what it could ship is not known. Example: 11 sellable, buffer 2, 4 each -> 2.
    """
    buffer, at = int(store.settings.get("buffer", 0)), instant(now)
    rows = fetch(_DUE, [buffer, buffer, at, at, store.warehouse_id, store.company_id, store.pk])
    return [
        (
            Offer(pk, price_minor, quantity, bool(off)),
            OfferPush(
                external_sku, title, None if price_minor is None else Money(price_minor, currency), quantity
            ),
        )
        for pk, external_sku, title, currency, price_minor, quantity, off in rows
    ]


def waiting(by: Actor) -> int:
    """Listings in scope that the channel does not show yet: drafts with a price, and the refused."""
    rows = listings_of(by).filter(Q(state="draft", price_minor__isnull=False) | Q(state="refused"))
    return rows.count()
