"""What stands between a month and its closing: each thing counted, with what hangs on it and where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tradewind.apps.claims.queries import owed as bills
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.queries.books import clearing_left, next_month, open_months
from tradewind.apps.ledger.queries.freight import freight_open
from tradewind.apps.ledger.queries.translated import still_to_book, translated
from tradewind.apps.settlements.queries import blockers as settlements
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

# Nothing that is said can make up for these.
NOT_OVER, EARLIER, UNPOSTED = "not_over", "earlier_month", "unposted_entries"
HARD = frozenset({NOT_OVER, EARLIER, UNPOSTED, "held_settlements", "unknown_kinds", "remainders", "overlaps"})
CLEARING, UNBOOKED_SALES, MISSING_COSTS = "clearing", "unbooked_sales", "missing_costs"
UNBOOKED_RECEIPTS, UNMATCHED_RECEIPTS, UNMATCHED_BANK = (
    "unbooked_receipts", "unmatched_receipts", "unmatched_bank_lines",
)  # fmt: skip
STOCK, FREIGHT, RATES, EXCHANGE = "stock_tied", "freight_accrued", "rates", "revalued"
OWN = (
    NOT_OVER, EARLIER, UNPOSTED, UNBOOKED_SALES, UNBOOKED_RECEIPTS, MISSING_COSTS, UNMATCHED_RECEIPTS,
    UNMATCHED_BANK, CLEARING, STOCK, FREIGHT, RATES, EXCHANGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A point of the checklist. `count` 0: it is done. `where` is the list that shows what is open.

    `hard`: the month does not close over it; the others may be explained in words.
    """

    code: str
    count: int
    amounts: tuple[Money, ...] = ()
    where: str = ""

    @property
    def hard(self) -> bool:
        return self.code in HARD

    @property
    def done(self) -> bool:
        return self.count == 0


def checklist(actor: Actor, company_id: int, month: date, today: date) -> list[Item]:
    """Every point of a month's closing, done or open, in the order in which they are worked off.

    Example: Item("unknown_kinds", 3, (Money(-12_00, "USD"),), "unknown_kinds/").
    """
    actor.require("ledger.view")
    month = month.replace(day=1)
    end = next_month(month)
    last = end - timedelta(days=1)
    return [
        Item(NOT_OVER, int(end > today)),
        Item(EARLIER, sum(m < month for m in open_months(company_id)), where="periods/?state=open"),
        *_documents(company_id, end),
        *_foreign(settlements.blocking(company_id, last)),
        *_foreign(bills.blocking(company_id, last)),
        *_money(company_id, end),
        *_month_end(actor, company_id, month, last),
    ]


def _foreign(blockers: Iterable[Any]) -> list[Item]:
    """What other apps name, a line a code."""
    found: dict[str, Item] = {}
    for one in blockers:
        had = found.get(one.code, Item(one.code, 0, (), one.where))
        amounts = had.amounts + ((one.amount,) if one.amount is not None else ())
        found[one.code] = Item(one.code, had.count + one.count, amounts, one.where)
    return list(found.values())


_SALES = """SELECT count(*) FROM orders_order o JOIN stores_store s ON s.id = o.store_id
WHERE s.company_id = %s AND o.state = 'shipped' AND NOT o.booked AND o.shipped_at < %s"""
_RECEIPTS = """SELECT count(*) FROM sourcing_receipt r JOIN sourcing_purchaseorder p ON p.id = r.order_id
WHERE p.company_id = %s AND r.received_at < %s
  AND EXISTS (SELECT 1 FROM sourcing_receiptline l JOIN sourcing_purchaseline pl ON pl.id = l.line_id
    WHERE l.receipt_id = r.id AND l.good_qty * pl.price_minor <> 0)
  AND NOT EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.event = 'receipt' AND e.source = 'receipt' AND e.source_id = r.id)"""
_COSTS = """SELECT count(DISTINCT l.order_id) FROM stock_layeruse u
JOIN orders_orderline l ON l.id = u.source_id JOIN orders_order o ON o.id = l.order_id
JOIN stores_store s ON s.id = o.store_id
WHERE s.company_id = %s AND u.source = 'order_line' AND u.goods_minor IS NULL AND o.shipped_at < %s"""


