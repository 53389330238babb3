"""A plain seller that lists, sweeps and ships through the connectors: the product without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tradewind.connectors import registry
from tradewind.connectors.base import Connection
from tradewind.connectors.transport import Transport
from tradewind.engine.contracts import OPEN, ChannelOrder, OfferPush, TrackingPush
from tradewind.engine.money import Money
from tradewind.simulators.assortment import assortment
from tradewind.simulators.lighter_api import accounts
from tradewind.simulators.server import Running, serve
from tradewind.simulators.world import World

START = date(2026, 6, 1)
MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)


def impatient() -> Transport:
    """A transport that does not really wait."""
    return Transport(sleep=lambda seconds: None, timeout=0.5)


class Seller:
    """Works one world; `known` are the orders as last seen per store."""

    def __init__(self, seed: int = 7, journal: Path | None = None) -> None:
        self.world = World(seed, START)
        self.running: Running = serve(self.world, journal=journal)
        self.transport = impatient()
        self.channel = self.listing_channel = registry.channel("harbour")
        self.stores = {m: self._connection("harbour", s.account, s.key) for m, s in self.world.shops.items()}
        keys = accounts(seed)
        self.listing_stores = dict(self.stores)
        self.lighter = {a[3:]: self._connection("lighter", a, k) for a, k in keys.items()}
        self.known: dict[str, dict[str, ChannelOrder]] = {m: {} for m in self.stores}
        self.watermarks = dict.fromkeys(self.stores, MIDNIGHT)

    def _connection(self, service: str, account: str, key: str) -> Connection:
        return Connection(
            f"{self.running.url}/{service}",
            {"account": account, "key": key},
            lambda: self.world.now,
            self.transport,
        )

    def stop(self) -> None:
        self.running.stop()
        self.transport.client.close()

    def list_goods(self, quantity: int = 5000) -> None:
        for market, conn in self.listing_stores.items():
            offers = [OfferPush(i.code, i.name, i.prices[market], quantity) for i in assortment(7)]
            assert all(r.ok for r in self.listing_channel.push_offers(conn, offers))

    def pass_time(self, **length: int) -> None:
        self.world.advance(self.world.now + timedelta(**length))

    def sweep(self, market: str) -> int:
        """Read a store's changes; how many orders came."""
        came, token = 0, None
        while True:
            page = self.channel.orders(self.stores[market], self.watermarks[market], self.world.now, token)
            for order in page.items:
                before = self.known[market].get(order.external_id)
                if before is None or order.updated_at >= before.updated_at:
                    self.known[market][order.external_id] = order
            came += len(page.items)
            token = page.next_token
            if token is None:
                assert page.watermark is not None
                self.watermarks[market] = page.watermark
                return came

    def pushes(self, market: str) -> list[TrackingPush]:
        return [tracking(o, self.world.now) for o in self.known[market].values() if o.state == OPEN]

    def work(self, days: int, ship: bool = True) -> None:
        """Days of sweeping and shipping in every store."""
        for _ in range(days):
            self.pass_time(days=1)
            for market, conn in self.stores.items():
                self.sweep(market)
                if ship:
                    self.channel.push_tracking(conn, self.pushes(market))

    def withdraw_all(self, key: str) -> None:
        for currency in ("USD", "GBP", "EUR", "JPY"):
            minor = self.world.lighter.balance(currency)
            if minor > 0:
                registry.collection("lighter").withdraw(
                    self.lighter[currency], f"{key}-{currency}", Money(minor, currency), "CNY", "BANK-1"
                )


class AmazonSeller(Seller):
    """The same seller, speaking to the same stores as if they were Amazon's; goods are listed beforehand."""

    def __init__(self, seed: int = 7, journal: Path | None = None) -> None:
        super().__init__(seed, journal)
        self.channel = registry.channel("amazon")
        self.stores = {m: self._amazon(m, shop.key) for m, shop in self.world.shops.items()}

    def _amazon(self, market: str, key: str) -> Connection:
        said = {
            "marketplace": market, "seller_id": "S", "client_id": "C", "client_secret": "X",
            "refresh_token": key,
        }  # fmt: skip
        return Connection(f"{self.running.url}/amazon", said, lambda: self.world.now, self.transport)


def tracking(order: ChannelOrder, at: datetime) -> TrackingPush:
    lines = tuple((line.external_id, line.qty) for line in order.lines)
    return TrackingPush(
        f"t-{order.external_id}", order.external_id, "YunExpress", f"YT{order.external_id}", at, lines
    )
