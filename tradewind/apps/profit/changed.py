"""Which orders something upstream touched since last time: the audit is the list of changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tradewind.apps.org.models import AuditEntry
from tradewind.apps.profit.models import Heard
from tradewind.db.bulk import chunks
from tradewind.db.sql import among, fetch, id_set, on_postgresql

NAME = "audit"
LINES = "lines"  # kept once every order that was computed before lines were has its own
MOST = 50_000

# Audit kind -> (order, row) of the orders behind its rows.
_BEHIND = {
    "settlement": (
        "SELECT DISTINCT order_id, settlement_id FROM settlements_settlementline "
        "WHERE {among} AND order_id IS NOT NULL"
    ),
    "parcel": "SELECT order_id, id FROM fulfilment_parcel WHERE {among}",
    "order": "SELECT id, id FROM orders_order WHERE {among} AND state = 'shipped'",
    "layer": (
        "SELECT DISTINCT l.order_id, u.layer_id FROM stock_layeruse u "
        "JOIN orders_orderline l ON l.id = u.source_id WHERE {among} AND u.source = 'order_line'"
    ),
    "first_leg": (
        "SELECT DISTINCT l.order_id, g.leg_id FROM stock_firstlegline g "
        "JOIN stock_costlayer y ON y.leg_line_id = g.id "
        "JOIN stock_layeruse u ON u.layer_id = y.id AND u.source = 'order_line' "
        "JOIN orders_orderline l ON l.id = u.source_id WHERE {among}"
    ),
    # A closed month makes what is settled and certain in it final.
    "period": (
        "SELECT p.order_id, x.id FROM ledger_period x JOIN profit_orderprofit p "
        'ON p.company_id = x.company_id AND p."on" >= x.month AND p."on" < {next_month} '
        "WHERE {among} AND p.stage = 'settled' AND p.state = 'actual'"
    ),
}
_COLUMN = {
    "settlement": "settlement_id", "parcel": "id", "order": "id", "layer": "u.layer_id",
    "first_leg": "g.leg_id", "period": "x.id",
}  # fmt: skip
# A rate or a rule decision can complete any order that misses something.
_ANYTHING = ("fx_rate", "rule_decision", "kind_mapping")


def heard() -> int:
    """The last audit entry that was taken in."""
    return Heard.objects.filter(name=NAME).values_list("audit_id", flat=True).first() or 0


def newest() -> int:
    """The last audit entry that can concern profit."""
    entries = AuditEntry.objects.filter(kind__in=[*_BEHIND, *_ANYTHING]).order_by("-id")
    return entries.values_list("id", flat=True).first() or 0


def never_computed(most: int = MOST) -> list[int]:
    """Shipped orders without a profit row, the oldest first."""
    return [
        row[0]
        for row in fetch(
            "SELECT o.id FROM orders_order o LEFT JOIN profit_orderprofit p ON p.order_id = o.id "
            "WHERE o.state = 'shipped' AND o.shipped_at IS NOT NULL AND p.id IS NULL ORDER BY o.id LIMIT %s",
            [most],
        )
    ]


def without_lines() -> list[int]:
    """Orders whose profit was computed by a house that knew no lines yet; asked until they have them."""
    if Heard.objects.filter(name=LINES).exists():
        return []
    return [
        row[0]
        for row in fetch(
            "SELECT p.order_id FROM profit_orderprofit p WHERE NOT EXISTS "
            "(SELECT 1 FROM profit_profitline x WHERE x.order_id = p.order_id) ORDER BY p.order_id"
        )
    ]


def touched(after: int, until: int) -> dict[int, dict[str, int]]:
    """Orders behind the audit entries in (after, until]: for each the last act of every kind."""
    acts: dict[str, dict[int, int]] = {}  # kind -> row -> the last act on it
    entries = AuditEntry.objects.filter(id__gt=after, id__lte=until, kind__in=[*_BEHIND, *_ANYTHING])
    for pk, kind, ids in entries.order_by("id").values_list("id", "kind", "ids").iterator(500):
        acts.setdefault(kind, {}).update(dict.fromkeys(json.loads(ids) or [0], pk))
    found: dict[int, dict[str, int]] = {}
    for kind in _BEHIND.keys() & acts.keys():
        for order, act in _behind(kind, acts[kind]):
            mine = found.setdefault(order, {})
            mine[kind] = max(mine.get(kind, 0), act)
    for kind in acts.keys() & set(_ANYTHING):
        act = max(acts[kind].values())
        for (order,) in fetch("SELECT order_id FROM profit_orderprofit WHERE state = 'missing'"):
            found.setdefault(order, {})[kind] = act
    return found


def _behind(kind: str, acts: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """(order, act) of the rows of a kind."""
    after = "x.month + interval '1 month'" if on_postgresql() else "date(x.month, '+1 month')"
    for part in chunks(sorted(acts), MOST):
        sql = _BEHIND[kind].format(among=among(_COLUMN[kind]), next_month=after)
        for order, row in fetch(sql, [id_set(part)]):
            yield order, acts[row]
