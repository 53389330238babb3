"""Entries by hand out of a file: opening balances, what another program booked. All or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.ledger.operations.vouchers import MANUAL, Voucher, VoucherLine, post_vouchers
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.stores.models import Store
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.tabular import CURRENCY, DATE, DECIMAL, REFUSE, TEXT, ColumnSpec, Row, read_table

MOST_ROWS = 20_000
MOST = 10**12  # major units of one side
SPECS = (
    ColumnSpec("ref", TEXT, ("voucher", "凭证号"), max_length=40),
    ColumnSpec("on", DATE, ("date", "日期"), required=True),
    ColumnSpec("memo", TEXT, ("摘要",), max_length=200),
    ColumnSpec(
        "account", TEXT, ("account code", "科目", "科目编码", "科目代码"), required=True, max_length=20
    ),
    ColumnSpec("debit", DECIMAL, ("借方", "借方金额"), minimum=-MOST, maximum=MOST),
    ColumnSpec("credit", DECIMAL, ("贷方", "贷方金额"), minimum=-MOST, maximum=MOST),
    ColumnSpec("currency", CURRENCY, ("币种", "币别"), required=True),
    ColumnSpec("store", TEXT, ("店铺",), max_length=40),
)


def import_vouchers(
    *, company_id: int, name: str, data: bytes, now: datetime, by: Actor, event: str = MANUAL
) -> list[int]:
    """Book the entries of a CSV or XLSX file; rows of one ref (or all, where there is none) are one entry.

    Refused with every problem by row and column, of the file and of the entries, and then nothing is
    booked. A file that was booked before is refused.
    """
    with acting(by, "ledger.change", kind="entry", now=now) as act:
        _file, fresh = store_file(name=name, content=data, now=now, by=by)
        if not fresh:
            raise Refused([Problem(None, "file", name[:80], _("this file was taken before"))])
        made = _book(company_id, name, data, event, now, by)
        act.ids.extend(sorted(made))
        act.note(verb="import_vouchers", file=name[:80], entries=len(made))
    return made


def _book(company_id: int, name: str, data: bytes, event: str, now: datetime, by: Actor) -> list[int]:
    table = read_table(name, data, SPECS, max_rows=MOST_ROWS, extra=REFUSE)
    problems = list(table.problems)
    if not table.rows and not problems:
        problems.append(Problem(None, "file", name[:80], _("the file has no rows")))
    if problems:
        raise Refused(problems)
    groups = _groups(table.rows)
    stores = dict(Store.objects.filter(company_id=company_id).values_list("code", "pk"))
    vouchers = [_voucher(company_id, rows, event, stores, problems) for rows in groups]
    if problems:
        raise Refused(problems)
    try:
        return post_vouchers(vouchers=vouchers, now=now, by=by)
    except Refused as refused:
        raise Refused([_placed(p, groups) for p in refused.problems]) from refused


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.values["ref"] or "", []).append(row)
    return list(groups.values())


def _voucher(
    company_id: int, rows: Sequence[Row], event: str, stores: dict[str, int], problems: list[Problem]
) -> Voucher:
    first = rows[0].values
    lines = []
    for row in rows:
        if row.values["on"] != first["on"]:
            why = _("is not what the first row of this ref says")
            problems.append(Problem(row.no, "on", str(row.values["on"]), why, str(first["on"])))
        lines.append(_line(row, stores, problems))
    on: date = first["on"]
    return Voucher(company_id, on, first["memo"] or first["ref"] or "", tuple(lines), event)


def _line(row: Row, stores: dict[str, int], problems: list[Problem]) -> VoucherLine:
    v = row.values
    store = v["store"] or ""
    if store and store not in stores:
        problems.append(Problem(row.no, "store", store[:40], _("there is no such store")))
    amount = Money.zero(v["currency"])
    try:
        amount = side(v["debit"], v["credit"], v["currency"])
    except (ValueError, MoneyError) as exc:
        problems.append(Problem(row.no, "debit", f"{v['debit'] or ''} / {v['credit'] or ''}"[:80], str(exc)))
    return VoucherLine(v["account"], amount, stores.get(store))


def side(debit: Decimal | None, credit: Decimal | None, currency: str) -> Money:
    """One of debit and credit as an amount, debit positive; ValueError when both or neither are given.

    Example: side(None, Decimal("5.00"), "CNY") is -5.00 CNY.
    """
    if bool(debit) == bool(credit):
        raise ValueError(_("either a debit or a credit"))
    return Money.of(debit, currency) if debit else -Money.of(credit or Decimal(0), currency)


def _placed(problem: Problem, groups: Sequence[Sequence[Row]]) -> Problem:
    """A problem of a voucher's line at the row of the file it came from."""
    rows = groups[(problem.row or 1) - 1]
    parts = problem.field.split(".")
    if parts[0] == "lines" and len(parts) == 3:
        return replace(problem, row=rows[int(parts[1]) - 1].no, field=parts[2])
    return replace(problem, row=rows[0].no)
