"""Carriers, their services and the warehouses into the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.apps.logistics.models import Carrier, Service, Warehouse
from tradewind.apps.logistics.states import MODES, SERVICE_KINDS, WAREHOUSE_KINDS
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.engine.access import Actor


@dataclass(frozen=True, slots=True)
class NewCarrier:
    """A company that moves parcels or freight; the code may be a connector's."""

    code: str
    name: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class NewService:
    """A product of a carrier (by its code). `promise_days`: what the carrier says, None unknown."""

    carrier: str
    code: str
    name: str
    kind: str
    promise_days: int | None = None
    tracked: bool = True
    mode: str = ""  # air, sea, rail, road; blank: not stated


@dataclass(frozen=True, slots=True)
class NewWarehouse:
    """A place that holds stock."""

    code: str
    name: str
    country: str
    kind: str


def register_carriers(*, carriers: Sequence[NewCarrier], now: datetime, by: Actor) -> list[int]:
    """Register carriers; their ids in order."""
    with acting(by, "logistics.change", kind="carrier", now=now) as act:
        found = Findings()
        made = [
            Carrier(
                code=found.at(row).code("code", one.code),
                name=found.text("name", one.name, 80),
                name_zh=found.text("name_zh", one.name_zh, 80, needed=False),
            )
            for row, one in rows(carriers)
        ]
        found.fresh("code", [c.code for c in made], set(Carrier.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [c.pk for c in Carrier.objects.bulk_create(made)]
        act.note(verb="register_carriers", codes=[c.code for c in made])
        return act.ids


def register_services(*, services: Sequence[NewService], now: datetime, by: Actor) -> list[int]:
    """Register services of known carriers; their ids in order."""
    with acting(by, "logistics.change", kind="service", now=now) as act:
        found = Findings()
        carriers = dict(Carrier.objects.values_list("code", "id"))
        made = []
        for row, one in rows(services):
            found.at(row).known("carrier", one.carrier, carriers)
            made.append(
                Service(
                    carrier_id=carriers.get(one.carrier, 0),
                    code=found.code("code", one.code),
                    name=found.text("name", one.name, 80),
                    kind=found.one_of("kind", one.kind, SERVICE_KINDS),
                    promise_days=found.whole("promise_days", one.promise_days, most=365, needed=False),
                    tracked=one.tracked,
                    mode=found.one_of("mode", one.mode, ("", *MODES)),
                )
            )
        found.fresh("code", [s.code for s in made], set(Service.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [s.pk for s in Service.objects.bulk_create(made)]
        act.note(verb="register_services", codes=[s.code for s in made])
        return act.ids


def register_warehouses(*, warehouses: Sequence[NewWarehouse], now: datetime, by: Actor) -> list[int]:
    """Register places that hold stock; their ids in order."""
    with acting(by, "logistics.change", kind="warehouse", now=now) as act:
        found = Findings()
        made = [
            Warehouse(
                code=found.at(row).code("code", one.code, 20),
                name=found.text("name", one.name, 80),
                country=found.country("country", one.country),
                kind=found.one_of("kind", one.kind, WAREHOUSE_KINDS),
            )
            for row, one in rows(warehouses)
        ]
        found.fresh("code", [w.code for w in made], set(Warehouse.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [w.pk for w in Warehouse.objects.bulk_create(made)]
        act.note(verb="register_warehouses", codes=[w.code for w in made])
        return act.ids
