"""Stock rolled forward: what lay there, came and left, in units and in money, by SKU and warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from tradewind.apps.stock.models import Balance
from tradewind.apps.stock.queries.cost_rows import count_number
from tradewind.db.sql import among, fetch, id_set, instant, moment
from tradewind.engine.access import Actor

CAME, LEFT = ("received", "leg_in", "found"), ("sold", "leg_out", "lost")
STEPS = ("opening", *CAME, *LEFT, "closing")

_BIRTHS = """SELECT y.balance_id, CASE WHEN y.received_at < %s THEN 0 ELSE 1 END,
  CASE WHEN y.leg_line_id IS NOT NULL THEN 'leg_in' WHEN y.receipt_line_id IS NOT NULL THEN 'received'
    ELSE 'found' END,
  sum(y.qty), sum(coalesce(y.goods_minor, 0) + y.landed_minor),
  sum(CASE WHEN y.goods_minor IS NULL THEN y.qty ELSE 0 END)
FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
WHERE y.received_at < %s AND b.owner_id = %s GROUP BY 1, 2, 3"""
_USES = """SELECT y.balance_id, CASE WHEN u.at < %s THEN 0 ELSE 1 END,
  CASE u.source WHEN 'leg_line' THEN 'leg_out' WHEN 'count' THEN 'lost' ELSE 'sold' END,
  sum(u.qty), sum(coalesce(u.goods_minor, 0) + u.landed_minor),
  sum(CASE WHEN u.goods_minor IS NULL THEN u.qty ELSE 0 END)
FROM stock_layeruse u JOIN stock_costlayer y ON y.id = u.layer_id JOIN stock_balance b ON b.id = y.balance_id
WHERE u.at < %s AND b.owner_id = %s GROUP BY 1, 2, 3"""
# Damaged and sampled units are explained; what was counted, lost or found otherwise is not.
_COUNTED = """SELECT m.balance_id, m.source, m.source_id, m.qty, m.at FROM stock_move m
JOIN stock_balance b ON b.id = m.balance_id
WHERE m.kind = 'count' AND m.at < %s AND b.owner_id = %s AND m.source NOT IN ('damaged', 'sample')
ORDER BY m.id"""
_LOST = """SELECT y.balance_id, u.source_id, sum(coalesce(u.goods_minor, 0) + u.landed_minor),
  sum(CASE WHEN u.goods_minor IS NULL THEN 1 ELSE 0 END) FROM stock_layeruse u
JOIN stock_costlayer y ON y.id = u.layer_id WHERE u.source = 'count' AND {among} GROUP BY 1, 2"""
_FOUND = """SELECT y.balance_id, y.batch, y.goods_minor, y.landed_minor FROM stock_costlayer y
WHERE y.receipt_line_id IS NULL AND y.parent_id IS NULL AND {among}"""


@dataclass(slots=True)
class Step:
    """Units and their known cost; `unknown` of the units have none."""

    qty: int = 0
    minor: int = 0
    unknown: int = 0

    def add(self, qty: int, minor: int, unknown: int) -> None:
        self.qty, self.minor, self.unknown = self.qty + qty, self.minor + minor, self.unknown + unknown


@dataclass(slots=True)
class Rolled:
    """A SKU in a warehouse over a period: opening + came - left = closing, in units and in money."""

    balance: Any
    steps: dict[str, Step] = field(default_factory=lambda: {name: Step() for name in STEPS})

    @property
    def quiet(self) -> bool:
        """Nothing lay, came or left."""
        return not any(step.qty or step.minor for step in self.steps.values())


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Units a count found too few (below zero) or too many without a word of why. None: no cost known."""

    balance_id: int
    number: int
    reason: str
    qty: int
    minor: int | None
    on: date
    days: int


def start_of(day: date) -> datetime:
    """The first moment of a day (UTC)."""
    return datetime.combine(day, time(), UTC)


def roll_forward(
    by: Actor, company_id: int, first: date, end: date, *, warehouse_id: int | None = None, sku: str = ""
) -> list[Rolled]:
    """A company's goods from one day up to another (left out), by SKU and warehouse; quiet ones left out.

    Money is what things cost by what is known today: a bill that came later lies on the goods it belongs
    to. A batch counts on the day it was received, units that left on the day they left.
    """
    by.require("stock.cost")
    rows: dict[int, Rolled] = {}
    balances = Balance.objects.filter(owner_id=company_id).select_related("sku", "warehouse")
    if warehouse_id is not None:
        balances = balances.filter(warehouse_id=warehouse_id)
    if sku:
        balances = balances.filter(sku__code=sku)
    for balance in balances.order_by("sku__code", "warehouse__code"):
        rows[balance.pk] = Rolled(balance)
    start, stop = instant(start_of(first)), instant(start_of(end))
    for sql, sign in ((_BIRTHS, 1), (_USES, -1)):
        for balance_id, inside, step, *amounts in fetch(sql, [start, stop, company_id]):
            if balance_id not in rows:
                continue
            qty, minor, unknown = (int(n) for n in amounts)
            steps = rows[balance_id].steps
            steps[step if inside else "opening"].add(
                *((qty, minor, unknown) if inside else (sign * qty, sign * minor, sign * unknown))
            )
    for row in rows.values():
        _close(row.steps)
    return [row for row in rows.values() if not row.quiet]


def _close(steps: dict[str, Step]) -> None:
    closing = steps["closing"]
    for names, sign in ((("opening", *CAME), 1), (LEFT, -1)):
        for name in names:
            step = steps[name]
            closing.add(sign * step.qty, sign * step.minor, sign * step.unknown)


def unexplained(by: Actor, company_id: int, end: date) -> list[Unexplained]:
    """Differences of counts up to a day (left out) that nobody gave a reason for, the oldest first."""
    by.require("stock.cost")
    moves = fetch(_COUNTED, [instant(start_of(end)), company_id])
    worth = _worth(sorted({row[0] for row in moves}))
    found = []
    for balance_id, reason, number, qty, at in moves:
        when = moment(at)
        assert when is not None
        minor = worth.get((balance_id, number, qty > 0))
        days = (end - when.date()).days
        found.append(Unexplained(balance_id, number, reason, qty, minor, when.date(), days))
    return found


def _worth(balance_ids: Iterable[int]) -> dict[tuple[int, int, bool], int | None]:
    """(balance, count, found) -> cost of the units, below zero for those lost."""
    ids = id_set(balance_ids)
    found: dict[tuple[int, int, bool], int | None] = {}
    for balance_id, number, minor, missing in fetch(_LOST.format(among=among("y.balance_id")), [ids]):
        found[balance_id, number, False] = None if missing else -int(minor)
    for balance_id, batch, goods, landed in fetch(_FOUND.format(among=among("y.balance_id")), [ids]):
        found[balance_id, count_number(batch), True] = None if goods is None else int(goods) + int(landed)
    return found
