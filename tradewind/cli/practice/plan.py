"""What a practice company is made of: its seed, its days, its people, and when things happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tradewind.engine.access import (
    FINANCE,
    OPERATIONS,
    OWNER,
    PURCHASING,
    SERVICE,
    WAREHOUSE,
    Actor,
)
from tradewind.simulators.assortment import Item, assortment

COMPANY = "XF"  # 信风
HOME, ABROAD = "SZ1", "LA1"
MARKETS = ("US", "GB", "DE", "JP")
CURRENCIES = {"US": "USD", "GB": "GBP", "DE": "EUR", "JP": "JPY"}
ZONES = {"US": "America/Los_Angeles", "GB": "Europe/London", "DE": "Europe/Berlin", "JP": "Asia/Tokyo"}
LINE, TAIL, SEA = "XF-LINE", "LA-GROUND", "SEA-LA"
SEA_FEN_A_KG = 950
HOUR = 8  # UTC: the round of a day; parcels leave in the afternoon, China time
PEOPLE = {
    "linyue": (OWNER, "林悦"),
    "chenwei": (OPERATIONS, "陈伟"),
    "wangmin": (PURCHASING, "王敏"),
    "zhaolei": (WAREHOUSE, "赵磊"),
    "sunjia": (SERVICE, "孙佳"),
    "liqian": (FINANCE, "李倩"),
}
OWNER_NAME = next(iter(PEOPLE))


@dataclass(frozen=True, slots=True)
class Plan:
    """A practice company: everything in it follows from these."""

    seed: int
    until: date  # the last day of business
    days: int
    skus: int  # size of the range

    @property
    def start(self) -> date:
        """The first day of business, on which the simulated world begins."""
        return self.until - timedelta(days=self.days - 1)

    def before(self, days: int, hour: int = 2) -> datetime:
        """A moment of the time in which the company was set up."""
        return datetime.combine(self.start - timedelta(days=days), time(hour), UTC)

    def rounds(self) -> Iterator[tuple[int, datetime]]:
        """Every round of business, one a day, with its day counted from 0."""
        for day in range(self.days):
            yield day, datetime.combine(self.start + timedelta(days=day), time(HOUR), UTC)

    def dice(self, *about: object) -> Random:
        """Dice that always fall the same for the same question."""
        return Random(":".join(map(str, (self.seed, *about))))  # noqa: S311  dice, not secrets

    def items(self) -> list[Item]:
        """The range: as many goods as planned, of every category alike."""
        found = assortment(self.seed)
        found.sort(key=lambda i: (i.code[-2:], i.code))
        return found[: self.skus]


def actor(role: str) -> Actor:
    """The person of the practice company who has a role."""
    from tradewind.apps.org.queries import actor_named

    name = next(name for name, (its_role, _zh) in PEOPLE.items() if its_role == role)
    found = actor_named(name, "practice")
    assert found is not None, f"{name} was not let in"
    return found
