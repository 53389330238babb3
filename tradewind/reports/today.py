"""What a person wants to know in the morning: orders and profit a day, what runs out, what is unexplained.

Read-only and set-based: a fixed number of queries whatever the number of orders. Every question takes the
actor and answers for the stores in scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum, Value

from tradewind.apps.listings.models import Listing
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.queries import Due, qualifications_due
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.stock.models import CostLayer
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

OPEN_STATES = ("pending", "new", "held", "ready", "picking")  # neither shipped nor cancelled


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day: orders placed, and of what was shipped on it the profit known so far (None: hidden or none)."""

    on: date
    orders: int
    profit: Money | None
    revenue: Money | None


@dataclass(frozen=True, slots=True)
class Period:
    """Sums over some days; `unknown` orders have a missing component and are not in the profit."""

    orders: int
    revenue: Money | None
    profit: Money | None
    unknown: int


def _mine(rows: QuerySet[Any], actor: Actor, field: str = "store_id") -> QuerySet[Any]:
    return rows if actor.stores is None else rows.filter(**{f"{field}__in": sorted(actor.stores)})


def main_currency(actor: Actor) -> str:
    """The base currency of the newest profit; empty when there is none."""
    newest = _mine(OrderProfit.objects.order_by("-id"), actor).values_list("currency", flat=True).first()
    return newest or ""


def sees_profit(actor: Actor) -> bool:
    """Whether profit may be shown at all."""
    return actor.can("profit.view") and actor.sees("profit")


def days(actor: Actor, first: date, last: date, zone: str, currency: str = "") -> list[DayFigures]:
    """Every day from first to last, both included, without gaps; two queries.

    Orders count on the day they were placed in `zone`; profit on the day they were shipped.
    """
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    orders = _orders_a_day(actor, every, ZoneInfo(zone))
    money: dict[date, tuple[int | None, int | None]] = {}
    if currency and sees_profit(actor):
        rows = _mine(OrderProfit.objects.filter(on__range=(first, last), currency=currency), actor)
        sums = rows.order_by().values_list("on").annotate(p=Sum("profit_minor"), r=Sum("revenue_minor"))
        money = {on: (p, r) for on, p, r in sums}
    out = []
    for on in every:
        profit, revenue = money.get(on, (None, None))
        out.append(
            DayFigures(
                on,
                orders.get(on, 0),
                Money(profit, currency) if profit is not None else None,
                Money(revenue, currency) if revenue is not None else None,
            )
        )
    return out


def _orders_a_day(actor: Actor, every: Sequence[date], tz: ZoneInfo) -> dict[date, int]:
    """Orders placed on each day. One query of a count a day: each reads its own stretch of the index only."""
    counts = []
    for place, on in enumerate(every):
        start = datetime(on.year, on.month, on.day, tzinfo=tz)
        end = datetime.combine(on + timedelta(days=1), start.time(), tz)
        rows = _mine(Order.objects.filter(placed_at__gte=start, placed_at__lt=end), actor).order_by()
        counts.append(rows.annotate(place=Value(place)).values_list("place").annotate(n=Count("id")))
    if not counts:
        return {}
    return {every[place]: n for place, n in counts[0].union(*counts[1:], all=True)}


def period(actor: Actor, figures: Sequence[DayFigures], currency: str) -> Period:
    """The sum of some days, and how many of their orders lack a component; one query."""
    orders = sum(f.orders for f in figures)
    if not (currency and figures and sees_profit(actor)):
        return Period(orders, None, None, 0)
    profits = [f.profit for f in figures if f.profit is not None]
    revenues = [f.revenue for f in figures if f.revenue is not None]
    between = (figures[0].on, figures[-1].on)
    unknown = _mine(OrderProfit.objects.filter(on__range=between, state="missing"), actor).count()
    return Period(
        orders,
        Money.total(revenues, currency) if revenues else None,
        Money.total(profits, currency) if profits else None,
        unknown,
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """An order that must leave the house soon, or is late."""

    order: Order
    late: bool


def ship_by(actor: Actor, now: datetime, *, hours: int = 24, limit: int = 8) -> list[Deadline]:
    """Orders not yet shipped whose ship-by is past or within some hours, most urgent first; one query."""
    if not actor.can("orders.view"):
        return []
    rows = _due_orders(actor, now, hours).select_related("store").order_by("ship_by", "id")
    return [Deadline(o, o.ship_by < now) for o in rows[:limit]]


def _due_orders(actor: Actor, now: datetime, hours: int) -> QuerySet[Any]:
    rows = Order.objects.filter(
        state__in=OPEN_STATES, shipped_at=None, ship_by__lte=now + timedelta(hours=hours)
    )
    return _mine(rows, actor)


def ship_by_count(actor: Actor, now: datetime, *, hours: int = 24) -> int:
    """How many orders must leave within some hours or are late."""
    return _due_orders(actor, now, hours).count() if actor.can("orders.view") else 0


def expiring(actor: Actor, on: date, limit: int = 8) -> list[Due]:
    """Qualifications to renew now, most urgent first."""
    return qualifications_due(actor, on)[:limit] if actor.can("org.view") else []


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A kind of thing nobody has explained yet, how many, and the noun and state to look at."""

    code: str
    count: int
    noun: str
    query: str = ""


def unexplained(actor: Actor) -> list[Unexplained]:
    """What is held because a fact is missing: never guessed, always counted, left out when none."""
    found: list[Unexplained] = []
    if actor.can("settlements.view"):
        held = _mine(SettlementFile.objects.filter(state="held"), actor).count()
        found.append(Unexplained("held_settlements", held, "settlements", "state=held"))
    if actor.can("orders.view"):
        lines = OrderLine.objects.filter(sku=None, order__state__in=OPEN_STATES)
        unmapped = _mine(lines, actor, "order__store_id").count()
        found.append(Unexplained("unmapped_lines", unmapped, "orders", "state=held"))
    if actor.can("listings.view"):
        loose = _mine(Listing.objects.filter(mappings=None), actor).count()
        found.append(Unexplained("unmapped_listings", loose, "listings"))
    if actor.can("stock.cost") and actor.sees("cost"):
        layers = CostLayer.objects.filter(goods_minor=None).count()
        found.append(Unexplained("layers_without_cost", layers, "layers", "cost=missing"))
    if sees_profit(actor):
        missing = _mine(OrderProfit.objects.filter(state="missing"), actor).count()
        found.append(Unexplained("profit_missing", missing, "order_profits", "state=missing"))
    return [u for u in found if u.count]
