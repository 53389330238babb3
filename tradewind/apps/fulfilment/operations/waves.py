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
from tradewind.db.sql import fetch, instant, within
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
        inside, keys = within("o.id", wanted)
        rows = fetch(
            "SELECT o.id, s.warehouse_id FROM orders_order o JOIN stores_store s ON s.id = o.store_id "
            f"WHERE {inside} ORDER BY o.id",
            keys,
        )
        houses = sorted({row[1] for row in rows})
        numbers = [numbered("WAVE", number) for number in take_numbers("wave", len(houses))]
        waves = dict(zip(houses, bulk.take_ids(Wave, len(houses)), strict=True))
        bulk.insert_rows(
            Wave,
            ["id", "warehouse_id", "number", "made_at", "made_by"],
            [
                (pk, house, number, instant(now), by.name)
                for (house, pk), number in zip(waves.items(), numbers, strict=True)
            ],
        )
        parcel_ids = bulk.take_ids(Parcel, len(rows))
        bulk.insert_rows(
            Parcel,
            ["id", "order_id", "warehouse_id", "wave_id"],
            [(pk, row[0], row[1], waves[row[1]]) for pk, row in zip(parcel_ids, rows, strict=True)],
        )
        act.note(verb="make_wave", waves=numbers, parcels=len(rows))
    return {row[0]: pk for pk, row in zip(parcel_ids, rows, strict=True)}
