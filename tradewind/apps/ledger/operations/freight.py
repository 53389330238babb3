"""First legs and their bills into the books."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked, unbooked_cost
from tradewind.apps.stock.models import FirstLeg, LandedCharge
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money


def post_legs(*, now: datetime, by: Actor) -> StepResult:
    """Book departures and arrivals of first legs at the cost of what they carry; without one they wait."""
    result = StepResult()
    for event, column, plan in (
        ("leg_departure", "departed_at", plans.leg_departure),
        ("leg_arrival", "arrived_at", plans.leg_arrival),
    ):
        legs = list(
            unbooked(FirstLeg, event, "first_leg")
            .filter(**{f"{column}__isnull": False})
            .select_related("owner")
        )
        costs = _leg_costs([leg.pk for leg in legs]) if legs else {}
        day, found, waiting = open_days(), defaultdict(list), 0
        for leg in legs:
            minor = costs.get(leg.pk)
            if minor is None:
                waiting += 1
            elif minor:
                on = day(leg.owner_id, getattr(leg, column).astimezone(UTC).date())
                cost = Money(minor, leg.owner.base_currency)
                found[leg.owner_id].append(plan(leg.pk, leg.number, on, cost))
        result += StepResult(book(found, now, by), waiting)
    return result


def _leg_costs(ids: Sequence[int]) -> dict[int, int | None]:
    """Leg -> goods and landed cost of the units it took; None while a goods cost is missing."""
    rows = fetch(
        "SELECT l.leg_id, CASE WHEN count(u.goods_minor) = count(*) "
        "THEN sum(u.goods_minor) + sum(u.landed_minor) END FROM stock_firstlegline l "
        "JOIN stock_layeruse u ON u.source = 'leg_line' AND u.source_id = l.id "
        f"WHERE {among('l.leg_id')} GROUP BY l.leg_id",
        [id_set(ids)],
    )
    return {pk: None if minor is None else int(minor) for pk, minor in rows}


def post_charges(*, now: datetime, by: Actor) -> StepResult:
    """Book landed charges: to stock what lies here, in transit what travels, to cost what is sold.

    An order whose sale is booked already shows its share as cost of the order; one that is not
    booked yet takes its share along with its sale.
    """
    charges = list(
        unbooked(LandedCharge, "landed_charge", "landed_charge").select_related("leg__owner").order_by("-id")
    )
    if not charges:
        return StepResult()
    laid = {c.pk: json.loads(c.allocated or "{}") for c in charges}
    lines = [int(s[1]) for a in laid.values() for s in a.get("sold", []) if s[0] == "order_line"]
    orders = _orders(lines)
    late = unbooked_cost(
        sorted({o for o, _store, booked in orders.values() if booked}), chart.LANDED_COST, "landed_minor"
    )
    day, found = open_days(), defaultdict(list)
    for c in charges:  # newest first: what a booked sale already holds is the oldest
        base = c.leg.owner.base_currency
        sold = _sold(laid[c.pk].get("sold", []), orders, late, base)
        here = sum(int(v) for v in laid[c.pk].get("layers", {}).values())
        given = sum(int(s[2]) for s in laid[c.pk].get("sold", []))
        waits = given - sum(s[2].minor for s in sold)
        moving = c.base_minor - here - given
        on = day(c.leg.owner_id, c.on)
        plan = plans.landed_charge(
            c.pk, c.number, on, Money(here + waits, base), Money(moving, base), sold,
            Money(c.amount_minor, c.currency),
        )  # fmt: skip
        found[c.leg.owner_id].append(plan)
    return StepResult(book(found, now, by))


def _orders(line_ids: Sequence[int]) -> dict[int, tuple[int, int, bool]]:
    """Order line -> (order, store, whether its sale is booked)."""
    rows = fetch(
        "SELECT l.id, o.id, o.store_id, o.booked FROM orders_orderline l "
        f"JOIN orders_order o ON o.id = l.order_id WHERE {among('l.id')}",
        [id_set(line_ids)],
    )
    return {pk: (order, store, bool(booked)) for pk, order, store, booked in rows}


def _sold(
    parts: Sequence[Sequence[object]],
    orders: dict[int, tuple[int, int, bool]],
    late: dict[tuple[int, str], int],
    base: str,
) -> list[tuple[int | None, int | None, Money]]:
    """(store, order, amount) of a charge that is cost now; takes it off what is `late`."""
    out: list[tuple[int | None, int | None, Money]] = []
    for source, source_id, minor in parts:
        amount = int(str(minor))
        if source != "order_line":
            out.append((None, None, Money(amount, base)))
            continue
        order, store, booked = orders[int(str(source_id))]
        now_due = min(amount, late.get((order, base), 0)) if booked else 0
        if now_due > 0:
            late[order, base] -= now_due
            out.append((store, order, Money(now_due, base)))
    return out
