"""Plans and the days on which they fall."""

from __future__ import annotations

from datetime import date, timedelta

from tradewind.apps.payables.models import CashPlan
from tradewind.engine.cash_calendar import recurring
from tradewind.engine.payable_kinds import ADS, OTHER, PAYROLL, RENT, TAX

INCOME = "income"
PLAN_KINDS = (ADS, TAX, PAYROLL, RENT, OTHER, INCOME)


def occurrences(plan: CashPlan, since: date, days: int) -> list[date]:
    """The days of a plan from a day on, over the days after it, both ends included."""
    return recurring(plan.every, plan.first_on, plan.until, since, since + timedelta(days=days))
