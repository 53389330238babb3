"""Closing a month: nothing unposted, nothing left in clearing without a word, and a hash over it all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Entry, Period
from tradewind.apps.ledger.operations.entries import lock_books
from tradewind.apps.org.operations import acting
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def close_period(
    *,
    company_id: int,
    month: date,
    now: datetime,
    by: Actor,
    explanations: Mapping[str, str] | None = None,
) -> str:
    """Close a month of a company's books and return its hash; closing it again returns the same hash.

    `explanations` says for a clearing account (by code) why it is not zero. Refused with every
    problem: a month that is not over, an open earlier month with entries, unposted entries, a
    clearing account that is neither zero nor explained.
    """
    month = month.replace(day=1)
    with acting(by, "ledger.change", kind="period", now=now) as act:
        lock_books(company_id)
        period = Period.objects.filter(company_id=company_id, month=month).first()
        if period and period.state == "closed":
            return period.hash
        words = {k: v.strip() for k, v in (explanations or {}).items() if v.strip()}
        problems = _problems(company_id, month, now, words)
        if problems:
            raise Refused(problems)
        period = period or Period(company_id=company_id, month=month)
        period.hash = queries.period_hash(company_id, month)
        period.state = "closed"
        period.save()
        act.ids.append(period.pk)
        act.note(verb="close_period", month=month, hash=period.hash, explanations=words)
    return period.hash


def _problems(company_id: int, month: date, now: datetime, words: Mapping[str, str]) -> list[Problem]:
    end = queries.next_month(month)
    entries = Entry.objects.filter(company_id=company_id)
    problems: list[Problem] = []
    if end > now.date():
        problems.append(Problem(None, "month", f"{month:%Y-%m}", _("the month is not over")))
    for open_month in sorted(queries.open_months(company_id)):
        if open_month < month:
            problems.append(
                Problem(None, "month", f"{open_month:%Y-%m}", _("an earlier month is still open"))
            )
    unposted = entries.filter(posted=False, on__gte=month, on__lt=end).count()
    if unposted:
        problems.append(Problem(None, "entries", str(unposted), _("entries of the month are not posted")))
    for code, currency, minor in queries.clearing_left(company_id, end):
        if code not in words:
            left, why = str(Money(minor, currency)), _("a clearing account is not zero")
            problems.append(Problem(None, f"account {code}", left, why, _("an explanation")))
    return problems
