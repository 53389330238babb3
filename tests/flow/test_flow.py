"""The flow: in order of the business, every step repeatable, one broken step or store stops no other."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.facts import changed_tables, facts
from tradewind import flow
from tradewind.apps.orders.models import Order
from tradewind.cli.practice import days, goods, hands, shops
from tradewind.cli.practice.plan import Plan
from tradewind.cli.practice.world import World
from tradewind.desk.registry import all_nouns
from tradewind.engine.access import OPERATIONS, Actor, system
from tradewind.engine.contracts import StepResult
from tradewind.simulators.server import serve
from tradewind.simulators.world import World as Simulated

LOG = ("stores_syncrun",)  # the record of the runs themselves
UNTIL = date(2026, 10, 18)


def played(rounds: int) -> tuple[Plan, object, datetime]:
    """A small company after some rounds of business, its served world, and the hour."""
    plan = Plan(3, UNTIL, 18, 9)
    running = serve(Simulated(plan.seed, plan.start))
    world = World(running.url)
    days.set_up(plan, world, "")
    at = plan.before(0)
    for day, at in list(plan.rounds())[:rounds]:
        days._round(plan, world, day, at)
    return plan, running, at


@pytest.fixture
def company(db):
    plan, running, at = played(9)
    yield plan, running.world, at
    running.stop()


@pytest.fixture
def settled(db):
    """After the first settlements were paid out."""
    plan, running, at = played(36)
    yield plan, running.world, at
    running.stop()


def test_the_steps_stand_in_the_order_of_the_business_and_name_nouns_that_there_are():
    stages = [step.stage for step in flow.STEPS]
    assert stages == sorted(stages)
    assert len({step.code for step in flow.STEPS}) == len(flow.STEPS)
    assert {step.noun for step in flow.STEPS} <= set(all_nouns())


def test_every_step_twice_changes_nothing_the_second_time(settled):
    _plan, world, at = settled
    assert Order.objects.filter(state="shipped").count() > 30
    later = at.replace(hour=20)
    world.advance(later)
    for step in flow.STEPS:
        step.run(later, system())
        before = facts(without=LOG)
        step.run(later, system())
        assert changed_tables(before, facts(without=LOG)) == [], step.code
    flow.run_all(later, system())  # what was reserved since is published
    before = facts(without=LOG)
    flow.run_all(later, system())
    assert changed_tables(before, facts(without=LOG)) == []


def test_what_waits_can_be_counted_by_everybody_who_may_look(company):
    _plan, _world, _at = company
    for step in flow.STEPS:
        assert step.waiting(system()) >= 0


def test_a_step_that_breaks_is_counted_and_the_others_go_on(monkeypatch):
    def fine(_now, _by):
        return StepResult(done=1)

    def broken(_now, _by):
        raise RuntimeError("no such thing")

    first = replace(flow.STEPS[0], run=broken)
    monkeypatch.setattr(flow, "STEPS", (first, *(replace(s, run=fine) for s in flow.STEPS[1:])))
    results = flow.run_all(datetime(2026, 1, 1, tzinfo=UTC), system())
    assert results[first.code] == StepResult(problems=1, detail={"error": "RuntimeError: no such thing"})
    assert sum(r.done for r in results.values()) == len(flow.STEPS) - 1


def test_in_whatever_order_the_steps_run_they_come_to_the_same_end(company):
    """Shuffled steps, repeated until nothing is done any more, leave no order behind."""
    _plan, world, at = company
    later = at.replace(hour=20)
    world.advance(later)
    steps = list(flow.STEPS)
    for turn in range(6):
        random.Random(turn).shuffle(steps)
        for step in steps:
            step.run(later, system())
    before = facts(without=LOG)
    flow.run_all(later, system())
    assert changed_tables(before, facts(without=LOG)) == []
    waiting = Order.objects.filter(state="new").count()
    assert waiting == 0
    placed = {
        o for shop in world.shops.values() for o, order in shop.orders.items() if order.placed_at < later
    }
    known = set(Order.objects.values_list("external_id", flat=True))
    assert not {o for o in placed - known if _settled_before(world, o, later)}


def _settled_before(world, number: str, later: datetime) -> bool:
    """Orders of the last minutes come with the next look: a watermark stays a little behind."""
    order = next(s.orders[number] for s in world.shops.values() if number in s.orders)
    return (later - order.updated_at).total_seconds() > 300


def test_a_person_sees_only_the_stores_in_scope(company):
    some = Actor(9, "dora", OPERATIONS, frozenset({1}))
    orders = next(s for s in flow.STEPS if s.code == "reserve")
    assert orders.waiting(some) <= orders.waiting(system())


def test_a_round_that_was_done_is_passed_over_when_the_run_goes_on(company):
    plan, world, at = company
    before = facts(without=LOG)
    days.once("buying", at, lambda: pytest.fail("was done")) if _done("buying", at) else None
    goods.take_deliveries(plan, at)
    hands.work(plan, 4, at)
    shops.offer(plan)
    assert changed_tables(before, facts(without=LOG)) == []
    assert world.now == at


def _done(name: str, at: datetime) -> bool:
    from tradewind.apps.stores.models import Cursor

    return Cursor.objects.filter(feed=f"practice:{name}", watermark__gte=at).exists()
