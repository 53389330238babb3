"""The days of the practice company: each round is done once, and can be begun again after any crash."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from tradewind import flow
from tradewind.apps.catalog.models import Sku
from tradewind.apps.orders.models import Order
from tradewind.apps.stock.models import FirstLeg
from tradewind.apps.stock.step import take_in
from tradewind.apps.stores.models import Cursor, Store
from tradewind.apps.stores.operations import advance_cursor
from tradewind.apps.treasury.step import run_rates
from tradewind.cli.practice import finance, goods, hands, house, pricing, shops
from tradewind.cli.practice import range as goods_range
from tradewind.cli.practice.express import express
from tradewind.cli.practice.plan import Plan, actor
from tradewind.cli.practice.world import World
from tradewind.engine.access import FINANCE, system

FEED = "practice"  # the cursor that counts the rounds done
Say = Callable[[str], None]


def set_up(plan: Plan, world: World, indicators: str) -> None:
    """Everything before the first day of business; every part is passed over when it is there."""
    if begun():
        return
    house.people(plan)
    company_id = house.company(plan)
    house.markets(plan)
    house.indicators(plan, indicators)
    house.ways(plan)
    house.cartons(plan)
    express(plan)
    house.papers(plan, company_id)
    house.accounts(plan, world)
    goods_range.research(plan)
    goods_range.judge(plan)
    goods_range.products(plan)
    goods_range.sources(plan)
    finance.set_up(plan)
    _first_goods(plan)
    shops.connect(plan, world)
    shops.offer(plan)
    store = Store.objects.order_by("id")[0]
    advance_cursor(store=store, feed=FEED, watermark=plan.before(1))


def _first_goods(plan: Plan) -> None:
    """The first order comes in at home; half of the range goes on to the warehouse abroad."""
    ordered, received, left, landed = (plan.before(d) for d in (39, 29, 28, 6))
    codes = Sku.objects.exclude(code=goods_range.uncosted(plan)).values_list("code", flat=True)
    goods.buy(plan, dict.fromkeys(codes, goods.FIRST), ordered)
    goods.buy_abroad(plan, ordered + timedelta(days=1))
    run_rates(received, actor(FINANCE))
    goods.take_deliveries(plan, received, all_open=True)
    take_in(received, system("practice"))
    if not FirstLeg.objects.filter(departed_at=left).exists():
        goods.send_abroad(dict.fromkeys(goods.abroad(plan), goods.FIRST_LEG), left)
    run_rates(landed, actor(FINANCE))
    goods.land(plan, landed, after=landed - left)


def once(name: str, at: datetime, work: Callable[[], object]) -> None:
    """Do a part of a round unless it was done before: what it looks at may have changed since."""
    store = Store.objects.order_by("id")[0]
    feed = f"{FEED}:{name}"
    if not Cursor.objects.filter(store=store, feed=feed, watermark__gte=at).exists():
        work()
        advance_cursor(store=store, feed=feed, watermark=at)


def begun() -> bool:
    """Whether business has begun, so that nothing is left to set up."""
    return Cursor.objects.filter(feed=FEED).exists()


def run_days(plan: Plan, world: World, say: Say) -> None:
    """Every round that is not done yet, then the evening after the last day."""
    store = Store.objects.order_by("id")[0]
    done = Cursor.objects.filter(store=store, feed=FEED).values_list("watermark", flat=True).first()
    began = time.monotonic()
    told = 0
    for day, at in plan.rounds():
        if done is not None and at <= done:
            continue
        _round(plan, world, day, at)
        advance_cursor(store=store, feed=FEED, watermark=at)
        if (day + 1) // 7 > told:
            told = (day + 1) // 7
            say(f"week {(day + 1) // 7}: {Order.objects.count()} orders, {time.monotonic() - began:.0f} s")
    evening = plan.before(-plan.days, 0)
    pricing.propose(plan, evening)
    world.advance(evening)
    flow.run_all(evening, system("practice"))
    advance_cursor(store=store, feed=FEED, watermark=evening)


def _round(plan: Plan, world: World, day: int, at: datetime) -> None:
    world.advance(at)
    goods.take_deliveries(plan, at)
    goods.land(plan, at)
    if at.weekday() == 0:
        once("buying", at, lambda: goods.reorder(plan, day, at))
        once("refill", at, lambda: goods.refill_abroad(plan, at))
    if day == max(0, plan.days - 10):
        shops.stray(at)
    if day == max(0, plan.days - pricing.DAYS_LEFT):
        pricing.begin(plan, at)
    money = at.weekday() in (0, 3)  # finance works on these days; goods are looked at on all
    stages = flow.ALL_STAGES if money else flow.ALL_STAGES - {6}
    flow.run_all(at, system("practice"), stages=stages)
    hands.work(plan, day, at)
    _office(plan, at)


def _office(plan: Plan, at: datetime) -> None:
    """What finance and purchasing do on their days of the week."""
    if at.weekday() == 0:
        once("bills", at, lambda: finance.bills(plan, at))
        if at.day <= 7:
            once("month", at, lambda: finance.month_end(at))
    if at.weekday() == 2:
        hands.bring_home(at)
        once("asking", at, lambda: finance.ask(at))
    if at.weekday() == 4:
        once("paying", at, lambda: finance.pay(at))
