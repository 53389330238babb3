"""Freight shipped but not billed: cost of its month, taken back on the first of the next."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tradewind.apps.ledger.operations.chart import account_ids, open_chart
from tradewind.apps.ledger.operations.entries import closed_months, lock_books
from tradewind.apps.ledger.operations.vouchers import post_reversed
from tradewind.apps.ledger.queries import next_month
from tradewind.apps.ledger.queries.freight import freight_open
from tradewind.apps.org.operations import acting
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

EVENT = "freight_accrual"
BACK = "freight_accrual_reversal"


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
