"""Closing a month: what is open is done or explained, the reports are kept, a hash lies over it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Period, Statement
from tradewind.apps.ledger.operations.entries import lock_books
from tradewind.apps.ledger.queries.checklist import Item, checklist
from tradewind.apps.ledger.queries.reports import as_text
from tradewind.apps.org.operations import acting
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

EVERYTHING = "*"  # one explanation for whatever may be explained


def open_periods(*, now: datetime, by: Actor) -> int:
    """Open the months from a company's first entry to its last that have no row yet; how many."""
    months = _months()
    there = set(Period.objects.values_list("company_id", "month"))
    fresh = [(company, month) for company, month in months if (company, month) not in there]
    if not fresh:
        return 0
    with acting(by, "ledger.change", kind="period", now=now) as act:
        rows = [(company, month.isoformat(), "open", "") for company, month in fresh]
        made = insert_rows_once(
            Period, ["company_id", "month", "state", "hash"], rows, unique=["company_id", "month"]
        )
        act.note(verb="open_periods", opened=made)
    return made


def _months() -> list[tuple[int, date]]:
    # A look-up each end: a GROUP BY would walk through every entry.
    ends = ", ".join(
        f'(SELECT {end}("on") FROM ledger_entry e WHERE e.company_id = c.id)' for end in ("min", "max")
    )
    out = []
    for company, first, last in fetch(f"SELECT c.id, {ends} FROM org_company c"):
        if first is None:
            continue
        month, end = (date.fromisoformat(str(day)).replace(day=1) for day in (first, last))
        while month <= end:
            out.append((company, month))
            month = queries.next_month(month)
    return out


def close_period(
    *,
    company_id: int,
    month: date,
    now: datetime,
    by: Actor,
    explanations: Mapping[str, str] | None = None,
) -> str:
    """Close a month of a company's books and return its hash; closing it again returns the same hash.

    Trial balance, profit and loss and balance sheet are kept as they are at this moment. Refused with
    every point of the checklist that is open and not explained; `explanations` says by point ("*": by
    all) why it may stay so, which the hard ones (a month that is not over, an earlier open one, unposted
    entries, settlements nobody has explained) may not.
    """
    month = month.replace(day=1)
    with acting(by, "ledger.change", kind="period", now=now) as act:
        lock_books(company_id)
        period = Period.objects.filter(company_id=company_id, month=month).first()
        if period and period.state == "closed":
            return period.hash
        words = {k: v.strip() for k, v in (explanations or {}).items() if v.strip()}
        items = [i for i in checklist(by, company_id, month, now.date()) if not i.done]
        problems = _problems(items, words)
        if problems:
            raise Refused(problems)
        period = period or Period.objects.create(company_id=company_id, month=month)
        _keep(period, as_text(company_id, month, by))
        period.hash = queries.period_hash(company_id, month)
        period.state = "closed"
        period.save()
        act.ids.append(period.pk)
        left = {item.code: item.count for item in items}
        act.note(verb="close_period", month=month, hash=period.hash, explanations=words, left=left)
    return period.hash


def _problems(items: Sequence[Item], words: Mapping[str, str]) -> list[Problem]:
    problems = []
    for item in items:
        if item.hard or not (item.code in words or EVERYTHING in words):
            left = ", ".join(str(amount) for amount in item.amounts) or str(item.count)
            accepted = "" if item.hard else _("an explanation")
            problems.append(Problem(None, item.code, left, said(item.code), accepted))
    return problems


def said(code: str) -> str:
    """What it means that a point of the checklist is open."""
    return {
        "not_over": _("the month is not over"),
        "earlier_month": _("an earlier month is still open"),
        "unposted_entries": _("entries of the month are not posted"),
        "unbooked_sales": _("sales that shipped are not booked"),
        "unbooked_receipts": _("goods received are not booked: their cost is missing"),
        "missing_costs": _("orders lack a cost"),
        "held_settlements": _("settlements are not explained"),
        "unknown_kinds": _("settlement lines of unknown kinds"),
        "remainders": _("settlements with a remainder"),
        "overlaps": _("settlement lines stand in two files"),
        "open_proposals": _("matches wait for a decision"),
        "bills_not_audited": _("bills are not audited"),
        "bills_not_accepted": _("bills are not accepted"),
        "unmatched_receipts": _("money received belongs to no payout yet"),
        "unmatched_bank_lines": _("bank receipts nobody has explained"),
        "clearing": _("a clearing account is not zero"),
        "stock_tied": _("stock and its accounts differ"),
        "freight_accrued": _("freight without a bill is not accrued"),
        "rates": _("exchange rates are missing"),
        "revalued": _("exchange differences are not booked"),
    }.get(code, code)


def _keep(period: Period, reports: Mapping[str, str]) -> None:
    Statement.objects.bulk_create(
        Statement(period=period, code=code, content=text, sha256=hashlib.sha256(text.encode()).hexdigest())
        for code, text in sorted(reports.items())
    )
