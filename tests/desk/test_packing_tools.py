"""Carton sizes and the tools that pack goods and compare ways of storing and selling."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import ALICE, CHARLIE, NOW, person
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.logistics.models import Box
from tradewind.apps.markets.models import Market
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import AuditEntry, Company
from tradewind.apps.stores.models import Store
from tradewind.desk.asking import ask, plain_answer
from tradewind.desk.doing import do
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import WAREHOUSE, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
WALT = person("walt", WAREHOUSE)
SMALL = {
    "code": "S",
    "name": "Small",
    "length_mm": 200,
    "width_mm": 150,
    "height_mm": 100,
    "cost": "1.20 CNY",
}
LARGE = {
    "code": "L",
    "name": "Large",
    "length_mm": 400,
    "width_mm": 300,
    "height_mm": 250,
    "cost": "2.90 CNY",
}


def register(**given):
    return do(noun("boxes"), "create", by=ALICE, ids=(), given=given, now=NOW)


def answers(code, *given, by=ALICE):
    return ask(tool(code), by=by, given=given, now=NOW)


@pytest.fixture
def boxes(db):
    register(**SMALL, tare_g=80, most_g=5000)
    register(**LARGE, tare_g=200, most_g=20000)


@pytest.fixture
def sku(db):
    product = Product.objects.create(code="P", name="P", name_zh="P", state="approved")
    return Sku.objects.create(
        product=product, code="MUG", name="x", name_zh="x", weight_g=400, length_mm=100, width_mm=100,
        height_mm=90, attributes={"fragile": True},
    )  # fmt: skip


@pytest.fixture
def order(sku):
    company = Company.objects.create(code="B", name="B", country="CN", base_currency="CNY")
    market = Market.objects.create(code="US", name="US", currency="USD", zone="America/New_York")
    store = Store.objects.create(
        code="S", name="S", company=company, channel="amazon", market=market, currency="USD",
        zone="America/New_York",
    )  # fmt: skip
    made = Order.objects.create(
        store=store, external_id="O-1", currency="USD", goods_minor=1, shipping_minor=0, tax_minor=0,
        placed_at=NOW, updated_at=NOW,
    )  # fmt: skip
    OrderLine.objects.create(
        order=made, external_id="1", external_sku="L", title="x", sku=sku, units_each=2, qty=2, price_minor=1
    )
    return made


def test_a_carton_size_is_registered_once_and_dropped(boxes):
    with pytest.raises(Refused) as refused:
        register(**{**SMALL, "length_mm": 0}, tare_g=50, most_g=50)
    assert {p.field for p in refused.value.problems} == {"code", "length_mm", "most_g"}
    assert Box.objects.count() == 2
    small = Box.objects.get(code="S")
    assert (small.cost_minor, small.currency, small.most_g) == (120, "CNY", 5000)
    with pytest.raises(Denied):
        do(noun("boxes"), "drop", by=person("c", "service"), ids=[small.pk], given={}, now=NOW)
    do(noun("boxes"), "drop", by=ALICE, ids=[small.pk], given={}, now=NOW)
    assert list(Box.objects.values_list("code", flat=True)) == ["L"]
    assert '"codes": ["S"]' in AuditEntry.objects.order_by("-id").first().detail


def test_goods_go_into_the_smallest_carton_and_nothing_is_written(boxes):
    before = facts_hash()
    line = {"qty": 4, "length_mm": 100, "width_mm": 75, "height_mm": 100, "weight_g": 300}
    [found] = answers("cartonize", {"lines": [line]})
    assert (found.title, found.problems, found.alerts) == ("1 × S", (), ())
    assert found.figures == {
        "cartons": 1, "carton": "1 × S", "fill": Decimal("100.0"), "gross_g": 1280, "left": 0, "proven": True,
    }  # fmt: skip
    assert len(found.tables[1].rows) == 4
    [layer] = found.pictures
    assert (layer.width, layer.height, len(layer.shapes)) == (200, 150, 4)
    assert facts_hash() == before


def test_an_order_is_packed_by_its_skus(boxes, order):
    """Four fragile mugs of 100 x 100 x 90 stand side by side: the small carton has room for two."""
    [found] = answers("cartonize", {"order": "O-1"})
    assert (found.title, found.figures["gross_g"]) == ("1 × L", 1800)
    assert {row["item"] for row in found.tables[1].rows} == {"MUG"}


def test_an_order_that_cannot_be_packed_says_why(boxes, order, sku):
    Sku.objects.filter(pk=sku.pk).update(width_mm=None)
    OrderLine.objects.create(
        order=order, external_id="2", external_sku="M", title="x", sku=None, qty=1, price_minor=1
    )
    sized, unknown = answers("cartonize", {"order": "O-1"}, {"order": "O-2"})
    assert [(p.field, p.value) for p in sized.problems] == [("order", "MUG"), ("order", "")]
    assert [(p.field, p.value) for p in unknown.problems] == [("order", "O-2")]
    [unseen] = answers("cartonize", {"order": "O-1"}, by=CHARLIE)  # a store out of scope
    assert [p.field for p in unseen.problems] == ["order"]


def test_a_bad_row_of_a_batch_names_its_line_and_the_good_one_is_answered(boxes):
    good = {"qty": 1, "length_mm": 50, "width_mm": 50, "height_mm": 50, "weight_g": 1}
    bad = [good, {**good, "height_mm": -5}, {"qty": 1, "sku": "NONE"}]
    wrong, right, empty = answers("cartonize", {"lines": bad}, {"lines": [good]}, {})
    assert [p.field for p in wrong.problems] == ["lines.3.sku"]
    assert right.figures["carton"] == "1 × S"
    assert [p.field for p in empty.problems] == ["lines"]
    [engine] = answers("cartonize", {"lines": bad[:2]})
    assert [(p.field, p.value) for p in engine.problems] == [("lines.2.height_mm", "-5")]


def test_a_limit_of_weight_wants_weights_and_a_stated_container_is_taken(boxes):
    line = {"qty": 1, "length_mm": 50, "width_mm": 50, "height_mm": 50}
    [found] = answers("cartonize", {"lines": [line]})
    assert [p.field for p in found.problems] == ["lines.1.weight_g"]
    room = {"inner_length_mm": 100, "inner_width_mm": 100}
    [half, whole] = answers(
        "cartonize", {"lines": [line], **room}, {"lines": [line], **room, "inner_height_mm": 50}
    )
    assert [p.field for p in half.problems] == ["inner_height_mm"]
    assert whole.figures["fill"] == Decimal("25.0")


def test_without_cartons_the_tool_says_so(db):
    [found] = answers("cartonize", {"lines": [{"qty": 1, "length_mm": 5, "width_mm": 5, "height_mm": 5}]})
    assert [p.field for p in found.problems] == ["inner_length_mm"]


def test_the_warehouse_tool_answers_its_example_and_names_bad_fields(db):
    one = tool("warehouse_roi")
    good, bad = answers("warehouse_roi", one.example, {**one.example, "units": 0, "tail": "3 EUR"}, by=WALT)
    assert good.figures["saving"] == Money(35497, "USD")
    assert good.figures["break_even"] == 73
    assert len(good.tables[0].rows) == 28
    assert [p.field for p in bad.problems] == ["tail", "units"]


def test_the_channel_tool_compares_its_example(db):
    one = tool("channel_pnl")
    [found] = answers("channel_pnl", one.example)
    ways, curve = found.tables
    assert [row["name"] for row in ways.rows] == ["Amazon", "Shopify", "全托管"]
    assert curve.rows[-1]["way0"] == ways.rows[0]["profit"] == found.figures["profit"]
    lines = [{**one.example["lines"][2], "ads": 5}]
    [bad] = answers("channel_pnl", {**one.example, "lines": lines})
    assert [p.field for p in bad.problems] == ["lines.1.ads"]
    assert plain_answer(one, found, ALICE)["tables"][0]["rows"][0]["name"] == "Amazon"
