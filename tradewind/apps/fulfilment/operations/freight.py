"""What a parcel will cost by the rate card in force: an estimate with its source, or missing and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import Service
from tradewind.apps.logistics.queries import cards_in_force, goods_of
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.breakdown import ESTIMATED, MISSING
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rates import Card, Parcel
from tradewind.engine.restrictions import Goods


class Freight(NamedTuple):
    """Amount in the card's currency; None with state missing and the reason in `source`."""

    minor: int | None
    currency: str
    state: str
    source: str


NOTHING = Freight(None, "", MISSING, "no service")


def estimate(services: dict[int, int | None], on: date) -> dict[int, Freight]:
    """Freight of parcels (id -> service id) on a day; a handful of queries whatever their number.

    Weighed parcels by their weight, others by the sum of their SKUs' (said in the source). Sizes, where
    a card bills volume: the units of the parcel stacked. What is not known leaves the freight missing.
    """
    wanted = {pk: service for pk, service in services.items() if service is not None}
    if not wanted:
        return {}
    codes = dict(Service.objects.filter(pk__in=set(wanted.values())).values_list("pk", "code"))
    unknown = sorted({s for s in wanted.values() if s not in codes})
    if unknown:
        raise Refused([Problem(None, "service", str(s), _("there is no such service")) for s in unknown])
    cards = {p.service.pk: p.card for p in cards_in_force(on, codes=codes.values())}
    boxes = boxes_of(list(wanted))
    return {
        pk: _one(cards.get(service), boxes[pk], f"{codes[service]} {on}") for pk, service in wanted.items()
    }


class Box(NamedTuple):
    """A parcel as far as it is known; weight by scale or by the SKUs' own."""

    country: str
    weight_g: int | None
    weighed: bool
    sides: tuple[int | None, int | None, int | None]
    goods: Goods
    units: int = 1


def _one(card: Card | None, box: Box, asked: str) -> Freight:
    if card is None:
        return Freight(None, "", MISSING, f"no rate card in force: {asked}")
    if box.weight_g is None:
        return Freight(None, "", MISSING, "no weight")
    quote = card.quote(Parcel(box.country, box.weight_g, *box.sides, goods=box.goods))
    if quote.minor is None:
        return Freight(None, "", MISSING, f"{quote.reason}: {asked}")
    basis = "" if box.weighed else ", weight by SKU"
    basis += "".join(f", without {what}: {why}" for what, why in quote.unjudged)
    return Freight(quote.minor, quote.currency, ESTIMATED, f"{quote.source or asked}{basis}"[:120])


def boxes_of(parcel_ids: Sequence[int]) -> dict[int, Box]:
    """Parcels as far as they are known, by id: one statement whatever their number."""
    rows = fetch(
        "SELECT p.id, o.country, p.weight_g, l.qty * l.units_each, s.weight_g, s.length_mm, s.width_mm, "
        "s.height_mm, s.attributes FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id "
        "JOIN orders_orderline l ON l.order_id = o.id JOIN catalog_sku s ON s.id = l.sku_id "
        f"WHERE {among('p.id')}",
        [id_set(parcel_ids)],
    )
    of: dict[int, list[tuple[int, int | None, int | None, int | None, int | None]]] = defaultdict(list)
    goods: dict[int, list[Goods]] = defaultdict(list)
    heads = {}
    for pk, country, weighed, *unit, attributes in rows:
        heads[pk] = (country, weighed)
        of[pk].append(tuple(unit))
        goods[pk].append(_stated(attributes if isinstance(attributes, str) else json.dumps(attributes)))
    out = {}
    for pk, (country, weighed) in heads.items():
        weights = [None if u[1] is None else u[0] * u[1] for u in of[pk]]
        summed = None if None in weights else sum(w for w in weights if w is not None)
        out[pk] = Box(
            country,
            weighed or summed,
            weighed is not None,
            _stacked(of[pk]),
            Goods.together(goods[pk]),
            sum(unit[0] for unit in of[pk]),
        )
    return out


@lru_cache(maxsize=4096)
def _stated(attributes: str) -> Goods:
    """What a SKU states of itself, out of its column; the same few texts come again and again."""
    return goods_of(json.loads(attributes))


def _stacked(
    units: list[tuple[int, int | None, int | None, int | None, int | None]],
) -> tuple[int | None, int | None, int | None]:
    """Longest and widest of the units, heights on top of each other; unknown when one is."""
    lengths, widths, heights = [], [], 0
    for qty, _weight, length, width, height in units:
        if length is None or width is None or height is None:
            return None, None, None
        lengths.append(length)
        widths.append(width)
        heights += height * qty
    return max(lengths), max(widths), heights
