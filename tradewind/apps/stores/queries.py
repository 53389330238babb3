"""Questions about stores: which are connected, how to reach them, how healthy their feeds are."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from tradewind.apps.stores.models import Cursor, RawPayload, Store, SyncRun
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, Connection
from tradewind.db.encrypted import unseal
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

# How far back a feed is read again: channels show orders late, and their clocks are not ours.
OVERLAP = timedelta(minutes=10)


def stores_of(actor: Actor) -> QuerySet[Store]:
    """The stores in the actor's scope."""
    rows = Store.objects.select_related("company", "market", "warehouse")
    return rows if actor.stores is None else rows.filter(id__in=actor.stores)


def store_coded(code: str, by: Actor) -> Store:
    """The store of a code, if it is in scope; else Refused, whether or not it exists elsewhere."""
    found = stores_of(by).filter(code=code).first()
    if found is None:
        raise Refused([Problem(None, "store", code[:40], "there is no such store", "the code of a store")])
    return found


def able_stores(actor: Actor, capability: str) -> list[Store]:
    """Connected stores whose connector offers a capability, by code; unknown connectors offer nothing."""
    able = {m.code for m in registry.manifests(CHANNEL) if capability in m.capabilities}
    return list(stores_of(actor).filter(state="connected", channel__in=able).order_by("code"))


def connection(store: Store, now: datetime) -> Connection:
    """The way to a store's account, on the clock of the step."""
    return Connection(store.base_url, store.credentials or {}, lambda: now)


def read_since(store: Store, feed: str, now: datetime) -> datetime:
    """From when a feed is to be read: its watermark less OVERLAP, or 30 days back for the first time."""
    mark = Cursor.objects.filter(store=store, feed=feed).values_list("watermark", flat=True).first()
    return mark - OVERLAP if mark else now - timedelta(days=30)


def payload_bytes(payload: RawPayload) -> bytes:
    """The answer as it came from outside."""
    return zlib.decompress(base64.b85decode(unseal(payload.body)))


def runs_of(actor: Actor) -> QuerySet[SyncRun]:
    """Sync runs of the stores in scope."""
    rows = SyncRun.objects.select_related("store")
    return rows if actor.stores is None else rows.filter(store_id__in=actor.stores)


def with_last_error(rows: QuerySet[Store]) -> QuerySet[Any]:
    """Stores with `last_error`: of the newest run, whichever feed; "" when it went well."""
    newest = SyncRun.objects.filter(store=OuterRef("pk")).order_by("-ended_at", "-id")
    return rows.annotate(
        last_error=Subquery(newest.values("error")[:1]), last_run_at=Subquery(newest.values("ended_at")[:1])
    )


def failing_stores(actor: Actor) -> int:
    """How many connected stores in scope failed on their newest run."""
    rows = with_last_error(stores_of(actor).filter(state="connected"))
    return sum(1 for error in rows.values_list("last_error", flat=True) if error)
