"""The pull of the books: everything upstream that is ready and not booked yet, in the order of the goods."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.ledger.operations.bills import post_bills
from tradewind.apps.ledger.operations.cash import (
    post_conversions,
    post_fees,
    post_payouts,
    post_settlements,
)
from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.apps.ledger.operations.counts import post_counts
from tradewind.apps.ledger.operations.freight import post_charges, post_legs
from tradewind.apps.ledger.operations.late_costs import post_late_costs
from tradewind.apps.ledger.operations.late_orders import post_late_orders
from tradewind.apps.ledger.operations.payments import post_clearings, post_payables, post_payments
from tradewind.apps.ledger.operations.periods import open_periods
from tradewind.apps.ledger.operations.purchasing import post_invoices, post_receipts
from tradewind.apps.ledger.operations.returned import post_returned
from tradewind.apps.ledger.operations.sales import post_sales, unbooked_count
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def waiting(actor: Actor) -> int:
    """Shipped orders whose sale is not in the books yet."""
    actor.require("ledger.view")
    return unbooked_count()


def post_ready(now: datetime, by: Actor) -> StepResult:
    """Book what is ready; a second run books nothing. What lacks a cost or a rate waits, and is counted.

    Receipts and bills of goods go before all that books goods at what they cost by then: legs, counts
    and sales; late costs true up what was booked before.
    """
    open_chart(now=now, by=by)
    result = StepResult()
    for post in (post_receipts, post_invoices, post_charges, post_legs, post_counts, post_late_costs):
        result += post(now=now, by=by)
    while unbooked_count() and (booked := post_sales(now=now, by=by)):
        result += StepResult(len(booked))
    cash = (post_settlements, post_late_orders, post_payouts, post_fees, post_conversions, post_returned)
    for post in cash:
        result += post(now=now, by=by)
    for post in (post_bills, post_payables, post_payments, post_clearings):
        result += post(now=now, by=by)
    open_periods(now=now, by=by)
    return result


run = post_ready
