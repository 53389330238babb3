"""Goods against the books: what 1405 and 1406 hold on a day, and why the goods then cost otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from tradewind.db.sql import fetch, instant
from tradewind.engine.access import Actor

RECEIVED, FOUND, BILLS, SOLD, LOST, MOVED, OTHER = (
    "received", "found", "bills", "sold", "lost", "moved", "other",
)  # fmt: skip
CLASSES = (RECEIVED, FOUND, BILLS, SOLD, LOST, MOVED, OTHER)
# Event (and source, where it is not one alone) -> what moved the goods.
_OF_EVENT = {
    "receipt": RECEIVED, "late_receipt": RECEIVED, "late_found": FOUND, "landed_charge": BILLS, "sale": SOLD,
    "late_cost": SOLD, "late_count": LOST, "leg_departure": MOVED, "leg_arrival": MOVED, "late_leg": MOVED,
}  # fmt: skip
# What the books are still to hear of: while there is any, goods and books may differ.
WAITS = """SELECT 1 FROM orders_order WHERE state = 'shipped' AND NOT booked
UNION ALL SELECT 1 FROM stock_costlayer WHERE late OR left_goods_minor IS NULL
UNION ALL SELECT 1 FROM sourcing_receiptline r JOIN sourcing_purchaseline l ON l.id = r.line_id
  WHERE r.good_qty * l.price_minor <> 0 AND NOT EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.event = 'receipt' AND e.source = 'receipt' AND e.source_id = r.receipt_id)
UNION ALL SELECT 1 FROM stock_landedcharge c WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.event = 'landed_charge' AND e.source = 'landed_charge' AND e.source_id = c.id)
UNION ALL SELECT 1 FROM stock_firstlegline g JOIN stock_firstleg f ON f.id = g.leg_id
  JOIN stock_layeruse u ON u.source = 'leg_line' AND u.source_id = g.id
  WHERE u.goods_minor + u.landed_minor <> 0 AND NOT EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.event = CASE WHEN f.arrived_at IS NULL THEN 'leg_departure' ELSE 'leg_arrival' END
      AND e.source = 'first_leg' AND e.source_id = f.id)
UNION ALL SELECT 1 FROM stock_layeruse u WHERE u.source = 'count' AND u.goods_minor + u.landed_minor <> 0
  AND NOT EXISTS (SELECT 1 FROM ledger_entry e JOIN stock_layeruse f ON f.id = e.source_id
    WHERE e.event = 'stock_count' AND e.source = 'layer_use' AND f.source = 'count'
      AND f.source_id = u.source_id)
LIMIT 1"""
_BORN = """SELECT CASE WHEN y.parent_id IS NOT NULL THEN 'bills'
    WHEN y.receipt_line_id IS NOT NULL THEN 'received' ELSE 'found' END,
  CASE WHEN y.received_at < %s THEN 1 ELSE 0 END, sum(coalesce(y.goods_minor, 0)), sum(y.landed_minor)
FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id WHERE b.owner_id = %s GROUP BY 1, 2"""
# Goods under way are goods still; those that arrived were reborn at what they cost and their bills.
_GONE = """SELECT CASE u.source WHEN 'count' THEN 'lost' WHEN 'leg_line' THEN 'bills' ELSE 'sold' END,
  CASE WHEN coalesce(f.arrived_at, u.at) < %s THEN 1 ELSE 0 END,
  sum(coalesce(u.goods_minor, 0) + u.landed_minor)
FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id JOIN stock_balance b ON b.id = y.balance_id
  LEFT JOIN stock_firstlegline g ON u.source = 'leg_line' AND g.id = u.source_id
  LEFT JOIN stock_firstleg f ON f.id = g.leg_id
WHERE b.owner_id = %s AND (u.source <> 'leg_line' OR f.arrived_at IS NOT NULL) GROUP BY 1, 2"""
_BOOKED = """SELECT e.event, e.source, CASE WHEN e."on" < %s THEN 1 ELSE 0 END, a.code, sum(p.amount_minor)
FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id AND e.posted
  JOIN ledger_account a ON a.id = p.account_id
WHERE a.code IN ('1405', '1406') AND e.company_id = %s AND p.currency = %s GROUP BY 1, 2, 3, 4"""


@dataclass(slots=True)
class Tie:
    """What one kind of event did to stock up to a day: by the goods, by the books, in base currency.

    `goods - books` is `waiting`, which the books hold nowhere yet, plus `timing`, which they hold in
    another month (a cost that came later, a sale around midnight).
    """

    code: str
    goods: int = 0
    books: int = 0
    waiting: int = 0

    @property
    def timing(self) -> int:
        return self.goods - self.books - self.waiting


@dataclass(frozen=True, slots=True)
class Tied:
    """Goods against 1405 and 1406 before a day, by kind; `open`: documents wait to be booked."""

    rows: tuple[Tie, ...]
    on_hand: int  # 1405
    under_way: int  # 1406
    open: bool

    @property
    def goods(self) -> int:
        return sum(row.goods for row in self.rows)

    @property
    def books(self) -> int:
        return sum(row.books for row in self.rows)

    @property
    def unexplained(self) -> int:
        """Entries on the stock accounts of no goods, and, with nothing waiting, whatever else is apart."""
        return sum(row.waiting for row in self.rows if row.code == OTHER or not self.open)


def stock_tied(actor: Actor, company_id: int, currency: str, end: date) -> Tied:
    """What a company's goods cost before a day by what is known now, against its stock accounts."""
    actor.require("ledger.view")
    actor.require("stock.cost")
    stop = instant(datetime.combine(end, time(), UTC))
    rows = {code: Tie(code) for code in CLASSES}
    for code, before, goods, landed in fetch(_BORN, [stop, company_id]):
        own = int(goods) + (int(landed) if code == BILLS else 0)
        _goods(rows[code], before, own)
        if code != BILLS:
            _goods(rows[BILLS], before, int(landed))
    for code, before, cost in fetch(_GONE, [stop, company_id]):
        _goods(rows[code], before, -int(cost))
    held = {"1405": 0, "1406": 0}
    for event, source, before, account, minor in fetch(_BOOKED, [end, company_id, currency]):
        row = rows[_class(event, source)]
        row.waiting -= int(minor)
        if before:
            row.books += int(minor)
            held[account] += int(minor)
    return Tied(tuple(rows.values()), held["1405"], held["1406"], bool(fetch(WAITS)))


def _goods(row: Tie, before: Any, minor: int) -> None:
    row.waiting += minor
    if before:
        row.goods += minor


def _class(event: str, source: str) -> str:
    if event == "stock_count":
        return LOST if source == "layer_use" else FOUND
    return _OF_EVENT.get(event, OTHER)
