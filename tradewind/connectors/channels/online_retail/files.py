"""Order lines of the UCI Online Retail layout: CSV, one invoice line a row, GBP, London time. Pure.

Prices have up to three decimals, so a line's amount is kept exactly in thousandths of a pound (`net_milli`);
`net_minor` is the same rounded half up to pence for the books, and `rounding_milli` what that added or lost.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tradewind.connectors.channels.online_retail.countries import COUNTRIES
from tradewind.connectors.wire import Problems, decoded, separated
from tradewind.connectors.words import _
from tradewind.engine.contracts import Refused

LAYOUT, CURRENCY, ZONE = "online_retail", "GBP", ZoneInfo("Europe/London")
COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country",
)  # fmt: skip
_IN_ORDER = tuple(range(len(COLUMNS)))
BATCH = 5000
LARGEST = 512 * 1024 * 1024  # bytes unpacked
MOST_PROBLEMS = 1000

# What a line is. Only SALE and CANCELLATION move goods against money.
SALE, CANCELLATION, ADJUSTMENT, PSEUDO, ZERO_PRICE = (
    "sale", "cancellation", "adjustment", "pseudo", "zero_price",
)  # fmt: skip
# Stock codes that are no goods: postage, carriage, discount, manual entry, samples, fees, bad debt.
PSEUDO_CODES = frozenset({"POST", "DOT", "C2", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"})
VOUCHER = "GIFT_"
_INVOICE = re.compile(r"[AC]?\d{6}", re.ASCII)
_PRICE = re.compile(r"-?\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_QUANTITY = re.compile(r"-?\d{1,9}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


class RetailLine(NamedTuple):
    """One line; `row` is its line in the file, `at` is UTC, `country` ISO 3166-1 or empty when it is none."""

    row: int
    invoice: str
    code: str
    description: str
    qty: int  # negative on cancellations and write-offs
    at: datetime
    price_milli: int  # thousandths of GBP a unit
    net_milli: int  # qty x price, exact
    customer: str
    country: str
    country_text: str
    kind: str
    cancels: bool  # the invoice is a credit note (prefix C), whatever the line is
    duplicate: bool  # an equal line stood before in the file

    @property
    def net(self) -> Decimal:
        """The exact amount in GBP: RetailLine(... net_milli=1275 ...).net == Decimal("1.275")."""
        return Decimal(self.net_milli).scaleb(-3)

    @property
    def net_minor(self) -> int:
        """Pence, rounded half away from zero: 1275 milli is 128."""
        size = (abs(self.net_milli) + 5) // 10
        return size if self.net_milli >= 0 else -size

    @property
    def rounding_milli(self) -> int:
        """What rounding to pence added to the exact amount: 5 for 1275 milli."""
        return self.net_minor * 10 - self.net_milli


def parse(data: bytes, size: int = BATCH) -> Iterator[list[RetailLine]]:
    """Lines in batches, in the file's order; plain or gzip.

    Raises Refused with every problem (at most 1,000). Problems far down are found after earlier batches have
    been handed out, so a caller applies the batches in one transaction.
    """
    problems = Problems()
    text = decoded(_unpacked(data, problems), problems)
    rows = separated(text, problems)
    place = _places(next(rows, (1, []))[1], problems)
    reading = _Reading(problems)
    batch: list[RetailLine] = []
    for row, cells in rows:
        line = reading.line(row, cells, place)
        if line is not None:
            batch.append(line)
        if len(problems.found) >= MOST_PROBLEMS:
            break
        if len(batch) >= size and not problems.found:
            yield batch
            batch = []
    problems.finish()
    if batch:
        yield batch


def _unpacked(data: bytes, problems: Problems) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(data, LARGEST)
    except zlib.error:
        problems.add(None, "file", "", _("the gzip data are damaged"), _("one whole gzip file"))
        raise Refused(problems.found) from None
    if unzip.unconsumed_tail:
        problems.add(None, "file", "", _("unpacked it is too large"), f"≤ {LARGEST:,} bytes")
    elif not unzip.eof or unzip.unused_data:
        problems.add(None, "file", "", _("the gzip data end too early or too late"), _("one whole gzip file"))
    problems.finish()
    return plain


def _places(header: list[str], problems: Problems) -> tuple[int, ...]:
    """Where the columns stand; Refused when one is missing, unknown or doubled."""
    names = [name.strip() for name in header]
    for name in COLUMNS:
        if names.count(name) != 1:
            reason = _("the column is missing") if name not in names else _("the column stands twice")
            problems.add(1, name, "", reason, ", ".join(COLUMNS))
    for name in names:
        if name not in COLUMNS:
            problems.add(1, name, "", _("the column is not known to this layout"), ", ".join(COLUMNS))
    problems.finish()
    return tuple(names.index(name) for name in COLUMNS)


class _Reading:
    """What is remembered between lines: times and prices already read, lines already seen."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.times: dict[str, datetime | None] = {}
        self.prices: dict[str, int | None] = {}
        self.counts: dict[str, int | None] = {}
        self.invoices: dict[str, bool] = {}
        # 64-bit hashes instead of whole lines: the memory of a large file stays small.
        self.seen: set[int] = set()

    def line(self, row: int, cells: list[str], place: tuple[int, ...]) -> RetailLine | None:
        """One line, or None with its problems noted."""
        if len(cells) != len(place):
            self.problems.cells(row, len(cells), len(place))
            return None
        invoice, code, description, qty_text, time_text, price_text, customer, country = (
            cells if place == _IN_ORDER else [cells[i] for i in place]
        )
        at, price, qty = self._time(time_text), self._price(price_text), self._quantity(qty_text)
        if at is None or price is None or qty is None or not self._invoice(invoice):
            self._explain(row, invoice, qty_text, time_text, price_text)
            return None
        if not code.strip():
            self.problems.add(row, "StockCode", code, _("the cell is empty"), _("a stock code"))
            return None
        mark = hash(tuple(cells))
        duplicate = mark in self.seen
        self.seen.add(mark)
        kind = _kind(invoice, code, qty, price)
        return RetailLine(
            row, invoice, code, description, qty, at, price, qty * price, customer,
            COUNTRIES.get(country, ""), country, kind, invoice[0] == "C", duplicate,
        )  # fmt: skip

    def _time(self, text: str) -> datetime | None:
        if text not in self.times:
            self.times[text] = _london(text)
        return self.times[text]

    def _price(self, text: str) -> int | None:
        if text not in self.prices:
            good = _PRICE.fullmatch(text)
            self.prices[text] = int(Decimal(text).scaleb(3)) if good else None
        return self.prices[text]

    def _quantity(self, text: str) -> int | None:
        if text not in self.counts:
            self.counts[text] = int(text) if _QUANTITY.fullmatch(text) else None
        return self.counts[text]

    def _invoice(self, text: str) -> bool:
        if text not in self.invoices:
            self.invoices[text] = _INVOICE.fullmatch(text) is not None
        return self.invoices[text]

    def _explain(self, row: int, invoice: str, qty: str, time: str, price: str) -> None:
        if not self._invoice(invoice):
            self.problems.add(
                row, "InvoiceNo", invoice, _("this is no invoice number"), _("six digits, C or A before")
            )
        if self._quantity(qty) is None:
            self.problems.add(row, "Quantity", qty, _("this is no whole number"), "6, -6")
        if self._time(time) is None:
            self.problems.add(row, "InvoiceDate", time, _("this is no time in London"), "2010-12-01 08:26:00")
        if self._price(price) is None:
            self.problems.add(
                row, "UnitPrice", price, _("this is no price"), _("2.55, with at most three decimals")
            )


def _london(text: str) -> datetime | None:
    """London local time as UTC; None when it is no time, or one that the clock change leaves out."""
    if not _TIME.fullmatch(text):
        return None
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=ZONE)
    except ValueError:
        return None
    at = local.astimezone(UTC)
    return at if at.astimezone(ZONE).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def _kind(invoice: str, code: str, qty: int, price: int) -> str:
    """What a line is: bad debt and write-offs are adjustments, codes that are no goods pseudo."""
    if invoice[0] == "A":
        return ADJUSTMENT
    # Goods are numbered: only codes that begin otherwise can be pseudo.
    if not code[0].isdecimal() and (code.upper() in PSEUDO_CODES or code.upper().startswith(VOUCHER)):
        return PSEUDO
    if invoice[0] == "C":
        return CANCELLATION
    if qty < 0:
        return ADJUSTMENT
    return ZERO_PRICE if price == 0 else SALE
