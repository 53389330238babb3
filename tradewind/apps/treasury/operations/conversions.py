"""Withdrawals and conversions put together from their lines (结汇), and their reference rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import needed_reason
from tradewind.apps.treasury.models import CollectionAccount, CollectionLine, Conversion
from tradewind.apps.treasury.states import CONVERSION, INNER, RETURNED, UNDERWAY, WITHDRAWAL_KIND
from tradewind.db.bulk import insert_rows_once, update_rows
from tradewind.db.sql import instant
from tradewind.db.states import WrongState, move_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CONVERT, FEE, RETURN, WITHDRAW

CONVERSION_COLUMNS = [
    "group", "collection_id", "sold_minor", "sold_currency", "fee_minor", "bought_minor",
    "bought_currency", "rate", "reference_rate", "at", "state", "kind",
]  # fmt: skip


def group_conversions(*, account_id: int, now: datetime, by: Actor) -> int:
    """Make a conversion of every withdrawal group of an account that has none; how many were made.

    Sold is all that left the account, fee included; bought is the other side as a line states it, or
    what was withdrawn where none does. A conversion into another balance of the provider waits until
    its other side is known. The reference rate is the house's of that day; without one the loss is not
    stated.
    """
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        there = Conversion.objects.filter(collection_id=account_id).values("group")
        lines = CollectionLine.objects.filter(account_id=account_id).exclude(group="").exclude(kind=RETURN)
        groups: dict[str, list[CollectionLine]] = defaultdict(list)
        for line in lines.exclude(group__in=there).select_related("account").order_by("at", "id"):
            groups[line.group].append(line)
        whole = {name: g for name, g in groups.items() if _is_whole(g)}
        sisters = _sisters(account_id, whole)
        rows = [row for name, g in whole.items() if (row := _row(name, g, sisters)) is not None]
        made = insert_rows_once(
            Conversion, CONVERSION_COLUMNS, _referenced(rows), unique=["collection_id", "group"]
        )
        act.note(verb="group_conversions", made=made)
        if not made:
            act.nothing()
    return made


def _is_whole(group: list[CollectionLine]) -> bool:
    """Money left by a withdrawal or conversion; the side on which it lands is no group of its own."""
    return any(x.kind in (CONVERT, WITHDRAW) for x in group) and sum(x.amount_minor for x in group) < 0


@dataclass(frozen=True, slots=True)
class _Sisters:
    """Other accounts of the provider: their currencies, and lines in which conversions landed, by group."""

    currencies: frozenset[str]
    landed: Mapping[str, CollectionLine]


def _sisters(account_id: int, groups: Iterable[str]) -> _Sisters:
    own = CollectionAccount.objects.get(pk=account_id)
    accounts = CollectionAccount.objects.filter(provider=own.provider, company_id=own.company_id)
    accounts = accounts.exclude(pk=account_id)
    lines = CollectionLine.objects.filter(
        kind=CONVERT, amount_minor__gt=0, group__among=sorted(groups), account__in=accounts
    )
    currencies = frozenset(accounts.values_list("currency", flat=True))
    return _Sisters(currencies, {x.group: x for x in lines.select_related("account")})


def _row(name: str, group: list[CollectionLine], sisters: _Sisters) -> list[Any] | None:
    sold = -sum(x.amount_minor for x in group)
    fee = -sum(x.amount_minor for x in group if x.kind == FEE)
    currency = group[0].account.currency
    kind, landing = WITHDRAWAL_KIND, None
    stated = next((x for x in group if x.counter_minor is not None and x.kind in (CONVERT, WITHDRAW)), None)
    if all(x.kind != WITHDRAW for x in group):  # converted only: it stays with the provider if it can
        kind = INNER if stated is None or stated.counter_currency in sisters.currencies else WITHDRAWAL_KIND
        landing = sisters.landed.get(name)
    bought, into = sold - fee, currency
    rate: Decimal | None = Decimal(1)
    if stated is not None:
        bought, into, rate = int(stated.counter_minor or 0), stated.counter_currency, stated.rate
    elif kind == INNER:
        if landing is None:
            return None  # its other side is not known yet
        bought, into, rate = landing.amount_minor, landing.account.currency, None
    at = max(x.at for x in group)
    return [name, group[0].account_id, sold, currency, fee, bought, into, rate, None, at, UNDERWAY, kind]


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


def note_returns(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Somebody has seen why withdrawals came back: they are no longer listed as breaks.

    Refused without a reason; WrongState when one did not come back.
    """
    why = needed_reason(reason)
    wanted = sorted(set(ids))
    with acting(by, "treasury.change", kind="conversion", ids=wanted, now=now) as act:
        noted = update_rows(
            Conversion, ["accepted_why"], [(pk, why) for pk in wanted], where=f"t.state = '{RETURNED}'"
        )
        if noted != len(wanted):
            raise WrongState("note_returns", wanted)
        act.note(verb="note_returns", reason=why)
    return wanted
