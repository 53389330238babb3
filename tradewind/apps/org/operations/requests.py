"""A request that is sent twice has one effect: its key, what it asked, and what it was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tradewind.apps.org.models import Job
from tradewind.apps.org.operations.jobs import REQUEST
from tradewind.db.bulk import insert_rows_once
from tradewind.db.encrypted import seal, unseal
from tradewind.db.sql import instant

GRACE = timedelta(minutes=10)  # a request that runs longer was cut off
NEW, SAME, OTHER, RUNNING = "new", "same", "other", "running"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a key: new (go on), same (give `answer`), other body, or still running."""

    verdict: str
    answer: Any = None


def open_request(*, key: str, fingerprint: str, user: str, now: datetime) -> Earlier:
    """Take a key for a request. Exactly one of many at the same moment is told `new`."""
    columns = [
        "name",
        "args",
        "key",
        "lane",
        "state",
        "attempts",
        "run_after",
        "lease_until",
        "worker",
        "progress",
        "total",
        "error",
        "queued_at",
        "queued_by",
    ]
    row = [
        REQUEST,
        json.dumps({"sha256": fingerprint}),
        key,
        "",
        "running",
        1,
        instant(now),
        instant(now + GRACE),
        "",
        0,
        0,
        "",
        instant(now),
        user,
    ]
    with transaction.atomic():
        if insert_rows_once(Job, columns, [row], unique=["key"]):
            return Earlier(NEW)
        held = Job.objects.get(key=key)
        if held.args["sha256"] != fingerprint:
            return Earlier(OTHER)
        if held.state == "done":
            return Earlier(SAME, json.loads(unseal(held.result)))
        cut_off = Job.objects.filter(pk=held.pk, state="running", lease_until__lt=now)
        return Earlier(NEW if cut_off.update(lease_until=now + GRACE) else RUNNING)


def close_request(*, key: str, answer: Any, now: datetime) -> None:
    """Keep the answer for whoever sends the key again; sealed, because a new API key stands in its answer."""
    sealed = seal(json.dumps(answer, ensure_ascii=False))
    Job.objects.filter(key=key, name=REQUEST).update(
        state="done", result=sealed, lease_until=None, ended_at=now
    )


def drop_request(*, key: str) -> None:
    """Forget a request that was refused and changed nothing: it may be corrected and sent again."""
    Job.objects.filter(key=key, name=REQUEST, state="running").delete()
