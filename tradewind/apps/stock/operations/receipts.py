"""Received goods become stock: a move, a balance, a cost layer in the owner's base currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tradewind.apps.markets.queries import rate_on
from tradewind.apps.org.operations import acting
from tradewind.apps.sourcing.models import ReceiptLine
from tradewind.apps.stock.models import CostLayer, Move
from tradewind.apps.stock.operations.balances import Place, change_balances, open_balances
from tradewind.apps.stock.queries import RECEIPT, waiting_lines
from tradewind.db import bulk
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, MISSING
from tradewind.engine.money import Money, to_currency

BATCH = 2000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Receipt lines that became stock, and how many of them have no cost for want of a rate."""

    lines: int
    missing: int


def take_in_receipts(*, now: datetime, by: Actor) -> TakenIn:
    """Bring every waiting receipt line into stock, at its purchase price converted on the receipt's day.

    Without an exchange rate the layer's goods cost is null and its state missing, until `price_layers`
    finds one. A line is taken in once: the move's unique source forbids a second time.
    """
    with acting(by, "stock.change", kind="receipt_line", now=now) as act:
        lines = list(
            waiting_lines()
            .select_related("receipt", "line__order__company")
            .order_by("receipt__received_at", "id")[:BATCH]
        )
        if not lines:
            return TakenIn(0, 0)
        places = {line.pk: _place(line) for line in lines}
        balances = open_balances(places.values())
        rates: dict[tuple[str, str, date], Any] = {}
        costs = {line.pk: goods_cost(line, rates) for line in lines}
        bulk.insert_rows(
            Move,
            ["balance_id", "qty", "kind", "source", "source_id", "at"],
            [(balances[places[x.pk]], x.good_qty, "receipt", RECEIPT, x.pk, instant(now)) for x in lines],
        )
        deltas: dict[int, int] = {}
        for line in lines:
            balance_id = balances[places[line.pk]]
            deltas[balance_id] = deltas.get(balance_id, 0) + line.good_qty
        change_balances([(balance_id, qty, 0) for balance_id, qty in sorted(deltas.items())])
        bulk.insert_rows(
            CostLayer,
            [
                "balance_id", "receipt_line_id", "batch", "received_at", "qty", "left_qty", "currency",
                "goods_minor", "left_goods_minor", "state",
            ],
            [_layer(line, balances[places[line.pk]], costs[line.pk]) for line in lines],
        )  # fmt: skip
        missing = sum(cost is None for cost in costs.values())
        act.ids = [line.pk for line in lines]
        act.note(verb="take_in_receipts", units=sum(x.good_qty for x in lines), missing_cost=missing)
    return TakenIn(len(lines), missing)


def _place(line: ReceiptLine) -> Place:
    order = line.line.order
    return Place(line.line.sku_id, order.warehouse_id, order.company_id)


def _layer(line: ReceiptLine, balance_id: int, cost: int | None) -> tuple[Any, ...]:
    receipt = line.receipt
    base = line.line.order.company.base_currency
    state = MISSING if cost is None else ACTUAL
    return (
        balance_id, line.pk, receipt.number, instant(receipt.received_at), line.good_qty, line.good_qty,
        base, cost, cost, state,
    )  # fmt: skip


def goods_cost(line: ReceiptLine, rates: dict[tuple[str, str, date], Any]) -> int | None:
    """Goods cost of a line's good units in the owner's base currency; None without a rate."""
    order = line.line.order
    goods = Money(line.line.price_minor * line.good_qty, order.currency)
    base = order.company.base_currency
    if base == order.currency:
        return goods.minor
    key = (order.currency, base, line.receipt.received_at.astimezone(UTC).date())
    if key not in rates:
        rates[key] = rate_on(*key)
    rate = rates[key]
    return None if rate is None else to_currency(goods, base, rate.rate).minor
