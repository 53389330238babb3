"""What the channel said to a shipment reported to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, PushResult, Refused


def push_key(parcel_id: int) -> str:
    """The key under which a parcel is reported: a repeat is the same report."""
    return f"parcel-{parcel_id}"


def record_pushed(*, results: Sequence[PushResult], now: datetime, by: Actor) -> tuple[int, int]:
    """Write down answers to pushes (keys by `push_key`): (confirmed, refused).

    A confirmation stands: a later refusal of the same parcel is passed over.
    """
    strange = [r.key for r in results if not r.key.removeprefix("parcel-").isdigit()]
    if strange:
        raise Refused(
            [Problem(None, "key", key, _("is not a parcel's key"), "parcel-<id>") for key in strange]
        )
    answers = [(int(r.key.removeprefix("parcel-")), r) for r in results]
    with acting(by, "fulfilment.change", kind="parcel", ids=[pk for pk, _r in answers], now=now) as act:
        bulk.update_rows(
            Parcel,
            ["pushed_at", "push_error"],
            [
                (
                    pk,
                    instant(now) if r.ok else None,
                    "" if r.ok else (f"{r.code} {r.message}".strip() or "refused"),
                )
                for pk, r in answers
            ],
            set_sql="pushed_at = d.pushed_at, push_error = d.push_error, push_attempts = t.push_attempts + 1",
            where="t.state = 'shipped' AND t.pushed_at IS NULL",
        )
        good = sum(r.ok for r in results)
        act.note(verb="record_pushed", confirmed=good, refused=len(results) - good)
    return good, len(results) - good
