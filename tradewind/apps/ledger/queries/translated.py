"""The books in base currency: money at the rate of the last day, everything else at the rate of its own.

Each currency of the journal balances by itself, so what the books are worth in base currency sums to
zero only once exchange differences are booked: what is left is exactly what revaluing still has to book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tradewind.apps.ledger.models import Account
from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.models import Company
from tradewind.db.sql import fetch
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.fx import Rate, Rates
from tradewind.engine.fx_position import Differences, Movement, Position, differences, followed
from tradewind.engine.money import minor_ratio

REVALUED = ("revaluation", "revaluation_reversal")  # events that book exchange differences


class Sum(NamedTuple):
    """Postings of a day on an account in a currency; `fx`: booked by a revaluation."""

    account: str
    currency: str
    on: date
    minor: int
    fx: bool
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Open money of a currency that is owned (asset) or owed (liability), at the rate of the last day."""

    currency: str
    side: str
    position: Position
    rate: Rate

    @property
    def unrealised(self) -> Fraction:
        return self.position.unrealised(ratio(self.rate))


@dataclass
class Translated:
    """Base-currency values of a company's books up to a day; debit positive, minor units.

    `values` by account code (1900 left out: it only joins currencies). `left` is what exchange
    differences are still to be booked so that all sums to zero. `missing` names (currency, day) without
    a rate: then nothing here is whole, and it says so.
    """

    base: str
    until: date
    values: dict[str, int] = field(default_factory=dict)
    pools: list[Pool] = field(default_factory=list)
    missing: list[tuple[str, date]] = field(default_factory=list)
    left: int = 0
    realised: Fraction = Fraction(0)  # since the books began, a gain above zero
    standing: dict[str, int] = field(default_factory=dict)  # exchange differences booked by revaluations
    rounded: int = 0  # what all exchange differences come to, when nothing of them was booked yet
    rates: dict[str, Rate] = field(default_factory=dict)  # currency -> rate of the last day


def ratio(rate: Rate) -> Fraction:
    """Minor units of the quote currency per minor unit of base, exactly."""
    return Fraction(*minor_ratio(rate.base, rate.quote, rate.rate))


def sums(company_id: int, until: date, *, since: date | None = None, by_store: bool = False) -> list[Sum]:
    """What was posted by account, currency and day, in one statement."""
    store = ", p.store_id" if by_store else ""
    after = ' AND e."on" >= %s' if since else ""
    marks = ", ".join(["%s"] * len(REVALUED))
    rows = fetch(
        f'SELECT a.code, p.currency, e."on", sum(p.amount_minor), e.event IN ({marks}) AS fx{store} '
        "FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id "
        "JOIN ledger_account a ON a.id = p.account_id "
        f'WHERE e.company_id = %s AND e.posted AND e."on" <= %s{after} '
        f'GROUP BY a.code, p.currency, e."on", fx{store} ORDER BY e."on", a.code, p.currency',
        [*REVALUED, company_id, until, *([since] if since else [])],
    )
    return [Sum(r[0], r[1], _day(r[2]), int(r[3]), bool(r[4]), r[5] if by_store else None) for r in rows]


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def rates_of(rows: Sequence[Sum], base: str, until: date) -> Rates:
    """Every rate that these sums can need."""
    first = min((row.on for row in rows), default=until)
    return rates_between(min(first, until), until, {base, *(row.currency for row in rows)})


def translated(actor: Actor, company_id: int, until: date) -> Translated:
    """A company's books in base currency, up to and including a day. Needs the whole company in scope."""
    actor.require("ledger.view")
    base = Company.objects.get(pk=company_id).base_currency
    rows = sums(company_id, until)
    accounts = {a.code: a for a in Account.objects.all()}
    rates = rates_of(rows, base, until)
    out = Translated(base, until)
    out.missing = _missing(rows, rates, base, until, accounts)
    if out.missing:
        return out
    _value(out, rows, rates, accounts)
    _positions(out, rows, rates, accounts)
    return out


def _missing(
    rows: Sequence[Sum], rates: Rates, base: str, until: date, accounts: Mapping[str, Account]
) -> list[tuple[str, date]]:
    wanted = {(row.currency, row.on) for row in rows if row.currency != base}
    wanted |= {(row.currency, until) for row in rows if row.currency != base and _money(accounts, row)}
    return sorted(pair for pair in wanted if rates.find(pair[0], base, pair[1]) is None)


def _money(accounts: Mapping[str, Account], row: Sum) -> bool:
    return accounts[row.account].monetary


def _value(out: Translated, rows: Sequence[Sum], rates: Rates, accounts: Mapping[str, Account]) -> None:
    """Values by account; each (account, currency, day) rounded once, money as one balance."""
    money: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.fx:
            out.standing[row.account] = out.standing.get(row.account, 0) + row.minor
        if row.account == chart.FX_TRADING:
            continue
        if row.currency != out.base and _money(accounts, row):
            key = (row.account, row.currency)
            money[key] = money.get(key, 0) + row.minor
            continue
        minor = row.minor if row.currency == out.base else _at(rates, row, out.base).minor(row.minor)
        out.values[row.account] = out.values.get(row.account, 0) + minor
    for (code, currency), minor in money.items():
        rate = rates.find(currency, out.base, out.until)
        assert rate is not None, "a missing rate was named before"
        out.rates[currency] = rate
        out.values[code] = out.values.get(code, 0) + rate.minor(minor)
    out.left = -sum(out.values.values())
    out.standing.pop(chart.FX_TRADING, None)
    out.rounded = out.left + sum(out.standing.values())


def _at(rates: Rates, row: Sum, base: str) -> Rate:
    rate = rates.find(row.currency, base, row.on)
    assert rate is not None, "a missing rate was named before"
    return rate


def _positions(out: Translated, rows: Sequence[Sum], rates: Rates, accounts: Mapping[str, Account]) -> None:
    """Open money followed day by day, and what trading between currencies gained or lost on its own."""
    moves: dict[tuple[str, str], dict[date, int]] = {}
    traded = Fraction(0)
    for row in rows:
        if row.account == chart.FX_TRADING and not row.fx:
            exact = Fraction(1) if row.currency == out.base else ratio(_at(rates, row, out.base))
            traded += row.minor * exact
        elif row.currency != out.base and _money(accounts, row):
            days = moves.setdefault((row.currency, accounts[row.account].kind), {})
            days[row.on] = days.get(row.on, 0) + row.minor
    out.realised = -traded
    for (currency, side), days in sorted(moves.items()):
        found = followed(
            Movement(minor, ratio(_at(rates, Sum("", currency, on, minor, False), out.base)))
            for on, minor in sorted(days.items())
        )
        out.realised += found.realised
        out.pools.append(Pool(currency, side, found, out.rates[currency]))


def still_to_book(found: Translated) -> Differences:
    """What a revaluation would book now, by account."""
    unrealised = sum((pool.unrealised for pool in found.pools), Fraction(0))
    whole = differences(found.rounded, found.realised, unrealised)
    standing = found.standing
    return Differences(
        whole.realised - standing.get(chart.FX_DIFFERENCE, 0),
        whole.unrealised - standing.get(chart.FX_UNREALISED, 0),
        whole.rounding - standing.get(chart.ROUNDING, 0),
    )
