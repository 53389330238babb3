"""Holding and releasing: an order with an open hold is nobody's surprise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations.mapping import mappings_of
from tradewind.apps.orders.operations.rows import HOLD_COLUMNS, hold_row
from tradewind.apps.orders.states import ORDER, REASONS
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.operations import release
from tradewind.db import bulk
from tradewind.db.sql import among, fetch, id_set
from tradewind.db.states import move, move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

# Holds that go away by mending their cause, never by a word.
BY_CAUSE = ("unmapped_sku", "two_mappings")
MOST = 2000


def hold_orders(
    *, ids: Iterable[int], reason: str = "manual", detail: str = "", now: datetime, by: Actor
) -> list[int]:
    """Hold orders that are not picked yet; promised units are given back. WrongState when one is too far."""
    if reason not in REASONS:
        raise Refused([Problem(None, "reason", reason, _("is not a reason"), ", ".join(REASONS))])
    wanted = visible_ids(ids, by)
    with acting(by, "orders.change", kind="order", ids=wanted, now=now) as act:
        rows = list(
            Order.objects.select_for_update()
            .filter(pk__among=wanted)
            .order_by("id")
            .values_list("id", "state")
        )
        ready = [pk for pk, state in rows if state == "ready"]
        release(demand="order_line", demand_ids=_line_ids(ready), now=now, by=by)
        move_all(Order, ORDER, "hold", [pk for pk, state in rows if state != "held"])
        bulk.insert_rows_once(
            Hold,
            HOLD_COLUMNS,
            [hold_row(pk, reason, [detail] if detail else [], now) for pk, _s in rows],
            unique=["order_id", "reason"],
            where="closed_at IS NULL",
        )
        act.note(verb="hold_orders", reason=reason, detail=detail)
    return wanted


def release_holds(
    *, ids: Iterable[int], now: datetime, by: Actor, reasons: Iterable[str] | None = None
) -> list[int]:
    """Close open holds of orders; those left without one are new again. Returns the orders freed.

    Missing mappings cannot be waved through: map the listing and `remap_lines`. Refused if asked to.
    """
    wanted = visible_ids(ids, by)
    named = list(reasons) if reasons is not None else [r for r in REASONS if r not in BY_CAUSE]
    if any(r in BY_CAUSE for r in named):
        raise Refused(
            [Problem(None, "reason", r, _("ends when the listing is mapped")) for r in named if r in BY_CAUSE]
        )
    with acting(by, "orders.change", kind="order", ids=wanted, now=now) as act:
        open_holds = Hold.objects.filter(order_id__among=wanted, closed_at=None)
        closed = open_holds.filter(reason__in=named).update(closed_at=now, closed_by=by.name)
        freed = free_unheld(wanted)
        act.note(verb="release_holds", reasons=named, closed=closed, freed=len(freed))
    return freed


def free_unheld(ids: Iterable[int]) -> list[int]:
    """Held orders of these without an open hold become new."""
    wanted = list(ids)
    still = set(
        Hold.objects.filter(order_id__among=wanted, closed_at=None).values_list("order_id", flat=True)
    )
    return move(Order, ORDER, "free", [pk for pk in wanted if pk not in still])


def remap_lines(*, now: datetime, by: Actor, store_id: int | None = None) -> list[int]:
    """Look again at lines without a SKU, now that mappings were made; orders then complete are freed.

    A line takes the mapping in force when its order was placed. Returns the orders freed.
    """
    with acting(by, "orders.change", kind="order", now=now) as act:
        lines = OrderLine.objects.filter(
            sku=None, order__state__in=("held", "pending"), order__holds__closed_at=None,
            order__holds__reason__in=BY_CAUSE,
        )  # fmt: skip
        if store_id is not None:
            lines = lines.filter(order__store_id=store_id)
        if by.stores is not None:
            lines = lines.filter(order__store_id__in=by.stores)
        rows = list(
            lines.order_by("order__store_id", "id")
            .distinct()
            .values_list("order__store_id", "id", "order_id", "external_sku", "order__placed_at")[:MOST]
        )
        found = []
        for store, group in groupby(rows, key=lambda r: r[0]):
            mine = list(group)
            mappings = mappings_of(store, (r[3] for r in mine))
            found += [(r[1], r[2], mappings.find(r[3], r[4])) for r in mine]
        mapped = [(line, order, m) for line, order, m in found if m.sku_id is not None]
        bulk.update_rows(
            OrderLine, ["sku_id", "units_each"], [(x, m.sku_id, m.units_each) for x, _o, m in mapped]
        )
        freed = _close_mapped({order for _line, order, _m in mapped}, now, by)
        act.ids = sorted({order for _line, order, _m in mapped})
        act.note(verb="remap_lines", lines=len(mapped), freed=len(freed))
    return freed


def _close_mapped(ids: set[int], now: datetime, by: Actor) -> list[int]:
    bare = set(
        OrderLine.objects.filter(order_id__among=sorted(ids), sku=None).values_list("order_id", flat=True)
    )
    whole = sorted(ids - bare)
    Hold.objects.filter(order_id__among=whole, closed_at=None, reason__in=BY_CAUSE).update(
        closed_at=now, closed_by=by.name
    )
    return free_unheld(whole)


def retry_short(*, now: datetime, by: Actor) -> list[int]:
    """Free orders held only for want of goods whose every SKU has enough free units again.

    They become new and compete like every other order; oldest first, at most 2,000.
    """
    with acting(by, "orders.reserve", kind="order", now=now) as act:
        rows = fetch(
            """SELECT o.id FROM orders_order o JOIN orders_hold h ON h.order_id = o.id
            WHERE o.state = 'held' AND h.reason = 'out_of_stock' AND h.closed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM orders_hold x WHERE x.order_id = o.id AND x.closed_at IS NULL
                            AND x.reason <> 'out_of_stock')
            AND NOT EXISTS (
                SELECT 1 FROM orders_orderline l JOIN stores_store s ON s.id = o.store_id
                LEFT JOIN stock_balance b ON b.sku_id = l.sku_id AND b.warehouse_id = s.warehouse_id
                    AND b.owner_id = s.company_id
                WHERE l.order_id = o.id AND coalesce(b.on_hand - b.reserved, 0) < l.qty * l.units_each)
            ORDER BY o.placed_at, o.id LIMIT 2000"""
        )
        ids = [row[0] for row in rows]
        if not ids:
            return []
        Hold.objects.filter(order_id__among=ids, closed_at=None).update(closed_at=now, closed_by=by.name)
        act.ids = move(Order, ORDER, "free", ids)
        act.note(verb="retry_short", freed=len(act.ids))
    return act.ids


def visible_ids(ids: Iterable[int], by: Actor) -> list[int]:
    """Ids that are orders in the actor's stores; Refused when one is not (as if it did not exist)."""
    wanted = sorted(set(ids))
    if by.stores is None:
        return wanted
    seen = {
        row[0]
        for row in fetch(
            f"SELECT id FROM orders_order WHERE {among('id')} AND {among('store_id')}",
            [id_set(wanted), id_set(by.stores)],
        )
    }
    hidden = [pk for pk in wanted if pk not in seen]
    if hidden:
        raise Refused([Problem(None, "order", str(pk), _("there is no such order")) for pk in hidden])
    return wanted


def _line_ids(order_ids: list[int]) -> list[int]:
    return list(OrderLine.objects.filter(order_id__among=order_ids).values_list("id", flat=True))
