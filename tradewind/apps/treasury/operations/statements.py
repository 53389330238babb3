"""Statement lines of collection and bank accounts: written once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.treasury.models import BankAccount, BankLine, CollectionAccount, CollectionLine
from tradewind.apps.treasury.operations.conversions import group_conversions, match_arrivals
from tradewind.apps.treasury.queries import bank_accounts, collection_accounts
from tradewind.connectors import registry
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import BankTransaction, Problem, ProviderTransaction, Refused
from tradewind.engine.money import Money

COLLECTION_LINE = [
    "account_id", "external_id", "kind", "amount_minor", "at", "reference", "group", "counter_minor",
    "counter_currency", "rate", "memo", "matched",
]  # fmt: skip
BANK_LINE = ["account_id", "external_id", "on", "amount_minor", "reference", "memo"]


def record_collection_lines(
    *, account_id: int, lines: Sequence[ProviderTransaction], now: datetime, by: Actor
) -> int:
    """Write statement lines of a collection account and group its withdrawals; how many were new.

    A line already there is passed over. Refused: a line in another currency, or one that says
    otherwise than the line of the same id.
    """
    with acting(by, "treasury.change", kind="collection_line", now=now) as act:
        account = _one(collection_accounts(by), account_id)
        there = _there(CollectionLine, account_id, [line.external_id for line in lines])
        _check(account.currency, [(x.external_id, x.amount) for x in lines], there)
        rows = [
            (
                account_id, x.external_id, x.kind, x.amount.minor, instant(x.at), x.reference, x.group,
                x.counter.minor if x.counter else None, x.counter.currency if x.counter else "",
                None if x.rate is None else str(x.rate), x.memo, False,
            )
            for x in lines
        ]  # fmt: skip
        new = insert_rows_once(CollectionLine, COLLECTION_LINE, rows, unique=["account_id", "external_id"])
        grouped = group_conversions(account_id=account_id, now=now, by=by) if new else 0
        act.note(verb="record_collection_lines", account=account.code, new=new, conversions=grouped)
        if not new:
            act.nothing()
    return new


def record_bank_lines(*, account_id: int, lines: Sequence[BankTransaction], now: datetime, by: Actor) -> int:
    """Write statement lines of a bank account and match them to withdrawals; how many were new."""
    with acting(by, "treasury.change", kind="bank_line", now=now) as act:
        account = _one(bank_accounts(by), account_id)
        there = _there(BankLine, account_id, [line.external_id for line in lines])
        _check(account.currency, [(x.external_id, x.amount) for x in lines], there)
        rows = [(account_id, x.external_id, x.on, x.amount.minor, x.reference, x.memo) for x in lines]
        new = insert_rows_once(BankLine, BANK_LINE, rows, unique=["account_id", "external_id"])
        arrived = match_arrivals(now=now, by=by) if new else 0
        act.note(verb="record_bank_lines", account=account.code, new=new, arrived=arrived)
        if not new:
            act.nothing()
    return new


def import_statement(*, account_id: int, name: str, data: bytes, now: datetime, by: Actor) -> int:
    """Take over a statement file of a collection account; the file is kept. How many lines were new."""
    by.require("treasury.change")
    account = _one(collection_accounts(by), account_id)
    lines = registry.collection(account.provider).parse_statement(data)
    with acting(by, "treasury.change", kind="collection_account", ids=[account_id], now=now) as act:
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        new = record_collection_lines(account_id=account_id, lines=lines, now=now, by=by)
        act.note(verb="import_statement", file=file.sha256, lines=len(lines), new=new)
        if not new and not is_new:
            act.nothing()
    return new


def _one(rows: Any, account_id: int) -> CollectionAccount | BankAccount | Any:
    found = rows.filter(pk=account_id).first()
    if found is None:
        raise Refused([Problem(None, "account", str(account_id), _("there is no such account"))])
    return found


def _there(model: type[Any], account_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    rows = model.objects.filter(account_id=account_id, external_id__among=sorted(set(external_ids)))
    return dict(rows.values_list("external_id", "amount_minor"))


def _check(currency: str, lines: Sequence[tuple[str, Money]], there: dict[str, int]) -> None:
    problems = []
    for row, (external_id, amount) in enumerate(lines, start=1):
        if amount.currency != currency:
            problems.append(
                Problem(row, "currency", amount.currency, _("the account has another currency"), currency)
            )
        elif there.get(external_id, amount.minor) != amount.minor:
            was = str(Money(there[external_id], currency))
            problems.append(
                Problem(row, "amount", str(amount), _("the line is there with another amount"), was)
            )
    if problems:
        raise Refused(problems)
