"""The pull of orders from the channels: one page, its raw payload and its cursor in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradewind.apps.listings.operations import NewListing, draft_listings
from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations import check_orders, place_orders
from tradewind.apps.org.operations import acting
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import advance_cursor, keep_payload, note_run
from tradewind.apps.stores.queries import able_stores, connection, failing_stores, read_since
from tradewind.connectors import registry
from tradewind.connectors.base import ORDERS
from tradewind.engine.access import Actor
from tradewind.engine.contracts import (
    CANCELLED,
    OPEN,
    PENDING,
    SHIPPED,
    ChannelOrder,
    OutsideError,
    Page,
    Problem,
    StepResult,
)

FEED = "orders"
# Which of our states say that we know what the channel says at the same moment.
_KNOWS = {SHIPPED: ("shipped", "elsewhere"), CANCELLED: ("cancelled",)}


def pull_orders(now: datetime, by: Actor) -> StepResult:
    """Read every connected store's orders up to `now` and place them.

    The channel is asked outside any transaction. A store that fails is noted and delays no other; an
    order that cannot be taken is a problem named in the run, the rest of its page is placed.
    """
    total = StepResult()
    for store in able_stores(by, ORDERS):
        total += _pull_store(store, now, by)
    return total


def waiting(by: Actor) -> int:
    """Stores whose last run failed: their orders wait outside."""
    return failing_stores(by)


def _pull_store(store: Store, now: datetime, by: Actor) -> StepResult:
    channel, conn = registry.channel(store.channel), connection(store, now)
    since, token = read_since(store, FEED, now), None
    done, errors = 0, []
    try:
        while True:
            page = channel.orders(conn, since, now, token)
            placed, problems = _take_page(store, page, now, by)
            done += placed
            errors += [str(p) for p in problems]
            token = page.next_token
            if token is None:
                break
    except OutsideError as failure:
        errors.append(str(failure))
    said = "; ".join(errors)[:2000]
    note_run(store=store, feed=FEED, now=now, fetched=done, problems=len(errors), error=said)
    return StepResult(done, 0, len(errors))


def _take_page(store: Store, page: Page[ChannelOrder], now: datetime, by: Actor) -> tuple[int, list[Problem]]:
    """Place what is new in a page; returns how many orders, and the problems of those left out."""
    fresh = _fresh(store, page)
    if not fresh:
        if page.watermark is not None:
            advance_cursor(store=store, feed=FEED, watermark=page.watermark)
        return 0, []
    problems = check_orders(fresh)
    bad = {p.row for p in problems}
    good = [order for row, order in enumerate(fresh, 1) if row not in bad]
    with acting(by, "orders.change", kind="order", now=now) as act:
        keep_payload(store=store, feed=FEED, raw=page.raw, now=now)
        _draft_unknown(store, good, now, by)
        placed = place_orders(store_id=store.pk, orders=good, now=now, by=by) if good else None
        if page.watermark is not None:
            advance_cursor(store=store, feed=FEED, watermark=page.watermark)
        act.note(verb="pull", store=store.code, fetched=len(page.items), left_out=len(bad))
    return len(placed.ids) if placed else 0, problems


def _fresh(store: Store, page: Page[ChannelOrder]) -> list[ChannelOrder]:
    """The orders of a page that are new or newer than what is known; the overlap brings the others."""
    if not page.items:
        return []
    rows = Order.objects.filter(store=store, external_id__among=[o.external_id for o in page.items])
    known = {row[0]: row[1:] for row in rows.values_list("external_id", "updated_at", "state")}
    return [o for o in page.items if o.external_id not in known or _newer(o, *known[o.external_id])]


def _newer(order: ChannelOrder, updated_at: datetime, state: str) -> bool:
    if order.updated_at != updated_at:
        return order.updated_at > updated_at
    if order.state == PENDING:
        return False
    return state == "pending" if order.state == OPEN else state not in _KNOWS.get(order.state, ())


def _draft_unknown(store: Store, orders: Sequence[ChannelOrder], now: datetime, by: Actor) -> None:
    """Make a draft listing of what was sold under a SKU nobody listed here: somebody must map it."""
    sold = {line.external_sku: (line.title, o.by_channel) for o in orders for line in o.lines}
    there = store.listings.filter(external_sku__among=list(sold)).values_list("external_sku", flat=True)
    for sku in set(there):
        del sold[sku]
    if sold:
        rows = [NewListing(sku, title.strip() or sku, by_channel=own) for sku, (title, own) in sold.items()]
        draft_listings(store_id=store.pk, rows=rows, now=now, by=by)
