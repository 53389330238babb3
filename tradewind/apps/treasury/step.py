"""The pulls of cash: payouts to expect, statements of collection accounts and banks, rates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from tradewind.apps.markets.operations import record_fx
from tradewind.apps.org.operations import acting
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import BankAccount, CollectionAccount
from tradewind.apps.treasury.operations import (
    expect_payouts,
    match_receipts,
    record_bank_lines,
    record_collection_lines,
    refer_conversions,
    retry_withdrawals,
)
from tradewind.connectors import registry
from tradewind.connectors.base import BANK, FX, TRANSACTIONS, Connection
from tradewind.engine.access import Actor
from tradewind.engine.contracts import OutsideError, ProviderTransaction, Refused, StepResult

OVERLAP = timedelta(minutes=10)
FIRST_LOOK = timedelta(days=120)
A = TypeVar("A", CollectionAccount, BankAccount)


def waiting(actor: Actor) -> int:
    """Payouts that have not come."""
    return queries.waiting_payouts(actor)


def run(now: datetime, by: Actor) -> StepResult:
    """Expect, fetch statements, match: each repeatable by itself."""
    result = run_rates(now, by) + StepResult(done=expect_payouts(now=now, by=by))
    result += sync_collections(now, by)
    result += sync_banks(now, by)
    refer_conversions(now=now, by=by)
    result += StepResult(done=match_receipts(now=now, by=by), waiting=waiting(by))
    return result


def sync_collections(now: datetime, by: Actor) -> StepResult:
    """Fetch the lines of every open collection account since its watermark."""
    answered, unknown = retry_withdrawals(now=now, by=by)
    accounts = queries.collection_accounts(by).filter(state="open").order_by("id")
    return StepResult(done=answered, problems=unknown) + _each(accounts, _collection, now, by)


def _each(
    accounts: Iterable[A], pull: Callable[[A, datetime, Actor], StepResult], now: datetime, by: Actor
) -> StepResult:
    """Pull from every account; one that fails is a problem under its code, the others go on."""
    result = StepResult()
    for account in accounts:
        try:
            result += pull(account, now, by)
        except (OutsideError, Refused) as failed:
            result += StepResult(problems=1, detail={account.code: str(failed)})
    return result


def _collection(account: CollectionAccount, now: datetime, by: Actor) -> StepResult:
    provider = registry.collection(account.provider)
    if TRANSACTIONS not in provider.manifest.capabilities:
        return StepResult()
    conn = Connection(account.base_url, account.credentials or {}, lambda: now)
    since = account.watermark - OVERLAP if account.watermark else now - FIRST_LOOK
    lines: list[ProviderTransaction] = []
    token: str | None = None
    while True:
        page = provider.transactions(conn, since, now, token)
        lines += page.items
        token = page.next_token
        if token is None:
            break
    mine = [x for x in lines if x.amount.currency == account.currency]
    if not mine:
        CollectionAccount.objects.filter(pk=account.pk).update(watermark=page.watermark or account.watermark)
        return StepResult()
    record = partial(record_collection_lines, account_id=account.pk, lines=mine, now=now, by=by)
    return _take(account, "collection", page.watermark or account.watermark, record, now, by)


def _take(
    account: CollectionAccount | BankAccount,
    what: str,
    watermark: date | None,
    record: Callable[[], int],
    now: datetime,
    by: Actor,
) -> StepResult:
    """Record lines and move the watermark in one act, which says how many were new."""
    with acting(by, "treasury.change", kind=f"{what}_account", now=now) as act:
        new = record()
        act.ids = [account.pk] if new else []
        type(account).objects.filter(pk=account.pk).update(watermark=watermark)
        act.note(verb=f"sync_{what}", new=new)
    return StepResult(done=new)


def sync_banks(now: datetime, by: Actor) -> StepResult:
    """Fetch the lines of every bank account with a connector, and the reference rates it publishes."""
    return _each(queries.bank_accounts(by).exclude(provider="").order_by("id"), _bank, now, by)


def _bank(account: BankAccount, now: datetime, by: Actor) -> StepResult:
    bank = registry.bank(account.provider)
    conn = Connection(account.base_url, account.credentials or {}, lambda: now)
    today = now.date()
    since = account.watermark or (now - FIRST_LOOK).date()
    lines = bank.transactions(conn, since, today) if TRANSACTIONS in bank.manifest.capabilities else []
    record = partial(record_bank_lines, account_id=account.pk, lines=lines, now=now, by=by)
    # Today may not be complete, so the next look begins with it again.
    return _take(account, "bank", today, record, now, by)


def run_rates(now: datetime, by: Actor) -> StepResult:
    """Fetch the reference rates that banks with a connector publish, day by day; a rate is stored once."""
    able = {m.code for m in registry.manifests(BANK) if FX in m.capabilities}
    accounts = queries.bank_accounts(by).filter(provider__in=able).order_by("-id")
    once = {(account.provider, account.base_url): account for account in accounts}  # the oldest speaks
    return _each(sorted(once.values(), key=lambda account: account.pk), _rates, now, by)


def _rates(account: BankAccount, now: datetime, by: Actor) -> StepResult:
    bank = registry.bank(account.provider)
    conn = Connection(account.base_url, account.credentials or {}, lambda: now)
    newest = queries.newest_rate_of(account.provider)
    day = newest + timedelta(days=1) if newest else (now - FIRST_LOOK).date()
    quotes = []
    while day <= now.date():
        quotes += bank.fx(conn, day)
        day += timedelta(days=1)
    return StepResult(done=record_fx(quotes=quotes, now=now, by=by).new if quotes else 0)
