"""The stores of the practice company and what they offer."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.catalog.models import Sku
from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations import NewListing, NewMapping, draft_listings, map_skus
from tradewind.apps.org.models import User
from tradewind.apps.org.operations.people import set_scope
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import connect_store, set_stock_buffer
from tradewind.apps.stores.queries import connection
from tradewind.cli.practice.goods import abroad
from tradewind.cli.practice.plan import ABROAD, COMPANY, CURRENCIES, HOME, MARKETS, ZONES, Plan, actor
from tradewind.cli.practice.world import World
from tradewind.connectors import registry
from tradewind.engine.access import OPERATIONS, OWNER, SERVICE
from tradewind.engine.contracts import OfferPush
from tradewind.engine.money import Money

STRAY = "GB-PHONE-DOCK"


def code_of(market: str) -> str:
    return f"HB-{market}"


def connect(plan: Plan, world: World) -> None:
    """A store in each market; the one in the US ships from the warehouse there."""
    by, at = actor(OPERATIONS), plan.before(1)
    keys = {s["market"]: s for s in world.accounts()["harbour"]}
    for market in MARKETS:
        if Store.objects.filter(code=code_of(market)).exists():
            continue
        connect_store(
            code=code_of(market), name=f"港湾集市 {market}", company=COMPANY, channel="harbour",
            market=market,
            currency=CURRENCIES[market], zone=ZONES[market], warehouse=ABROAD if market == "US" else HOME,
            base_url=f"{world.url}/harbour", now=at, by=by,
            credentials={"account": keys[market]["account"], "key": keys[market]["key"]},
        )  # fmt: skip
    fresh = list(Store.objects.exclude(settings__has_key="buffer").values_list("id", flat=True))
    if fresh:
        set_stock_buffer(ids=fresh, units=1, now=at, by=by)
    _scopes(at)


def _scopes(at: datetime) -> None:
    """Service sees two stores only: scope is shown by somebody who lacks it."""
    some = list(Store.objects.filter(code__in=[code_of("GB"), code_of("DE")]).values_list("id", flat=True))
    person = User.objects.get(username=actor(SERVICE).name)
    if person.store_scope == "*":
        set_scope(user_id=person.pk, stores=some, now=at, by=actor(OWNER))


def offer(plan: Plan) -> None:
    """Listings with prices, each mapped to its SKU."""
    by, at = actor(OPERATIONS), plan.before(1)
    skus = dict(Sku.objects.values_list("code", "id"))
    here = set(abroad(plan))
    for store in Store.objects.order_by("id").select_related("market"):
        market = store.market.code
        items = [i for i in plan.items() if i.code in skus and (market != "US" or i.code in here)]
        if not store.listings.exists():
            new = [NewListing(f"{market}-{i.code}", i.name, i.prices[market]) for i in items]
            draft_listings(store_id=store.pk, rows=new, now=at, by=by)
        bare = dict(store.listings.filter(mappings=None).values_list("external_sku", "id"))
        rows = [
            NewMapping(bare[f"{market}-{i.code}"], skus[i.code])
            for i in items
            if f"{market}-{i.code}" in bare
        ]
        if rows:
            map_skus(rows=rows, now=at, by=by)


def stray(now: datetime) -> None:
    """Somebody lists an article on the channel's own pages: the house learns of it by its first order."""
    if Listing.objects.filter(external_sku=STRAY).exists():
        return
    store = Store.objects.get(code=code_of("GB"))
    push = OfferPush(STRAY, "Bamboo phone dock", Money(1999, "GBP"), 6)
    registry.channel(store.channel).push_offers(connection(store, now), [push])
