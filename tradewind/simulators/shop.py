"""A store of the practice marketplace "Harbour 港湾集市": listings, orders, shipments and what they earn.

Amounts are minor units of the store's currency. Harbour's prices are without tax; tax on goods is added
at the checkout and withheld by Harbour, who pays it to the authority.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tradewind.engine.money import round_half_up
from tradewind.simulators.settle import Row, Settled

PENDING, OPEN, PART_SHIPPED, SHIPPED, CANCELLED = "PENDING", "OPEN", "PART_SHIPPED", "SHIPPED", "CANCELLED"
REFERRAL, PAYMENT = Fraction(15, 100), Fraction(29, 1000)
CLOCK_TOLERANCE = timedelta(hours=1)
TAX_PERMILLE_US = {"CA": 73, "TX": 63, "NY": 40, "FL": 60, "WA": 65, "IL": 63, "OR": 0}


@dataclass(frozen=True, slots=True)
class Terms:
    """What Harbour charges in a market, and how much of the demand lands there (minor units)."""

    market: str
    currency: str
    tax_permille: int | None  # None: by region
    demand_permille: int
    shipping: tuple[int, ...]  # what a buyer may pay for shipping
    referral_minimum: int
    late_fee: int
    subscription: int


TERMS = (
    Terms("US", "USD", None, 400, (0, 0, 399, 599), 30, 200, 3999),
    Terms("GB", "GBP", 200, 220, (0, 0, 299, 399), 30, 200, 2500),
    Terms("DE", "EUR", 190, 220, (0, 0, 349, 449), 30, 200, 3900),
    Terms("JP", "JPY", 100, 160, (0, 0, 350, 500), 30, 200, 4900),
)


@dataclass(slots=True)
class Listing:
    """An offer as Harbour shows it."""

    id: str
    sku: str
    title: str
    price: int
    quantity: int
    anchor: int  # the first price: buyers compare with it
    pull: float  # how popular it is


@dataclass(slots=True)
class Line:
    id: str
    sku: str
    title: str
    qty: int
    price: int  # of the whole line, before discount, without tax
    discount: int
    tax: int
    shipped: int = 0
    refunded: bool = False


@dataclass(slots=True)
class Order:
    id: str
    placed_at: datetime
    updated_at: datetime
    state: str
    lines: list[Line]
    shipping: int
    address: dict[str, str]
    dice: Random
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    late: bool = False
    version: int = 0


@dataclass(slots=True)
class Shipment:
    id: str
    key: str
    fingerprint: tuple[Any, ...]
    order_id: str
    units: int


@dataclass(slots=True)
class Shop:
    """One store on Harbour with its memory."""

    terms: Terms
    account: str
    key: str
    listings: dict[str, Listing] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    log: list[tuple[datetime, str, int]] = field(default_factory=list)  # every change of an order, in time
    shipments: dict[str, Shipment] = field(default_factory=dict)  # by the seller's key
    rows: list[Row] = field(default_factory=list)  # earned or charged since the last settlement
    earned: list[tuple[datetime, int]] = field(
        default_factory=list
    )  # net of each shipped order, for the reserve
    settled: list[Settled] = field(default_factory=list)
    held: int = 0  # reserve carried into the next settlement
    opened_at: datetime | None = None  # the first settlement period starts here

    # -- changes -----------------------------------------------------------------------------------

    def changed(self, order: Order, at: datetime) -> None:
        """Note a change so that feeds show it: one entry a change, the latest version counts."""
        order.updated_at, order.version = at, order.version + 1
        self.log.append((at, order.id, order.version))

    def place(self, order: Order, at: datetime) -> None:
        """A buyer placed an order: stock shown goes down at once."""
        self.orders[order.id] = order
        for line in order.lines:
            self.listings[line.sku].quantity -= line.qty
        self.changed(order, at)

    def open(self, order: Order, at: datetime) -> None:
        """Payment is in: the order may be shipped, within two business days."""
        if order.state == PENDING:
            order.state, order.ship_by = OPEN, two_business_days(at)
            self.changed(order, at)

    def cancel(self, order: Order, at: datetime) -> None:
        """The buyer cancels; nothing happens once anything was shipped."""
        if order.state in {PENDING, OPEN}:
            order.state = CANCELLED
            for line in order.lines:
                self.listings[line.sku].quantity += line.qty
            self.changed(order, at)

    def move(self, order: Order, address: dict[str, str], at: datetime) -> None:
        """The buyer corrects the address; too late once anything was shipped."""
        if order.state in {PENDING, OPEN}:
            order.address = address
            self.changed(order, at)

    def offer(self, sku: str, title: str, price: int | None, quantity: int | None, dice: Random) -> str:
        """Make or change a listing; the id of it. Only sent sides change."""
        listing = self.listings.get(sku)
        if listing is None:
            pull = min(12.0, dice.paretovariate(1.1))
            new_id = f"L{self.terms.market}{len(self.listings) + 1:05d}"
            listing = self.listings[sku] = Listing(new_id, sku, title, price or 0, 0, price or 0, pull)
        listing.title = title or listing.title
        if price is not None:
            listing.price = price
            listing.anchor = listing.anchor or price
        if quantity is not None:
            listing.quantity = quantity
        return listing.id

    def ship(self, shipment: Shipment, lines: list[tuple[Line, int]], at: datetime) -> None:
        """Take a confirmed shipment; the order earns its money when the last unit is shipped."""
        order = self.orders[shipment.order_id]
        for line, qty in lines:
            line.shipped += qty
        self.shipments[shipment.key] = shipment
        if all(line.shipped == line.qty for line in order.lines):
            order.state, order.shipped_at = SHIPPED, at
            self._earn(order, at)
        else:
            order.state = PART_SHIPPED
        self.changed(order, at)

    def refund(self, order: Order, lines: list[Line], at: datetime) -> None:
        """Give back what the buyer paid for these lines; Harbour keeps its payment fee."""
        for line in lines:
            line.refunded = True
            net = line.price - line.discount
            self._row(at, "Refund", "Price", "Principal", -net, order, line)
            self._row(at, "Refund", "Price", "Tax", -line.tax, order, line)
            self._row(at, "Refund", "Fee", "Referral", self._referral(line), order, line)
            self._row(at, "Refund", "Tax", "Withheld", line.tax, order, line)
        if all(line.refunded for line in order.lines):
            self._row(at, "Refund", "Price", "Shipping", -order.shipping, order)
        self.changed(order, at)

    # -- money -------------------------------------------------------------------------------------

    def _referral(self, line: Line) -> int:
        """15 % of what the goods cost, at least the minimum for every unit."""
        net = line.price - line.discount
        return max(round_half_up(net * REFERRAL), self.terms.referral_minimum * line.qty)

    def _row(
        self, at: datetime, type_: str, amount_type: str, description: str, amount: int,
        order: Order | None = None, line: Line | None = None, sku: str = "",
    ) -> None:  # fmt: skip
        if amount:
            self.rows.append(
                Row(
                    type_,
                    amount_type,
                    description,
                    amount,
                    at,
                    order.id if order else "",
                    line.id if line else "",
                    line.sku if line else sku,
                    line.qty if line else None,
                )
            )

    def charge(
        self, at: datetime, type_: str, amount_type: str, description: str, amount: int, sku: str = ""
    ) -> None:
        """A row that belongs to the account or a listing, not to an order."""
        self._row(at, type_, amount_type, description, amount, sku=sku)

    def _earn(self, order: Order, at: datetime) -> None:
        first = len(self.rows)
        paid = order.shipping
        for line in order.lines:
            net = line.price - line.discount
            paid += net + line.tax
            self._row(at, "Order", "Price", "Principal", line.price, order, line)
            self._row(at, "Order", "Price", "Tax", line.tax, order, line)
            self._row(at, "Order", "Promotion", "Discount", -line.discount, order, line)
            self._row(at, "Order", "Fee", "Referral", -self._referral(line), order, line)
            self._row(at, "Order", "Tax", "Withheld", -line.tax, order, line)
        self._row(at, "Order", "Price", "Shipping", order.shipping, order)
        self._row(at, "Order", "Fee", "Payment", -round_half_up(paid * PAYMENT), order)
        self.earned.append((at, sum(row.amount for row in self.rows[first:])))
        if order.ship_by is not None and at > order.ship_by:
            order.late = True
            self._row(at, "Fee", "Account", "Late Shipment", -self.terms.late_fee, order)

    # -- questions ---------------------------------------------------------------------------------

    def live(self) -> list[Listing]:
        """Listings a buyer can buy: with a price and something left."""
        return [x for x in self.listings.values() if x.price > 0 and x.quantity > 0]

    def window(self, since: datetime, until: datetime) -> tuple[int, int]:
        """Positions in the change log of (since, until]."""
        return bisect_right(self.log, since, key=_at), bisect_right(self.log, until, key=_at)


def _at(entry: tuple[datetime, str, int]) -> datetime:
    return entry[0]


def two_business_days(at: datetime) -> datetime:
    """The end (UTC) of the second working day after a moment; Saturdays and Sundays do not count."""
    day, left = at, 2
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day.replace(hour=23, minute=59, second=59, microsecond=0)
