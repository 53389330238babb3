"""Profit per order: exact, explained, and never zero where something is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_company, make_orders, make_store
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.queries import trial_balance
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.profit import queries
from tradewind.apps.profit.identity import profit_vs_ledger
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.operations import recompute
from tradewind.apps.profit.step import run
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import import_settlements
from tradewind.apps.settlements.step import run as pull_settlements
from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
from tradewind.engine.access import FINANCE, OWNER, WAREHOUSE, Actor, Denied, system
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
FLOW = system()


@pytest.fixture
def store():
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 6, 18), rate="7", source="ECB")
    return make_store("HB-US", "harbour", "USD")


@pytest.fixture
def order(store):
    return make_orders(store, 1)[0]


def give_cost(order, goods=50_00, landed=6_00):
    """One unit out of one layer, taken by the order's line."""
    product = Product.objects.get_or_create(
        code="P", defaults={"name": "Lamp", "name_zh": "灯", "category": "home"}
    )[0]
    sku = Sku.objects.get_or_create(
        code="LAMP-A", defaults={"product": product, "name": "Lamp", "name_zh": "灯"}
    )[0]
    OrderLine.objects.filter(order=order).update(sku=sku)
    balance = Balance.objects.get_or_create(sku=sku, warehouse=order.store.warehouse, owner=make_company())[0]
    layer = CostLayer.objects.create(
        balance=balance, batch="RC-1", received_at=NOW, qty=10, left_qty=9, currency="CNY",
        goods_minor=goods, state="actual",
    )  # fmt: skip
    return LayerUse.objects.create(
        layer=layer, source="order_line", source_id=order.lines.get().id, qty=1, goods_minor=goods,
        landed_minor=landed, at=NOW,
    )  # fmt: skip


def send(order, freight=30_00):
    return Parcel.objects.create(
        order=order, warehouse=order.store.warehouse, state="shipped", freight_minor=freight,
        freight_currency="CNY", freight_state="estimated", freight_source="card:YT/2026-01-01",
        shipped_at=order.shipped_at,
    )  # fmt: skip


def settle(store, extra=(), number="B-1"):
    rows = [
        ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
        ("Order", "Price", "Shipping", "3.00", "O-1", "L-1", "LAMP-A"),
        ("Order", "Price", "Tax", "1.60", "O-1", "L-1", "LAMP-A"),
        ("Order", "Fee", "Referral", "-2.33", "O-1", "L-1", "LAMP-A"),
        ("Order", "Fee", "Payment", "-0.51", "O-1", "L-1", "LAMP-A"),
        *extra,
    ]
    total = sum(Money.of(r[3], "USD").minor for r in rows)
    data = harbour_file(number, "USD", rows, f"{Money(total, 'USD').amount:f}")
    import_settlements(store_id=store.id, name="f", data=data, now=NOW, by=FIN)


def one(order):
    recompute(order_ids=[order.id], now=NOW, by=FLOW)
    return OrderProfit.objects.get(order=order)


def test_before_the_settlement_revenue_is_estimated_and_what_is_unknown_is_missing(order):
    p = one(order)
    assert (p.on, p.currency, p.stage, p.state) == (date(2026, 6, 19), "CNY", "estimated", "missing")
    assert (p.revenue_minor, p.revenue_state) == (161_00, "estimated"), "23.00 USD at 7"
    assert (p.goods_minor, p.goods_state) == (None, "missing")
    assert (p.freight_minor, p.freight_state) == (None, "missing")
    assert p.profit_minor is None


def test_a_settled_order_is_exact_to_the_cent(store, order):
    give_cost(order)
    send(order)
    settle(store)
    p = one(order)
    # 23.00 - 2.84 USD at 7; 50.00 goods, 6.00 landed, 30.00 freight.
    costs = (p.fees_minor, p.goods_minor, p.landed_minor, p.freight_minor, p.refund_minor)
    assert (p.revenue_minor, *costs) == (161_00, 19_88, 50_00, 6_00, 30_00, 0)
    assert (p.profit_minor, p.state, p.stage) == (55_12, "estimated", "settled")
    assert (p.revenue_state, p.fees_state, p.freight_state) == ("actual", "actual", "estimated")


def test_a_refund_is_a_cost_of_its_own(store, order):
    give_cost(order)
    send(order)
    settle(store, [("Refund", "Price", "Principal", "-20.00", "O-1", "L-1", "LAMP-A")])
    assert (one(order).refund_minor, OrderProfit.objects.get().profit_minor) == (140_00, 55_12 - 140_00)


