"""Profit per order line: every component of an order stands on its lines, to the cent."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from tests.facts import facts_hash
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.ledger.models import Period
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import OrderProfit, ProfitCell, ProfitLine
from tradewind.apps.profit.operations import recompute
from tradewind.apps.profit.operations.rolling import KEY, SUMS, cells_from_lines, rebuild
from tradewind.apps.profit.tests.test_profit import FLOW, NOW, give_cost, order, send, settle, store  # noqa: F401
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Supplier
from tradewind.apps.stock.models import Balance, CostLayer, LayerUse
from tradewind.db.sql import fetch

pytestmark = pytest.mark.django_db


def sku(code, weight=None):
    product = Product.objects.get_or_create(code="P", defaults={"name": "Lamp", "category": "home"})[0]
    return Sku.objects.get_or_create(code=code, defaults={"product": product, "weight_g": weight})[0]


def second_line(order, price=10_00, qty=3, weight=None):  # noqa: F811
    order.goods_minor += price
    order.save()
    return OrderLine.objects.create(
        order=order, external_id="L-2", external_sku="BULB", title="Bulb", qty=qty, price_minor=price,
        sku=sku("BULB", weight),
    )  # fmt: skip


def layer(order, line, qty, goods, batch="RC-1", landed=0, state="actual"):  # noqa: F811
    supplier = Supplier.objects.get_or_create(
        code=batch, defaults={"name": batch, "country": "CN", "currency": "CNY"}
    )[0]
    company = order.store.company
    bought = PurchaseOrder.objects.create(
        number=f"PO-{batch}-{line.pk}", company=company, supplier=supplier, warehouse=order.store.warehouse,
        currency="CNY", ordered_on=date(2026, 5, 1),
    )  # fmt: skip
    bought_line = PurchaseLine.objects.create(order=bought, sku=line.sku, qty=qty, price_minor=1)
    receipt = Receipt.objects.create(
        number=f"R-{batch}-{line.pk}",
        order=bought,
        received_at=NOW,
        received_by="t",
        key=f"{batch}-{line.pk}",
    )
    got = ReceiptLine.objects.create(receipt=receipt, line=bought_line, good_qty=qty)
    balance = Balance.objects.get_or_create(sku=line.sku, warehouse=order.store.warehouse, owner=company)[0]
    made = CostLayer.objects.create(
        balance=balance, receipt_line=got, batch=batch, received_at=NOW, qty=qty, left_qty=0, currency="CNY",
        goods_minor=goods, state=state,
    )  # fmt: skip
    return LayerUse.objects.create(
        layer=made, source="order_line", source_id=line.pk, qty=qty, goods_minor=goods, landed_minor=landed,
        at=NOW,
    )  # fmt: skip


def computed(order):  # noqa: F811
    recompute(order_ids=[order.pk], now=NOW, by=FLOW)
    return OrderProfit.objects.get(order=order), list(ProfitLine.objects.order_by("line_id", "batch"))


def assert_whole(row, lines):
    """Every known component of the order is the sum of its lines'; a missing one is missing on a line."""
    for name in NAMES:
        whole, parts = getattr(row, f"{name}_minor"), [getattr(x, f"{name}_minor") for x in lines]
        assert (sum(parts) if None not in parts else None) == whole, name
    profits = [x.profit_minor for x in lines]
    assert (sum(profits) if None not in profits else None) == row.profit_minor


def test_an_order_of_one_line_is_its_line(store, order):  # noqa: F811
    give_cost(order)
    send(order)
    settle(store)
    row, (line,) = computed(order)
    assert_whole(row, [line])
    assert (line.units, line.batch, line.listing, line.is_first) == (1, "RC-1", "LAMP-A", True)
    assert (line.state, line.stage) == (row.state, row.stage)


def test_what_the_file_says_of_a_line_is_the_line_s_and_the_rest_goes_by_value(store, order):  # noqa: F811
    second_line(order)
    give_lines = list(order.lines.order_by("id"))
    give_lines[0].sku = sku("LAMP-A")
    give_lines[0].save()
    layer(order, give_lines[0], 1, 50_00)
    layer(order, give_lines[1], 3, 9_00, batch="RC-2", landed=1_00)
    send(order)
    settle(store, [
        ("Order", "Price", "Principal", "10.00", "O-1", "L-2", "BULB"),
        ("Order", "Fee", "Referral", "-0.90", "O-1", "", ""),
    ])  # fmt: skip
    row, (lamp, bulb) = computed(order)
    assert_whole(row, [lamp, bulb])
    assert (lamp.revenue_minor, bulb.revenue_minor) == (161_00, 70_00)
    # 2.33 + 0.51 of the lamp's; of the 0.90 of no line, two thirds: 0.60.
    assert (lamp.fees_minor, bulb.fees_minor) == (24_08, 2_10)
    assert (lamp.goods_minor, bulb.goods_minor, bulb.landed_minor) == (50_00, 9_00, 1_00)
    assert (lamp.freight_minor, bulb.freight_minor) == (20_00, 10_00), "by value: nothing is measured"
    assert (lamp.supplier.code, bulb.supplier.code) == ("RC-1", "RC-2")
    assert (lamp.is_first, bulb.is_first) == (True, False)


