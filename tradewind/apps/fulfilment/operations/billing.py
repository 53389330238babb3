"""What parcels really cost: the freight of an accepted bill in place of the estimate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


class BilledFreight(NamedTuple):
    """All that is agreed for a parcel, and the document it stands on: bill:<number>#<line>."""

    parcel_id: int
    amount: Money
    source: str


def record_freight(*, rows: Sequence[BilledFreight], now: datetime, by: Actor) -> list[int]:
    """Set the freight of parcels to what was billed, state actual; a later call replaces it.

    Refused when a parcel is named twice or is not there. Example: an estimate of 40.00 CNY becomes
    42.50 CNY, source bill:YT-2610#17; the order's profit is computed again by the audit entry.
    """
    ids = [row.parcel_id for row in rows]
    with acting(by, "claims.change", kind="parcel", ids=ids, now=now) as act:
        changed = bulk.update_rows(
            Parcel,
            ["freight_minor", "freight_currency", "freight_state", "freight_source"],
            [(r.parcel_id, r.amount.minor, r.amount.currency, ACTUAL, r.source[:120]) for r in rows],
        )
        if changed != len(rows) or len(set(ids)) != len(ids):
            raise Refused([Problem(None, "parcel", str(len(rows)), _("there is no such parcel"))])
        act.note(verb="record_freight", parcels=len(rows))
    return ids
