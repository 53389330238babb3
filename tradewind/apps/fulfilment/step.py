"""The pull of fulfilment: orders cancelled by the channel while they were picked are taken apart."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations import take_apart
from tradewind.apps.fulfilment.queries import count_states
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult

IN_HOUSE = ("picking", "picked", "packed")


def intercept(now: datetime, by: Actor) -> StepResult:
    """Take apart parcels in the house whose order the channel has cancelled."""
    ids = list(
        Parcel.objects.filter(
            state__in=IN_HOUSE, order__holds__reason="cancelled_after_pick", order__holds__closed_at=None
        ).values_list("id", flat=True)
    )
    if ids:
        take_apart(ids=ids, cancel_orders=True, reason="cancelled by the channel", now=now, by=by)
    counts = count_states(by)
    return StepResult(done=len(ids), waiting=sum(counts.get(s, 0) for s in IN_HOUSE))
