"""Withdrawals that came back, into the books."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.apps.treasury.models import Conversion
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def post_returned(*, now: datetime, by: Actor) -> StepResult:
    """Book withdrawals that came back on the day they did; the fee they cost stays a fee."""
    rows = unbooked(Conversion, "withdrawal_returned", "conversion").filter(state="returned")
    day, found = open_days(), defaultdict[int, list[Booking]](list)
    for c in rows.select_related("collection", "returned__account", "sold_line__account"):
        assert c.returned is not None
        company = c.origin.company_id
        on = day(company, c.returned.at.date())
        plan = plans.withdrawal_returned(c.pk, c.group, on, c.sold - c.fee, c.returned.amount)
        found[company].append(plan)
    return StepResult(book(found, now, by))
