"""Parcels leave the house: tracking, freight, stock out with its cost, order shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations.freight import NOTHING, estimate
from tradewind.apps.fulfilment.operations.numbers import own_numbers
from tradewind.apps.fulfilment.operations.packing import line_ids, parcels_in_scope
from tradewind.apps.fulfilment.states import PARCEL
from tradewind.apps.orders.models import Hold
from tradewind.apps.orders.operations import mark_shipped
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import ship_out
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


class Shipment(NamedTuple):
    """A packed parcel given to a carrier. Without a tracking number it gets one of our own."""

    parcel_id: int
    service_id: int | None = None
    tracking_no: str = ""


def ship(*, parcels: Sequence[Shipment], now: datetime, by: Actor) -> list[int]:
    """Hand packed parcels over: on-hand falls, cost is taken from the layers, orders are shipped.

    Freight is estimated from the service's rate card in force today (state estimated, with its source),
    else missing. Refused when an order has an open hold (a late cancellation is intercepted here) or a
    tracking number is used twice; WrongState unless all are packed.
    """
    given = {p.parcel_id: p for p in parcels}
    wanted = parcels_in_scope(given, by)
    with acting(by, "fulfilment.change", kind="parcel", ids=wanted, now=now) as act:
        move_all(Parcel, PARCEL, "ship", wanted, shipped_at=now)
        orders = [
            row[0]
            for row in fetch(f"SELECT order_id FROM fulfilment_parcel WHERE {among('id')}", [id_set(wanted)])
        ]
        _refuse(list(given.values()), len(parcels), orders)
        freights = estimate({pk: s.service_id for pk, s in given.items()}, now.astimezone(UTC).date())
        own = iter(own_numbers(sum(not s.tracking_no for s in given.values())))
        bulk.update_rows(
            Parcel,
            ["service_id", "tracking_no", "freight_minor", "freight_currency", "freight_state", "freight_source"],
            [
                (pk, s.service_id, s.tracking_no or next(own), *freights.get(pk, NOTHING))
                for pk, s in given.items()
            ],
        )
        lines = ship_out(demand="order_line", demand_ids=line_ids(wanted), now=now, by=by)
        mark_shipped(ids=orders, at=now)
        missing = sum(f.minor is None for f in freights.values()) + len(given) - len(freights)
        act.note(verb="ship", lines=lines, freight_missing=missing)
    return wanted


def _refuse(given: list[Shipment], count: int, orders: list[int]) -> None:
    problems = []
    if count != len(given):
        problems.append(Problem(None, "parcel", "", "a parcel is named twice"))
    numbers = Counter(s.tracking_no for s in given if s.tracking_no)
    problems += [Problem(None, "tracking_no", n, "is given to two parcels") for n, c in numbers.items() if c > 1]
    if numbers:
        used = Parcel.objects.filter(tracking_no__among=list(numbers)).values_list("tracking_no", flat=True)
        problems += [Problem(None, "tracking_no", n, "is used by another parcel") for n in used]
    held = Hold.objects.filter(order_id__among=orders, closed_at=None).values_list(
        "order__external_id", "reason"
    )
    problems += [
        Problem(None, "order", number, f"is held: {reason}", "release the hold, or take the parcel apart")
        for number, reason in held
    ]
    if problems:
        raise Refused(problems)
