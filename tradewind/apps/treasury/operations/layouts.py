"""The user's own layouts of statement files: stated once at an account, proved on a real file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.treasury.models import BankAccount, CollectionAccount
from tradewind.apps.treasury.operations.statement_files import Read, read_bank_file, read_collection_file
from tradewind.apps.treasury.queries import bank_accounts, collection_accounts
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, ProviderTransaction, Refused
from tradewind.engine.money import Money
from tradewind.engine.statement_template import template_of


@dataclass(frozen=True, slots=True)
class KindSum:
    """Lines of a kind in a file ("" at a bank: money in and out)."""

    kind: str
    lines: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """What a layout reads out of a file, by currency and kind, and whether the balances follow."""

    kinds: tuple[KindSum, ...]
    lines: int
    gaps: int
    stated: bool  # every statement has an opening and a closing balance


def save_collection_layout(
    *, account_ids: Sequence[int], layout: Mapping[str, Any], name: str, data: bytes, keep: bool,
    now: datetime, by: Actor,
) -> Preview:  # fmt: skip
    """Try a layout on a real file and, with `keep`, state it at collection accounts of one provider.

    Refused with every problem of the layout and of the file; then nothing is kept.
    """
    by.require("treasury.change")
    template = template_of(layout)
    accounts = list(collection_accounts(by).filter(id__among=sorted(set(account_ids))))
    if not accounts or len({a.provider for a in accounts}) != 1:
        raise Refused([Problem(None, "accounts", "", _("the accounts must be of one provider"))])
    found = _preview(read_collection_file(accounts[0], name, data, template)[1])
    if keep:
        _save(CollectionAccount, "collection_account", accounts, template.as_data(), now, by)
    return found


def save_bank_layout(
    *, account_ids: Sequence[int], layout: Mapping[str, Any], name: str, data: bytes, keep: bool,
    now: datetime, by: Actor,
) -> Preview:  # fmt: skip
    """Try a layout on a bank's real table file and, with `keep`, state it at bank accounts."""
    by.require("treasury.change")
    template = template_of(layout, with_kinds=False)
    accounts = list(bank_accounts(by).filter(id__among=sorted(set(account_ids))))
    if not accounts:
        raise Refused([Problem(None, "accounts", "", _("there is no such account"))])
    found = _preview(read_bank_file(accounts[0], name, data, template)[1])
    if keep:
        _save(BankAccount, "bank_account", accounts, template.as_data(), now, by)
    return found


def _save(
    model: type[Any], kind: str, accounts: Sequence[Any], data: Mapping[str, Any], now: datetime, by: Actor
) -> None:
    ids = [a.pk for a in accounts]
    with acting(by, "treasury.change", kind=kind, ids=ids, now=now) as act:
        for account in accounts:
            model.objects.filter(pk=account.pk).update(template=dict(data))
        act.note(verb="save_layout", accounts=[a.code for a in accounts], columns=dict(data["columns"]))


def forget_layouts(*, account_ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Collection accounts go back to their provider's layout; how many had their own."""
    wanted = sorted(set(account_ids))
    with acting(by, "treasury.change", kind="collection_account", ids=wanted, now=now) as act:
        gone = CollectionAccount.objects.filter(id__among=wanted, template__isnull=False).update(
            template=None
        )
        act.note(verb="forget_layouts", accounts=gone)
        if not gone:
            act.nothing()
    return gone


def _preview(statements: Sequence[Read]) -> Preview:
    sums: dict[tuple[str, str], list[int]] = {}
    for s in statements:
        for x in s.lines:
            kind = x.kind if isinstance(x, ProviderTransaction) else ("in" if x.amount.minor > 0 else "out")
            sums.setdefault((s.currency, kind), []).append(x.amount.minor)
    kinds = tuple(KindSum(k, len(m), Money(sum(m), code)) for (code, k), m in sorted(sums.items()))
    return Preview(
        kinds, sum(len(s.lines) for s in statements), sum(len(s.gaps) for s in statements),
        all(s.opening is not None for s in statements),
    )  # fmt: skip
