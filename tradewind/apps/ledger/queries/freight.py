"""Freight of what has shipped that a month's books do not hold yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tradewind.apps.ledger.queries.books import next_month
from tradewind.db.sql import fetch
from tradewind.engine.money import Money

# Freight of parcels whose sale is booked by the day, estimated or said by a carrier's bill; less what
# bills have booked of it by then, and what accruals of that day hold already.
_OPEN = """SELECT store_id, order_id, currency, sum(minor) FROM (
  SELECT s.id AS store_id, p.order_id AS order_id, p.freight_currency AS currency, p.freight_minor AS minor
  FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id JOIN stores_store s ON s.id = o.store_id
    JOIN ledger_entry e ON e.event = 'sale' AND e.source = 'order' AND e.source_id = o.id
  WHERE s.company_id = %s AND e."on" <= %s AND p.freight_minor IS NOT NULL
    AND (p.freight_state = 'estimated' OR p.freight_source LIKE '%%bill:%%')
  UNION ALL
  SELECT t.store_id, t.order_id, t.currency, -t.amount_minor FROM ledger_entry e
    JOIN ledger_posting t ON t.entry_id = e.id JOIN ledger_account a ON a.id = t.account_id
  WHERE e.company_id = %s AND e.posted AND e."on" <= %s AND a.code = '6603' AND t.order_id IS NOT NULL
    AND e.event IN ('freight_accrual', 'freight_accrual_reversal', 'bill', 'bill_change')
) x GROUP BY store_id, order_id, currency HAVING sum(minor) <> 0 ORDER BY store_id, order_id, currency"""


def freight_open(company_id: int, month: date) -> list[tuple[int | None, int, Money]]:
    """(store, order, amount) of freight that belongs into a month's books and is not in them.

    Above zero it is to be accrued; below, what was accrued is too much by now.
    """
    last = next_month(month.replace(day=1)) - timedelta(days=1)
    rows: list[tuple[Any, ...]] = fetch(_OPEN, [company_id, last, company_id, last])
    return [(store, order, Money(int(minor), currency)) for store, order, currency, minor in rows]
