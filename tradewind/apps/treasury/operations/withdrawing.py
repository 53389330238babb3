"""Withdrawing to the bank: claim the key, ask the provider, keep the answer. A repeat is harmless."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import BankAccount, CollectionAccount, Withdrawal
from tradewind.apps.treasury.states import CLAIMED, WITHDRAWAL
from tradewind.connectors import registry
from tradewind.connectors.base import Connection
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import instant
from tradewind.db.states import move
from tradewind.engine.access import Actor
from tradewind.engine.contracts import OutsideError, Problem, PushResult, Refused
from tradewind.engine.money import Money


def withdraw(
    *, account_id: int, bank_id: int, amount: Money, key: str, now: datetime, by: Actor
) -> Withdrawal:
    """Ask a provider to pay out to a bank account of the same company, converting into its currency.

    The key is claimed in the database before the call, outside any transaction; the same key asks
    once only. Refused: unknown accounts, an amount that is not above zero or in another currency, a
    key used for something else, or the provider's no. OutsideError: the answer is not known; the
    withdrawal stays claimed and retry_withdrawals asks again under the same key.
    """
    account, bank = _accounts(account_id, bank_id, amount, key, by)
    with acting(by, "treasury.change", kind="withdrawal", now=now) as act:
        columns = ["key", "account_id", "bank_id", "amount_minor", "state", "group", "message"]
        columns += ["asked_at", "asked_by"]
        row = (key, account.pk, bank.pk, amount.minor, CLAIMED, "", "", instant(now), by.name)
        insert_rows_once(Withdrawal, columns, [row], unique=["key"])
        claim = Withdrawal.objects.select_for_update().get(key=key)
        if (claim.account_id, claim.bank_id, claim.amount_minor) != (account.pk, bank.pk, amount.minor):
            raise Refused([Problem(None, "key", key, _("the key was used for another withdrawal"))])
        act.ids.append(claim.pk)
        act.note(verb="withdraw", account=account.code, amount=str(amount))
    return _ask(claim, now, by) if claim.state == CLAIMED else claim


def retry_withdrawals(*, now: datetime, by: Actor) -> tuple[int, int]:
    """Ask again for every withdrawal whose answer is not known; (answered, still not known)."""
    answered = unknown = 0
    for claim in Withdrawal.objects.filter(state=CLAIMED).order_by("id"):
        try:
            _ask(claim, now, by)
            answered += 1
        except Refused:
            answered += 1
        except OutsideError:
            unknown += 1
    return answered, unknown


def _accounts(
    account_id: int, bank_id: int, amount: Money, key: str, by: Actor
) -> tuple[CollectionAccount, BankAccount]:
    by.require("treasury.change")
    found = Findings()
    found.text("key", key, 80)
    account = queries.collection_accounts(by).filter(pk=account_id, state="open").first()
    bank = queries.bank_accounts(by).filter(pk=bank_id).first()
    if amount.minor <= 0:
        found.add("amount", amount, _("not above zero"), _("an amount above zero"))
    if account is None:
        found.add("account", account_id, _("there is no such open account"))
    elif amount.currency != account.currency:
        found.add("amount", amount, _("another currency than expected"), account.currency)
    if bank is None or (account is not None and bank.company_id != account.company_id):
        found.add("bank", bank_id, _("there is no such bank account of the company"))
    found.settle()
    assert account is not None
    assert bank is not None
    return account, bank


def _ask(claim: Withdrawal, now: datetime, by: Actor) -> Withdrawal:
    """The call outside any transaction, then its answer inside one."""
    account, bank = claim.account, claim.bank
    conn = Connection(account.base_url, account.credentials or {}, lambda: now)
    amount = Money(claim.amount_minor, account.currency)
    answer = registry.collection(account.provider).withdraw(conn, claim.key, amount, bank.currency, bank.code)
    return _keep(claim, answer, now, by)


def _keep(claim: Withdrawal, answer: PushResult, now: datetime, by: Actor) -> Withdrawal:
    with acting(by, "treasury.change", kind="withdrawal", ids=[claim.pk], now=now) as act:
        verb = "accept" if answer.ok else "refuse"
        said = f"{answer.code} {answer.message}".strip()
        move(Withdrawal, WITHDRAWAL, verb, [claim.pk], group=answer.external_id, message=said)
        act.note(verb=f"{verb}_withdrawal", group=answer.external_id, message=said)
    claim.refresh_from_db()
    if not answer.ok:
        raise Refused([Problem(None, "amount", str(Money(claim.amount_minor, claim.account.currency)), said)])
    return claim
