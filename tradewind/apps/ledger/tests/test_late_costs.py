"""What comes late still reaches the books: costs after the sale, differences of a count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, english, make_world  # noqa: F401  english is a fixture
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.profit.identity import profit_vs_ledger
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.step import run as recompute_profit
from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
from tradewind.apps.stock.operations import (
    Want,
    arrive_leg,
    charge_leg,
    count_stock,
    depart_leg,
    pack_leg,
    price_layers,
    reserve,
    ship_out,
    value_found,
)
from tradewind.apps.stock.queries import check_balances
from tradewind.desk.doctor import examine
from tradewind.engine.access import FINANCE, OWNER, WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.costing import MOVING_AVERAGE
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
OWN = Actor(1, "alice", OWNER, None)
FIN = Actor(7, "fang", FINANCE, None)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world():
    return make_world()


def sell(world, number, *lines, house=None):
    """A shipped order of (SKU index, units) whose goods left stock."""
    order = Order.objects.create(
        store=world.store, external_id=number, state="shipped", currency="USD", goods_minor=20_00,
        shipping_minor=0, tax_minor=0, country="US", placed_at=NOW, updated_at=NOW, shipped_at=NOW,
    )  # fmt: skip
    for n, qty in lines:
        line = OrderLine.objects.create(
            order=order, external_id=str(n), external_sku=f"L-{n}", title="Lamp", qty=qty, price_minor=10_00,
            sku=world.skus[n],
        )  # fmt: skip
        place = (world.sku(n), (house or world.house).pk, world.company.pk)
        want = Want(line.pk, line.pk, *place, qty)
        assert reserve(demand="order_line", now=NOW, by=BY, lines=[want]).groups
        ship_out(demand="order_line", demand_ids=[line.pk], now=NOW, by=BY)
    return order


def rate_comes(on=NOW):
    FxRate.objects.create(base="USD", quote="CNY", on=on.date(), rate=Decimal("7.1"), source="test")
    return price_layers(now=LATER, by=BY)


def books(world, currency="CNY"):
    return queries.trial_balance(OWN, world.company.pk, LATER.date()).get(currency, {})


def sound():
    """Stock equals its facts, books balance and hold what stock says."""
    assert check_balances() == []
    found = examine(("books.balance", "books.entries", "books.costs", "books.stock"))
    assert [r.findings for r in found] == [(), (), (), ()]


def test_a_cost_after_the_sale_is_a_new_entry_dated_now_and_the_sale_stays(world):
    world.receive(0, 4, 250, currency="USD")
    order = sell(world, "O-1", (0, 1))
    post_ready(NOW, BY)
    assert "6401" not in books(world), "a missing cost is not booked as zero"
    sale = Entry.objects.get(event="sale")
    before = list(sale.postings.values())
    rate_comes()
    post_ready(LATER, BY)
    entry = Entry.objects.get(event="late_cost")
    assert (entry.on, entry.memo, entry.posted) == (LATER.date(), "O-1 · RC-1", True)
    assert set(entry.postings.values_list("account__code", "amount_minor", "currency", "order_id")) == {
        ("6401", 17_75, "CNY", order.pk), ("1405", -17_75, "CNY", order.pk),
    }  # fmt: skip
    assert list(sale.postings.values()) == before
    assert books(world)["1405"] == 53_25, "4 units of 17.75 less the one sold"
    sound()


def test_late_costs_are_booked_once(world):
    world.receive(0, 4, 250, currency="USD")
    sell(world, "O-1", (0, 1))
    post_ready(NOW, BY)
    rate_comes()
    post_ready(LATER, BY)
    before = facts_hash()
    assert post_ready(LATER, BY).done == 0
    assert facts_hash() == before


def test_an_order_of_two_late_batches_gets_each_line_when_it_is_whole(world):
    world.receive(0, 2, 100, currency="USD")
    world.receive(1, 2, 300, currency="USD", at=NOW - timedelta(days=1))
    sell(world, "O-1", (0, 1), (1, 1))
    post_ready(NOW, BY)
    rate_comes()
    post_ready(LATER, BY)
    assert books(world)["6401"] == 7_10
    rate_comes(NOW - timedelta(days=1))
    post_ready(LATER, BY)
    assert books(world)["6401"] == 7_10 + 21_30
    assert Entry.objects.filter(event="late_cost").count() == 2
    sound()


def test_an_order_not_booked_yet_takes_the_late_cost_along_with_its_sale(world):
    world.receive(0, 4, 250, currency="USD")
    sell(world, "O-1", (0, 1))
    rate_comes()
    post_ready(LATER, BY)
    assert not Entry.objects.filter(event="late_cost").exists()
    assert books(world)["6401"] == 17_75
    assert not CostLayer.objects.filter(late=True).exists()
    sound()


def test_a_late_cost_follows_goods_that_went_by_a_first_leg(world):
    world.receive(0, 4, 250, currency="USD")
    leg = pack_leg(
        owner_id=world.company.pk, origin_id=world.house.pk, destination_id=world.away.pk,
        lines={world.sku(0): 2}, now=NOW, by=BY,
    )  # fmt: skip
    depart_leg(leg_id=leg.pk, now=NOW, by=BY)
    arrive_leg(leg_id=leg.pk, now=NOW, by=BY)
    sell(world, "O-1", (0, 1), house=world.away)
    post_ready(NOW, BY)
    rate_comes()
    post_ready(LATER, BY)
    assert (books(world)["6401"], books(world)["1405"]) == (17_75, 53_25)
    sound()


def test_profit_and_books_agree_after_a_late_cost(world):
    world.receive(0, 4, 250, currency="USD")
    order = sell(world, "O-1", (0, 1))
    post_ready(NOW, BY)
    recompute_profit(NOW, BY)
    assert OrderProfit.objects.get(order=order).goods_state == "missing"
    rate_comes()
    post_ready(LATER, BY)
    recompute_profit(LATER, BY)
    assert OrderProfit.objects.get(order=order).goods_minor == 17_75
    identity = profit_vs_ledger(OWN, world.company.pk)
    assert identity.unexplained == Money(0, "CNY")


def test_a_moving_average_gets_its_known_costs_back_with_the_missing_one(world):
    world.company.costing = MOVING_AVERAGE
    world.company.save()
    world.receive(0, 2, 100)
    world.receive(0, 2, 100, currency="USD")
    sell(world, "O-1", (0, 1))
    post_ready(NOW, BY)
    first = CostLayer.objects.get(batch="RC-1")
    assert (first.goods_minor, first.left_goods_minor) == (200, None), "its average is missing"
    rate_comes()
    first.refresh_from_db()
    assert (first.left_goods_minor, first.late) == (4_05, True), "16.20 on 4 units"
    post_ready(LATER, BY)
    assert (books(world)["6401"], books(world)["1405"]) == (4_05, 12_15)
    assert sum(u.goods_minor for u in LayerUse.objects.all()) == 4_05
    sound()


def count(world, n, units):
    balance = Balance.objects.get(sku=world.skus[n], warehouse=world.house)
    return count_stock(counted={balance.pk: units}, reason="count", now=NOW, by=BY).number


def test_units_a_count_lost_are_cost_of_no_order(world):
    world.receive(0, 5, 100)
    number = count(world, 0, 3)
    post_ready(NOW, BY)
    entry = Entry.objects.get(event="stock_count")
    assert (entry.on, entry.memo) == (NOW.date(), number)
    assert set(entry.postings.values_list("account__code", "amount_minor", "order_id")) == {
        ("6404", 2_00, None), ("1405", -2_00, None),
    }  # fmt: skip
    before = facts_hash()
    assert post_ready(NOW, BY).done == 0
    assert facts_hash() == before
    recompute_profit(NOW, BY)
    assert profit_vs_ledger(OWN, world.company.pk).unexplained == Money(0, "CNY")
    sound()


def test_lost_units_without_a_cost_wait(world):
    world.receive(0, 5, 100, currency="USD")
    count(world, 0, 3)
    assert post_ready(NOW, BY).waiting == 2, "the receipt and the count"
    assert not Entry.objects.filter(event="stock_count").exists()
    rate_comes()
    post_ready(LATER, BY)
    assert (books(world)["6404"], books(world)["1405"]) == (14_20, 21_30)
    sound()


def test_found_goods_are_booked_when_somebody_says_their_worth_and_so_is_what_was_sold_of_them(world):
    world.receive(0, 1, 100)
    number = count(world, 0, 3)
    sell(world, "O-1", (0, 2))
    assert post_ready(NOW, BY).waiting == 1
    assert books(world)["1405"] == 1_00, "a line with a missing cost leaves its cost out"
    layer = CostLayer.objects.get(batch=number)
    value_found(layer_ids=[layer.pk], unit_cost=Money(1_50, "CNY"), now=LATER, by=FIN)
    post_ready(LATER, BY)
    assert (books(world)["6404"], books(world)["6401"], books(world)["1405"]) == (-3_00, 2_50, 1_50)
    before = facts_hash()
    assert post_ready(LATER, BY).done == 0
    assert facts_hash() == before
    sound()


def test_only_found_goods_without_a_cost_are_valued_and_only_by_those_who_may(world):
    world.receive(0, 1, 100)
    count(world, 0, 3)
    bought, found = CostLayer.objects.order_by("id")
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        value_found(layer_ids=[bought.pk, found.pk], unit_cost=Money(-1, "USD"), now=LATER, by=FIN)
    assert {p.field for p in caught.value.problems} == {"unit_cost", "layer"}
    assert len(caught.value.problems) == 3
    with pytest.raises(Denied):
        value_found(
            layer_ids=[found.pk], unit_cost=Money(1, "CNY"), now=LATER,
            by=Actor(2, "wu", WAREHOUSE, None),
        )  # fmt: skip
    assert facts_hash() == before


@pytest.mark.parametrize("booked_first", [True, False])
def test_a_bill_on_units_that_a_count_lost_is_booked_once_in_either_order(world, booked_first):
    world.receive(0, 4, 100)
    leg = pack_leg(
        owner_id=world.company.pk, origin_id=world.house.pk, destination_id=world.away.pk,
        lines={world.sku(0): 4}, now=NOW, by=BY,
    )  # fmt: skip
    depart_leg(leg_id=leg.pk, now=NOW, by=BY)
    arrive_leg(leg_id=leg.pk, now=NOW, by=BY)
    there = Balance.objects.get(sku=world.skus[0], warehouse=world.away)
    count_stock(counted={there.pk: 3}, reason="lost", now=NOW, by=BY)
    if booked_first:
        post_ready(NOW, BY)
    charge_leg(
        leg_id=leg.pk, kind="freight", basis="qty", number="B-1", creditor="F", on=NOW.date(),
        amount=Money(4_00, "CNY"), now=NOW, by=BY,
    )  # fmt: skip
    post_ready(LATER, BY)
    assert (books(world)["6404"], books(world)["1405"]) == (2_00, 6_00)
    assert "6402" not in books(world), "what is lost is lost with its freight"
    sound()
