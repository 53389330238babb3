"""Profit against the books: orders, what is not booked yet, what is of no order, what nobody explains."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tradewind.apps.ledger.plans import OWED
from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.models import Company
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.queries.shared_costs import shared_costs
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL
from tradewind.engine.fx import Rate, Rates
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import KINDS, TAX

# Components that stand on the same accounts are compared together: by the account's kind, never by what
# booked it. Cost of goods and landed cost have accounts of their own; charges are every other expense.
INCOME, GOODS, LANDED, CHARGES = "income", "goods", "landed", "charges"
GROUPS = {INCOME: ("revenue", "refund"), GOODS: ("goods",), LANDED: ("landed",), CHARGES: ("fees", "freight")}
_OWN = {chart.GOODS_COST: GOODS, chart.LANDED_COST: LANDED}
_TAX_OWED = tuple(kind for kind in OWED if KINDS[kind].component == TAX)
_OWED = "owed"
# Orders of which something is known that the next posting of the books takes: a sale, a settlement, a cost.
_WAITING = """SELECT o.id FROM orders_order o WHERE o.state = 'shipped' AND NOT o.booked
UNION SELECT t.order_id FROM settlements_settlementline t
  JOIN settlements_settlementfile f ON f.id = t.settlement_id
  WHERE f.state NOT IN ('held', 'posted') AND t.order_id IS NOT NULL
