"""What a unit costs to sell, for very many SKU x market x way at once: a handful of statements.

Goods and first leg come from the open batches of the warehouse it ships from, else from the newest
batch there, else from the supplier's quote; freight from the rate cards in force. Every part says what
it stands on; what nobody knows is missing with the reason, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.logistics.queries import Offer, quotes
from tradewind.apps.logistics.queries import goods_of as stated_goods
from tradewind.apps.markets.queries import rulebook
from tradewind.apps.sourcing.models import Quote
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.fulfilment_fees import Unit, fulfilment_of
from tradewind.engine.money import Money, round_half_up
from tradewind.engine.pricing import Cost
from tradewind.engine.rates import Parcel
from tradewind.engine.rulebook import Rulebook

FROM_ABROAD, FROM_HERE = ("postal", "express", "line"), ("local",)  # kinds of services to the buyer
HOME_KINDS = ("own", "supplier")  # warehouses to which no first leg goes
PLATFORM = "platform"  # warehouses from which the channel itself ships, by its own card
APPAREL = "apparel"  # the one class of goods for which cards of channels differ


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit to be sold: `qty` pieces of a SKU in a market, from a warehouse of an owner (None: from any),
    by a service (its code; empty: the cheapest that takes it). Out of a platform's warehouse the
    channel's own card counts instead."""

    sku_id: int
    market: str
    qty: int = 1
    warehouse_id: int | None = None
    owner_id: int | None = None
    service: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """What the catalogue knows of a SKU."""

    sku_id: int
    code: str
    category: str
    hs_code: str
    origin: str
    weight_g: int | None
    sides: tuple[int | None, int | None, int | None]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Costs of a unit as asked: fulfilment, first leg, goods; `imported`: it ships from inside the market."""

    asked: Asked
    goods: Goods
    imported: bool
    costs: tuple[Cost, ...]
    way: str = ""  # kind of the service that takes it; empty where none does

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the costs nobody knows."""
        return tuple(c.name for c in self.costs if c.amount is None)


def unit_facts(asked: Sequence[Asked], on: date) -> list[UnitFacts]:
    """Facts of each unit asked, in order; unknown SKUs raise KeyError."""
    ids = sorted({a.sku_id for a in asked})
    goods = goods_of(ids)
    places = {
        pk: (country, kind) for pk, country, kind in Warehouse.objects.values_list("id", "country", "kind")
    }
    houses = {pk: country for pk, (country, _kind) in places.items()}
    bought = _bought(ids, on)
    freight = _freight(asked, goods, houses, on)
    platform = [i for i, a in enumerate(asked) if a.warehouse_id and places[a.warehouse_id][1] == PLATFORM]
    if platform:
        book = rulebook()
        for i in platform:
            freight[i] = (_by_channel(asked[i], goods[asked[i].sku_id], book, on), "local")
    found = []
    for a, (fulfilment, way) in zip(asked, freight, strict=True):
        imported = a.warehouse_id is not None and houses[a.warehouse_id] == a.market
        abroad = a.warehouse_id is not None and places[a.warehouse_id][1] not in HOME_KINDS
        leg, cost = _batch_costs(a, bought, abroad=abroad)
        found.append(UnitFacts(a, goods[a.sku_id], imported, (fulfilment, leg, cost), way))
    return found


def goods_of(sku_ids: Iterable[int]) -> dict[int, Goods]:
    """SKUs by id, one query."""
    rows = Sku.objects.filter(id__among=list(sku_ids)).select_related("product")
    return {
        k.pk: Goods(
            k.pk, k.code, k.product.category, k.hs_code, k.origin, k.weight_g,
            (k.length_mm, k.width_mm, k.height_mm), k.attributes,
        )
        for k in rows
    }  # fmt: skip


@dataclass(slots=True)
class _Bought:
    """What batches and quotes say of a SKU, by where the batches lie."""

    open: dict[tuple[int, int], tuple[str, int, int, int, int, bool]] = field(default_factory=dict)
    last: dict[tuple[int, int], tuple[str, int, int, int]] = field(default_factory=dict)
    quote: tuple[int, str, str] | None = None  # minor, currency, supplier's code


