"""The push of tracking to the channels: reported, read back, and only then taken as confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q

from tradewind.apps.fulfilment.operations.pushing import record_pushed
from tradewind.apps.fulfilment.queries import parcels_to_push, unpushed
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import note_run
from tradewind.apps.stores.queries import able_stores, connection
from tradewind.connectors import registry
from tradewind.connectors.base import READ_ORDERS, TRACKING, Channel, Connection
from tradewind.db.bulk import chunks
from tradewind.engine.access import Actor
from tradewind.engine.contracts import SHIPPED, OutsideError, PushResult, StepResult, TrackingPush

FEED = "tracking"
BATCH = 100
MOST = 2000
SOON = timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)


def due_at(shipped_at: datetime, attempts: int) -> datetime:
    """When a refused push is tried again: 5, 15, 35 ... minutes after shipping, at most 6 hours a step.

    An unreachable channel does not count as an attempt: it is asked at every run.
    """
    if not attempts:
        return shipped_at
    waits = [min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(min(attempts, 40))]
    return shipped_at + sum(waits, timedelta())


def push_tracking(now: datetime, by: Actor) -> StepResult:
    """Report shipped parcels to their channels until each is confirmed.

    A report counts once the channel, read back, shows the order as shipped. Problems are refusals and
    stores that failed; `detail` says how many parcels are within 24 hours of their ship-by time.
    """
    left = unpushed(by)
    counts = {
        row["order__store_id"]: row
        for row in left.order_by()
        .select_related(None)
        .values("order__store_id")
        .annotate(n=Count("id"), soon=Count("id", filter=Q(order__ship_by__lt=now + SOON)))
    }
    total = StepResult(
        waiting=sum(row["n"] for row in counts.values()),
        detail={"deadline_near": sum(row["soon"] for row in counts.values())},
    )
    for store in able_stores(by, TRACKING) if counts else ():
        if store.pk in counts:
            pushed = _push_store(store, now, by)
            total += replace(pushed, waiting=-pushed.done)
    return total


def waiting(by: Actor) -> int:
    """Shipped parcels that their channel has not confirmed."""
    return unpushed(by).count()


def _push_store(store: Store, now: datetime, by: Actor) -> StepResult:
    due = _due(store, now, by)
    if not due:
        return StepResult()
    channel, conn = registry.channel(store.channel), connection(store, now)
    done = refused = 0
    error = ""
    try:
        for part in chunks(due, BATCH):
            results = _verified(channel, conn, part, channel.push_tracking(conn, part))
            good, bad = record_pushed(results=results, now=now, by=by)
            done, refused = done + good, refused + bad
    except OutsideError as failure:
        error = str(failure)
    problems = refused + bool(error)
    note_run(store=store, feed=FEED, now=now, fetched=done, problems=problems, error=error[:500])
    return StepResult(done, 0, problems)


def _due(store: Store, now: datetime, by: Actor) -> list[TrackingPush]:
    return [
        push
        for push, attempts in parcels_to_push(store_id=store.pk, by=by, limit=MOST)
        if due_at(push.shipped_at, attempts) <= now
    ]


def _verified(
    channel: Channel, conn: Connection, pushes: Sequence[TrackingPush], results: Sequence[PushResult]
) -> list[PushResult]:
    """The results, with every acceptance that the channel does not show when read back made a refusal."""
    if READ_ORDERS not in channel.manifest.capabilities:
        return list(results)
    accepted = [p.order_external_id for p, r in zip(pushes, results, strict=True) if r.ok]
    shown = {o.external_id for o in channel.read_orders(conn, accepted) if o.state == SHIPPED}
    return [
        r
        if not r.ok or p.order_external_id in shown
        else PushResult(r.key, False, r.external_id, "not_confirmed", "accepted, but not shown as shipped")
        for p, r in zip(pushes, results, strict=True)
    ]
