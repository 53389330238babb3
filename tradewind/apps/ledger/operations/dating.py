"""On which day late news is booked: its own, or the first open day after a closed month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from tradewind.apps.ledger.operations.entries import closed_months
from tradewind.apps.ledger.queries import next_month


class MovedDay(date):
    """A day on which something is booked that is of an earlier day, in a month closed by now.

    An entry dated so keeps that day (`Entry.of_day`): the memo of what a closed month did not know.
    """

    of: date

    @classmethod
    def to(cls, on: date, of: date) -> MovedDay:
        """`on` as a day, with the day it stands for."""
        moved = cls(on.year, on.month, on.day)
        moved.of = of
        return moved


def open_days() -> Callable[[int, date], date]:
    """A function (company, day) -> the day to book on; closed months are read once a company."""
    closed = lru_cache(maxsize=None)(closed_months)

    def day(company_id: int, on: date) -> date:
        month = on.replace(day=1)
        if month not in closed(company_id):
            return on
        while month in closed(company_id):
            month = next_month(month)
        return MovedDay.to(month, on)

    return day
