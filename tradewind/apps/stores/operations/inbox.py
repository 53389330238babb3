"""The raw inbox, the cursors and the health of feeds: written by the steps that read them."""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import datetime

from tradewind.apps.stores.models import Cursor, RawPayload, Store, SyncRun
from tradewind.db.encrypted import seal


def keep_payload(*, store: Store, feed: str, raw: bytes, now: datetime) -> bool:
    """Keep an answer as it came, inside the running transaction; False when it is there already."""
    digest = hashlib.sha256(raw).hexdigest()
    if RawPayload.objects.filter(store=store, feed=feed, sha256=digest).exists():
        return False
    body = seal(base64.b85encode(zlib.compress(raw, 6)).decode())
    payload = RawPayload(store=store, feed=feed, sha256=digest, body=body, fetched_at=now)
    RawPayload.objects.bulk_create([payload], ignore_conflicts=True)
    return True


def advance_cursor(*, store: Store, feed: str, watermark: datetime) -> None:
    """Set up to when a feed has been read; a cursor never goes back."""
    done = Cursor.objects.filter(store=store, feed=feed, watermark__lt=watermark).update(watermark=watermark)
    if not done:
        Cursor.objects.get_or_create(store=store, feed=feed, defaults={"watermark": watermark})


def note_run(
    *, store: Store, feed: str, now: datetime, fetched: int = 0, problems: int = 0, error: str = ""
) -> None:
    """Note how a feed went; a run that brought nothing extends the equally quiet or failed one before it."""
    last = SyncRun.objects.filter(store=store, feed=feed).order_by("-started_at", "-id").first()
    same = last is not None and last.fetched == 0 and last.error == error and last.problems == problems
    if last is not None and same and not fetched:
        if last.ended_at < now:
            SyncRun.objects.filter(pk=last.pk).update(ended_at=now)
        return
    SyncRun.objects.create(
        store=store, feed=feed, started_at=now, ended_at=now, fetched=fetched, problems=problems, error=error
    )
