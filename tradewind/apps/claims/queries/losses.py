"""Units that a platform's warehouse lost or damaged, what they cost, and whether they were paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from tradewind.db.sql import fetch, moment

# A count in the platform's warehouse of a store that found too few, with the cost that left with them.
_LOST = """SELECT v.id, v.source, -v.qty, v.at, b.sku_id, b.owner_id, c.base_currency,
  (SELECT CASE WHEN count(u.goods_minor) = count(*) AND count(*) > 0
     THEN sum(u.goods_minor) + sum(u.landed_minor) END
   FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id
   WHERE u.source = 'count' AND u.source_id = v.source_id AND y.balance_id = b.id)
FROM stock_move v JOIN stock_balance b ON b.id = v.balance_id JOIN org_company c ON c.id = b.owner_id
JOIN stores_store s ON s.platform_warehouse_id = b.warehouse_id AND s.company_id = b.owner_id
WHERE s.id = %s AND v.kind = 'count' AND v.qty < 0 AND v.source IN ('lost', 'damaged', 'count')
ORDER BY v.at, v.id"""
# What the channel paid for units of a SKU, by the channel's own SKU.
_PAID = """SELECT DISTINCT t.id, m.sku_id, t.amount_minor, f.currency, coalesce(t.posted_at, f.end_at)
FROM settlements_settlementline t JOIN settlements_settlementfile f ON f.id = t.settlement_id
JOIN listings_listing l ON l.store_id = f.store_id AND l.external_sku = t.external_sku
JOIN listings_skumapping m ON m.listing_id = l.id AND m.valid_to IS NULL
WHERE f.store_id = %s AND f.state <> 'held' AND t.kind = 'reimbursement' AND t.amount_minor > 0
  AND t.order_id IS NULL ORDER BY 5, t.id"""


@dataclass(frozen=True, slots=True)
class Loss:
    """Units gone in one count, their cost in base currency (None: not known), and the line that paid them."""

    move_id: int
    reason: str
    units: int
    on: date
    sku_id: int
    company_id: int
    currency: str
    cost_minor: int | None
    paid_line: int | None = None
    paid: str = ""  # what was paid, in the settlement's currency


def losses(store_id: int, until: date) -> list[Loss]:
    """Losses of a store's platform warehouse up to a day, each matched with at most one reimbursement.

    A reimbursement of the same SKU pays the first loss it did not come before (a week is let pass, as
    channels report late); it pays one loss only.
    """
    paid = [(*row[:4], _day(row[4])) for row in fetch(_PAID, [store_id])]
    taken: set[int] = set()
    found = []
    for pk, reason, units, at, sku, company, currency, cost in fetch(_LOST, [store_id]):
        on = _day(at)
        if on > until:
            continue
        match = next(
            (p for p in paid if p[0] not in taken and p[1] == sku and p[4] >= on - timedelta(days=7)), None
        )
        if match:
            taken.add(match[0])
        said = f"{match[2]} {match[3]}" if match else ""
        minor = None if cost is None else int(cost)
        found.append(
            Loss(pk, reason, int(units), on, sku, company, currency, minor, match[0] if match else None, said)
        )
    return found


def _day(at: Any) -> date:
    found = moment(at)
    return found.astimezone(UTC).date() if found else date.min