_OPEN = """SELECT b.sku_id, b.warehouse_id, b.owner_id, y.currency,
  sum(CASE WHEN y.left_goods_minor IS NOT NULL THEN y.left_qty ELSE 0 END),
  sum(coalesce(y.left_goods_minor, 0)),
  sum(CASE WHEN y.left_goods_minor IS NOT NULL THEN y.left_landed_minor ELSE 0 END),
  sum(CASE WHEN y.left_goods_minor IS NULL THEN y.left_qty ELSE 0 END),
  max(CASE WHEN y.leg_line_id IS NOT NULL AND y.charges = 0 THEN 1 ELSE 0 END)
FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
WHERE y.left_qty > 0 AND {among} GROUP BY b.sku_id, b.warehouse_id, b.owner_id, y.currency"""
_LAST = """SELECT b.sku_id, b.warehouse_id, b.owner_id, y.currency, y.qty, y.goods_minor, y.landed_minor
FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
WHERE y.id IN (SELECT max(z.id) FROM stock_costlayer z JOIN stock_balance c ON c.id = z.balance_id
  WHERE z.goods_minor IS NOT NULL AND {among} GROUP BY z.balance_id)"""


def _bought(ids: Sequence[int], on: date) -> dict[int, _Bought]:
    found = {pk: _Bought() for pk in ids}
    marks = id_set(ids)
    for sku, house, owner, *rest in fetch(_OPEN.format(among=among("b.sku_id")), [marks]):
        currency, known, goods, landed, unknown, unbilled = rest
        found[sku].open[house, owner] = (
            currency, int(known), int(goods), int(landed), int(unknown), bool(unbilled),
        )  # fmt: skip
    for sku, house, owner, currency, qty, goods, landed in fetch(
        _LAST.format(among=among("c.sku_id")), [marks]
    ):
        found[sku].last[house, owner] = (currency, int(qty), int(goods), int(landed))
    rows = Quote.objects.filter(sku_id__among=ids, valid_from__lte=on).order_by(
        "sku_id", "valid_from", "-moq"
    )
    for sku, minor, currency, code in rows.values_list("sku_id", "price_minor", "currency", "supplier__code"):
        found[sku].quote = (minor, currency, code)  # the newest one of the smallest quantity stays
    return found


def _batch_costs(asked: Asked, bought: Mapping[int, _Bought], *, abroad: bool) -> tuple[Cost, Cost]:
    """(first leg, goods) of a unit: open batches, the last batch, the quote."""
    mine = bought[asked.sku_id]
    piles = [v for k, v in mine.open.items() if _here(asked, k)]
    known = sum(p[1] for p in piles)
    if known and len({p[0] for p in piles}) == 1:
        return _open_batches(asked, piles, known)
    last = [v for k, v in sorted(mine.last.items()) if _here(asked, k)]
    if last:
        currency, qty, goods, landed = last[-1]
        words: dict[str, Any] = {"state": ESTIMATED, "formula": "newest batch / units", "source": "stock"}
        return (
            Cost("first_leg", _each(landed, qty, asked, currency), inputs={"units": str(qty)}, **words),
            Cost("goods_cost", _each(goods, qty, asked, currency), inputs={"units": str(qty)}, **words),
        )
    return _unbought(asked, mine, abroad=abroad)


def _open_batches(asked: Asked, piles: Sequence[Any], known: int) -> tuple[Cost, Cost]:
    currency, unknown = piles[0][0], sum(p[4] for p in piles)
    inputs = {"units": str(known)} | ({"units_without_cost": str(unknown)} if unknown else {})
    goods = _each(sum(p[2] for p in piles), known, asked, currency)
    landed = _each(sum(p[3] for p in piles), known, asked, currency)
    sure = ESTIMATED if unknown else ACTUAL
    billed = ESTIMATED if any(p[5] for p in piles) else sure
    how = "open batches / units"
    return (
        Cost("first_leg", landed, False, billed, how, "stock", inputs),
        Cost("goods_cost", goods, False, sure, how, "stock", inputs),
    )


