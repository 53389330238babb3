"""Balances, the trial balance, the general ledger, periods and their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from tradewind.apps.ledger.models import Account, Entry, Period, Posting, PostingRule, Statement
from tradewind.apps.org.models import Company
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account's balance in one currency; debit positive."""

    account: Account
    amount: Money


def visible(actor: Actor) -> Q:
    """Postings inside the actor's store scope; postings without a store belong to the whole company."""
    return Q() if actor.stores is None else Q(store_id=None) | Q(store_id__in=sorted(actor.stores))


def entries(actor: Actor) -> QuerySet[Entry]:
    """Entries of which the actor may see every posting."""
    actor.require("ledger.view")
    rows = Entry.objects.select_related("company")
    if actor.stores is None:
        return rows
    return rows.exclude(postings__in=Posting.objects.exclude(visible(actor)))


def late_entries(actor: Actor, company_id: int, month: date) -> QuerySet[Entry]:
    """What a closed month did not know: entries of its days that were booked later, oldest first."""
    rows = entries(actor).filter(company_id=company_id, of_day__gte=month, of_day__lt=next_month(month))
    return rows.order_by("on", "number")


def accounts(actor: Actor) -> QuerySet[Account]:
    """The chart."""
    actor.require("ledger.view")
    return Account.objects.select_related("parent")


def posting_rules(actor: Actor) -> QuerySet[PostingRule]:
    """Which account a kind is booked to, from a day on."""
    actor.require("ledger.view")
    return PostingRule.objects.select_related("account")


def periods(actor: Actor) -> QuerySet[Period]:
    """Months of the books."""
    actor.require("ledger.view")
    return Period.objects.select_related("company")


def trial_balance(actor: Actor, company_id: int, until: date) -> dict[str, dict[str, int]]:
    """currency -> account code -> minor units, up to and including a day; each currency sums to zero.

    Asks for the whole company, so an actor with a store scope gets no answer but Denied.
    """
    actor.require("ledger.view")
    rows = _sums(Q(entry__company_id=company_id, entry__on__lte=until) & visible(actor))
    table: dict[str, dict[str, int]] = {}
    for code, currency, minor in rows:
        table.setdefault(currency, {})[code] = minor
    return table


def balances(actor: Actor, company_id: int, until: date) -> list[BalanceRow]:
    """Every account with a balance, by code and currency."""
    table = trial_balance(actor, company_id, until)
    by_code = {a.code: a for a in Account.objects.all()}
    return [
        BalanceRow(by_code[code], Money(minor, currency))
        for currency, codes in sorted(table.items())
        for code, minor in sorted(codes.items())
    ]


def general_ledger(
    actor: Actor, company_id: int, account: str, since: date, until: date
) -> QuerySet[Posting]:
    """Postings of an account in a span of days (both included), in the order of the journal."""
    actor.require("ledger.view")
    rows = Posting.objects.filter(
        visible(actor), account__code=account, entry__company_id=company_id,
        entry__on__gte=since, entry__on__lte=until, entry__posted=True,
    )  # fmt: skip
    return rows.select_related("entry", "account").order_by("entry__on", "entry__number", "id")


def open_receivables(actor: Actor, company_id: int) -> list[tuple[int | None, str, int]]:
    """(order id, currency, minor units) that channels still owe or have paid too much, per order."""
    actor.require("ledger.view")
    rows = (
        Posting.objects.filter(
            visible(actor), account__code="1122", entry__company_id=company_id, entry__posted=True
        )
        .values_list("order_id", "currency")
        .annotate(minor=Sum("amount_minor"))
        .exclude(minor=0)
        .order_by("order_id", "currency")
    )
    return [(order, currency, int(minor)) for order, currency, minor in rows]


def _sums(where: Q) -> Iterable[tuple[str, str, int]]:
    rows = (
        Posting.objects.filter(where, entry__posted=True)
        .values_list("account__code", "currency")
        .annotate(minor=Sum("amount_minor"))
        .exclude(minor=0)
        .order_by("account__code", "currency")
    )
    return [(code, currency, int(minor)) for code, currency, minor in rows]


def clearing_left(company_id: int, before: date) -> list[tuple[str, str, int]]:
    """(account, currency, minor units) of clearing accounts that are not zero before a day."""
    where = Q(account__is_clearing=True, entry__company_id=company_id, entry__on__lt=before)
    return list(_sums(where))


def next_month(month: date) -> date:
    """The first day of the month after: 2026-12-01 -> 2027-01-01."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def open_months(company_id: int) -> set[date]:
    """First days of the months with entries that are not closed."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    first = """substr("on", 1, 8) || '01'"""
    if connection.vendor == "postgresql":
        first = """date_trunc('month', "on")::date"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {first} FROM {table} WHERE company_id = %s", [company_id])
        months = {date.fromisoformat(str(row[0])) for row in cursor.fetchall()}
    closed = Period.objects.filter(company_id=company_id, state="closed")
    return months - set(closed.values_list("month", flat=True))


def period_hash(company_id: int, month: date) -> str:
    """SHA-256 over a month's entries, postings and kept statements, chained to the month before.

    Account ids stand for themselves: accounts are never renumbered. Recomputed by `tradewind
    doctor`, so that a change past the guards would show.
    """
    end = next_month(month)
    before = (
        Period.objects.filter(company_id=company_id, month__lt=month, state="closed")
        .order_by("-month")
        .values_list("hash", flat=True)
        .first()
    )
    digest = hashlib.sha256((before or "").encode())
    within = Entry.objects.filter(company_id=company_id, on__gte=month, on__lt=end)
    heads = within.order_by("number").values_list(
        "number", "on", "event", "source", "source_id", "memo", "posted", "of_day"
    )
    for head in heads.iterator(5000):
        facts = head if head[-1] is not None else head[:-1]
        digest.update(json.dumps(facts, default=str, ensure_ascii=False).encode())
    lines = Posting.objects.filter(entry__company_id=company_id, entry__on__gte=month, entry__on__lt=end)
    rows = lines.order_by("entry__number", "id").values_list(
        "entry__number", "account__code", "amount_minor", "currency", "store_id", "order_id"
    )
    for row in rows.iterator(5000):
        digest.update(json.dumps(row).encode())
    said = Statement.objects.filter(period__company_id=company_id, period__month=month).order_by("code")
    for code, content in said.values_list("code", "content"):
        digest.update(f"{code} {content}".encode())
    return digest.hexdigest()


def broken_periods() -> list[Period]:
    """Closed months whose facts no longer give their hash: must be empty."""
    closed = Period.objects.filter(state="closed").select_related("company").order_by("company", "month")
    return [p for p in closed if period_hash(p.company_id, p.month) != p.hash]


def unbalanced(company: Company | None = None) -> list[tuple[int, str, int]]:
    """(company, currency, minor units) where the posted books do not sum to zero: must be empty."""
    rows = Posting.objects.filter(entry__posted=True)
    if company is not None:
        rows = rows.filter(entry__company=company)
    sums = rows.values_list("entry__company_id", "currency").annotate(minor=Sum("amount_minor"))
    return [(pk, currency, int(minor)) for pk, currency, minor in sums.exclude(minor=0)]
