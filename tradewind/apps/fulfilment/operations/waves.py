"""Waves: ready orders that are picked together, one parcel an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.apps.fulfilment.models import Parcel, Wave
from tradewind.apps.orders.operations import begin_picking
from tradewind.apps.orders.operations.holds import visible_ids
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor


def make_wave(*, ids: Iterable[int], now: datetime, by: Actor) -> dict[int, int]:
    """Put ready orders into a wave (one a warehouse); returns parcel id by order id.

    WrongState, and nothing done, unless every order is ready.
    """
    wanted = visible_ids(ids, by)
    if not wanted:
        return {}
    with acting(by, "fulfilment.change", kind="order", ids=wanted, now=now) as act:
        begin_picking(ids=wanted)
        rows = fetch(
            "SELECT o.id, s.warehouse_id FROM orders_order o JOIN stores_store s ON s.id = o.store_id "
            f"WHERE {among('o.id')} ORDER BY o.id",
            [id_set(wanted)],
        )
        houses = sorted({row[1] for row in rows})
        numbers = take_numbers("wave", len(houses))
        waves = {
            house: Wave.objects.create(
                number=numbered("WAVE", number), warehouse_id=house, made_at=now, made_by=by.name
            )
            for house, number in zip(houses, numbers, strict=True)
        }
        parcel_ids = bulk.take_ids(Parcel, len(rows))
        bulk.insert_rows(
            Parcel,
            ["id", "order_id", "warehouse_id", "wave_id"],
            [(pk, row[0], row[1], waves[row[1]].pk) for pk, row in zip(parcel_ids, rows, strict=True)],
        )
        act.note(verb="make_wave", waves=[w.number for w in waves.values()], parcels=len(rows))
    return {row[0]: pk for pk, row in zip(parcel_ids, rows, strict=True)}
