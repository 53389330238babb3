"""Why lines of a settlement have no order, and orders that were settled otherwise than sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Sum

from tradewind.apps.orders.models import Order
from tradewind.apps.settlements.models import MatchProposal, SettlementFile
from tradewind.apps.settlements.queries import lines
from tradewind.apps.settlements.states import OPEN, REJECTED
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import KINDS, REFUND, REVENUE

QUARANTINED, PROPOSED, REFUSED, OTHER_STORE, BEFORE, NOT_HERE, NO_NUMBER = (
    "quarantined", "proposed", "rejected", "other_store", "before_history", "not_imported", "no_number",
)  # fmt: skip
_SOLD = sorted(code for code, kind in KINDS.items() if kind.component in (REVENUE, REFUND))


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Lines of one order number ("" for lines that name none) and why they have no order here."""

    number: str
    lines: int
    amount: Money
    why: str
    other: Order | None = None  # the order of that number in another store in scope


def why_unmatched(actor: Actor, settlement: SettlementFile, most: int = 200) -> list[Unmatched]:
    """Every number of a settlement that names no order known here, those with most money first.

    Reasons: quarantined (nothing was looked for, the lines stand in two files), proposed (a person is to
    choose), rejected (a person said no), other_store (the number is another store's), before_history
    (older than the first order known here), not_imported, no_number (a sale or refund that names no
    order; account fees need none).
    """
    free = lines(actor).filter(settlement=settlement, order=None).order_by()
    rows = free.exclude(order_external_id="").values_list("order_external_id")
    sums = rows.annotate(n=Count("id"), minor=Sum("amount_minor"), first=Min("posted_at"))
    found = sorted(sums, key=lambda row: (-abs(row[2]), row[0]))[:most]
    why = _Reasons(actor, settlement, [row[0] for row in found])
    out = [
        Unmatched(number, n, Money(int(minor), settlement.currency), *why.of(number, first and first.date()))
        for number, n, minor, first in found
    ]
    nameless = free.filter(order_external_id="", kind__in=_SOLD)
    bare = nameless.aggregate(n=Count("id"), minor=Sum("amount_minor"))
    if bare["n"]:
        amount = Money(int(bare["minor"]), settlement.currency)
        out.append(Unmatched("", bare["n"], amount, NO_NUMBER))
    return out


class _Reasons:
    """What is known of some numbers, read once."""

    def __init__(self, actor: Actor, settlement: SettlementFile, numbers: Sequence[str]) -> None:
        asked = MatchProposal.objects.filter(settlement=settlement, state__in=(OPEN, REJECTED))
        self._asked = {number: state for number, state in asked.order_by("-state").values_list(
            "line__order_external_id", "state")}  # fmt: skip
        others = Order.objects.filter(external_id__in=list(numbers)).exclude(store_id=settlement.store_id)
        others = others.filter(store__company_id=settlement.store.company_id).select_related("store")
        if actor.stores is not None:
            others = others.filter(store_id__in=sorted(actor.stores))
        self._others = {order.external_id: order for order in others.order_by("-id")}
        first = Order.objects.filter(store_id=settlement.store_id).aggregate(at=Min("placed_at"))["at"]
        self._first: date | None = first and first.date()
        self._end = settlement.end_at.date()
        self._quarantined = settlement.quarantined

    def of(self, number: str, on: date | None) -> tuple[str, Order | None]:
        """The reason of a number, and the other store's order where it is one."""
        if self._quarantined:
            return QUARANTINED, None
        asked = self._asked.get(number)
        if asked == OPEN:
            return PROPOSED, None
        if number in self._others:
            return OTHER_STORE, self._others[number]
        if asked == REJECTED:
            return REFUSED, None
        if self._first is None or (on or self._end) < self._first:
            return BEFORE, None
        return NOT_HERE, None


@dataclass(frozen=True, slots=True)
class SoldOtherwise:
    """An order whose goods all settlements together pay otherwise than it was sold for."""

    order_id: int
    number: str
    sold: Money
    settled: Money


# What the order asked for, with shipping and tax, or its goods alone: files differ in what they list.
_OTHERWISE = """SELECT o.id, o.external_id, o.goods_minor + o.shipping_minor + o.tax_minor, x.gross
FROM (SELECT t.order_id,
    sum(CASE WHEN t.kind IN ('principal', 'promotion') THEN t.amount_minor ELSE 0 END) AS goods,
    sum(t.amount_minor) AS gross
  FROM settlements_settlementline t JOIN settlements_settlementfile f ON f.id = t.settlement_id
  WHERE t.order_id IN (SELECT order_id FROM settlements_settlementline
      WHERE settlement_id = %s AND kind = 'principal' AND order_id IS NOT NULL)
    AND t.kind IN ('principal', 'promotion', 'shipping', 'gift_wrap', 'tax') AND f.currency = %s
  GROUP BY t.order_id) x JOIN orders_order o ON o.id = x.order_id
WHERE o.currency = %s AND x.goods <> o.goods_minor AND x.gross <> o.goods_minor
  AND x.gross <> o.goods_minor + o.shipping_minor + o.tax_minor
ORDER BY abs(x.gross - o.goods_minor - o.shipping_minor - o.tax_minor) DESC, o.id LIMIT %s"""


def sold_otherwise(actor: Actor, settlement: SettlementFile, most: int = 100) -> list[SoldOtherwise]:
    """Orders of a settlement that are paid otherwise than sold, the largest difference first.

    Only orders in the settlement's currency are compared; corrections and other files count along.
    """
    actor.require("settlements.view")
    money = settlement.currency
    rows = fetch(_OTHERWISE, [settlement.pk, money, money, most])
    return [
        SoldOtherwise(pk, number, Money(int(sold), money), Money(int(settled), money))
        for pk, number, sold, settled in rows
    ]
