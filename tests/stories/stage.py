"""The outside world of a story: one quiet market, buyers that come when the story says, fixed rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tradewind.simulators import world as simulated
from tradewind.simulators.lighter_api import accounts
from tradewind.simulators.server import Running, serve
from tradewind.simulators.shop import PENDING, Line, Order

START, SEED = date(2026, 3, 2), 2
RATES = {"GBP": "9.2000", "USD": "7.1000", "EUR": "7.9000", "JPY": "0.047000"}


@dataclass(slots=True)
class Stage:
    """A served world and the story's clock."""

    running: Running

    @classmethod
    def open(cls, monkeypatch) -> Stage:
        """A world in which nobody buys by chance and rates stand still."""
        monkeypatch.setattr(simulated, "ORDERS_A_DAY", 0.0)
        monkeypatch.setattr(simulated.World, "_plan", lambda *_: None)
        monkeypatch.setattr(simulated.World, "shipped", lambda *_: None)
        world = simulated.World(SEED, START)
        for currency, rate in RATES.items():
            world.lighter.walks[currency] = [Decimal(rate)] * 400
        return cls(serve(world))

    def close(self) -> None:
        self.running.stop()

    @property
    def harbour(self) -> str:
        return f"{self.running.url}/harbour"

    @property
    def lighter(self) -> str:
        return f"{self.running.url}/lighter"

    def store_keys(self, market: str) -> dict[str, str]:
        """The account and key of a Harbour store."""
        shop = self.running.world.shops[market]
        return {"account": shop.account, "key": shop.key}

    def account_keys(self, account: str) -> dict[str, str]:
        """The account and key of a Lighter account or of the bank."""
        return {"account": account, "key": accounts(SEED)[account]}

    def day(self, number: int, hour: int = 9) -> datetime:
        """A moment of the story: day 1 is the first; negative days lie before it. Time outside passes too."""
        at = datetime(START.year, START.month, START.day, hour, tzinfo=UTC) + timedelta(days=number - 1)
        if at > self.running.world.now:
            self.running.world.advance(at)
        return at

    def buyer_orders(self, market: str, sku: str, qty: int, *, shipping: int = 0, at: datetime) -> str:
        """A buyer orders and pays; the order's number. Tax is the market's, prices as shown."""
        world = self.running.world
        shop = world.shops[market]
        number = f"HB-{market}-{len(shop.orders) + 1:04d}"
        shown = shop.listings[sku]
        price = shown.price * qty
        tax = price * (shop.terms.tax_permille or 0) // 1000
        address = {
            "name": "Ada Moss", "phone": "555-0100", "email": "ada@example.com", "line1": "1 Mill Hill",
            "line2": "", "city": "Leeds", "region": "", "postcode": "LS1 4AB", "country": market,
        }  # fmt: skip
        line = Line(f"{number}-1", sku, shown.title, qty, price, 0, tax)
        order = Order(number, at, at, PENDING, [line], shipping, address, Random(1))
        shop.place(order, at)
        shop.open(order, at)
        return number
