"""Statement files of providers and banks: read by layout, checked against balances, kept as they came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.models import StoredFile
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.treasury.models import BankAccount, CollectionAccount, Statement
from tradewind.apps.treasury.operations.payouts import match_receipts
from tradewind.apps.treasury.operations.statements import (
    one_account,
    put_together,
    record_bank_lines,
    record_collection_lines,
)
from tradewind.apps.treasury.queries import bank_accounts, collection_accounts
from tradewind.connectors import registry
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import instant
from tradewind.engine import camt053, mt940
from tradewind.engine.access import Actor
from tradewind.engine.account_statement import AccountStatement
from tradewind.engine.contracts import BankTransaction, Problem, ProviderTransaction, Refused
from tradewind.engine.statement_reading import bank_statements, provider_statements
from tradewind.engine.statement_template import IN_OUT, StatementTemplate, template_of

Account = CollectionAccount | BankAccount
Read = AccountStatement[ProviderTransaction] | AccountStatement[BankTransaction]
OWN, TABLE, MT940, CAMT053 = "own", "table", "mt940", "camt053"
_STATEMENT = [
    "collection_id", "bank_id", "file_id", "layout", "number", "since", "until", "opening_minor",
    "closing_minor", "line_count", "new_count", "gaps", "imported_at",
]  # fmt: skip
_BANK_COLUMNS = {
    "date": ("date", "交易日期", "记账日期", "交易时间", "日期"),
    "currency": ("currency", "币种", "货币"),
    "reference": ("reference", "参考号", "业务参考号", "凭证号"),
    "memo": ("memo", "附言", "摘要", "用途"),
    "id": ("id", "流水号", "交易流水号"),
    "balance": ("balance", "余额", "账户余额"),
}
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d %H:%M:%S")
# What a bank's table looks like where nobody has stated its layout: one signed column, or money in and out.
BANK_TABLE = StatementTemplate(
    TABLE, {**_BANK_COLUMNS, "amount": ("amount", "金额", "交易金额", "发生额")}, dates=_DATES,
    zone="Asia/Shanghai",
)  # fmt: skip
BANK_TABLE_IN_OUT = StatementTemplate(
    TABLE,
    {
        **_BANK_COLUMNS,
        "money_in": ("credit", "收入", "收入金额", "贷方发生额", "贷方金额", "转入金额"),
        "money_out": ("debit", "支出", "支出金额", "借方发生额", "借方金额", "转出金额"),
    },
    dates=_DATES, sign=IN_OUT, zone="Asia/Shanghai",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a file over did: new lines in all, and how the balances follow."""

    new: int
    lines: int
    layout: str
    gaps: int
    unstated: int  # statements without balances: nothing proves that they are whole


def read_collection_file(
    account: CollectionAccount, name: str, data: bytes, template: StatementTemplate | None = None
) -> tuple[str, list[AccountStatement[ProviderTransaction]]]:
    """Layout and statements of a provider's file; Refused with every problem. Writes nothing."""
    provider = registry.collection(account.provider)
    if template is None and account.template:
        template = template_of(account.template)
    if template is None:
        template = getattr(provider, "template", None)
    if template is not None:
        return template.code, provider_statements(template, name, data, currency=account.currency)
    lines = provider.parse_statement(data)
    if not lines:
        return account.provider, []
    found = []
    for code in sorted({x.amount.currency for x in lines}):
        mine = tuple(x for x in lines if x.amount.currency == code)
        found.append(AccountStatement(code, mine, min(x.at for x in mine), max(x.at for x in mine)))
    return account.provider, found


def import_statement(*, account_id: int, name: str, data: bytes, now: datetime, by: Actor) -> Taken:
    """Take over a provider's statement file; it is kept. Lines of other currencies go to the provider's
    accounts in them.

    Overlapping files are harmless: a line is known by its id. Refused with every problem: a row that
    cannot be read, a currency without an account, a line that says otherwise than the one there.
    """
    by.require("treasury.change")
    account = one_account(collection_accounts(by), account_id)
    layout, statements = read_collection_file(account, name, data)
    homes = _homes(account, statements, by)
    with acting(by, "treasury.change", kind="collection_account", ids=[account_id], now=now) as act:
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        news = [
            record_collection_lines(account_id=homes[s.currency].pk, lines=s.lines, now=now, by=by)
            for s in statements
        ]
        put_together([homes[s.currency].pk for s in statements], now=now, by=by)
        match_receipts(now=now, by=by)
        rows = [(homes[s.currency], s, new) for s, new in zip(statements, news, strict=True)]
        new_statements = _keep(file, layout, rows, now)
        act.note(verb="import_statement", file=file.sha256, layout=layout, new=sum(news))
        if not sum(news) and not is_new and not new_statements:
            act.nothing()
    return _taken(layout, statements, news)