def test_without_a_rate_nothing_is_guessed(store, order):
    FxRate.objects.all().delete()
    give_cost(order)
    send(order)
    p = one(order)
    assert (p.revenue_minor, p.fees_minor, p.profit_minor) == (None, None, None)
    assert (p.goods_minor, p.freight_minor) == (50_00, 30_00)


def test_a_missing_goods_cost_makes_the_order_incomplete(store, order):
    use = give_cost(order)
    send(order)
    settle(store)
    LayerUse.objects.filter(pk=use.pk).update(goods_minor=None)
    p = one(order)
    assert (p.goods_state, p.state, p.profit_minor) == ("missing", "missing", None)
    assert list(queries.incomplete(FIN)) == [p]


def test_the_waterfall_equals_the_row_and_names_every_document(store, order):
    FxRate.objects.update(rate="7.1234567")
    give_cost(order)
    send(order)
    settle(store, [("Refund", "Price", "Principal", "-1.01", "O-1", "L-1", "LAMP-A")])
    p = one(order)
    tree = queries.breakdown(FIN, order.id)
    assert (tree.amount.minor, tree.state) == (p.profit_minor, p.state)
    by_name = {part.name: part for part in tree.parts}
    assert {n: part.amount.minor for n, part in by_name.items()} == {
        "revenue": p.revenue_minor, "fees": -p.fees_minor, "goods": -p.goods_minor,
        "landed": -p.landed_minor, "freight": -p.freight_minor, "refund": -p.refund_minor,
    }  # fmt: skip
    sources = {leaf.source for _d, leaf in tree.walk() if not leaf.parts and leaf.name != "rounding"}
    assert {"settlement:B-1#3", "settlement:B-1#6", "card:YT/2026-01-01"} <= sources
    assert any(s.startswith("batch:RC-1/") for s in sources)
    fee = by_name["fees"].parts[0]
    assert fee.inputs == {
        "amount": "-2.33 USD", "rate": "7.1234567000", "rate_of": "2026-06-18", "rate_source": "ECB",
    }  # fmt: skip


def test_the_waterfall_of_an_unsettled_order_stands_on_rule_rows(store, order):
    give_cost(order)
    send(order)
    p = one(order)
    tree = queries.breakdown(FIN, order.id)
    fees = next(part for part in tree.parts if part.name == "fees")
    assert p.fees_state == "estimated"
    assert fees.amount.minor == -p.fees_minor
    assert {leaf.source.split(":")[0] for leaf in fees.parts if leaf.name != "rounding"} == {"rule"}


def test_a_repeat_writes_nothing_and_a_change_upstream_is_found(store, order):
    run(NOW, FLOW)
    assert OrderProfit.objects.get().stage == "estimated"
    run(NOW, FLOW)
    before = facts_hash()
    assert run(NOW, FLOW).done == 0
    assert facts_hash() == before
    settle(store)
    assert run(NOW, FLOW).done == 1
    assert OrderProfit.objects.get().stage == "settled"


def test_profit_and_books_agree_and_what_differs_is_named(store, order):
    give_cost(order)
    send(order)
    settle(store, [("Fee", "Account", "Subscription", "-4.00")])
    post_ready(NOW, FLOW)
    run(NOW, FLOW)
    owner = Actor(1, "alice", OWNER, None)
    identity = profit_vs_ledger(owner, store.company_id)
    names = ("orders", "not_booked", "receivable", "unallocated", "ledger")
    cny = {name: getattr(identity, name).minor for name in names}
    assert cny == {
        "orders": 55_12, "not_booked": -30_00, "receivable": 0, "unallocated": 0, "ledger": 85_12,
    }  # fmt: skip
    assert identity.unconverted == (Money(-4_00, "USD"),), "its day has no rate: shown, not guessed"
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 6, 30), rate="7.5", source="ECB")
    identity = profit_vs_ledger(owner, store.company_id)
    assert identity.unallocated == Money(-30_00, "CNY")
    assert identity.unexplained == Money(0, "CNY")
    assert identity.ledger == Money(55_12, "CNY")


