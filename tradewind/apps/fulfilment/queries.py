"""Questions to fulfilment; every list is cut to the actor's stores."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from tradewind.apps.fulfilment.models import Parcel, Wave
from tradewind.apps.fulfilment.operations.pushing import push_key
from tradewind.apps.orders.models import OrderLine
from tradewind.engine.access import Actor
from tradewind.engine.contracts import TrackingPush


def parcels_visible(by: Actor) -> QuerySet[Parcel]:
    """Parcels of the stores in the actor's scope."""
    by.require("fulfilment.view")
    parcels = Parcel.objects.select_related("order__store", "warehouse", "wave", "service__carrier")
    return parcels if by.stores is None else parcels.filter(order__store_id__in=by.stores)


def waves_visible(by: Actor) -> QuerySet[Wave]:
    """Waves that hold a parcel the actor may see."""
    by.require("fulfilment.view")
    waves = Wave.objects.select_related("warehouse").annotate(size=Count("parcels"))
    return waves if by.stores is None else waves.filter(parcels__order__store_id__in=by.stores).distinct()


def unpushed(by: Actor) -> QuerySet[Parcel]:
    """Shipped parcels that the channel has not confirmed, oldest first."""
    return parcels_visible(by).filter(state="shipped", pushed_at=None).order_by("shipped_at", "id")


def parcels_to_push(*, store_id: int, by: Actor, limit: int = 200) -> list[tuple[TrackingPush, int]]:
    """Shipments of a store to report to its channel, each with the pushes refused so far: two queries."""
    columns = (
        "id", "order_id", "order__external_id", "service__carrier__code", "tracking_no", "shipped_at",
        "push_attempts",
    )  # fmt: skip
    # Values, not rows: a row would decrypt its buyer and its store's credentials.
    parcels = list(unpushed(by).filter(order__store_id=store_id).values_list(*columns)[:limit])
    lines: dict[int, list[tuple[str, int]]] = {}
    if parcels:
        rows = OrderLine.objects.filter(order_id__among=[p[1] for p in parcels]).order_by("id")
        for order_id, external_id, qty in rows.values_list("order_id", "external_id", "qty"):
            lines.setdefault(order_id, []).append((external_id, qty))
    return [
        (TrackingPush(push_key(pk), number, carrier or "", tracking, at, tuple(lines[order_id])), attempts)
        for pk, order_id, number, carrier, tracking, at, attempts in parcels
        if at is not None
    ]


def count_states(by: Actor) -> dict[str, int]:
    """Visible parcels by state."""
    rows = parcels_visible(by).order_by().select_related(None).values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}
