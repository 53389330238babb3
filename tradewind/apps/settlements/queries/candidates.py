"""What matching beyond the keys looks at: lines without an order, and the orders they could be of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.settlements.models import SettlementFile
from tradewind.db.sql import among, fetch, id_set, instant, moment
from tradewind.engine.fx import Rates
from tradewind.engine.line_match import DAYS_AFTER, DAYS_BEFORE, Candidate, Group
from tradewind.engine.money import Money, to_currency

GOODS = frozenset({"principal", "promotion"})
SALE = GOODS | {"shipping", "gift_wrap", "tax"}
MOST = 2_000  # groups of a settlement: where more lack their order, the orders themselves are missing


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group of lines without an order: (line id, SKU, line's own number) each."""

    settlement_id: int
    group: Group
    lines: tuple[tuple[int, str, str], ...]


# Account fees name no order and miss none.
_LINES = """SELECT id, settlement_id, order_external_id, line_external_id, external_sku, kind, amount_minor,
  posted_at FROM settlements_settlementline
WHERE {among} AND order_id IS NULL
  AND (order_external_id <> '' OR kind IN ('principal', 'promotion', 'shipping', 'gift_wrap', 'tax'))
ORDER BY settlement_id, id"""


def open_groups(files: Mapping[int, SettlementFile]) -> list[OpenGroup]:
    """Lines of these settlements that lack their order, by the number they name, else by themselves."""
    rows: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch(_LINES.format(among=among("settlement_id")), [id_set(sorted(files))]):
        pk, settlement_id, order, line = row[:4]
        alone = "" if order or line else pk
        rows[settlement_id, order, "" if order else line, alone].append(row)
    taken: dict[int, int] = defaultdict(int)
    found = []
    for (settlement_id, order, _line, _alone), lines in rows.items():
        taken[settlement_id] += 1
        if taken[settlement_id] <= MOST:
            found.append(_group(files[settlement_id], order, lines))
    return found


def _group(one: SettlementFile, key: str, lines: Sequence[tuple[Any, ...]]) -> OpenGroup:
    days = [at.date() for line in lines if (at := moment(line[7]))]
    group = Group(
        id=min(line[0] for line in lines),
        key=key,
        goods=_sum(lines, GOODS, one.currency),
        gross=_sum(lines, SALE, one.currency),
        on=min(days, default=one.end_at.date()),
        skus=frozenset(line[4] for line in lines if line[4]),
        count=len(lines),
    )
    return OpenGroup(one.pk, group, tuple((line[0], line[4], line[3]) for line in lines))


def _sum(lines: Sequence[tuple[Any, ...]], kinds: frozenset[str], currency: str) -> Money:
    return Money(sum(line[6] for line in lines if line[5] in kinds), currency)


_ORDERS = """SELECT o.id, o.external_id, o.currency, o.goods_minor, o.shipping_minor, o.tax_minor,
  o.placed_at, EXISTS (SELECT 1 FROM settlements_settlementline t
    WHERE t.order_id = o.id AND t.kind = 'principal')
FROM orders_order o WHERE o.store_id = %s AND o.placed_at >= %s AND o.placed_at < %s ORDER BY o.id"""
_ORDER_LINES = (
    """SELECT order_id, external_id, external_sku FROM orders_orderline WHERE {among} ORDER BY id"""
)


class Candidates:
    """Orders of a store in the days around some groups, their amounts in the settlements' currency.

    An order in another currency is one only where the rate of its day is known.
    """

    def __init__(self, store_id: int, currency: str, groups: Sequence[OpenGroup]) -> None:
        first = min(g.group.on for g in groups) - timedelta(DAYS_AFTER)
        last = max(g.group.on for g in groups) + timedelta(DAYS_BEFORE + 1)
        rows = fetch(_ORDERS, [store_id, _midnight(first), _midnight(last)])
        self._currency = currency
        self._rates = self._needed_rates(rows, first, last)
        self._lines: dict[int, list[tuple[str, str]]] = defaultdict(list)
        ids = id_set([row[0] for row in rows])
        for order_id, number, sku in fetch(_ORDER_LINES.format(among=among("order_id")), [ids]):
            self._lines[order_id].append((number, sku))
        self.found = [order for row in rows if (order := self._candidate(row))]

    def _needed_rates(self, rows: Sequence[tuple[Any, ...]], first: date, last: date) -> Rates | None:
        others = {row[2] for row in rows} - {self._currency}
        return rates_between(first, last, {self._currency, *others}) if others else None

    def _candidate(self, row: tuple[Any, ...]) -> Candidate | None:
        pk, number, currency, goods_minor, shipping, tax, at, settled = row
        placed = moment(at)
        assert placed is not None
        goods, gross = Money(goods_minor, currency), Money(goods_minor + shipping + tax, currency)
        if currency != self._currency:
            rate = self._rates and self._rates.find(currency, self._currency, placed.date())
            if not rate:
                return None
            goods, gross = (to_currency(m, self._currency, rate.rate) for m in (goods, gross))
        lines = self._lines[pk]
        return Candidate(
            pk, number, goods, gross, placed.date(), frozenset(sku for _n, sku in lines),
            tuple(n for n, _sku in lines), currency != self._currency, bool(settled),
        )  # fmt: skip


def _midnight(day: date) -> Any:
    return instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
