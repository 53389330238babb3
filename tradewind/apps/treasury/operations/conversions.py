"""Withdrawals put together from their lines, and their arrival at the bank (结汇)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import needed_reason
from tradewind.apps.treasury.models import BankLine, CollectionLine, Conversion
from tradewind.apps.treasury.states import CONVERSION, UNDERWAY
from tradewind.db.bulk import insert_rows_once, update_rows
from tradewind.db.sql import instant
from tradewind.db.states import move_all, move_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CONVERT, FEE, WITHDRAW

CONVERSION_COLUMNS = [
    "group", "collection_id", "sold_minor", "sold_currency", "fee_minor", "bought_minor",
    "bought_currency", "rate", "reference_rate", "at", "state",
]  # fmt: skip


def group_conversions(*, account_id: int, now: datetime, by: Actor) -> int:
    """Make a conversion of every withdrawal group that has none; how many were made.

    Sold is all that left the account, fee included; bought is the other side of the conversion, or
    what was withdrawn where nothing was converted. The reference rate is the house's of that day;
    without one the loss is not stated.
    """
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        lines = CollectionLine.objects.filter(account_id=account_id).exclude(group="")
        lines = lines.exclude(group__in=Conversion.objects.values("group")).select_related("account")
        groups: dict[str, list[CollectionLine]] = defaultdict(list)
        for line in lines.order_by("at", "id"):
            groups[line.group].append(line)
        whole = {name: g for name, g in groups.items() if any(x.kind in (CONVERT, WITHDRAW) for x in g)}
        rows = [_row(name, group) for name, group in whole.items()]
        made = insert_rows_once(Conversion, CONVERSION_COLUMNS, _referenced(rows), unique=["group"])
        act.note(verb="group_conversions", made=made)
    if made:
        match_arrivals(now=now, by=by)
    return made


def _row(name: str, group: list[CollectionLine]) -> list[Any]:
    sold = -sum(x.amount_minor for x in group)
    fee = -sum(x.amount_minor for x in group if x.kind == FEE)
    currency = group[0].account.currency
    converted = next((x for x in group if x.kind == CONVERT and x.counter_minor is not None), None)
    bought, into, rate = sold - fee, currency, Decimal(1)
    if converted is not None:
        bought, into = int(converted.counter_minor or 0), converted.counter_currency
        rate = converted.rate
    at = max(x.at for x in group)
    return [name, group[0].account_id, sold, currency, fee, bought, into, rate, None, at, UNDERWAY]


def _referenced(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows with the reference rate of their day, read by one query."""
    if not rows:
        return rows
    days = [row[9].date() for row in rows]
    rates = rates_between(min(days), max(days), {c for row in rows for c in (row[3], row[6])})
    for row, day in zip(rows, days, strict=True):
        found = rates.find(row[3], row[6], day)
        row[8] = str(found.rate) if found else None
        row[7] = None if row[7] is None else str(row[7])
        row[9] = instant(row[9])
    return rows


def refer_conversions(*, now: datetime, by: Actor) -> int:
    """State the reference rate of withdrawals whose day's rate came in later; how many were stated."""
    blank = list(Conversion.objects.filter(reference_rate=None))
    if not blank:
        return 0
    days = [c.at.date() for c in blank]
    currencies = {x for c in blank for x in (c.sold_currency, c.bought_currency)}
    rates = rates_between(min(days), max(days), currencies)
    found = [
        (c.pk, str(rate.rate))
        for c in blank
        if (rate := rates.find(c.sold_currency, c.bought_currency, c.at.date()))
    ]
    if not found:
        return 0
    with acting(by, "treasury.change", kind="conversion", ids=[pk for pk, _rate in found], now=now) as act:
        update_rows(Conversion, ["reference_rate"], found, where="t.reference_rate IS NULL")
        act.note(verb="refer_conversions")
    return len(found)


def match_arrivals(*, now: datetime, by: Actor) -> int:
    """Match bank lines to the withdrawals they end, by the group they name; how many arrived.

    The same amount: arrived. Another amount: short, for somebody to look at. A bank line that names
    no group stays unmatched; a group named by two lines is left alone.
    """
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        open_ones = Conversion.objects.filter(state=UNDERWAY).select_related("collection")
        wanted = {(c.group, c.collection.company_id, c.bought_currency): c for c in open_ones}
        lines: dict[tuple[str, int, str], list[BankLine]] = defaultdict(list)
        free = BankLine.objects.filter(conversion=None, reference__among=[key[0] for key in wanted])
        for line in free.select_related("account"):
            lines[line.reference, line.account.company_id, line.account.currency].append(line)
        hits = [(wanted[key], found[0]) for key, found in lines.items() if key in wanted and len(found) == 1]
        update_rows(Conversion, ["bank_line_id"], [(c.pk, line.pk) for c, line in hits])
        whole = [c.pk for c, line in hits if line.amount_minor == c.bought_minor]
        short = [c.pk for c, line in hits if line.amount_minor != c.bought_minor]
        move_all(Conversion, CONVERSION, "arrive", whole)
        move_all(Conversion, CONVERSION, "fall_short", short)
        act.ids.extend([*whole, *short])
        act.note(verb="match_arrivals", arrived=len(whole), short=len(short))
    return len(hits)


def accept_shortfall(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Take withdrawals that came short as arrived: the difference is the banks' fee on the way.

    Refused without a reason; WrongState when one is not short. The books follow: 6604 takes what lacks.
    """
    why = needed_reason(reason)
    wanted = sorted(set(ids))
    with acting(by, "treasury.change", kind="conversion", ids=wanted, now=now) as act:
        move_rows(Conversion, CONVERSION, "accept", ["accepted_why"], [(pk, why) for pk in wanted])
        act.note(verb="accept_shortfall", reason=why)
    return wanted
