"""Which orders something upstream touched since last time: the audit is the list of changes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tradewind.apps.org.models import AuditEntry
from tradewind.apps.profit.models import Heard
from tradewind.db.bulk import chunks
from tradewind.db.sql import among, fetch, id_set

NAME = "audit"
MOST = 50_000

# Audit kind -> the orders behind its rows.
_BEHIND = {
    "settlement": (
        "SELECT DISTINCT order_id FROM settlements_settlementline WHERE {among} AND order_id IS NOT NULL"
    ),
    "parcel": "SELECT DISTINCT order_id FROM fulfilment_parcel WHERE {among}",
    "order": "SELECT id FROM orders_order WHERE {among} AND state = 'shipped'",
    "layer": (
        "SELECT DISTINCT l.order_id FROM stock_layeruse u JOIN orders_orderline l ON l.id = u.source_id "
        "WHERE {among} AND u.source = 'order_line'"
    ),
    "first_leg": (
        "SELECT DISTINCT l.order_id FROM stock_firstlegline g JOIN stock_costlayer y ON y.leg_line_id = g.id "
        "JOIN stock_layeruse u ON u.layer_id = y.id AND u.source = 'order_line' "
        "JOIN orders_orderline l ON l.id = u.source_id WHERE {among}"
    ),
}
_COLUMN = {
    "settlement": "settlement_id", "parcel": "id", "order": "id", "layer": "u.layer_id",
    "first_leg": "g.leg_id",
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


def touched(after: int, until: int) -> set[int]:
    """Orders behind the audit entries in (after, until]."""
    rows: dict[str, set[int]] = {}
    entries = AuditEntry.objects.filter(id__gt=after, id__lte=until, kind__in=[*_BEHIND, *_ANYTHING])
    for kind, ids in entries.values_list("kind", "ids").iterator(500):
        rows.setdefault(kind, set()).update(json.loads(ids))
    found: set[int] = set()
    for kind in _BEHIND.keys() & rows.keys():
        found |= _behind(kind, rows[kind])
    if any(kind in rows for kind in _ANYTHING):
        missing = fetch("SELECT order_id FROM profit_orderprofit WHERE state = 'missing'")
        found |= {row[0] for row in missing}
    return found


def _behind(kind: str, ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(ids), MOST):
        sql = _BEHIND[kind].format(among=among(_COLUMN[kind]))
        found |= {row[0] for row in fetch(sql, [id_set(part)])}
    return found
