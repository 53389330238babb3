"""The accounts of the books: the house's own chart, and what a company adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger.models import Account, Posting, PostingRule
from tradewind.apps.org.operations import acting
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.chart import ASSET, CHART, EQUITY, EXPENSE, INCOME, LIABILITY
from tradewind.engine.contracts import Problem, Refused

KINDS = (ASSET, LIABILITY, EQUITY, INCOME, EXPENSE)
_LONGEST_CODE, _LONGEST_NAME = 20, 80


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to add. `parent`: the code it is summed under; then its kind is the parent's.

    Example: NewAccount("6601.01", "Referral fees", "平台佣金", parent="6601").
    """

    code: str
    name: str
    name_zh: str
    kind: str = ""
    parent: str = ""
    monetary: bool = False  # asked only of one without a parent


def open_chart(*, now: datetime, by: Actor) -> int:
    """Open the accounts of the chart that are not there yet; returns how many were opened."""
    if Account.objects.filter(code__in=list(CHART)).count() == len(CHART):
        return 0
    columns = ["code", "name", "name_zh", "kind", "is_clearing", "standard", "monetary"]
    rows = [(a.code, a.name, a.name_zh, a.kind, a.is_clearing, a.code, a.monetary) for a in CHART.values()]
    with acting(by, "ledger.change", kind="account", now=now) as act:
        opened = insert_rows_once(Account, columns, rows, unique=["code"])
        act.note(verb="open_chart", opened=opened)
    return opened


def account_ids() -> dict[str, int]:
    """Code -> id of every account."""
    return dict(fetch("SELECT code, id FROM ledger_account"))


def add_accounts(*, accounts: Sequence[NewAccount], now: datetime, by: Actor) -> list[int]:
    """Add accounts, each under a parent or of its own kind; returns their ids.

    Refused with every problem: a code that is taken or not letters, digits, dots and hyphens, a name
    that is missing, a parent that is not there, a kind that is none of the five.
    """
    with acting(by, "ledger.change", kind="account", now=now) as act:
        there = {a.code: a for a in Account.objects.all()}
        problems = [
            Problem(row, *fault)
            for row, one in enumerate(accounts, start=1)
            for fault in _faults(one, there, [a.code for a in accounts])
        ]
        if problems:
            raise Refused(problems)
        made = Account.objects.bulk_create([_account(one, there) for one in accounts])
        act.ids.extend(a.pk for a in made)
        act.note(verb="add_accounts", codes=[a.code for a in made])
    return [a.pk for a in made]


def _account(one: NewAccount, there: dict[str, Account]) -> Account:
    parent = there.get(one.parent)
    return Account(
        code=one.code, name=one.name.strip(), name_zh=one.name_zh.strip() or one.name.strip(), parent=parent,
        kind=parent.kind if parent else one.kind, standard=parent.standard if parent else "",
        monetary=parent.monetary if parent else one.monetary and one.kind in (ASSET, LIABILITY),
    )  # fmt: skip


def _faults(
    one: NewAccount, there: dict[str, Account], codes: Sequence[str]
) -> Iterable[tuple[str, str, str, str]]:
    plain = one.code.replace(".", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum()) or len(one.code) > _LONGEST_CODE:
        yield "code", one.code[:40], _("letters, digits, dots and hyphens, at most 20"), "6601.01"
    if one.code in there or codes.count(one.code) > 1:
        yield "code", one.code, _("this account is there already"), ""
    yield from _name_faults(one.name, one.name_zh)
    if one.parent and one.parent not in there:
        yield "parent", one.parent[:40], _("there is no such account"), ""
    if not one.parent and one.kind not in KINDS:
        yield "kind", one.kind[:40], _("not one of the choices"), ", ".join(KINDS)


def _name_faults(name: str, name_zh: str) -> Iterable[tuple[str, str, str, str]]:
    if not name.strip():
        yield "name", "", _("this is needed"), ""
    for field, value in (("name", name), ("name_zh", name_zh)):
        if len(value.strip()) > _LONGEST_NAME:
            yield field, value[:40], _("too long"), str(_LONGEST_NAME)


def rename_account(*, account_id: int, name: str, name_zh: str, now: datetime, by: Actor) -> None:
    """Give an account other names; its code stays, and so does what closed months reported."""
    problems = [Problem(None, *fault) for fault in _name_faults(name, name_zh)]
    if problems:
        raise Refused(problems)
    with acting(by, "ledger.change", kind="account", ids=[account_id], now=now) as act:
        account = Account.objects.get(pk=account_id)
        act.note(verb="rename_account", before=[account.name, account.name_zh], after=[name, name_zh])
        account.name, account.name_zh = name.strip(), name_zh.strip() or name.strip()
        account.save(update_fields=["name", "name_zh"])


def retire_accounts(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take accounts out of use for entries by hand; how many. What stands on them stays.

    Refused for accounts of the house's own chart, which documents book to, and for those a posting
    rule books to.
    """
    with acting(by, "ledger.change", kind="account", ids=ids, now=now) as act:
        problems = _needed(list(Account.objects.filter(pk__among=list(ids))))
        if problems:
            raise Refused(problems)
        done = Account.objects.filter(pk__among=list(ids), retired=False).update(retired=True)
        act.note(verb="retire_accounts", retired=done)
    return done


def remove_accounts(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Remove accounts nothing was ever booked on; how many.

    Refused for accounts with postings, with accounts under them, of the house's own chart, or that a
    posting rule books to: those are retired instead.
    """
    with acting(by, "ledger.change", kind="account", ids=ids, now=now) as act:
        rows = list(Account.objects.filter(pk__among=list(ids)))
        problems = _needed(rows)
        for a in rows:
            if Posting.objects.filter(account=a).exists():
                problems.append(Problem(None, "account", a.code, _("it has postings: retire it instead")))
            if a.children.exists():
                problems.append(Problem(None, "account", a.code, _("other accounts lie under it")))
        if problems:
            raise Refused(problems)
        act.note(verb="remove_accounts", codes=[a.code for a in rows])
        return Account.objects.filter(pk__among=list(ids)).delete()[0]


def _needed(rows: Sequence[Account]) -> list[Problem]:
    """Accounts that documents or rules book to."""
    ruled = set(PostingRule.objects.filter(account__in=rows).values_list("account_id", flat=True))
    problems = []
    for a in rows:
        if a.code in CHART:
            problems.append(Problem(None, "account", a.code, _("documents are booked to it")))
        elif a.pk in ruled:
            problems.append(Problem(None, "account", a.code, _("a posting rule books to it")))
    return problems
