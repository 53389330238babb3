"""Statement files of banks without a connector: the same file, or one that overlaps it, changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.treasury.models import BankAccount, BankLine
from tradewind.apps.treasury.operations.statements import record_bank_lines
from tradewind.apps.treasury.queries import bank_accounts
from tradewind.engine.access import Actor
from tradewind.engine.contracts import BankTransaction, Problem, Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.tabular import CURRENCY, DATE, DECIMAL, ColumnSpec, Row, read_table

_MOST = Decimal(10) ** 14
COLUMNS = (
    ColumnSpec("on", DATE, ("date", "交易日期", "日期"), required=True,
               formats=("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")),
    ColumnSpec("amount", DECIMAL, ("amount", "金额", "交易金额"), required=True, style="1,234.56",
               minimum=-_MOST, maximum=_MOST),
    ColumnSpec("currency", CURRENCY, ("currency", "币种"), required=True),
    ColumnSpec("reference", aliases=("reference", "参考号", "业务参考号"), max_length=80),
    ColumnSpec("memo", aliases=("memo", "附言", "摘要")),
    ColumnSpec("id", aliases=("id", "流水号", "交易流水号"), max_length=80),
)  # fmt: skip


def import_bank_statement(*, account_id: int, name: str, data: bytes, now: datetime, by: Actor) -> int:
    """Take over a bank's statement file (CSV, XLSX); it is kept as it came. How many lines were new.

    Columns: date, amount (signed), currency, and reference, memo, id where the bank gives them. A line
    without an id is known by what it says and by its place among equal lines of the file, so that two
    equal payments of a day stay two. Refused with every problem; nothing is stored then.
    """
    by.require("treasury.change")
    account = bank_accounts(by).filter(pk=account_id).first()
    if account is None:
        raise Refused([Problem(None, "account", str(account_id), _("there is no such account"))])
    found = Findings()
    if account.provider:
        found.add("account", account.code, _("its lines come from the bank's connector"))
    lines = _read(found, account, name, data)
    found.settle()
    with acting(by, "treasury.change", kind="bank_account", ids=[account_id], now=now) as act:
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        new = record_bank_lines(account_id=account_id, lines=lines, now=now, by=by)
        act.note(verb="import_bank_statement", file=file.sha256, lines=len(lines), new=new)
        if not new and not is_new:
            act.nothing()
    return new


def _read(found: Findings, account: BankAccount, name: str, data: bytes) -> list[BankTransaction]:
    table = read_table(name, data, COLUMNS)
    found.problems += table.problems
    if not table.rows and not table.problems:
        found.add("file", name, _("the file has no rows"))
    equal: Counter[str] = Counter()
    lines: dict[str, BankTransaction] = {}
    there = _there(account, table.rows)
    for row in table.rows:
        line = _line(found.at(row.no), account, row, equal)
        if line is None:
            continue
        if there.get(line.external_id, line.amount.minor) != line.amount.minor:
            was = str(Money(there[line.external_id], account.currency))
            found.add("amount", str(line.amount), _("the line is there with another amount"), was)
        if lines.setdefault(line.external_id, line) != line:
            found.add("id", line.external_id, _("contradicts an earlier row"))
    return list(lines.values())


def _line(found: Findings, account: BankAccount, row: Row, equal: Counter[str]) -> BankTransaction | None:
    said = row.values
    if said["currency"] != account.currency:
        found.add("currency", said["currency"], _("the account has another currency"), account.currency)
        return None
    try:
        amount = Money.of(said["amount"], account.currency)
    except MoneyError:
        found.add("amount", said["amount"], _("more decimals than the currency has"))
        return None
    reference, memo = said["reference"] or "", said["memo"] or ""
    external_id = said["id"] or _own_id(equal, said["on"].isoformat(), str(amount.minor), reference, memo)
    return BankTransaction(external_id, said["on"], amount, reference, memo)


def _own_id(equal: Counter[str], *said: str) -> str:
    """An id out of what the row says and its ordinal among equal rows: row:<hash>:1."""
    digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:40]
    equal[digest] += 1
    return f"row:{digest}:{equal[digest]}"


def _there(account: BankAccount, rows: tuple[Row, ...]) -> dict[str, int]:
    ids = sorted({row.values["id"] for row in rows if row.values["id"]})
    held = BankLine.objects.filter(account=account, external_id__among=ids)
    return dict(held.values_list("external_id", "amount_minor"))
