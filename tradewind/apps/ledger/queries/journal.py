"""The journal for other programs, and the movements of accounts over a span of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from tradewind.apps.ledger.models import Account
from tradewind.apps.ledger.queries.books import next_month
from tradewind.apps.ledger.queries.reports import whole
from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.models import Company
from tradewind.db.sql import fetch
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.book_exports import JournalLine, average, rounding_line
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money

EACH, BY_DAY, BY_MONTH = "entry", "day", "month"  # how many entries one voucher holds


@dataclass(frozen=True, slots=True)
class Movement:
    """An account in one currency: what stood before, what came to each side, minor units; debit positive."""

    code: str
    currency: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def movements(actor: Actor, company_id: int, since: date, until: date) -> list[Movement]:
    """Every account with a balance or a movement, by currency and code; needs the whole company in scope."""
    whole(actor)
    rows = fetch(
        'SELECT a.code, p.currency, sum(CASE WHEN e."on" < %s THEN p.amount_minor ELSE 0 END), '
        'sum(CASE WHEN e."on" >= %s AND p.amount_minor > 0 THEN p.amount_minor ELSE 0 END), '
        'sum(CASE WHEN e."on" >= %s AND p.amount_minor < 0 THEN -p.amount_minor ELSE 0 END) '
        "FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id "
        "JOIN ledger_account a ON a.id = p.account_id "
        'WHERE e.company_id = %s AND e.posted AND e."on" <= %s GROUP BY a.code, p.currency '
        "ORDER BY p.currency, a.code",
        [since, since, since, company_id, until],
    )
    found = [Movement(code, currency, int(o), int(d), int(c)) for code, currency, o, d, c in rows]
    return [m for m in found if m.opening or m.debit or m.credit]


def journal(
    actor: Actor, company_id: int, since: date, until: date, *, per: str, chinese: bool
) -> tuple[list[JournalLine], list[tuple[str, date]]]:
    """Vouchers of a span of days in base currency, and what could not be converted: (currency, day).

    A voucher is an entry, or all entries of an event of a day or of a month; every posting is worth what
    the rate of its day says, and what rounding leaves stands on 6699. With a rate missing there are no
    lines at all: half a journal helps nobody.
    """
    whole(actor)
    base = Company.objects.get(pk=company_id).base_currency
    rows = _rows(company_id, since, until, per)
    rates = rates_between(since, until, {base, *(r.currency for r in rows)})
    pairs = {(r.currency, r.on) for r in rows if r.currency != base}
    missing = sorted(pair for pair in pairs if rates.find(pair[0], base, pair[1]) is None)
    if missing:
        return [], missing
    names = {a.code: a.name_zh if chinese else a.name for a in Account.objects.all()}
    lines: list[JournalLine] = []
    for (number, on, memo), group in groupby(rows, key=lambda r: _voucher(r, per)):
        lines += _lines(number, on, memo, list(group), base, rates, names)
    return lines, []


class _Row(NamedTuple):
    number: int
    on: date
    event: str
    memo: str
    code: str
    currency: str
    store: str
    minor: int


def _rows(company_id: int, since: date, until: date, per: str) -> list[_Row]:
    """Sums of postings in the order of the vouchers."""
    head = 'e.number, e."on", e.event, e.memo' if per == EACH else "0, e.\"on\", e.event, ''"
    group = 'e.number, e."on", e.event, e.memo' if per == EACH else 'e."on", e.event'
    order = {EACH: 'e."on", e.number', BY_DAY: 'e."on", e.event', BY_MONTH: 'e.event, e."on"'}[per]
    rows = fetch(
        f"SELECT {head}, a.code, p.currency, coalesce(s.code, ''), sum(p.amount_minor) "
        "FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id "
        "JOIN ledger_account a ON a.id = p.account_id LEFT JOIN stores_store s ON s.id = p.store_id "
        'WHERE e.company_id = %s AND e.posted AND e."on" >= %s AND e."on" <= %s '
        f"GROUP BY {group}, a.code, p.currency, s.code HAVING sum(p.amount_minor) <> 0 "
        f"ORDER BY {order}, a.code, p.currency, s.code",
        [company_id, since, until],
    )
    found = [_Row(number, _day(on), *rest) for number, on, *rest in rows]
    if per == BY_MONTH:
        found.sort(key=lambda r: (r.on.year, r.on.month, r.event))
    return found


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _voucher(row: _Row, per: str) -> tuple[str, date, str]:
    """Number, day and memo of the voucher a row belongs to."""
    if per == EACH:
        return f"JE-{row.number:06d}", row.on, row.memo or row.event
    if per == BY_DAY:
        return f"{row.on:%Y%m%d}-{row.event}", row.on, row.event
    last = next_month(row.on.replace(day=1)) - timedelta(days=1)
    return f"{row.on:%Y%m}-{row.event}", last, row.event


def _lines(
    number: str, on: date, memo: str, rows: Sequence[_Row], base: str, rates: Rates, names: dict[str, str]
) -> list[JournalLine]:
    """Lines by account, currency and store; the last one takes what rounding leaves."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        found = sums.setdefault((row.code, row.currency, row.store), [0, 0])
        rate = rates.find(row.currency, base, row.on)
        assert rate is not None, "missing rates were named before"
        found[0] += int(row.minor)  # PostgreSQL sums to a decimal
        found[1] += rate.minor(int(row.minor))
    lines = [
        JournalLine(
            number, on, memo, code, names[code], Money(minor, currency), Money(worth, base),
            None if currency == base else average(Money(minor, currency), Money(worth, base)), store,
        )
        for (code, currency, store), (minor, worth) in sums.items()
        if minor or worth
    ]  # fmt: skip
    rest = -Money.total((line.base for line in lines), base)
    if rest:
        lines.append(rounding_line(lines[0], rest, names[chart.ROUNDING]))
    return lines
