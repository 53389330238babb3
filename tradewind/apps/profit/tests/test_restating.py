"""Restatements: an order's first value and its journal are its present value, and each names its cause."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.facts import facts_hash
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.org.operations import acting
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import Heard, OrderProfit, ProfitLine, RestatedOrder, Restatement
from tradewind.apps.profit.operations import recompute
from tradewind.apps.profit.step import run
from tradewind.apps.profit.tests.test_profit import FLOW, NOW, give_cost, order, send, settle, store  # noqa: F401
from tradewind.apps.profit.tests.worlds import World
from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.operations import charge_goods, reverse_charges
from tradewind.apps.stock.queries.bills import Fee
from tradewind.db.sql import fetch
from tradewind.db.sql import run as execute
from tradewind.engine.allocation import Key
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
COLUMNS = [f"{n}_{w}" for n in NAMES for w in ("minor", "state")]


def values():
    rows = OrderProfit.objects.order_by("order_id").values_list("order_id", *COLUMNS)
    return {row[0]: {n: row[1 + 2 * p : 3 + 2 * p] for p, n in enumerate(NAMES)} for row in rows}


def replayed(first):
    """The first values with every row of the journal laid on, each finding what it says was before."""
    now = {pk: dict(parts) for pk, parts in first.items()}
    for r in RestatedOrder.objects.order_by("id"):
        assert now[r.order_id][r.component] == (r.before_minor, r.before_state)
        now[r.order_id][r.component] = (r.after_minor, r.after_state)
    return now


def from_scratch(world):
    """What a house computes that never computed before."""
    kept = values()
    for table in ("profit_restatedorder", "profit_restatement", "profit_profitcell", "profit_profitline",
                  "profit_orderprofit"):  # fmt: skip
        execute(f"DELETE FROM {table}")
    recompute(order_ids=[o.pk for o in world.orders], now=NOW, by=FLOW)
    return kept, values()


def assert_history(seed):
    world = World(seed)
    run(NOW, FLOW)
    first = values()
    assert len(first) == len(world.orders)
    for _ in range(world.chance.randint(2, 7)):
        world.event()
        if world.chance.random() < 0.6:
            run(NOW, FLOW)
    run(NOW, FLOW)
    assert replayed(first) == values()
    for head in Restatement.objects.all():
        rows = list(head.orders.all())
        assert head.order_count == len({r.order_id for r in rows})
        assert head.moved_minor == sum(
            ((r.after_minor or 0) - (r.before_minor or 0)) * (1 if r.component == "revenue" else -1)
            for r in rows
        )
    kept, again = from_scratch(world)
    assert kept == again
    sums = {name: f"sum({name}_minor)" for name in NAMES}
    lines = fetch(f"SELECT order_id, {', '.join(sums.values())} FROM profit_profitline GROUP BY order_id")
    for order_id, *parts in lines:
        for name, total in zip(NAMES, parts, strict=True):
            known = again[order_id][name][0]
            assert known is None or known == total


@pytest.mark.parametrize("seed", range(8))
def test_first_value_and_journal_are_a_recomputation_from_scratch(seed):
    assert_history(seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1000, 1220))
def test_it_holds_on_two_hundred_and_twenty_histories(seed):
    assert_history(seed)


def test_a_late_bill_says_which_orders_it_moved_and_by_how_much(store, order):  # noqa: F811
    use = give_cost(order)
    send(order)
    run(NOW, FLOW)
    assert Restatement.objects.count() == 0, "the first value restates nothing"
    LayerUse.objects.filter(pk=use.pk).update(landed_minor=9_50)
    with acting(FLOW, "stock.cost", kind="layer", ids=[use.layer_id], now=NOW) as act:
        act.note(verb="charge", bill="BILL-7")
    Heard.objects.update(audit_id=0)
    run(NOW, FLOW)
    head = Restatement.objects.get()
    assert (head.kind, head.subject_id, head.document, head.order_count) == (
        "layer",
        use.layer_id,
        "BILL-7",
        1,
    )
    assert head.moved == Money(-3_50, "CNY")
    row = head.orders.get()
    assert (row.order_id, row.component, row.before_minor, row.after_minor) == (
        order.id,
        "landed",
        6_00,
        9_50,
    )


def test_each_component_goes_under_the_act_that_moves_it(store, order):  # noqa: F811
    give_cost(order)
    parcel = send(order)
    run(NOW, FLOW)
    settle(store)
    Parcel.objects.filter(pk=parcel.pk).update(freight_minor=28_00, freight_state="actual")
    with acting(FLOW, "fulfilment.change", kind="parcel", ids=[parcel.pk], now=NOW) as act:
        act.note(verb="bill", changed=1)
    run(NOW, FLOW)
    found = Counter(
        (r.restatement.kind, r.component) for r in RestatedOrder.objects.select_related("restatement")
    )
    assert found == {
        ("settlement", "revenue"): 1, ("settlement", "fees"): 1, ("settlement", "refund"): 1,
        ("parcel", "freight"): 1,
    }  # fmt: skip
    assert Restatement.objects.get(kind="settlement").document == "B-1"
    before = facts_hash()
    assert run(NOW, FLOW).done == 0
    assert facts_hash() == before


def test_a_cost_taken_away_flags_the_order_and_says_what_was_before(store, order):  # noqa: F811
    use = give_cost(order)
    send(order)
    settle(store)
    recompute(order_ids=[order.id], now=NOW, by=FLOW)
    LayerUse.objects.filter(pk=use.pk).update(goods_minor=None)
    recompute(order_ids=[order.id], now=NOW, by=FLOW)
    row = OrderProfit.objects.get()
    assert (row.goods_minor, row.goods_state, row.state, row.profit_minor) == (
        None,
        "missing",
        "missing",
        None,
    )
    said = RestatedOrder.objects.get()
    assert (said.component, said.before_minor, said.after_minor, said.after_state) == (
        "goods",
        50_00,
        None,
        "missing",
    )
    assert (said.restatement.kind, said.restatement.audit_id) == ("recompute", None)
    assert ProfitLine.objects.get().profit_minor is None


def test_a_bill_on_sold_goods_names_itself_and_taken_back_restores_every_order(store, order):  # noqa: F811
    use = give_cost(order, landed=0)
    CostLayer.objects.filter(pk=use.layer_id).update(goods_minor=500_00, left_goods_minor=450_00)
    send(order)
    run(NOW, FLOW)
    before = values()
    fee = Fee("freight", "FR-77", "Ocean", date(2026, 7, 1), Money(80_00, "CNY"), Key("qty"))
    sheet = charge_goods(layer_ids=[use.layer_id], fees=[fee], now=NOW, by=FLOW)
    run(NOW, FLOW)
    head = Restatement.objects.get()
    assert (head.kind, head.document, head.order_count, head.moved_minor) == (
        "landed_charge",
        "FR-77",
        1,
        -8_00,
    )
    assert values()[order.pk]["landed"] == (8_00, "actual")
    reverse_charges(charge_ids=sheet.charge_ids, on=date(2026, 7, 2), reason="not ours", now=NOW, by=FLOW)
    run(NOW, FLOW)
    assert values() == before
    assert Restatement.objects.order_by("-id").first().moved_minor == 8_00
