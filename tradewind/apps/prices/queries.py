"""Questions about prices: policies, floors, who is under them, proposals, promotions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from tradewind.apps.markets.queries import rates_between, rulebook
from tradewind.apps.markets.queries.tariffs import tariffs_on
from tradewind.apps.prices.facts import Asked, unit_facts
from tradewind.apps.prices.judging import Judge, Judged, Offered, Wish, floor_of, target_of
from tradewind.apps.prices.models import PriceFloor, PricePolicy, PriceProposal, Promotion, ProposalLine
from tradewind.apps.prices.states import BELOW, DRAFT
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.landed_cost import Landing
from tradewind.engine.money import Money


def policies(actor: Actor) -> QuerySet[PricePolicy]:
    """Every policy; those of stores out of scope are left out."""
    actor.require("prices.view")
    rows = PricePolicy.objects.select_related("store", "market", "service")
    return rows if actor.stores is None else rows.exclude(store__isnull=False, store__in=_others(actor))


def _others(actor: Actor) -> list[int]:
    known = PricePolicy.objects.exclude(store=None).values_list("store_id", flat=True)
    return [pk for pk in known if pk not in (actor.stores or ())]


def floors(actor: Actor) -> QuerySet[PriceFloor]:
    """Floors of the listings in scope that still stand for sale."""
    actor.require("prices.view")
    rows = PriceFloor.objects.select_related("listing__store", "policy").exclude(listing__state="ended")
    return rows if actor.stores is None else rows.filter(listing__store_id__in=actor.stores)


def under_floor(actor: Actor) -> QuerySet[PriceFloor]:
    """Listings in scope whose price leaves less than the floor margin."""
    return floors(actor).filter(state__in=BELOW)


def proposals(actor: Actor) -> QuerySet[Any]:
    """Proposals, with their number of lines; who has only some stores sees those of their stores."""
    actor.require("prices.view")
    rows = PriceProposal.objects.select_related("store", "market")
    if actor.stores is not None:
        rows = rows.filter(store_id__in=actor.stores)
    return rows.annotate(line_count=Count("lines"))


def proposal_lines(actor: Actor, proposal_id: int) -> QuerySet[ProposalLine]:
    """The diff of a proposal that the actor may see, the greatest loss first."""
    rows = ProposalLine.objects.filter(proposal__in=proposals(actor).filter(pk=proposal_id))
    return rows.select_related("listing__store").order_by("before_minor", "id")


def drafts(actor: Actor) -> int:
    """Proposals that wait for an approval."""
    return proposals(actor).filter(state=DRAFT).count()


def promotions(actor: Actor) -> QuerySet[Any]:
    """Promotions of the stores in scope, with their number of listings."""
    actor.require("prices.view")
    rows = Promotion.objects.select_related("store")
    if actor.stores is not None:
        rows = rows.filter(store_id__in=actor.stores)
    return rows.annotate(listing_count=Count("listings"))


_LISTINGS = """SELECT l.id, s.channel, m.code, coalesce(p.category, ''), l.currency, l.price_minor,
  c.base_currency, s.id, s.market_id, s.company_id,
  CASE WHEN l.by_channel THEN s.platform_warehouse_id ELSE s.warehouse_id END, g.sku_id, g.qty
FROM listings_listing l JOIN stores_store s ON s.id = l.store_id JOIN markets_market m ON m.id = s.market_id
  JOIN org_company c ON c.id = s.company_id
  LEFT JOIN listings_skumapping g ON g.listing_id = l.id AND g.valid_to IS NULL
  LEFT JOIN catalog_sku k ON k.id = g.sku_id LEFT JOIN catalog_product p ON p.id = k.product_id
WHERE l.state <> 'ended'{only} ORDER BY l.id, g.id"""


def offered(on: date, listing_ids: Iterable[int] | None = None) -> list[Offered]:
    """Listings that stand for sale, with policy and costs: a fixed number of statements for any number."""
    only, params = "", []
    if listing_ids is not None:
        only, params = f" AND {among('l.id')}", [id_set(listing_ids)]
    rows = list({row[0]: row for row in reversed(fetch(_LISTINGS.format(only=only), params))}.values())[::-1]
    return _made(rows, on)


def offered_of(actor: Actor, on: date) -> list[Offered]:
    """Listings that stand for sale in the stores in scope."""
    actor.require("prices.view")
    every = offered(on)
    return every if actor.stores is None else [one for one in every if one.store_id in actor.stores]


_EVERYWHERE = """SELECT coalesce(l.id, 0), s.channel, m.code, coalesce(p.category, ''),
  coalesce(l.currency, s.currency), l.price_minor, c.base_currency, s.id, s.market_id, s.company_id,
  CASE WHEN l.by_channel THEN s.platform_warehouse_id ELSE s.warehouse_id END, k.id, 1
FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id CROSS JOIN stores_store s
  JOIN markets_market m ON m.id = s.market_id JOIN org_company c ON c.id = s.company_id
  LEFT JOIN listings_skumapping g ON g.sku_id = k.id AND g.valid_to IS NULL AND g.qty = 1 AND EXISTS (
    SELECT 1 FROM listings_listing t WHERE t.id = g.listing_id AND t.store_id = s.id AND t.state <> 'ended')
  LEFT JOIN listings_listing l ON l.id = g.listing_id
WHERE {among} ORDER BY k.id, s.id, l.id"""


def offered_everywhere(sku_ids: Iterable[int], on: date, actor: Actor) -> list[tuple[Store, Offered]]:
    """SKUs as they stand, or would stand, in every store of the actor: one piece, priced where listed."""
    actor.require("prices.view")
    stores = {s.pk: s for s in stores_of(actor)}
    found = fetch(_EVERYWHERE.format(among=among("k.id")), [id_set(sku_ids)])
    rows = list({(row[11], row[7]): row for row in found if row[7] in stores}.values())
    return [(stores[row[7]], one) for row, one in zip(rows, _made(rows, on), strict=True)]


def _made(rows: Sequence[tuple[Any, ...]], on: date) -> list[Offered]:
    chosen = _policies(rows)
    asked = [
        Asked(sku, market, qty or 1, house, company, wish.service if wish else "", channel)
        for (_id, channel, market, *_rest, company, house, sku, qty), wish in zip(rows, chosen, strict=True)
        if sku is not None
    ]
    units = iter(unit_facts(asked, on))
    return [
        Offered(
            pk, channel, market, category, currency, price, base, wish, next(units) if sku else None, store
        )
        for (pk, channel, market, category, currency, price, base, store, _m, _c, _w, sku, _q), wish in zip(
            rows, chosen, strict=True
        )
    ]


def _policies(rows: Sequence[tuple[object, ...]]) -> list[Wish | None]:
    """The narrowest active policy of each listing."""
    found = list(PricePolicy.objects.filter(active=True).select_related("service").order_by("id"))
    found.sort(key=lambda p: (p.store_id is None, p.market_id is None, not p.category))
    wishes: dict[tuple[int, str], Wish] = {}
    chosen: list[Wish | None] = []
    for row in rows:
        category, base, store, market = row[3], str(row[6]), row[7], row[8]
        mine = next((p for p in found if _covers(p, store, market, category)), None)
        if mine is not None and (mine.pk, base) not in wishes:
            wishes[mine.pk, base] = wish_of(mine, base)
        chosen.append(wishes[mine.pk, base] if mine is not None else None)
    return chosen


def _covers(policy: PricePolicy, store: object, market: object, category: object) -> bool:
    return (
        policy.store_id in (None, store)
        and policy.market_id in (None, market)
        and policy.category in ("", category)
    )


def wish_of(policy: PricePolicy, base: str) -> Wish:
    """A policy as the plain values the judge takes."""
    ceiling = None
    if policy.ceiling_minor is not None:
        ceiling = Money(policy.ceiling_minor, policy.ceiling_currency)
    return Wish(
        policy.pk, target_of(policy.target_kind, policy.target, base), floor_of(policy.floor_margin),
        policy.endings, ceiling, policy.ads_rate, policy.returns_rate, policy.fx_buffer_rate,
        policy.service.code if policy.service else "", policy.import_by, policy.import_rate, policy.lowers,
        policy.scheme,
    )  # fmt: skip


def judge_on(on: date) -> Judge:
    """The judge of a day: the rulebook under people's decisions and the rates in force."""
    book, rates, tariffs = rulebook(), rates_between(on, on), tariffs_on(on)
    return Judge(book, rates, on, Landing(book, rates, on, tariffs, tariffs.measures))


def judged(on: date, listing_ids: Iterable[int] | None = None) -> list[Judged]:
    """How listings stand on a day, computed now and not stored."""
    judge = judge_on(on)
    return [judge.judge(one) for one in offered(on, listing_ids)]