def test_an_order_found_after_its_settlement_was_booked_is_settled_and_the_books_move_to_it(store):
    for day in (date(2026, 6, 30), date(2026, 7, 9)):
        FxRate.objects.create(base="USD", quote="CNY", on=day, rate="7", source="ECB")
    settle(store)
    post_ready(NOW, FLOW)
    said = SettlementFile.objects.get()
    assert (said.state, said.unmatched_count) == ("posted", 5)
    order = make_orders(store, 1)[0]
    give_cost(order)
    send(order)
    pull_settlements(NOW, FLOW)
    said.refresh_from_db()
    assert (said.state, said.unmatched_count, said.late_orders) == ("posted", 0, True)
    assert set(said.lines.values_list("order_id", "order_line_id")) == {(order.id, order.lines.get().id)}
    post_ready(NOW, FLOW)
    run(NOW, FLOW)
    moved = Entry.objects.get(event="settlement_match")
    assert (moved.on, moved.memo, moved.posted) == (date(2026, 7, 9), "B-1", True)
    assert set(moved.postings.values_list("account__code", "order_id", "amount_minor")) == {
        ("6001", None, 20_00), ("6002", None, 3_00), ("2221", None, 1_60), ("1122", order.id, -24_60),
        ("6601", None, -2_84), ("6601", order.id, 2_84),
    }  # fmt: skip
    table = trial_balance(FIN, store.company_id, date(2026, 7, 31))
    assert table["USD"] == {
        "1901": 21_76, "2221": -1_60, "6001": -20_00, "6002": -3_00, "6601": 2_84,
    }, "as if the order had been there"  # fmt: skip
    row = OrderProfit.objects.get()
    assert (row.stage, row.revenue_minor, row.fees_minor, row.profit_minor) == (
        "settled",
        161_00,
        19_88,
        55_12,
    )
    identity = profit_vs_ledger(Actor(1, "alice", OWNER, None), store.company_id)
    assert (identity.unallocated.minor, identity.receivable.minor, identity.unexplained.minor) == (0, 0, 0)
    for _ in range(2):
        pull_settlements(NOW, FLOW)
        post_ready(NOW, FLOW)
        run(NOW, FLOW)
        before = facts_hash()
    pull_settlements(NOW, FLOW)
    assert (post_ready(NOW, FLOW).done, run(NOW, FLOW).done) == (0, 0)
    assert facts_hash() == before


def test_profit_is_summed_by_store_by_day_and_by_sku(store, order):
    give_cost(order)
    send(order)
    settle(store)
    one(order)
    days = (date(2026, 6, 1), date(2026, 6, 30))
    for rows, key in (
        (queries.by_store(FIN, *days), "HB-US"), (queries.by_day(FIN, *days), "2026-06-19"),
        (queries.by_sku(FIN, *days), "LAMP-A"),
    ):  # fmt: skip
        (row,) = rows
        assert (row.key, row.orders, row.profit, row.estimated) == (key, 1, Money(55_12, "CNY"), 1)


def test_a_store_s_page_sums_its_last_thirty_days_by_sku_and_by_day(store, order):
    give_cost(order)
    send(order)
    settle(store)
    old, other = make_orders(make_store("HB-2", "harbour", "USD"), 2)
    old.shipped_at = order.shipped_at - timedelta(days=30)
    old.save()
    give_cost(other)
    for one_order in (order, old, other):
        one(one_order)
    assert queries.window(FIN) == (date(2026, 5, 21), date(2026, 6, 19))
    rows = {s.code: s for s in queries.selling_stores(FIN)}
    first, second = rows["HB-US"], rows["HB-2"]
    assert (first.order_count, first.revenue_sum, first.profit_sum, first.missing_count) == (
        1,
        161_00,
        55_12,
        0,
    )
    assert (second.order_count, second.revenue_sum, second.profit_sum, second.missing_count) == (
        1,
        161_00,
        None,
        1,
    )
    days = queries.window(FIN)
    assert [(r.key, r.orders, r.profit.minor) for r in queries.by_sku(FIN, *days, store.id)] == [
        ("LAMP-A", 1, 55_12)
    ]
    assert [(r.key, r.orders) for r in queries.by_day(FIN, *days, store.id)] == [("2026-06-19", 1)]
    narrow = Actor(8, "feng", FINANCE, frozenset({second.id}))
    assert [s.code for s in queries.selling_stores(narrow)] == ["HB-2"]


def test_profit_is_hidden_from_the_warehouse_and_from_other_stores(store, order):
    one(order)
    with pytest.raises(Denied):
        queries.profits(Actor(1, "wu", WAREHOUSE, None))
    other = Actor(8, "feng", FINANCE, frozenset({store.id + 1}))
    assert list(queries.profits(other)) == []
    assert queries.breakdown(other, order.id) is None


def test_an_order_that_has_not_shipped_has_no_profit(store):
    order = make_orders(store, 1, shipped=False)[0]
    assert recompute(order_ids=[order.id], now=NOW, by=FLOW) == 0
    assert OrderProfit.objects.count() == 0
