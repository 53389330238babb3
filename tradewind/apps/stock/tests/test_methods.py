"""Costing methods: the average of a month, chosen batches, a method changed from a day."""

from datetime import date

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.operations import (
    Want,
    choose_batch,
    cost_months,
    reserve,
    reverse_charges,
    ship_out,
    switch_costing,
)
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stock.queries.months import estimated_uses
from tradewind.apps.stock.tests.histories import arrived, at, bill, cost, costs, count, fee, of_leg, sell
from tradewind.engine.contracts import Refused


@pytest.fixture
def world(db):
    return make_world()


def by(world, method):
    world.company.costing = method
    world.company.save()


DECEMBER = at(1, 12)


def test_a_month_costs_its_average_whatever_day_units_left(world):
    by(world, "month_end")
    world.receive(0, 2, 100)
    assert sell(world, 1, 0, 1) == (100, 0)
    assert LayerUse.objects.get().estimated
    world.receive(0, 2, 300)
    sell(world, 2, 0, 2)
    assert estimated_uses(world.company.pk, date(2026, 11, 30)) == LayerUse.objects.count()
    assert cost_months(now=at(30), by=BY) == 0, "the month is not over"
    assert cost_months(now=DECEMBER, by=BY) > 0
    assert (cost(1), cost(2)) == ((200, 0), (400, 0))
    assert not LayerUse.objects.filter(estimated=True).exists()
    assert estimated_uses(world.company.pk, date(2026, 11, 30)) == 0
    assert check_balances() == []
    before = facts_hash()
    assert cost_months(now=DECEMBER, by=BY) == 0
    assert facts_hash() == before


def test_the_next_month_opens_at_the_average_and_a_late_bill_makes_it_another(world):
    by(world, "month_end")
    world.receive(0, 2, 100)
    world.receive(0, 2, 300)
    sell(world, 1, 0, 2)
    cost_months(now=DECEMBER, by=BY)
    assert sell(world, 2, 0, 1, now=DECEMBER) == (200, 0)
    before = costs()
    sheet = bill([CostLayer.objects.order_by("id")[0]], fee(40_00), now=DECEMBER)
    cost_months(now=at(1, 12).replace(year=2027), by=BY)
    assert (cost(1), cost(2)) == ((400, 20_00), (200, 10_00))
    reverse_charges(charge_ids=sheet.charge_ids, on=DECEMBER.date(), reason="x", now=DECEMBER, by=BY)
    assert [row[:3] for row in costs()[0]] == [row[:3] for row in before[0]]
    assert (cost(1), cost(2)) == ((400, 0), (200, 0))
    assert check_balances() == []


def test_goods_that_moved_on_within_the_month_take_its_average_along(world):
    by(world, "month_end")
    world.receive(0, 2, 100)
    leg = arrived(world, {0: 1})
    assert (of_leg(leg)[0].goods_minor, of_leg(leg)[0].state) == (100, "estimated")
    sell(world, 3, 0, 1, world.away)
    world.receive(0, 2, 300)
    cost_months(now=DECEMBER, by=BY)
    assert (of_leg(leg)[0].goods_minor, of_leg(leg)[0].state) == (200, "actual")
    assert cost(3) == (200, 0)
    assert check_balances() == []


def test_a_method_changes_with_a_month_to_come_and_what_left_before_keeps_its_own(world):
    world.receive(0, 2, 100)
    world.receive(0, 2, 300)
    sell(world, 1, 0, 1)
    switch_costing(
        company_id=world.company.pk, method="moving_average", start=date(2026, 12, 1), now=NOW, by=BY
    )
    assert sell(world, 2, 0, 1, now=at(30)) == (100, 0)
    assert sell(world, 3, 0, 1, now=DECEMBER) == (300, 0)
    world.receive(0, 2, 600)
    assert sell(world, 4, 0, 1, now=DECEMBER) == (500, 0)
    bill([CostLayer.objects.order_by("id")[0]], fee(10_00), now=DECEMBER)
    assert (cost(1), cost(2), cost(3), cost(4)) == ((100, 5_00), (100, 5_00), (300, 0), (500, 0))
    assert check_balances() == []


@pytest.mark.parametrize(
    ("method", "start", "reasons"),
    [
        ("month_end", date(2026, 12, 15), ["a method changes with a month, not in the middle of one"]),
        (
            "month_end",
            date(2026, 11, 1),
            ["goods left on 2026-11-02 already, costed by the method of that day"],
        ),
        ("fifo", date(2026, 12, 1), ["is the method already"]),
        ("lifo", date(2026, 12, 1), ["is not a costing method"]),
    ],
)
def test_a_change_of_method_that_would_cut_a_month_is_refused(world, method, start, reasons):
    world.receive(0, 2, 100)
    sell(world, 1, 0, 1)
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        switch_costing(company_id=world.company.pk, method=method, start=start, now=NOW, by=BY)
    assert [p.reason for p in caught.value.problems] == reasons
    assert facts_hash() == before


def promise(world, line, qty):
    place = (world.sku(0), world.house.pk, world.company.pk)
    assert reserve(demand="order_line", now=NOW, by=BY, lines=[Want(line, line, *place, qty)]).groups


def ship(line):
    ship_out(demand="order_line", demand_ids=[line], now=NOW, by=BY)
    return cost(line)[0]


def test_units_are_taken_from_the_batch_that_was_chosen_and_the_others_leave_it_alone(world):
    by(world, "batch")
    world.receive(0, 2, 100)
    world.receive(0, 2, 300)
    world.receive(0, 2, 900)
    for line, qty in ((1, 1), (2, 3), (3, 1)):
        promise(world, line, qty)
    choose_batch(demand="order_line", demand_ids=[1], batch="RC-2", now=NOW, by=BY)
    choose_batch(demand="order_line", demand_ids=[3], batch="RC-1", now=NOW, by=BY)
    assert ship(2) == 100 + 300 + 900, "one unit of RC-1 and one of RC-2 are kept"
    assert ship(1) == 300
    assert ship(3) == 100
    assert check_balances() == []


def test_a_chosen_batch_that_a_count_lost_gives_way_to_what_is_left(world):
    by(world, "batch")
    world.receive(0, 1, 100)
    world.receive(0, 2, 300)
    promise(world, 1, 1)
    choose_batch(demand="order_line", demand_ids=[1], batch="RC-1", now=NOW, by=BY)
    count(world, 0, 1, reason="lost")
    assert LayerUse.objects.get(source="count").layer.batch == "RC-2", "the count takes what nobody chose"
    assert ship(1) == 100


def test_a_choice_that_cannot_be_kept_is_refused(world):
    world.receive(0, 2, 100)
    promise(world, 1, 1)
    with pytest.raises(Refused, match="does not cost by batch"):
        choose_batch(demand="order_line", demand_ids=[1], batch="RC-1", now=NOW, by=BY)
    by(world, "batch")
    promise(world, 2, 1)
    choose_batch(demand="order_line", demand_ids=[2], batch="RC-1", now=NOW, by=BY)
    world.receive(0, 1, 100)
    promise(world, 3, 1)
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        choose_batch(demand="order_line", demand_ids=[1, 3, 99], batch="RC-1", now=NOW, by=BY)
    assert [(p.reason, p.accepted) for p in caught.value.problems] == [
        ("nothing is promised to it", ""), ("this batch does not hold that many free units", "up to 1"),
    ]  # fmt: skip
    assert facts_hash() == before
