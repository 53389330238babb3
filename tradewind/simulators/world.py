"""The practice world: four Harbour stores, Lighter and its bank, moved by a clock of its own.

Everything follows from the seed and the calls made: demand of a day is drawn from (seed, store, day), and
what a buyer buys from what is on sale at that moment.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import partial
from random import Random

from tradewind.engine.money import round_half_up
from tradewind.simulators import people, settle
from tradewind.simulators.lighter import Lighter, Withdrawal
from tradewind.simulators.shop import (
    PENDING,
    TAX_PERMILLE_US,
    TERMS,
    Line,
    Listing,
    Order,
    Shop,
)

ORDERS_A_DAY = 48.0  # all stores together on the first day
GROWTH_A_DAY = 0.004
WEEKDAYS = (1.08, 1.02, 0.98, 0.95, 0.92, 0.98, 1.07)  # Monday first
FULL_RANGE = 20  # this many live listings draw the full demand
HOURS = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 6, 6, 6, 7, 8, 9, 9, 8, 6, 4)
PAYS_LATER, NEVER_PAYS, MOVES, CANCELS, RETURNS = 0.12, 0.04, 0.03, 0.02, 0.03
ADS_SHARE = Fraction(4, 100)
Event = Callable[[datetime], None]


class World:
    """A seeded world from `start` (midnight UTC) on; `advance` lets time pass. Guard it with `lock`."""

    def __init__(self, seed: int, start: date = date(2026, 6, 1)) -> None:
        self.seed, self.start = seed, start
        self.lock = threading.RLock()
        self.now = datetime.combine(start, time(), UTC)
        self.shops = {
            t.market: Shop(t, f"HB-{t.market}", f"harbour-{t.market.lower()}-{seed}") for t in TERMS
        }
        self.lighter = Lighter(seed, start)
        self._events: list[tuple[datetime, int, Event]] = []
        self._count = itertools.count()
        self.at(self.now, self._day)
        for n, shop in enumerate(self.shops.values()):
            shop.opened_at = self.now
            self.at(self.now + settle.PERIOD + timedelta(days=n), partial(self._settle, shop))

    def at(self, when: datetime, event: Event) -> None:
        """Let something happen at a moment; things of one moment happen in the order they were planned."""
        heapq.heappush(self._events, (when, next(self._count), event))

    def advance(self, to: datetime) -> None:
        """Let time pass until `to`, with everything that happens in between; time never goes back."""
        with self.lock:
            if to < self.now:
                raise ValueError(f"the clock stands at {self.now.isoformat()} and does not go back")
            while self._events and self._events[0][0] <= to:
                when, _, event = heapq.heappop(self._events)
                self.now = max(self.now, when)
                event(when)
            self.now = to

    # -- demand ------------------------------------------------------------------------------------

    def _day(self, at: datetime) -> None:
        for shop in self.shops.values():
            self._plan(shop, at)
        self.at(at + timedelta(days=1), self._day)

    def _plan(self, shop: Shop, at: datetime) -> None:
        """Draw how many buyers come today and when."""
        dice = Random(f"{self.seed}:day:{shop.terms.market}:{at.date()}")
        grown = (1 + GROWTH_A_DAY) ** (at.date() - self.start).days
        wish = ORDERS_A_DAY * shop.terms.demand_permille / 1000 * grown * WEEKDAYS[at.weekday()]
        count = int(wish * dice.uniform(0.8, 1.2) + dice.random())
        hours = dice.choices(range(24), HOURS, k=count)
        moments = sorted(at + timedelta(seconds=h * 3600 + dice.randrange(3600)) for h in hours)
        for n, moment in enumerate(moments, 1):
            self.at(moment, partial(self._buyer, shop, n))

    def _buyer(self, shop: Shop, n: int, at: datetime) -> None:
        number = f"HB-{shop.terms.market}-{at:%y%m%d}-{n:03d}"
        dice = Random(f"{self.seed}:{number}")
        live = shop.live()
        if not live or dice.random() > len(live) / FULL_RANGE:
            return
        order = self._basket(shop, number, live, dice, at)
        shop.place(order, at)
        self._plan_order(shop, order, at)

    def _basket(self, shop: Shop, number: str, live: list[Listing], dice: Random, at: datetime) -> Order:
        address = people.address(shop.terms.market, dice)
        pulls = [x.pull * min(4.0, max(0.25, (x.anchor / x.price) ** 1.5)) for x in live]
        chosen = dict.fromkeys(
            x.sku for x in dice.choices(live, pulls, k=dice.choices((1, 2, 3), (78, 17, 5))[0])
        )
        lines = []
        for n, sku in enumerate(chosen, 1):
            listing = shop.listings[sku]
            qty = min(listing.quantity, dice.choices((1, 2, 3), (88, 10, 2))[0])
            price = listing.price * qty
            discount = round_half_up(Fraction(price, 10)) if dice.random() < 0.06 else 0
            tax = round_half_up(Fraction((price - discount) * _tax(shop, address), 1000))
            lines.append(Line(f"{number}-{n}", sku, listing.title, qty, price, discount, tax))
        shipping = dice.choice(shop.terms.shipping)
        return Order(number, at, at, PENDING, lines, shipping, address, dice)

    def _plan_order(self, shop: Shop, order: Order, at: datetime) -> None:
        """Draw what will become of an order before it is shipped."""
        dice = order.dice
        if dice.random() < PAYS_LATER:
            then = at + timedelta(minutes=dice.randint(20, 480))
            fails = dice.random() < NEVER_PAYS
            self.at(then, lambda when: (shop.cancel if fails else shop.open)(order, when))
        else:
            shop.open(order, at)
        if dice.random() < MOVES:
            new = people.address(shop.terms.market, dice)
            # The tax of the order was charged: a move stays within the region.
            new |= {k: order.address[k] for k in ("name", "phone", "email", "city", "region")}
            self.at(at + timedelta(minutes=dice.randint(15, 600)), lambda when: shop.move(order, new, when))
        if dice.random() < CANCELS:
            self.at(at + timedelta(minutes=dice.randint(30, 1200)), lambda when: shop.cancel(order, when))

    def shipped(self, shop: Shop, order: Order) -> None:
        """Draw whether a shipped order comes back, and when."""
        dice = order.dice
        if order.shipped_at is not None and dice.random() < RETURNS:
            whole = len(order.lines) == 1 or dice.random() < 0.5
            lines = order.lines if whole else [dice.choice(order.lines)]
            then = order.shipped_at + timedelta(days=dice.randint(3, 12), minutes=dice.randint(0, 1439))
            self.at(then, lambda when: shop.refund(order, lines, when))

    # -- money -------------------------------------------------------------------------------------

    def _settle(self, shop: Shop, at: datetime) -> None:
        """Close a store's period, charge what belongs to the account, and send the money on its way."""
        number = len(shop.settled) + 1
        dice = Random(f"{self.seed}:settle:{shop.terms.market}:{at.date()}")
        self._charges(shop, at, number, dice)
        assert shop.opened_at is not None
        recent = max(0, sum(net for when, net in shop.earned if when >= at - settle.RESERVE))
        name = f"HS-{shop.terms.market}-{at:%y%m%d}"
        done = settle.close(name, shop.terms.currency, shop.opened_at, at, shop.rows, recent, shop.held)
        if done is not None:
            shop.settled.append(done)
            shop.held = -sum(r.amount for r in done.rows if r.description == "Opened")
            if done.total > 0:
                deposit = datetime.combine(done.deposit_on, time(9), UTC)
                self.at(
                    deposit,
                    lambda when: self.lighter.receive(shop.terms.currency, done.total, done.id, when),
                )
        shop.rows, shop.earned, shop.opened_at = (
            [],
            [e for e in shop.earned if e[0] >= at - settle.RESERVE],
            at,
        )
        self.at(at + settle.PERIOD, partial(self._settle, shop))

    def _charges(self, shop: Shop, at: datetime, number: int, dice: Random) -> None:
        """Subscription every second period, ads of the best sellers, now and then a correction."""
        sold: dict[str, int] = {}
        for row in shop.rows:
            if row.description == "Principal" and row.amount > 0:
                sold[row.sku] = sold.get(row.sku, 0) + row.amount
        if not sold and not shop.held:
            return
        moment = at - timedelta(seconds=1)
        if number % 2:
            shop.charge(moment, "Fee", "Account", "Subscription", -shop.terms.subscription)
        for sku, amount in sorted(sold.items(), key=lambda kv: (-kv[1], kv[0]))[:5]:
            shop.charge(moment, "Fee", "Ads", "Sponsored", -round_half_up(amount * ADS_SHARE), sku)
        if dice.random() < 0.15:
            shop.charge(
                moment, "Adjustment", "Account", "Correction", dice.choice((-1, 1)) * dice.randint(100, 600)
            )

    def withdrawn(self, withdrawal: Withdrawal) -> None:
        """The bank books an accepted withdrawal one day later."""
        self.at(self.now + timedelta(days=1), lambda when: self.lighter.arrive(withdrawal, when))


def _tax(shop: Shop, address: dict[str, str]) -> int:
    """Tax on goods in permille of the net price."""
    if shop.terms.tax_permille is not None:
        return shop.terms.tax_permille
    return TAX_PERMILLE_US[address["region"]]