def test_freight_goes_by_weight_where_every_line_is_measured(store, order):  # noqa: F811
    line = second_line(order, weight=100)  # three bulbs: 300 g
    OrderLine.objects.filter(order=order, external_id="L-1").update(sku=sku("LAMP-A", 700))
    send(order)
    _row, lines = computed(order)
    by_line = {x.line_id: x.freight_minor for x in lines}
    assert by_line.pop(line.pk) == 9_00
    assert list(by_line.values()) == [21_00]
    assert sorted(x.weight_g for x in lines) == [300, 700]


def test_a_line_out_of_two_batches_is_parted_by_units_and_one_without_cost_stays_missing(store, order):  # noqa: F811
    give_cost(order)
    line = second_line(order, qty=4)
    layer(order, line, 1, 3_00, batch="RC-2")
    layer(order, line, 2, 8_00, batch="RC-3")
    send(order)
    row, lines = computed(order)
    assert_whole(row, lines)
    assert (row.goods_minor, row.goods_state) == (None, "missing")
    bulbs = {x.batch: x for x in lines if x.line_id == line.pk}
    assert {b: (x.units, x.goods_minor, x.state) for b, x in bulbs.items()} == {
        "RC-2": (1, 3_00, "estimated"), "RC-3": (2, 8_00, "estimated"), "": (1, None, "missing"),
    }  # fmt: skip
    assert sum(x.revenue_minor for x in lines) == row.revenue_minor
    lamp = next(x for x in lines if x.line_id != line.pk)
    assert (lamp.profit_minor is None, lamp.goods_minor) == (False, 50_00), "the other line keeps its cost"


def test_an_estimated_batch_makes_the_goods_estimated(store, order):  # noqa: F811
    use = give_cost(order)
    CostLayer.objects.filter(pk=use.layer_id).update(state="estimated")
    row, _lines = computed(order)
    assert (row.goods_minor, row.goods_state) == (50_00, "estimated")


def test_a_settled_and_certain_order_of_a_closed_month_is_final(store, order):  # noqa: F811
    give_cost(order)
    parcel = send(order)
    settle(store)
    assert computed(order)[0].stage == "settled"
    Period.objects.create(company=store.company, month=date(2026, 6, 1), state="closed", hash="x")
    assert computed(order)[0].stage == "settled", "its freight is not certain"
    parcel.freight_state = "actual"
    parcel.save()
    row, (line,) = computed(order)
    assert (row.stage, line.stage) == ("final", "final")


def cells():
    money = ", ".join(KEY + SUMS)
    return sorted(tuple(map(str, row)) for row in fetch(f"SELECT {money} FROM profit_profitcell"))


def assert_cells_hold():
    assert cells() == sorted(tuple(map(str, row)) for row in fetch(cells_from_lines()))


@pytest.mark.parametrize("seed", range(12))
def test_random_orders_stand_on_their_lines_and_the_cells_on_the_lines(store, order, seed):  # noqa: F811
    chance = random.Random(seed)
    lines = [order.lines.get()]
    lines.append(second_line(order, price=chance.randint(0, 50_00), weight=chance.choice([None, 130])))
    OrderLine.objects.filter(pk=lines[0].pk).update(sku=sku("LAMP-A", chance.choice([None, 710])))
    lines[0].refresh_from_db()
    uses = []
    for line in lines:
        for n in range(chance.randint(0, line.qty)):
            goods = chance.choice([None, 3_33, 12_34])
            uses.append(layer(order, line, 1, goods, batch=f"B{n}", landed=chance.choice([0, 77])))
    if chance.random() < 0.8:
        send(order, chance.choice([None, 10_01, 3_07]))
    recomputed = datetime(2026, 7, 9, tzinfo=UTC)
    for _round in range(3):
        assert_whole(*computed(order))
        assert_cells_hold()
        before = facts_hash()
        assert recompute(order_ids=[order.pk], now=recomputed, by=FLOW) == 0
        assert facts_hash() == before
        if not store.settlements.exists():
            back = ("Refund", "Price", "Principal", "-3.33", "O-1", chance.choice(["L-1", ""]), "")
            extra = [("Order", "Fee", "Referral", "-1.01", "O-1", "", ""), back]
            settle(store, extra)
        if uses:
            LayerUse.objects.filter(pk=chance.choice(uses).pk).update(goods_minor=chance.choice([None, 5_55]))
    held = cells()
    with transaction.atomic():
        rebuild()
    assert cells() == held
    assert ProfitCell.objects.count() == len(held)
