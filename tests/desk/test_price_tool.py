"""The price tool: the answer of the engine in the words of the desk, free or of a SKU, one or many."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.people import ALICE
from tradewind.apps.prices.models import PriceFloor
from tradewind.apps.prices.operations import recompute_floors, save_policies
from tradewind.apps.prices.tests.conftest import BY, NOW, ON, POLICY, english, world  # noqa: F401
from tradewind.desk.asking import ask
from tradewind.desk.tools.price import TOOL
from tradewind.engine.money import Money

FREE = dict(TOOL.example)


def asked(*rows):
    return ask(TOOL, by=ALICE, given=list(rows), now=NOW)


def test_the_example_has_two_ranges_with_a_dead_zone(world):  # noqa: F811
    found = asked(FREE)[0]
    assert not found.problems
    # 28.40 CNY at 7.00 are 4.057 USD
    assert found.figures["ranges"] == "9.83-10.00; 10.75-"
    assert found.figures["price"] == Money(999, "USD")
    tree = found.breakdowns[0][1]
    assert [p.name for p in tree.parts][:3] == ["net_price", "referral_fee", "fulfilment"]
    assert tree.amount == found.figures["profit"]


def test_a_sku_brings_its_costs_and_agrees_with_its_floor(world):  # noqa: F811
    save_policies(policies=[POLICY], now=NOW, by=BY)
    recompute_floors(on=ON, now=NOW, by=BY)
    row = {
        "sku": "SKU-1", "market": "US", "channel": "harbour", "import_by": "buyer", "target_kind": "margin",
        "target": "25", "ads_rate": "5", "returns_rate": "3", "fx_buffer_rate": "1", "endings": ".99",
        "base_currency": "CNY", "price": "14.99",
    }  # fmt: skip
    found = asked(row, {**row, "target": "10", "endings": ""})
    floor = PriceFloor.objects.get(listing__external_sku="L-1")
    assert found[0].figures["price"] == Money(floor.target_minor, "USD")
    assert found[1].figures["price"] == floor.floor
    assert found[0].figures["own_profit"] == Money(floor.profit_minor, "CNY")
    assert found[0].figures["own_margin"] == Decimal(floor.margin) * 100


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"goods_cost": ""}, "goods_cost"), ({"market": "ZZ"}, "market"), ({"sku": "NO"}, "sku"),
        ({"channel": "nobody"}, "category"), ({"endings": "abc"}, "endings"), ({"target": "120"}, "target"),
        ({"ceiling": "9.999"}, "ceiling"), ({"goods_cost": "5 VND"}, "goods_cost"),
        ({"import_by": "seller"}, "duty"), ({"price": "0"}, "price"), ({"ads_rate": ""}, "ads_rate"),
    ],
)  # fmt: skip
def test_a_bad_question_names_its_field_and_the_others_are_answered(world, change, field):  # noqa: F811
    bad, good = asked({**FREE, **change}, FREE)
    assert field in [p.field for p in bad.problems]
    assert bad.figures == {}
    assert good.figures["price"] == Money(999, "USD")


def test_no_price_is_an_answer_with_its_reason(world):  # noqa: F811
    never, low = asked({**FREE, "target": "95"}, {**FREE, "ceiling": "5"})
    assert never.figures["price"] is None
    assert never.figures["reason"].startswith("No price is enough")
    assert low.figures["reason"] == "Every good price lies above the ceiling."
    assert low.figures["lowest"] == Money(983, "USD")


def test_a_stated_share_at_the_border_takes_the_place_of_the_duty(world):  # noqa: F811
    found = asked({**FREE, "import_by": "seller", "import_rate": "10"})[0]
    parts = {p.name: p.amount for p in found.breakdowns[0][1].parts}
    assert parts["duty"].minor == -7 * round(found.figures["price"].minor / 10)
    assert found.figures["price"] > Money(999, "USD")


def test_a_sku_we_clear_bears_its_landed_cost_or_says_what_it_lacks(world):  # noqa: F811
    row = {
        "sku": "SKU-1", "market": "US", "channel": "harbour", "import_by": "seller", "target_kind": "margin",
        "target": "25", "ads_rate": "5", "returns_rate": "3", "fx_buffer_rate": "1", "base_currency": "CNY",
    }  # fmt: skip
    found = asked(row)[0]
    assert [p.field for p in found.problems] == ["duty"]  # the SKU has neither HS code nor origin
    assert found.figures == {}
    stated = asked({**row, "duty": "1.00 USD"})[0]
    parts = {p.name: p.amount for p in stated.breakdowns[0][1].parts}
    assert parts["duty"] == Money(-700, "CNY")
