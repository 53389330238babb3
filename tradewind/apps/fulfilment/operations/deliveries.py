"""What carriers say of deliveries: a scan may come late, twice, or be corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.org.operations.files import store_file
from tradewind.db.bulk import update_rows
from tradewind.db.sql import among_texts, fetch, instant, moment, text_set
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.tabular import DATE, ColumnSpec, read_table

COLUMNS = (
    ColumnSpec("tracking_no", aliases=("tracking number", "tracking id", "运单号", "跟踪号", "物流单号"),
               required=True, max_length=60),
    ColumnSpec("delivered_on", DATE, ("delivered on", "delivered at", "delivery date", "签收日期", "妥投日期",
                                      "签收时间"), required=True),
)  # fmt: skip


class DeliveryScan(NamedTuple):
    """A parcel was handed over, at a time or on a day as the place of delivery counts days."""

    tracking_no: str
    at: datetime | date


class Scanned(NamedTuple):
    """What scans changed: parcels heard of for the first time, corrected, and said again."""

    new: int
    corrected: int
    same: int


class _Known(NamedTuple):
    id: int
    store_id: int
    zone: str
    shipped_at: datetime | None
    delivered_at: datetime | None


def record_deliveries(*, scans: Sequence[DeliveryScan], now: datetime, by: Actor) -> Scanned:
    """Keep when parcels were delivered; what came last holds, a repeat changes nothing.

    A day without a time is noon in the store's zone, so that it stays that day there. Refused with every
    problem: an unknown number, a parcel not shipped, a day before it shipped or still to come, a number
    twice with two times.
    """
    with acting(by, "fulfilment.change", kind="parcel", now=now) as act:
        found = Findings()
        known = _known([s.tracking_no for s in scans], by)
        wanted: dict[int, datetime] = {}
        for row, scan in rows(scans):
            _take(found.at(row), scan, known.get(scan.tracking_no), wanted, now)
        found.settle()
        before = {k.id: k.delivered_at for k in known.values() if k.id in wanted}
        changed = [(pk, instant(at)) for pk, at in wanted.items() if before[pk] != at]
        update_rows(Parcel, ["delivered_at"], changed)
        new = sum(before[pk] is None for pk, _at in changed)
        act.ids = [pk for pk, _at in changed]
        act.note(verb="record_deliveries", new=new, corrected=len(changed) - new)
        if not changed:
            act.nothing()
    return Scanned(new, len(changed) - new, len(wanted) - len(changed))


def import_deliveries(*, name: str, data: bytes, now: datetime, by: Actor) -> Scanned:
    """Read a carrier's list of deliveries (tracking number, day) and keep it; Refused with every problem."""
    by.require("fulfilment.change")
    table = read_table(name, data, COLUMNS)
    if table.problems or not table.rows:
        empty = [Problem(None, "file", name, _("the file has no rows"))]
        raise Refused(list(table.problems) or empty)
    scans = [DeliveryScan(r.values["tracking_no"], r.values["delivered_on"]) for r in table.rows]
    with acting(by, "fulfilment.change", kind="parcel", now=now) as act:
        store_file(name=name, content=data, now=now, by=by)
        act.note(verb="import_deliveries", file=name, rows=len(scans))
        return record_deliveries(scans=scans, now=now, by=by)


def _known(numbers: Iterable[str], by: Actor) -> dict[str, _Known]:
    """Parcels in the actor's scope by tracking number."""
    found = fetch(
        "SELECT p.tracking_no, p.id, o.store_id, s.zone, p.shipped_at, p.delivered_at "
        "FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id "
        "JOIN stores_store s ON s.id = o.store_id "
        f"WHERE NOT (p.tracking_no = '') AND {among_texts('p.tracking_no')} ORDER BY p.id",
        [text_set(sorted(set(numbers)))],
    )
    return {
        number: _Known(pk, store, zone, moment(shipped), moment(delivered))
        for number, pk, store, zone, shipped, delivered in found
        if by.may_touch(store)
    }


def _take(
    found: Findings, scan: DeliveryScan, parcel: _Known | None, wanted: dict[int, datetime], now: datetime
) -> None:
    if parcel is None:
        found.add("tracking_no", scan.tracking_no, _("there is no such parcel"))
        return
    if parcel.shipped_at is None:
        found.add("tracking_no", scan.tracking_no, _("the parcel has not left the house"))
        return
    at = _moment(scan.at, parcel.zone)
    zone = ZoneInfo(parcel.zone)
    if at.astimezone(zone).date() < parcel.shipped_at.astimezone(zone).date():
        found.add("delivered_on", scan.at, _("before the parcel shipped"), str(parcel.shipped_at.date()))
    elif at.astimezone(zone).date() > now.astimezone(zone).date():
        found.add("delivered_on", scan.at, _("lies in the future"), str(now.date()))
    elif wanted.setdefault(parcel.id, at) != at:
        found.add("tracking_no", scan.tracking_no, _("stands twice with two times"))


def _moment(at: datetime | date, zone: str) -> datetime:
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    return datetime.combine(at, time(12), ZoneInfo(zone)).astimezone(UTC)