def _homes(account: CollectionAccount, statements: Sequence[Read], by: Actor) -> dict[str, CollectionAccount]:
    """The account of each currency in a file: this one, else the provider's only one in that currency."""
    homes = {account.currency: account}
    problems = []
    sisters = collection_accounts(by).filter(
        provider=account.provider, company_id=account.company_id, state="open"
    )
    for code in sorted({s.currency for s in statements} - {account.currency}):
        some = list(sisters.filter(currency=code))
        if len(some) == 1:
            homes[code] = some[0]
            continue
        reason = _("the file holds this currency too: open an account for it")
        if some:
            reason = _("there are two accounts of this currency: import a file of one currency")
        problems.append(Problem(None, "currency", code, reason, account.currency))
    if problems:
        raise Refused(problems)
    return homes


def read_bank_file(
    account: BankAccount, name: str, data: bytes, template: StatementTemplate | None = None
) -> tuple[str, list[AccountStatement[BankTransaction]]]:
    """Layout and statements of a bank's file: MT940, CAMT.053 or a table; Refused with every problem."""
    if template is None and mt940.looks_like(data):
        return MT940, mt940.mt940(data)
    if template is None and camt053.looks_like(data):
        return CAMT053, camt053.camt053(data)
    if template is None and account.template:
        template = template_of(account.template, with_kinds=False)
    if template is not None:
        return OWN, bank_statements(template, name, data, currency=account.currency)
    try:
        return TABLE, bank_statements(BANK_TABLE, name, data, currency=account.currency)
    except Refused as refused:
        if not any(p.field == "amount" and p.reason == "the column is missing" for p in refused.problems):
            raise
        try:
            return TABLE, bank_statements(BANK_TABLE_IN_OUT, name, data, currency=account.currency)
        except Refused as other:
            captions = {p.field for p in other.problems if p.reason == "the column is missing"}
            raise (refused if captions else other) from None


def import_bank_statement(*, account_id: int, name: str, data: bytes, now: datetime, by: Actor) -> Taken:
    """Take over a bank's statement: MT940, CAMT.053, CSV or XLSX; it is kept as it came.

    Overlapping files are harmless. Refused with every problem: a statement of another account or
    currency, rows that cannot be read, lines that do not lead to the closing balance.
    """
    by.require("treasury.change")
    account = one_account(bank_accounts(by), account_id)
    if account.provider:
        reason = _("its lines come from the bank's connector")
        raise Refused([Problem(None, "account", account.code, reason)])
    layout, statements = read_bank_file(account, name, data)
    mine = _of_this(account, statements)
    with acting(by, "treasury.change", kind="bank_account", ids=[account_id], now=now) as act:
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        new = record_bank_lines(account_id=account_id, lines=mine.lines, now=now, by=by)
        if mine.account and not account.number:
            BankAccount.objects.filter(pk=account_id, number="").update(number=mine.account)
        kept = _keep(file, layout, [(account, mine, new)], now)
        act.note(verb="import_bank_statement", file=file.sha256, layout=layout, new=new)
        if not new and not is_new and not kept:
            act.nothing()
    return _taken(layout, [mine], [new])


def _of_this(
    account: BankAccount, statements: Sequence[AccountStatement[BankTransaction]]
) -> AccountStatement[BankTransaction]:
    """The statement of this account out of a file that may hold several."""
    fitting = [s for s in statements if s.currency == account.currency]
    if account.number and any(s.account for s in fitting):
        fitting = [s for s in fitting if _digits(s.account) == _digits(account.number)]
    if len(fitting) == 1:
        return fitting[0]
    seen = ", ".join(f"{s.account} {s.currency}".strip() for s in statements)[:200]
    reason = _("the file holds no statement of this account")
    if len(fitting) > 1:
        reason = _("the file holds several accounts: state the account's number")
    own = f"{account.number} {account.currency}".strip()
    raise Refused([Problem(None, "account", seen, reason, own)])


def _digits(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _keep(file: StoredFile, layout: str, rows: Sequence[tuple[Account, Read, int]], now: datetime) -> int:
    """Keep what statements state; the same file of the same account once."""
    made = 0
    for account, s, new in rows:
        is_bank = isinstance(account, BankAccount)
        row = (
            None if is_bank else account.pk, account.pk if is_bank else None, file.pk, layout, s.number,
            instant(s.since), instant(s.until), s.opening.minor if s.opening is not None else None,
            s.closing.minor if s.closing is not None else None, len(s.lines), new,
            json.dumps([_gap(g) for g in s.gaps[:100]]), instant(now),
        )  # fmt: skip
        unique = ["bank_id", "file_id"] if is_bank else ["collection_id", "file_id"]
        made += insert_rows_once(Statement, _STATEMENT, [row], unique=unique)
    return made


def _gap(gap: Any) -> dict[str, Any]:
    return {
        "row": gap.row, "at": gap.at.isoformat(), "expected_minor": gap.expected.minor,
        "stated_minor": gap.stated.minor,
    }  # fmt: skip


def _taken(layout: str, statements: Sequence[Read], news: Sequence[int]) -> Taken:
    return Taken(
        sum(news), sum(len(s.lines) for s in statements), layout, sum(len(s.gaps) for s in statements),
        sum(s.opening is None for s in statements),
    )  # fmt: skip
