"""Parcels leave the house: tracking, freight, stock out with its cost, order shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations.freight import NOTHING, estimate
from tradewind.apps.fulfilment.operations.numbers import own_numbers
from tradewind.apps.fulfilment.operations.packing import line_ids, parcels_in_scope
from tradewind.apps.fulfilment.states import PARCEL
from tradewind.apps.orders.operations import mark_shipped
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import ship_out
from tradewind.db.sql import among_texts, fetch, instant, text_set, within
from tradewind.db.states import move_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

COLUMNS = [
    "shipped_at", "service_id", "tracking_no", "freight_minor", "freight_currency", "freight_state",
    "freight_source",
]  # fmt: skip


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
        inside, keys = within("id", wanted)
        orders = [row[0] for row in fetch(f"SELECT order_id FROM fulfilment_parcel WHERE {inside}", keys)]
        _refuse(list(given.values()), len(parcels), orders)
        freights = estimate({pk: s.service_id for pk, s in given.items()}, now.astimezone(UTC).date())
        own = iter(own_numbers(sum(not s.tracking_no for s in given.values())))
        at = instant(now)
        move_rows(
            Parcel,
            PARCEL,
            "ship",
            COLUMNS,
            [
                (pk, at, s.service_id, s.tracking_no or next(own), *freights.get(pk, NOTHING))
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
        problems.append(Problem(None, "parcel", "", _("a parcel is named twice")))
    numbers = Counter(s.tracking_no for s in given if s.tracking_no)
    problems += [
        Problem(None, "tracking_no", n, _("is given to two parcels")) for n, c in numbers.items() if c > 1
    ]
    if numbers:
        # Written so that the partial index parcels_by_tracking answers it.
        used = fetch(
            "SELECT tracking_no FROM fulfilment_parcel WHERE NOT (tracking_no = '') AND "
            f"{among_texts('tracking_no')}",
            [text_set(numbers)],
        )
        problems += [Problem(None, "tracking_no", n, _("is used by another parcel")) for (n,) in used]
    inside, keys = within("h.order_id", orders)
    held = fetch(
        "SELECT o.external_id, h.reason FROM orders_hold h JOIN orders_order o ON o.id = h.order_id "
        f"WHERE {inside} AND h.closed_at IS NULL",
        keys,
    )
    problems += [
        Problem(
            None,
            "order",
            number,
            _("is held: %(reason)s") % {"reason": reason},
            _("release the hold, or take the parcel apart"),
        )
        for number, reason in held
    ]
    if problems:
        raise Refused(problems)
