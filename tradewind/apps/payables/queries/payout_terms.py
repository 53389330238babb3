"""How each store is paid: by the channel's dated rules, and by what its settlements and payouts showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.stores.models import Store
from tradewind.apps.treasury.models import Payout
from tradewind.engine.cash_calendar import percentile
from tradewind.engine.release import DELIVERY, PAYMENT, SHIPMENT, ReleaseTerms
from tradewind.engine.rulebook import Rule, RuleGap

_COUNTED = {"delivery": DELIVERY, "receipt": DELIVERY, "shipment": SHIPMENT, "payment confirmed": PAYMENT}
LOOK_BACK = timedelta(days=180)
FEW = 5  # payouts below which their days on the way say nothing


@dataclass(frozen=True, slots=True)
class Shown:
    """What a store's settlements and payouts showed: closes, days to the deposit, days on the way."""

    closings: tuple[date, ...] = ()
    lag_days: int = 0
    transit: tuple[int, int] | None = None  # usual, slow

    @property
    def rhythm(self) -> int | None:
        """Days between the last closes where the last three are as far apart; else None."""
        gaps = [(b - a).days for a, b in zip(self.closings, self.closings[1:], strict=False)][-2:]
        return gaps[0] if len(gaps) == 2 and gaps[0] == gaps[1] and gaps[0] > 0 else None


class PayoutTerms:
    """The terms of many stores; each (store, day) is worked out once."""

    def __init__(self, stores: Iterable[Store], today: date) -> None:
        self._stores = {s.pk: s for s in stores}
        self._shown = _shown(list(self._stores.values()), today)
        self._book = rulebook()
        self._known: dict[tuple[int, date], ReleaseTerms | None] = {}

    def of(self, store_id: int, on: date) -> ReleaseTerms | None:
        """How money of an order of this day is paid; None where no rule of the channel says it."""
        key = (store_id, on)
        if key not in self._known:
            self._known[key] = self._terms(self._stores[store_id], self._shown[store_id], on)
        return self._known[key]

    def _terms(self, store: Store, shown: Shown, on: date) -> ReleaseTerms | None:
        account = str(store.settings.get("account") or "")
        hold = self._find("reserve", store, on, **({"account": account} if account else {}))
        cycle = self._find("cycle", store, on)
        each = cycle is not None and "counted_from" in cycle.values
        if hold is None and cycle is None and shown.rhythm is None:
            return None
        way = self._find("payout_transit", store, on)
        holding = hold or (cycle if each else None)
        counted = _COUNTED.get(str(holding.values.get("counted_from", ""))) if holding else SHIPMENT
        if counted is None:
            return None
        periods = _periods(None if each else cycle, shown, each)
        sources = [r.id for r in (hold, cycle, way) if r is not None]
        return ReleaseTerms(
            counted, *_held(holding), closings=shown.closings if periods else (), cycle_days=periods,
            lag_days=shown.lag_days, **_transit(way, shown),
            unsure=() if periods or each else ("no_cycle",), sources=tuple(sources),
        )  # fmt: skip

    def _find(self, kind: str, store: Store, on: date, **keys: str) -> Rule | None:
        try:
            return self._book.find(kind, on, channel=store.channel, market=store.market.code, **keys)
        except RuleGap:
            return None


def _held(rule: Rule | None) -> tuple[int, int]:
    """Days until the money is free, and the most of them."""
    if rule is None:
        return 0, 0
    days = int(rule.values["days"]) + int(rule.values.get("released_after", 0))
    return days, max(days, int(rule.values.get("most_days", 0)))


def _periods(cycle: Rule | None, shown: Shown, each: bool) -> int | None:
    """Days of a settlement period: as the store's closes show, else by rule; None: paid order by order."""
    if each:
        return None
    return shown.rhythm or (int(cycle.values["days"]) if cycle else None)


def _transit(way: Rule | None, shown: Shown) -> dict[str, Any]:
    """Days between deposit and account: as seen of the store's payouts, else by rule, else not known."""
    if shown.transit is not None:
        return {"transit_days": shown.transit[0], "most_transit_days": shown.transit[1]}
    if way is None:
        return {}
    return {
        "transit_days": int(way.values["days"]), "most_transit_days": way.values.get("most_days"),
        "business_days": way.values["counted_in"] == "business_days",
    }  # fmt: skip


def _shown(stores: Sequence[Store], today: date) -> dict[int, Shown]:
    zones = {s.pk: ZoneInfo(s.zone) for s in stores}
    closes: dict[int, set[date]] = defaultdict(set)
    lags: dict[int, list[int]] = defaultdict(list)
    files = SettlementFile.objects.filter(store_id__in=list(zones), corrects=None)
    files = files.filter(
        end_at__gte=datetime.combine(today - LOOK_BACK, datetime.min.time(), ZoneInfo("UTC"))
    )
    for store_id, end_at, deposit_on in files.values_list("store_id", "end_at", "deposit_on"):
        end = end_at.astimezone(zones[store_id]).date()
        closes[store_id].add(end)
        if deposit_on is not None and deposit_on >= end:
            lags[store_id].append((deposit_on - end).days)
    ways: dict[int, list[int]] = defaultdict(list)
    paid = Payout.objects.filter(store_id__in=list(zones), receipt__isnull=False, expected_on__isnull=False)
    for store_id, expected, at in paid.values_list("store_id", "expected_on", "receipt__at"):
        if expected is not None and expected >= today - LOOK_BACK:
            ways[store_id].append(max((at.date() - expected).days, 0))
    return {
        pk: Shown(
            tuple(sorted(closes[pk])), percentile(sorted(lags[pk]), 50) if lags[pk] else 0,
            _usual(sorted(ways[pk])),
        )
        for pk in zones
    }  # fmt: skip


def _usual(days: list[int]) -> tuple[int, int] | None:
    return (percentile(days, 50), percentile(days, 90)) if len(days) >= FEW else None
