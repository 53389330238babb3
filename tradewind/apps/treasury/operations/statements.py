"""Statement lines of collection and bank accounts: written once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.treasury.models import BankLine, CollectionLine
from tradewind.apps.treasury.operations.arriving import match_arrivals, match_landings, match_returns
from tradewind.apps.treasury.operations.conversions import group_conversions
from tradewind.apps.treasury.operations.exchanges import match_exchanges
from tradewind.apps.treasury.queries import bank_accounts, collection_accounts
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
        account = one_account(collection_accounts(by), account_id)
        there = lines_there(CollectionLine, account_id, [line.external_id for line in lines])
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
        grouped = put_together([account_id], now=now, by=by) if new else 0
        act.note(verb="record_collection_lines", account=account.code, new=new, conversions=grouped)
        if not new:
            act.nothing()
    return new


def put_together(account_ids: Iterable[int], *, now: datetime, by: Actor) -> int:
    """Withdrawals and conversions out of the lines of accounts, then their other ends; how many were made."""
    made = sum(group_conversions(account_id=pk, now=now, by=by) for pk in account_ids)
    match_landings(now=now, by=by)
    match_returns(now=now, by=by)
    match_arrivals(now=now, by=by)
    return made


def record_bank_lines(*, account_id: int, lines: Sequence[BankTransaction], now: datetime, by: Actor) -> int:
    """Write statement lines of a bank account and match them to withdrawals; how many were new."""
    with acting(by, "treasury.change", kind="bank_line", now=now) as act:
        account = one_account(bank_accounts(by), account_id)
        there = lines_there(BankLine, account_id, [line.external_id for line in lines])
        _check(account.currency, [(x.external_id, x.amount) for x in lines], there)
        rows = [(account_id, x.external_id, x.on, x.amount.minor, x.reference, x.memo) for x in lines]
        new = insert_rows_once(BankLine, BANK_LINE, rows, unique=["account_id", "external_id"])
        arrived = match_arrivals(now=now, by=by) + match_exchanges(now=now, by=by) if new else 0
        act.note(verb="record_bank_lines", account=account.code, new=new, arrived=arrived)
        if not new:
            act.nothing()
    return new


def one_account(rows: Any, account_id: int) -> Any:
    """The account of that id among those in sight; Refused when there is none."""
    found = rows.filter(pk=account_id).first()
    if found is None:
        raise Refused([Problem(None, "account", str(account_id), _("there is no such account"))])
    return found


def lines_there(model: type[Any], account_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    """External id -> minor units of the lines that are there already."""
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
                Problem(
                    row, "amount", f"{external_id}: {amount}", _("the line is there with another amount"), was
                )
            )
    if problems:
        raise Refused(problems)