UNION SELECT l.order_id FROM stock_costlayer y JOIN stock_layeruse u ON u.layer_id = y.id
  JOIN orders_orderline l ON l.id = u.source_id WHERE y.late AND u.source = 'order_line'"""
NAMED = 20  # orders named that nobody explains


@dataclass(frozen=True, slots=True)
class Identity:
    """orders - not_booked - receivable - rounding + unallocated + unexplained = ledger, in base currency.

    `orders` is every known component of every order (signed: costs negative); `not_booked` is what
    they hold that the books do not (estimates, freight before the carrier's bill, what the next posting
    takes); `receivable` is what settlements paid beyond the sale; `rounding` the cents by which amounts
    converted together and apart differ; `unallocated` is booked for no order; `unconverted` names
    amounts without a rate.
    `unexplained` must be zero; `wrong` names the orders where it is not.
    """

    orders: Money
    not_booked: Money
    receivable: Money
    rounding: Money
    unallocated: Money
    ledger: Money
    unexplained: Money
    unconverted: tuple[Money, ...]
    order_count: int
    wrong: tuple[tuple[int, Money], ...]


@dataclass
class _Sums:
    """Minor units of the parts of the identity while orders are gone through."""

    orders: int = 0
    not_booked: int = 0
    receivable: int = 0
    rounding: int = 0
    wrong: list[tuple[int, int]] = field(default_factory=list)


def profit_vs_ledger(actor: Actor, company_id: int) -> Identity:
    """Compare every order's components with its postings, each converted at the rate of the order's day."""
    actor.require("profit.view")
    actor.require("ledger.view")
    base = Company.objects.get(pk=company_id).base_currency
    rows = _orders(company_id)
    books = _Books(company_id, base, {row[0]: row[1] for row in rows})
    sums = _Sums()
    for row in rows:
        _compare(row, books, sums)
    none = shared_costs(company_id, base)
    booked = sum(books.of_order.values())
    wrong = sum(minor for _order, minor in sums.wrong)
    named = sorted(sums.wrong, key=lambda one: -abs(one[1]))[:NAMED]
    return Identity(
        orders=Money(sums.orders, base),
        not_booked=Money(sums.not_booked, base),
        receivable=Money(sums.receivable, base),
        rounding=Money(sums.rounding, base),
        unallocated=Money(none.minor, base),
        ledger=Money(booked + none.minor, base),
        unexplained=Money(-wrong, base),
        unconverted=(*books.unconverted, *none.unconverted),
        order_count=len(rows),
        wrong=tuple((order, Money(-minor, base)) for order, minor in named),
    )


def _orders(company_id: int) -> list[tuple[Any, ...]]:
    """(order, day, stage, then minor units and state of every component)."""
    columns = [f"{name}_{what}" for name in NAMES for what in ("minor", "state")]
    rows = OrderProfit.objects.filter(company_id=company_id).order_by("order_id")
    return list(rows.values_list("order_id", "on", "stage", *columns).iterator(5000))


def _compare(row: tuple[Any, ...], books: _Books, sums: _Sums) -> None:
    """Add an order to the sums: every difference between it and the books under what it is."""
    order, stage = row[0], row[2]
    parts = {name: row[3 + 2 * n : 5 + 2 * n] for n, name in enumerate(NAMES)}
    for group, names in GROUPS.items():
        known = sum((parts[n][0] or 0) * (1 if n == "revenue" else -1) for n in names)
        over = known - books.of_order.get((order, group), 0)
        sums.orders += known
        if not over and group != INCOME:
            continue
        if order in books.waiting or any(parts[n][1] != ACTUAL for n in names):
            sums.not_booked += over
            continue
        if group == INCOME and stage != "estimated":
            owed = books.owed.get(order, 0)
            sums.receivable -= owed
            over += owed
        elif group == CHARGES and abs(over + (parts["freight"][0] or 0)) <= books.slack:
            sums.not_booked += over  # the carrier's bill is known, and not in the books yet
            continue
        if abs(over) <= books.slack:
            sums.rounding += over
        else:
            sums.wrong.append((order, over))


class _Books:
    """Income and expense of orders in the books, signed as profit, in base currency."""

    def __init__(self, company_id: int, base: str, days: dict[int, date]) -> None:
        self.base, self.days = base, days
        self.waiting = {row[0] for row in fetch(_WAITING)}
        self.of_order: dict[tuple[int, str], int] = {}
        self.owed: dict[int, int] = {}
        self.unconverted: list[Money] = []
        found = [row for row in _postings(company_id) if row[1] in days]
        owed = {row[1] for row in found if row[0] == _OWED and row[3]}
        found += [(_OWED, *row) for row in _tax_left(sorted(owed))]
        currencies = {base, *(row[2] for row in found)}
        self.slack = 2 * len(currencies)  # cents that converting together or apart can differ by
        every = list(days.values())
        self.rates = rates_between(min(every), max(every), currencies) if every else Rates([])
        self.known: dict[tuple[str, date], Rate | None] = {}
        for group, order, currency, minor in found:
            if minor:
                self._add(group, order, currency, -int(minor))

    def _add(self, group: str, order: int, currency: str, minor: int) -> None:
        if currency != self.base:
            key = (currency, self.days[order])
            if key not in self.known:
                self.known[key] = self.rates.find(currency, self.base, key[1])
            rate = self.known[key]
            if rate is None:
                self.unconverted.append(Money(minor, currency))
                return
            minor = rate.minor(minor)
        if group == _OWED:
            self.owed[order] = self.owed.get(order, 0) - minor
        else:
            self.of_order[order, group] = self.of_order.get((order, group), 0) + minor


def _postings(company_id: int) -> list[tuple[Any, ...]]:
    """(group, order, currency, minor units): income and expense of orders by what they are, what is owed."""
    return fetch(
        "SELECT CASE a.code WHEN %s THEN %s WHEN %s THEN %s WHEN %s THEN %s "
        "ELSE CASE a.kind WHEN 'income' THEN %s ELSE %s END END AS part, p.order_id, p.currency, "
        "sum(p.amount_minor) FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id "
        "JOIN ledger_account a ON a.id = p.account_id "
        "WHERE e.company_id = %s AND e.posted AND p.order_id IS NOT NULL "
        "AND (a.kind IN ('income', 'expense') OR a.code = %s) GROUP BY 1, 2, 3",
        [
            *(x for pair in _OWN.items() for x in pair), chart.RECEIVABLE, _OWED, INCOME, CHARGES,
            company_id, chart.RECEIVABLE,
        ],
    )  # fmt: skip


def _tax_left(order_ids: list[int]) -> list[tuple[int, str, int]]:
    """(order, currency, minor units) of tax settlements paid beyond the sale's: owed, yet no income."""
    if not order_ids:
        return []
    marks = ", ".join(["%s"] * len(_TAX_OWED))
    ids = id_set(order_ids)
    paid = fetch(
        "SELECT t.order_id, f.currency, sum(t.amount_minor) FROM settlements_settlementline t "
        "JOIN settlements_settlementfile f ON f.id = t.settlement_id "
        f"WHERE {among('t.order_id')} AND f.state = 'posted' AND t.kind IN ({marks}) "
        "GROUP BY t.order_id, f.currency",
        [ids, *_TAX_OWED],
    )
    sold = fetch(
        f"SELECT o.id, o.currency, -o.tax_minor FROM orders_order o WHERE {among('o.id')} AND o.booked", [ids]
    )
    return [(order, currency, int(minor)) for order, currency, minor in [*paid, *sold]]
