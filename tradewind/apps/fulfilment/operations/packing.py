"""From the shelf into a box, or back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.states import PARCEL
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.orders.operations import stop_picking
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import release, stage, unstage
from tradewind.db.sql import among, fetch, id_set, within
from tradewind.db.states import move_all, move_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


def pick(*, ids: Iterable[int], now: datetime, by: Actor) -> list[int]:
    """The goods of parcels were carried to staging. WrongState unless all are being picked."""
    wanted = parcels_in_scope(ids, by)
    with acting(by, "fulfilment.change", kind="parcel", ids=wanted, now=now) as act:
        move_all(Parcel, PARCEL, "pick", wanted)
        moves = stage(demand="order_line", demand_ids=line_ids(wanted), now=now, by=by)
        act.note(verb="pick", moves=moves)
    return wanted


def pack(*, weights: Mapping[int, int | None], now: datetime, by: Actor) -> list[int]:
    """Parcels are closed: parcel id -> weight in grams, None where nobody weighed (it stays missing).

    Refused for a weight that is not above zero; WrongState unless all are picked.
    """
    problems = [
        Problem(
            None, "weight_g", str(w), _("parcel %(id)s: not above zero") % {"id": pk}, _("1 or more, or none")
        )
        for pk, w in weights.items()
        if w is not None and w < 1
    ]
    if problems:
        raise Refused(problems)
    wanted = parcels_in_scope(weights, by)
    with acting(by, "fulfilment.change", kind="parcel", ids=wanted, now=now) as act:
        move_rows(Parcel, PARCEL, "pack", ["weight_g"], list(weights.items()))
        act.note(verb="pack", weighed=sum(w is not None for w in weights.values()))
    return wanted


def take_apart(
    *, ids: Iterable[int], cancel_orders: bool, reason: str, now: datetime, by: Actor
) -> list[int]:
    """Stop parcels that have not left: goods back on the shelf; their orders are cancelled or ready again.

    WrongState, and nothing done, when one has left the house. A ready order keeps its goods reserved.
    """
    wanted = parcels_in_scope(ids, by)
    with acting(by, "fulfilment.change", kind="parcel", ids=wanted, now=now) as act:
        move_rows(Parcel, PARCEL, "cancel", ["void_no"], [(pk, pk) for pk in wanted])
        orders = sorted(Parcel.objects.filter(pk__among=wanted).values_list("order_id", flat=True))
        lines = list(OrderLine.objects.filter(order_id__among=orders).values_list("id", flat=True))
        moves = unstage(demand="order_line", demand_ids=lines, now=now, by=by)
        if cancel_orders:
            release(demand="order_line", demand_ids=lines, now=now, by=by)
        stop_picking(ids=orders, cancel=cancel_orders, now=now, by=by)
        act.note(verb="take_apart", reason=reason, cancelled=cancel_orders, moves=moves)
    return wanted


def line_ids(parcel_ids: Iterable[int]) -> list[int]:
    """Order lines that parcels carry."""
    inside, keys = within("p.id", parcel_ids)
    rows = fetch(
        "SELECT l.id FROM fulfilment_parcel p CROSS JOIN orders_orderline l "
        f"WHERE {inside} AND l.order_id = p.order_id",
        keys,
    )
    return [row[0] for row in rows]


def parcels_in_scope(ids: Iterable[int], by: Actor) -> list[int]:
    """The ids, sorted; Refused when one is not a parcel of the actor's stores."""
    wanted = sorted(set(ids))
    if by.stores is None:
        return wanted
    seen = {
        row[0]
        for row in fetch(
            "SELECT p.id FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id "
            f"WHERE {among('p.id')} AND {among('o.store_id')}",
            [id_set(wanted), id_set(by.stores)],
        )
    }
    hidden = [pk for pk in wanted if pk not in seen]
    if hidden:
        raise Refused([Problem(None, "parcel", str(pk), _("there is no such parcel")) for pk in hidden])
    return wanted