def _documents(company_id: int, end: date) -> list[Item]:
    def many(sql: str) -> int:
        return int(fetch(sql, [company_id, f"{end.isoformat()} 00:00:00+00:00"])[0][0])

    unposted = Entry.objects.filter(company_id=company_id, posted=False, on__lt=end).count()
    return [
        Item(UNPOSTED, unposted, where="entries/"),
        Item(UNBOOKED_SALES, many(_SALES), where="orders/?state=shipped"),
        Item(UNBOOKED_RECEIPTS, many(_RECEIPTS), where="receipts/"),
        Item(MISSING_COSTS, many(_COSTS), where="order_profits/?state=incomplete"),
    ]


_CAME = """SELECT a.currency, count(*), sum(l.amount_minor) FROM treasury_collectionline l
JOIN treasury_collectionaccount a ON a.id = l.account_id
WHERE a.company_id = %s AND l.kind = 'receive' AND NOT l.matched AND l.at < %s
GROUP BY a.currency ORDER BY a.currency"""
_BANK = """SELECT a.currency, count(*), sum(l.amount_minor) FROM treasury_bankline l
JOIN treasury_bankaccount a ON a.id = l.account_id
WHERE a.company_id = %s AND l.amount_minor > 0 AND l."on" < %s
  AND NOT EXISTS (SELECT 1 FROM treasury_conversion c WHERE c.bank_line_id = l.id)
GROUP BY a.currency ORDER BY a.currency"""


def _money(company_id: int, end: date) -> list[Item]:
    came = fetch(_CAME, [company_id, f"{end.isoformat()} 00:00:00+00:00"])
    bank = fetch(_BANK, [company_id, end])
    left = clearing_left(company_id, end)
    return [
        _summed(UNMATCHED_RECEIPTS, came, "collection_lines/"),
        _summed(UNMATCHED_BANK, bank, "bank_lines/"),
        Item(
            CLEARING, len(left), tuple(Money(minor, currency) for _code, currency, minor in left), "accounts/"
        ),
    ]


def _summed(code: str, rows: list[tuple[Any, ...]], where: str) -> Item:
    amounts = tuple(Money(int(minor), currency) for currency, _count, minor in rows)
    return Item(code, sum(int(row[1]) for row in rows), amounts, where)


def _month_end(actor: Actor, company_id: int, month: date, last: date) -> list[Item]:
    apart = stock_apart(company_id)
    freight: dict[str, int] = {}
    orders = freight_open(company_id, month)
    for _store, _order, amount in orders:
        freight[amount.currency] = freight.get(amount.currency, 0) + amount.minor
    found = translated(actor, company_id, last)
    todo = still_to_book(found)
    waits = 0 if found.missing else int(bool(todo.realised or todo.unrealised or todo.rounding))
    return [
        Item(STOCK, len(apart), tuple(Money(facts - books, c) for c, facts, books in apart), "layers/"),
        Item(FREIGHT, len(orders), tuple(Money(m, c) for c, m in sorted(freight.items()))),
        Item(RATES, len(found.missing), where="fx_rates/"),
        Item(EXCHANGE, waits, (Money(todo.total, found.base),) if waits else ()),
    ]


# What lies here and what is under way between our warehouses, against 1405 and 1406.
_STOCK = """SELECT currency, sum(facts), sum(books) FROM (
  SELECT y.currency, y.left_goods_minor + y.left_landed_minor AS facts, 0 AS books
  FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id WHERE b.owner_id = %s
  UNION ALL SELECT y.currency, u.goods_minor + u.landed_minor, 0 FROM stock_firstleg f
    JOIN stock_firstlegline g ON g.leg_id = f.id
    JOIN stock_layeruse u ON u.source = 'leg_line' AND u.source_id = g.id
    JOIN stock_costlayer y ON y.id = u.layer_id WHERE f.state = 'departed' AND f.owner_id = %s
  UNION ALL SELECT p.currency, 0, p.amount_minor FROM ledger_posting p
    JOIN ledger_entry e ON e.id = p.entry_id AND e.posted
    JOIN ledger_account a ON a.id = p.account_id
    WHERE a.code IN ('1405', '1406') AND e.company_id = %s) x
GROUP BY currency HAVING sum(facts) <> sum(books)"""


def stock_apart(company_id: int) -> list[tuple[str, int, int]]:
    """(currency, cost of the goods there are, what 1405 and 1406 say) where the two differ today."""
    rows = fetch(_STOCK, [company_id] * 3)
    return [(c, int(facts or 0), int(books or 0)) for c, facts, books in rows]
