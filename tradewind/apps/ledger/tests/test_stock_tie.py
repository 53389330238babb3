"""Stock rolled forward in units and money, and tied to the books, whatever happened to the goods."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.line import BY, NOW, english, make_world  # noqa: F401  english is a fixture
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.operations.entries import post_entries
from tradewind.apps.ledger.queries.stock_tie import stock_tied
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.profit.identity import profit_vs_ledger
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.step import run as recompute_profit
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.operations import arrive_leg, cost_months, reverse_charges, value_found
from tradewind.apps.stock.queries.forward import roll_forward, unexplained
from tradewind.apps.stock.tests import histories
from tradewind.apps.stock.tests.histories import arrived, at, bill, count, departed, fee, of_leg
from tradewind.desk.doctor import examine
from tradewind.engine.access import OWNER, Actor
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
OWN = Actor(1, "alice", OWNER, None)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def world():
    return make_world()


def sell(world, number, n, qty, house=None, now=NOW):
    """A shipped order of one line."""
    order = Order.objects.create(
        store=world.store, external_id=number, state="shipped", currency="USD", goods_minor=20_00,
        shipping_minor=0, tax_minor=0, country="US", placed_at=now, updated_at=now, shipped_at=now,
    )  # fmt: skip
    line = OrderLine.objects.create(
        order=order, external_id="1", external_sku=f"L-{n}", title="Lamp", qty=qty, price_minor=10_00,
        sku=world.skus[n],
    )  # fmt: skip
    histories.sell(world, line.pk, n, qty, house, now)
    return order


def tied(world, end=DECEMBER):
    return stock_tied(OWN, world.company.pk, "CNY", end)


def tie(world, end=DECEMBER):
    return {
        r.code: (r.goods, r.books, r.timing, r.waiting) for r in tied(world, end).rows if r.goods or r.books
    }


def sound():
    found = examine(("books.balance", "books.entries", "books.costs", "books.stock"))
    assert [r.findings for r in found] == [(), (), (), ()]


def test_a_month_rolls_forward_in_units_and_money(world):
    world.receive(0, 10, 100)
    sell(world, "O-1", 0, 2)
    count(world, 0, 7, reason="lost")
    leg = arrived(world, {0: 3})
    bill(of_leg(leg), fee(6_00))
    sell(world, "O-2", 0, 1, world.away)
    sell(world, "O-3", 0, 1, now=at(3, 12))
    house, away = roll_forward(OWN, world.company.pk, NOVEMBER, DECEMBER)
    assert {k: (s.qty, s.minor) for k, s in house.steps.items()} == {
        "opening": (0, 0), "received": (10, 10_00), "leg_in": (0, 0), "found": (0, 0), "sold": (2, 2_00),
        "leg_out": (3, 3_00), "lost": (1, 1_00), "closing": (4, 4_00),
    }  # fmt: skip
    assert {k: (s.qty, s.minor) for k, s in away.steps.items() if s.qty} == {
        "leg_in": (3, 9_00), "sold": (1, 3_00), "closing": (2, 6_00),
    }  # fmt: skip
    later = roll_forward(OWN, world.company.pk, DECEMBER, date(2027, 1, 1), warehouse_id=world.house.pk)
    assert [(r.steps["opening"].qty, r.steps["sold"].qty, r.steps["closing"].minor) for r in later] == [
        (4, 1, 3_00)
    ]


def test_units_nobody_explained_are_aged_in_money_and_those_explained_are_not(world):
    world.receive(0, 10, 100)
    count(world, 0, 9)
    count(world, 0, 8, reason="damaged")
    count(world, 0, 10, reason="found", now=at(20))
    found = unexplained(OWN, world.company.pk, DECEMBER)
    assert [(o.reason, o.qty, o.minor, o.days) for o in found] == [
        ("count", -1, -1_00, 29),
        ("found", 2, None, 11),
    ]
    value_found(layer_ids=[CostLayer.objects.latest("id").pk], unit_cost=Money(50, "CNY"), now=NOW, by=BY)
    assert unexplained(OWN, world.company.pk, DECEMBER)[1].minor == 1_00


def test_goods_and_books_tie_by_kind_of_event_and_a_later_month_is_named_timing(world):
    world.receive(0, 10, 100)
    sell(world, "O-1", 0, 2)
    count(world, 0, 7, reason="lost")
    leg = arrived(world, {0: 3})
    departed(world, {0: 1})
    post_ready(NOW, BY)
    assert tie(world) == {
        "received": (10_00, 10_00, 0, 0), "sold": (-2_00, -2_00, 0, 0), "lost": (-1_00, -1_00, 0, 0),
    }  # fmt: skip
    assert (tied(world).on_hand, tied(world).under_way, tied(world).unexplained) == (6_00, 1_00, 0)
    first = CostLayer.objects.order_by("id")[0]
    bill([first], fee(10_00, on=date(2026, 12, 5), kind="domestic_freight"))
    assert tie(world)["bills"] == (10_00, 0, 0, 10_00)
    assert tied(world).open
    post_ready(at(6, 12), BY)
    assert tie(world)["bills"] == (10_00, 0, 10_00, 0)
    assert tie(world)["sold"] == (-4_00, -2_00, -2_00, 0)
    end = date(2027, 1, 1)
    assert all(goods == books for goods, books, _t, _w in tie(world, end).values())
    assert (tied(world, end).on_hand, tied(world, end).under_way) == (12_00, 2_00)
    assert (tied(world).unexplained, tied(world).open) == (0, False)
    assert of_leg(leg)[0].landed_minor == 3_00
    sound()


def test_an_entry_on_a_stock_account_of_no_goods_is_what_nobody_explains(world):
    world.receive(0, 10, 100)
    post_ready(NOW, BY)
    lines = (PostingPlan("1405", Money(5_00, "CNY")), PostingPlan("6404", Money(-5_00, "CNY")))
    plan = EntryPlan("manual", NOW.date(), "by hand", lines)
    post_entries(company_id=world.company.pk, entries=[Booking("manual", 1, plan)], now=NOW, by=BY)
    assert tied(world).unexplained == -5_00
    assert next(r.findings for r in examine(("books.stock",))) != ()


def test_a_bill_taken_back_leaves_books_and_profit_as_they_were(world):
    world.receive(0, 4, 100)
    leg = arrived(world, {0: 4})
    order = sell(world, "O-1", 0, 2, world.away)
    bill(of_leg(leg), fee(2_00, "KEPT"))
    post_ready(NOW, BY)
    recompute_profit(NOW, BY)
    before = _figures(world, order)
    sheet = bill(of_leg(leg), fee(8_00, "GONE", "duty", "value"))
    post_ready(NOW + timedelta(hours=1), BY)
    recompute_profit(NOW + timedelta(hours=1), BY)
    assert _figures(world, order) != before
    assert Entry.objects.get(event="late_cost").memo == "O-1 · RC-1"
    reverse_charges(charge_ids=sheet.charge_ids, on=NOW.date(), reason="wrong", now=NOW, by=BY)
    post_ready(NOW + timedelta(hours=2), BY)
    recompute_profit(NOW + timedelta(hours=2), BY)
    assert _figures(world, order) == before
    assert profit_vs_ledger(OWN, world.company.pk).unexplained == Money(0, "CNY")
    sound()


def _figures(world, order):
    profit = OrderProfit.objects.get(order=order)
    rows = [(r.code, r.goods, r.books) for r in tied(world).rows]
    return profit.goods_minor, profit.landed_minor, profit.landed_state, rows


def test_a_month_s_average_is_booked_as_what_the_orders_cost_more_or_less(world):
    world.company.costing = "month_end"
    world.company.save()
    world.receive(0, 2, 100)
    first = sell(world, "O-1", 0, 1)
    world.receive(0, 2, 300)
    second = sell(world, "O-2", 0, 1)
    post_ready(NOW, BY)
    recompute_profit(NOW, BY)
    assert set(OrderProfit.objects.values_list("goods_state", flat=True)) == {"estimated"}
    cost_months(now=at(1, 12), by=BY)
    post_ready(at(1, 12), BY)
    recompute_profit(at(1, 12), BY)
    assert {p.order_id: (p.goods_minor, p.goods_state) for p in OrderProfit.objects.all()} == {
        first.pk: (2_00, "actual"), second.pk: (2_00, "actual"),
    }  # fmt: skip
    sound()


HISTORIES = 12
ACTS = ["sell", "sell", "leg", "arrive", "count", "bill", "bill", "reverse", "post", "post"]


@pytest.mark.parametrize("method", ["fifo", "moving_average", "month_end"])
def test_whatever_happens_goods_and_books_tie_to_the_fen_after_every_act(method):
    world = make_world(HISTORIES)
    world.company.costing = method
    world.company.save()
    number = 0
    for n in range(HISTORIES):
        dice, sheets, legs = random.Random(100 + n), [], []
        world.receive(n, 12, dice.randint(1, 400))
        for _step in range(8):
            number += 1
            now = at(2 + number % 26)
            act = dice.choice(
                ["sell", "sell", "leg", "arrive", "count", "bill", "bill", "reverse", "post", "post"]
            )
            _act(world, n, act, dice, number, sheets, legs, now)
        post_ready(at(28), BY)
        assert tied(world).unexplained == 0
        assert not tied(world).open
        assert tied(world).goods == tied(world).books
    cost_months(now=at(1, 12), by=BY)
    post_ready(at(2, 12), BY)
    end = date(2027, 1, 1)
    assert tied(world, end).unexplained == 0
    assert tied(world, end).goods == tied(world, end).books
    sound()


def _act(world, n, act, dice, number, sheets, legs, now):
    free = world.balance(n)[0]
    if act == "sell" and free:
        sell(world, f"O-{number}", n, dice.randint(1, min(3, free)), now=now)
    elif act == "leg" and free:
        legs.append(departed(world, {n: dice.randint(1, free)}, now=now))
    elif act == "arrive" and legs:
        arrive_leg(leg_id=legs.pop().pk, now=now, by=BY)
    elif act == "count" and free:
        count(world, n, free - 1, reason="lost", now=now)
    elif act == "bill":
        layers = list(CostLayer.objects.filter(balance__sku=world.skus[n]).values_list("id", flat=True))
        some = dice.sample(layers, dice.randint(1, len(layers)))
        sheets.append(bill(some, fee(dice.randint(1, 999), f"B{number}"), now=now))
    elif act == "reverse" and sheets:
        reverse_charges(charge_ids=sheets.pop().charge_ids, on=now.date(), reason="wrong", now=now, by=BY)
    elif act == "post":
        post_ready(now, BY)
