"""The raw inbox, the cursors and the health of feeds: written by the steps that read them."""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import datetime

from tradewind.apps.stores.models import Cursor, RawPayload, Store, SyncRun
from tradewind.db import bulk
from tradewind.db.encrypted import seal
from tradewind.db.sql import instant


def keep_payload(*, store: Store, feed: str, raw: bytes, now: datetime) -> bool:
    """Keep an answer as it came, inside the running transaction; False when it is there already."""
    digest = hashlib.sha256(raw).hexdigest()
    body = seal(base64.b85encode(zlib.compress(raw, 6)).decode())
    columns = ["store_id", "feed", "sha256", "body", "fetched_at"]
    row = (store.pk, feed, digest, body, instant(now))
    return bool(bulk.insert_rows_once(RawPayload, columns, [row], unique=columns[:3]))


def advance_cursor(*, store: Store, feed: str, watermark: datetime) -> None:
    """Set up to when a feed has been read; a cursor never goes back."""
    done = Cursor.objects.filter(store=store, feed=feed, watermark__lt=watermark).update(watermark=watermark)
    if not done:
        Cursor.objects.get_or_create(store=store, feed=feed, defaults={"watermark": watermark})


def note_run(
    *, store: Store, feed: str, now: datetime, fetched: int = 0, problems: int = 0, error: str = ""
) -> None:
    """Note how a feed went; a run that brought nothing extends the equally quiet or failed one before it."""
    if not fetched and _extended(store, feed, now, problems, error):
        return
    SyncRun.objects.create(
        store=store, feed=feed, started_at=now, ended_at=now, fetched=fetched, problems=problems, error=error
    )


def _extended(store: Store, feed: str, now: datetime, problems: int, error: str) -> bool:
    last = SyncRun.objects.filter(store=store, feed=feed).order_by("-started_at", "-id").first()
    if last is None or (last.fetched, last.problems, last.error) != (0, problems, error):
        return False
    if last.ended_at < now:
        SyncRun.objects.filter(pk=last.pk).update(ended_at=now)
    return True
