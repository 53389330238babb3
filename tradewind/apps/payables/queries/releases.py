"""Orders that shipped and were not settled yet: when their money is free, when it comes, and how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tradewind.apps.logistics.models import Service
from tradewind.apps.payables.queries.payout_terms import LOOK_BACK, PayoutTerms
from tradewind.apps.stores.queries import stores_of
from tradewind.db.sql import among, fetch, id_set, instant, moment
from tradewind.engine.access import Actor
from tradewind.engine.cash_calendar import Band, percentile
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.release import Release, Transit, release

ENOUGH = 20  # parcels of a way, settled orders of a store: below it they show nothing

_OPEN = """SELECT o.id, o.external_id, o.store_id, o.currency, o.goods_minor + o.shipping_minor + o.tax_minor,
  CAST(o.placed_at AS text), CAST(coalesce(p.shipped_at, o.shipped_at) AS text),
  CAST(p.delivered_at AS text), p.service_id
FROM orders_order o LEFT JOIN fulfilment_parcel p ON p.order_id = o.id AND p.state = 'shipped'
WHERE o.state = 'shipped' AND {stores} AND o.shipped_at >= %s AND NOT EXISTS (
  SELECT 1 FROM settlements_settlementline l WHERE l.order_id = o.id AND l.kind = 'principal')
ORDER BY o.id"""
_SETTLED = """SELECT o.store_id, o.goods_minor + o.shipping_minor + o.tax_minor, sum(l.amount_minor)
FROM settlements_settlementfile f JOIN settlements_settlementline l ON l.settlement_id = f.id
JOIN orders_order o ON o.id = l.order_id
WHERE {stores} AND f.end_at >= %s AND f.currency = o.currency
  AND l.kind NOT IN ('', 'transfer', 'reserve_opened', 'reserve_released')
GROUP BY o.id, o.store_id, o.goods_minor, o.shipping_minor, o.tax_minor
HAVING sum(CASE WHEN l.kind = 'principal' THEN l.amount_minor ELSE 0 END) > 0"""
_SEEN = """SELECT service_id, CAST(shipped_at AS text), CAST(delivered_at AS text) FROM fulfilment_parcel
WHERE delivered_at IS NOT NULL AND service_id IS NOT NULL AND shipped_at >= %s"""


class Share(NamedTuple):
    """What a store keeps of what buyers pay, by its settled orders: ten-thousandths, cautious to hopeful."""

    low: int
    likely: int
    high: int
    orders: int


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order whose money is still with the channel. `net` None: too few settled orders to tell by."""

    order_id: int
    number: str
    store_id: int
    paid: Money  # by the buyer, tax included
    net: Band | None
    release: Release


def open_orders(actor: Actor, today: date, company_id: int | None = None) -> list[OpenOrder]:
    """Every order of the stores in scope that shipped in the last 180 days and is in no settlement yet."""
    stores = list(stores_of(actor).select_related("market").order_by("id"))
    mine = {s.pk: s for s in stores if company_id is None or s.company_id == company_id}
    if not mine:
        return []
    since = instant(datetime.combine(today - LOOK_BACK, datetime.min.time(), ZoneInfo("UTC")))
    rows = fetch(_OPEN.format(stores=among("o.store_id")), [id_set(sorted(mine)), since])
    terms, transits = PayoutTerms(mine.values(), today), _transits(since)
    shares = _shares(sorted(mine), since)
    day = _days({pk: s.zone for pk, s in mine.items()})
    out = []
    for pk, number, store, currency, paid, placed, shipped, delivered, service in rows:
        left, came = day(store, shipped), day(store, delivered)
        start = day(store, placed) or today
        found = release(
            terms.of(store, came or left or start), placed=start, shipped=left, delivered=came,
            transit=transits.get(service, Transit()),
        )  # fmt: skip
        out.append(OpenOrder(pk, number, store, Money(paid, currency), _net(paid, shares.get(store)), found))
    return out


def _days(zones: dict[int, str]) -> Any:
    """A function (store, time as text) -> the day there; times recur and are read once."""
    known = {pk: ZoneInfo(zone) for pk, zone in zones.items()}

    @lru_cache(maxsize=200_000)
    def day(store: int, text: str | None) -> date | None:
        at = moment(text) if text else None
        return None if at is None else at.astimezone(known[store]).date()

    return day


def _net(paid: int, share: Share | None) -> Band | None:
    """What is left of what the buyer paid, by a store's shares in ten-thousandths."""
    if share is None:
        return None
    low, likely, high = (round_half_up(Fraction(paid * s, 10_000)) for s in share[:3])
    return Band(low, likely, high)


def _shares(store_ids: Sequence[int], since: Any) -> dict[int, Share]:
    """Store -> what its orders settled in the last 180 days kept; stores with fewer than 20 are left out.

    Likely is the whole of them, cautious and hopeful the 10th and 90th of a hundred orders.
    """
    sums: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for store, paid, net in fetch(_SETTLED.format(stores=among("f.store_id")), [id_set(store_ids), since]):
        if paid > 0:
            sums[store].append((int(paid), int(net)))
    out = {}
    for store, orders in sums.items():
        if len(orders) < ENOUGH:
            continue
        each = sorted(net * 10_000 // paid for paid, net in orders)
        whole = sum(net for _paid, net in orders) * 10_000 // sum(paid for paid, _net in orders)
        low, high = percentile(each, 10), percentile(each, 90)
        out[store] = Share(max(min(low, whole), 0), max(whole, 0), max(high, whole, 0), len(orders))
    return out


def _transits(since: Any) -> dict[int | None, Transit]:
    """Service -> its promise, and the days its parcels took in the last 180 days where there are enough."""
    seen: dict[int, list[int]] = defaultdict(list)
    for service, shipped, delivered in fetch(_SEEN, [since]):
        left, came = moment(shipped), moment(delivered)
        if left is not None and came is not None:
            seen[service].append(max((came.date() - left.date()).days, 0))
    out: dict[int | None, Transit] = {}
    for pk, promise in Service.objects.values_list("id", "promise_days"):
        days = sorted(seen.get(pk, ()))
        seen_days = None
        if len(days) >= ENOUGH:
            seen_days = (percentile(days, 10), percentile(days, 50), percentile(days, 90))
        out[pk] = Transit(promise, seen_days)
    return out


def without_day(orders: Iterable[OpenOrder]) -> dict[str, list[OpenOrder]]:
    """Orders whose money has no day or no amount, by what is missing."""
    out: dict[str, list[OpenOrder]] = defaultdict(list)
    for one in orders:
        if one.release.cash_on is None:
            out[one.release.why[0]].append(one)
        elif one.net is None:
            out["no_share"].append(one)
    return out


LATE = timedelta(days=45)  # past its day, an order's money is no longer expected by itself
