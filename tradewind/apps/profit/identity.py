"""Profit against the books: orders, what is not booked yet, what is of no order, what nobody explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.models import Company
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import OrderProfit
from tradewind.db.sql import fetch
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money

# Account -> component of an order; what stands elsewhere is of no order.
COMPONENT = {
    "6001": "revenue", "6002": "revenue", "6003": "revenue", "6051": "revenue", "6004": "refund",
    "6401": "goods", "6402": "landed", "6601": "fees", "6602": "fees", "6603": "fees", "6605": "fees",
}  # fmt: skip
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """sum(orders) - not_booked - receivable + unallocated + unexplained = ledger, in base currency.

    `orders` is every known component of every order (signed: costs negative); `not_booked` is what
    they hold that the books do not (estimates, freight before the carrier's bill); `receivable` is
    what settlements paid beyond the sale; `unallocated` is booked for no order; `unconverted` names
    amounts without a rate. `unexplained` must be zero.
    """

    orders: Money
    not_booked: Money
    receivable: Money
    unallocated: Money
    ledger: Money
    unexplained: Money
    unconverted: tuple[Money, ...]


def profit_vs_ledger(actor: Actor, company_id: int) -> Identity:
    """Compare every order's components with its postings, each converted at the rate of the order's day."""
    actor.require("profit.view")
    actor.require("ledger.view")
    base = Company.objects.get(pk=company_id).base_currency
    rows = {
        p.order_id: p
        for p in OrderProfit.objects.filter(company_id=company_id).defer("computed_at").iterator(5000)
    }
    books = _Books(company_id, base, {pk: p.on for pk, p in rows.items()})
    orders = not_booked = receivable = 0
    for pk, row in rows.items():
        for name in NAMES:
            minor = getattr(row, f"{name}_minor")
            known = (minor or 0) * (1 if name == "revenue" else -1)
            booked = books.of_order.get((pk, name), 0)
            orders += known
            if name == "revenue" and row.stage == "settled":
                receivable -= books.owed.get(pk, 0)
            elif name == "freight" or getattr(row, f"{name}_state") != ACTUAL:
                not_booked += known - booked
    whole = sum(books.of_order.values()) + books.of_none
    left = whole - (orders - not_booked - receivable + books.of_none)
    return Identity(
        orders=Money(orders, base),
        not_booked=Money(not_booked, base),
        receivable=Money(receivable, base),
        unallocated=Money(books.of_none, base),
        ledger=Money(whole, base),
        unexplained=Money(left, base),
        unconverted=tuple(books.unconverted),
    )


class _Books:
    """Income and expense of the books, signed as profit, in base currency."""

    def __init__(self, company_id: int, base: str, days: dict[int, date]) -> None:
        self.base, self.days = base, days
        self.of_order: dict[Key, int] = {}
        self.owed: dict[int, int] = {}
        self.of_none = 0
        self.unconverted: list[Money] = []
        codes = [c.code for c in chart.CHART.values() if c.kind in (chart.INCOME, chart.EXPENSE)]
        found = _postings(company_id, [*codes, chart.RECEIVABLE])
        rates = _rates(found, base, days)
        sums: dict[tuple[int | None, str, str, date], int] = {}
        for code, order_id, currency, on, minor in found:
            order = order_id if order_id in days else None
            if code == chart.RECEIVABLE and order is None:
                continue
            name = "owed" if code == chart.RECEIVABLE else COMPONENT.get(code, "") if order else ""
            day = days[order] if order is not None else on
            key = (order, name, currency, day)
            sums[key] = sums.get(key, 0) - int(minor)
        for (order, name, currency, day), minor in sums.items():
            self._add(order, name, Money(minor, currency), day, rates)

    def _add(self, order: int | None, name: str, amount: Money, day: date, rates: Rates) -> None:
        rate = rates.find(amount.currency, self.base, day)
        if rate is None:
            self.unconverted.append(amount)
            return
        minor = rate.convert(amount).minor
        if name == "owed" and order is not None:
            self.owed[order] = self.owed.get(order, 0) - minor
        elif order is not None and name:
            self.of_order[order, name] = self.of_order.get((order, name), 0) + minor
        else:
            self.of_none += minor


def _postings(company_id: int, codes: list[str]) -> list[tuple[Any, ...]]:
    marks = ", ".join(["%s"] * len(codes))
    rows = fetch(
        'SELECT a.code, p.order_id, p.currency, e."on", sum(p.amount_minor) FROM ledger_posting p '
        "JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id "
        f"WHERE e.company_id = %s AND e.posted AND a.code IN ({marks}) "
        'GROUP BY a.code, p.order_id, p.currency, e."on"',
        [company_id, *codes],
    )
    return [
        (c, o, cur, on if isinstance(on, date) else date.fromisoformat(on), m) for c, o, cur, on, m in rows
    ]


def _rates(found: list[tuple[Any, ...]], base: str, days: dict[int, date]) -> Rates:
    every = [row[3] for row in found] + list(days.values())
    if not every:
        return Rates([])
    return rates_between(min(every), max(every), {base, *(row[2] for row in found)})