def _unbought(asked: Asked, mine: _Bought, *, abroad: bool) -> tuple[Cost, Cost]:
    """Nothing of it came in yet: the quote, and no first leg where it ships from where it is bought."""
    if abroad:
        leg = Cost("first_leg", None, state=MISSING, formula="no batch has come to the warehouse yet")
    else:
        currency = mine.quote[1] if mine.quote else "CNY"
        leg = Cost("first_leg", Money.zero(currency), formula="ships from where it is bought")
    if mine.quote is None:
        return leg, Cost("goods_cost", None, state=MISSING, formula="no batch and no supplier's quote")
    minor, currency, supplier = mine.quote
    cost = Money(minor * asked.qty, currency)
    return leg, Cost(
        "goods_cost", cost, state=ESTIMATED, formula="supplier's quote", source=f"quote {supplier}"
    )


def _here(asked: Asked, place: tuple[int, int]) -> bool:
    house, owner = place
    return asked.warehouse_id in (None, house) and asked.owner_id in (None, owner)


def _each(minor: int, units: int, asked: Asked, currency: str) -> Money:
    return Money(round_half_up(Fraction(minor * asked.qty, units)), currency)


def _freight(
    asked: Sequence[Asked], goods: Mapping[int, Goods], houses: Mapping[int, str], on: date
) -> list[tuple[Cost, str]]:
    """The way to the buyer of each unit; a group of services is asked once for all its parcels."""
    groups: dict[tuple[str, ...], dict[Parcel, list[int]]] = {}
    unweighed = Cost("fulfilment", None, state=MISSING, formula="the SKU is not weighed yet")
    found: list[tuple[Cost, str]] = [(unweighed, "") for _ in asked]
    for i, a in enumerate(asked):
        parcel = _parcel(a, goods[a.sku_id])
        if parcel is not None:
            here = a.warehouse_id is not None and houses[a.warehouse_id] == a.market
            kinds: tuple[str, ...] = FROM_HERE if here else FROM_ABROAD
            way = (a.service,) if a.service else kinds
            groups.setdefault(way, {}).setdefault(parcel, []).append(i)
    for way, parcels in groups.items():
        named = len(way) == 1 and way != FROM_HERE
        ranked = quotes(list(parcels), on, kinds=None if named else way, codes=way if named else None)
        for offers, places in zip(ranked, parcels.values(), strict=True):
            cost = _fulfilment(offers)
            for i in places:
                found[i] = cost
    return found


def _by_channel(asked: Asked, goods: Goods, book: Rulebook, on: date) -> Cost:
    """What the channel's warehouse charges for the unit by its dated card; missing with the reason."""
    length, width, height = goods.sides
    if not goods.weight_g or length is None or width is None or height is None:
        return Cost("fulfilment", None, state=MISSING, formula="the SKU is not weighed and measured yet")
    unit = Unit((length, width, height * asked.qty), goods.weight_g * asked.qty)
    of = APPAREL if goods.category == APPAREL else "*"
    fee = fulfilment_of(book, on, unit, channel=asked.channel, market=asked.market, goods=of)
    if not isinstance(fee.amount, Money):
        return Cost("fulfilment", None, state=MISSING, formula=fee.formula)
    return Cost("fulfilment", fee.amount, False, ESTIMATED, fee.formula, fee.source, dict(fee.inputs))


def _parcel(asked: Asked, goods: Goods) -> Parcel | None:
    """The unit as a parcel; several pieces lie on each other."""
    if not goods.weight_g:
        return None
    length, width, height = goods.sides
    return Parcel(
        asked.market,
        goods.weight_g * asked.qty,
        length,
        width,
        None if height is None else height * asked.qty,
        goods=stated_goods(goods.attributes),
    )


def _fulfilment(offers: Sequence[Offer]) -> tuple[Cost, str]:
    """The cheapest offer that takes the parcel, as a cost, and its kind; missing with what services said."""
    best = next((o for o in offers if o.compare is not None), None)
    if best is None or best.quote.amount is None:
        said = sorted({o.quote.reason or "no exchange rate" for o in offers}) or ["no service is priced"]
        return Cost("fulfilment", None, state=MISSING, formula="no service takes it: " + ", ".join(said)), ""
    told = best.quote.explain()
    inputs = {**told.inputs, "service": best.service.code}
    cost = Cost("fulfilment", best.quote.amount, False, ESTIMATED, "rate card", told.source, inputs)
    return cost, best.service.kind
