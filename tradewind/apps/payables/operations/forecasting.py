"""Keeping the calendar as it stands today, to be compared with what comes."""

from __future__ import annotations

import json
from datetime import datetime

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.payables.models import Forecast
from tradewind.apps.payables.queries.calendar import CashCalendar, cash_calendar
from tradewind.apps.payables.queries.kept import lines_worth
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import instant
from tradewind.engine.access import Actor

DAYS = 90
_COLUMNS = ["company_id", "made_on", "made_at", "days", "currency", "opening_minor", "curve", "gaps"]


def keep_forecasts(*, now: datetime, by: Actor) -> int:
    """Keep today's calendar of every company with an account; how many were new. Once a day is enough.

    Kept with the rates of today, so that what exchange does later is no error of the forecast.
    """
    by.require("payables.change")
    today = now.date()
    done = set(Forecast.objects.filter(made_on=today).values_list("company_id", flat=True))
    rows = []
    for company in Company.objects.exclude(id__in=done).order_by("id"):
        found = cash_calendar(by, company.pk, today, DAYS)
        if found.places:
            rows.append(_row(found, now))
    if not rows:
        return 0
    with acting(by, "payables.change", kind="forecast", now=now) as act:
        new = insert_rows_once(Forecast, _COLUMNS, rows, unique=["company_id", "made_on"])
        act.ids = list(Forecast.objects.filter(made_on=today).values_list("id", flat=True))
        act.note(verb="keep_forecasts", new=new)
    return new


def _row(found: CashCalendar, now: datetime) -> tuple[object, ...]:
    rates = {c: str(r.rate) for c, r in sorted(found.rates.items())}
    days = [
        [*(d.balance.low, d.balance.likely, d.balance.high), d.coming.likely, d.going.likely]
        for d in found.base.days
    ]
    curve = {"rates": rates, "days": days, "lines": lines_worth(found.company.pk, rates, found.base.currency)}
    gaps = "\n".join(
        f"{g.code} {g.count} {', '.join(map(str, g.amounts))} {g.text}".strip() for g in found.gaps
    )
    return (
        found.company.pk, found.today, instant(now), DAYS, found.base.currency, found.base.opening,
        json.dumps(curve), gaps,
    )  # fmt: skip
