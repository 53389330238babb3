"""Order lines of the Online Retail layout into orders: every line becomes a line, postage, or is set aside.

What moves goods against money becomes order lines; credit notes become cancelled orders; postage becomes
the order's shipping; everything else (bad debts, write-offs, fees, vouchers, free goods) is set aside with
its amount. The three together are the file, line by line and to the thousandth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations.mapping import Mappings
from tradewind.apps.orders.operations.rows import COLUMNS, sealed_buyer
from tradewind.apps.stores.models import SetAside, SyncRun
from tradewind.connectors.channels.online_retail.files import (
    CANCELLATION,
    CURRENCY,
    PSEUDO,
    SALE,
    RetailLine,
)
from tradewind.db import bulk
from tradewind.db.sql import instant
from tradewind.engine.contracts import Address

POSTAGE = frozenset({"POST", "DOT", "C2"})
LINE_COLUMNS = [
    "order_id", "external_id", "external_sku", "title", "sku_id", "units_each", "qty", "price_minor",
]  # fmt: skip
ASIDE_COLUMNS = [
    "run_id", "row_no", "reason", "reference", "external_sku", "text", "qty", "amount", "currency",
]  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Lines of one kind: how many, their exact net and what rounding to pence added (thousandths)."""

    lines: int = 0
    net_milli: int = 0
    rounding_milli: int = 0
    rounded_lines: int = 0

    def add(self, line: RetailLine) -> None:
        self.lines += 1
        self.net_milli += line.net_milli
        off = line.rounding_milli
        if off:
            self.rounding_milli += off
            self.rounded_lines += 1


@dataclass(slots=True)
class Invoice:
    """An invoice while its lines come in; minor units."""

    id: int
    at: datetime
    customer: str
    country: str
    country_text: str
    cancels: bool
    goods: int = 0
    lines: int = 0
    shipping: int = 0
    postage: list[RetailLine] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What has been read of a file so far."""

    known: frozenset[str]  # invoices that the store has already
    mappings: Mappings
    invoices: dict[str, Invoice] = field(default_factory=dict)
    every: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    tallies: dict[str, Tally] = field(default_factory=dict)
    aside: list[tuple[str, RetailLine]] = field(default_factory=list)
    duplicates: int = 0
    nowhere: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, line: RetailLine) -> None:
        self.tallies.setdefault(name, Tally()).add(line)


def read_batch(reading: Reading, batch: list[RetailLine]) -> Iterable[tuple[Any, ...]]:
    """Order line rows of a batch; headers, postage and what is set aside stay in `reading`."""
    fresh = dict.fromkeys(
        line.invoice
        for line in batch
        if line.invoice not in reading.invoices and line.invoice not in reading.known
    )
    ids = iter(bulk.take_ids(Order, len(fresh)))
    rows = []
    for line in batch:
        reading.every.add(line.invoice)
        reading.codes.add(line.code)
        reading.duplicates += line.duplicate
        if line.invoice in reading.known:
            reading.count("known", line)
            continue
        invoice = reading.invoices.get(line.invoice)
        if invoice is None:
            invoice = reading.invoices[line.invoice] = Invoice(
                next(ids), line.at, line.customer, line.country, line.country_text, line.cancels
            )
        row = _taken(reading, invoice, line)
        if row is not None:
            rows.append(row)
    return rows


def _taken(reading: Reading, invoice: Invoice, line: RetailLine) -> tuple[Any, ...] | None:
    if (line.kind == SALE and line.net_milli > 0) or (line.kind == CANCELLATION and line.net_milli < 0):
        reading.count("credited" if line.cancels else "sold", line)
        minor = abs(line.net_minor)
        invoice.goods += minor
        invoice.lines += 1
        title = line.description.strip() or line.code
        reading.titles.setdefault(line.code, title)
        mapped = reading.mappings.find(line.code, line.at)
        return (
            invoice.id, str(line.row), line.code, title[:400], mapped.sku_id, mapped.units_each,
            abs(line.qty), minor,
        )  # fmt: skip
    if line.kind == PSEUDO and line.code in POSTAGE and not line.cancels and line.net_milli > 0:
        invoice.postage.append(line)
    else:
        reading.aside.append(("zero_price" if not line.net_milli else line.kind, line))
    return None


def finish(reading: Reading, store_id: int, run: SyncRun) -> int:
    """Write the orders and what is set aside, when every line has been read; returns the orders made."""
    rows = []
    for number, invoice in reading.invoices.items():
        for line in invoice.postage:
            if invoice.lines:
                reading.count("postage", line)
                invoice.shipping += line.net_minor
            else:
                reading.aside.append((line.kind, line))
        if invoice.lines:
            reading.nowhere[invoice.country_text] += not invoice.country
            rows.append(_order(number, invoice, store_id))
    bulk.insert_rows(Order, COLUMNS, rows)
    for reason, line in reading.aside:
        reading.count(reason, line)
    bulk.insert_rows(SetAside, ASIDE_COLUMNS, (_aside(run, reason, line) for reason, line in reading.aside))
    return len(rows)


def _order(number: str, invoice: Invoice, store_id: int) -> tuple[Any, ...]:
    buyer = Address(
        name=f"Customer {invoice.customer}" if invoice.customer else "",
        region="" if invoice.country else invoice.country_text,
        country=invoice.country,
    )
    at = instant(invoice.at)
    state = "cancelled" if invoice.cancels else "elsewhere"
    return (
        invoice.id, store_id, number, state, CURRENCY, invoice.goods, invoice.shipping, 0, invoice.country,
        sealed_buyer(buyer), at, at, None, False,
    )  # fmt: skip


def _aside(run: SyncRun, reason: str, line: RetailLine) -> tuple[Any, ...]:
    amount = f"{line.net:f}"
    text = line.description[:400]
    return (
        run.pk, line.row, reason, line.invoice, line.code[:80], text, line.qty, amount, CURRENCY,
    )  # fmt: skip
