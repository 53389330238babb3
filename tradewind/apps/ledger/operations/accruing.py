"""Freight shipped but not billed: cost of its month, taken back on the first of the next."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.ledger.operations.chart import account_ids, open_chart
from tradewind.apps.ledger.operations.entries import closed_months, lock_books
from tradewind.apps.ledger.operations.vouchers import post_reversed
from tradewind.apps.ledger.queries import next_month
from tradewind.apps.org.operations import acting
from tradewind.db.sql import fetch
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

EVENT = "freight_accrual"
BACK = "freight_accrual_reversal"

# Freight of parcels whose sale is booked by the day, estimated or said by a carrier's bill; less what
# bills have booked of it by then, and what accruals of that day hold already.
_OPEN = """SELECT store_id, order_id, currency, sum(minor) FROM (
  SELECT s.id AS store_id, p.order_id AS order_id, p.freight_currency AS currency, p.freight_minor AS minor
  FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id JOIN stores_store s ON s.id = o.store_id
    JOIN ledger_entry e ON e.event = 'sale' AND e.source = 'order' AND e.source_id = o.id
  WHERE s.company_id = %s AND e."on" <= %s AND p.freight_minor IS NOT NULL
    AND (p.freight_state = 'estimated' OR p.freight_source LIKE 'bill:%%')
  UNION ALL
  SELECT t.store_id, t.order_id, t.currency, -t.amount_minor FROM ledger_entry e
    JOIN ledger_posting t ON t.entry_id = e.id JOIN ledger_account a ON a.id = t.account_id
  WHERE e.company_id = %s AND e.posted AND e."on" <= %s AND a.code = '6603' AND t.order_id IS NOT NULL
    AND (e.event IN ('freight_accrual', 'freight_accrual_reversal') OR e.source IN ('bill', 'bill_line'))
) x GROUP BY store_id, order_id, currency HAVING sum(minor) <> 0 ORDER BY store_id, order_id, currency"""


def freight_open(company_id: int, month: date) -> list[tuple[int | None, int, Money]]:
    """(store, order, amount) of freight that belongs into a month's books and is not in them.

    Above zero it is to be accrued; below, what was accrued is too much by now.
    """
    last = next_month(month.replace(day=1)) - timedelta(days=1)
    rows: list[tuple[Any, ...]] = fetch(_OPEN, [company_id, last, company_id, last])
    return [(store, order, Money(int(minor), currency)) for store, order, currency, minor in rows]


def accrue_freight(*, company_id: int, month: date, now: datetime, by: Actor) -> list[int]:
    """Book the freight of shipped parcels that is not billed yet, order by order; the new entries.

    Dr 6603 of the order, Cr 2204, on the last day of the month; the opposite on the first of the next.
    Run again, only what has changed since is booked. Refused where the month is closed or not over.
    Example: a parcel shipped on 28 October, estimated at 4.20 USD, bill in November: 4.20 in October.
    """
    month = month.replace(day=1)
    last = next_month(month) - timedelta(days=1)
    problems = []
    if last >= now.date():
        problems.append(Problem(None, "month", f"{month:%Y-%m}", _("the month is not over")))
    if month in closed_months(company_id):
        problems.append(Problem(None, "month", f"{month:%Y-%m}", _("the month is closed")))
    if problems:
        raise Refused(problems)
    open_chart(now=now, by=by)
    with acting(by, "ledger.change", kind="entry", now=now) as act:
        lock_books(company_id)
        lines = _lines(freight_open(company_id, month))
        if not lines:
            act.nothing()
            return []
        plan = EntryPlan(EVENT, last, f"{month:%Y-%m}", tuple(lines))
        made = post_reversed(company_id, plan, BACK, account_ids())
        act.ids.extend(made)
        act.note(verb="accrue_freight", month=month, orders=len(lines) // 2)
    return made


def _lines(rows: list[tuple[int | None, int, Money]]) -> list[PostingPlan]:
    """Cost order by order, owed store by store."""
    owed: dict[tuple[int | None, str], int] = defaultdict(int)
    lines = []
    for store, order, amount in rows:
        lines.append(PostingPlan(chart.FREIGHT_OUT, amount, store, order))
        owed[store, amount.currency] -= amount.minor
    lines += [
        PostingPlan(chart.ACCRUED, Money(minor, currency), store)
        for (store, currency), minor in owed.items()
        if minor
    ]
    return lines
