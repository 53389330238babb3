"""Markets side by side, and a change of rules rehearsed, on the small company of the prices' tests."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.line import channel_order
from tests.people import ALICE, person
from tradewind.apps.catalog.models import Sku
from tradewind.apps.listings.models import Listing
from tradewind.apps.markets.models import Market
from tradewind.apps.markets.operations.packs import load_pack
from tradewind.apps.orders.operations import place_orders
from tradewind.apps.prices.operations import recompute_floors
from tradewind.apps.prices.queries import floors
from tradewind.apps.prices.tests.conftest import BY, NOW, ON
from tradewind.apps.stores.models import Store
from tradewind.engine.access import OPERATIONS
from tradewind.engine.money import Money
from tradewind.reports.markets_compared import best, compare_markets
from tradewind.reports.rule_change import WhatIf, rule_change

PACK = """
[defaults]
reviewed = 2026-11-20
[[rule]]
id = "harbour.referral.US.dearer"
kind = "referral_fee"
channel = "harbour"
market = "US"
category = "*"
shape = "flat"
tiers = [{ rate = 0.20 }]
valid_from = 2026-01-01
source = "what if the channel asked a fifth"
confidence = "low"
status = "proposed"
"""


@pytest.fixture
def second_store(world, policy):
    """A store in a market of which no rule and no way is known."""
    first = Store.objects.get()
    market = Market.objects.create(code="ZZ", name="Nowhere", name_zh="无", currency="USD", zone="UTC")
    return Store.objects.create(
        code="NOW", name="Nowhere", channel=first.channel, company=first.company, market=market,
        warehouse=first.warehouse, currency="USD",
    )  # fmt: skip


def test_a_sku_stands_in_every_store_with_the_floor_of_its_listing(world, policy, second_store):
    recompute_floors(on=ON, now=NOW, by=BY)
    before = facts_hash()
    sku = Sku.objects.get(code="SKU-1")
    first, second = compare_markets(sku_id=sku.pk, on=ON, actor=ALICE)
    floor = floors(ALICE).get(listing__external_sku="L-1")
    assert (first.listed, first.price) == (True, Money(1499, "USD"))
    assert (first.profit.minor, first.margin, first.floor) == (floor.profit_minor, floor.margin, floor.floor)
    assert first.break_even < first.floor
    assert (second.store.code, second.margin, second.listed) == ("NOW", None, False)
    assert second.missing != ""
    assert best([first, second]) is first
    assert facts_hash() == before


def test_every_shock_moves_the_margin_by_what_its_part_weighs(world, policy):
    [one] = compare_markets(sku_id=Sku.objects.get(code="SKU-1").pk, on=ON, actor=ALICE)
    net = Decimal(1499 * 7)  # 104.93 CNY, no tax in US prices
    # freight 20.00 CNY grows by 4.00, goods 40.00 by 4.00; returns 3 % by 3 points, ads 5 % by 2.5
    assert abs(one.moves["freight"] + Decimal(400) / net) < Decimal("0.0002")
    assert abs(one.moves["goods"] + Decimal(400) / net) < Decimal("0.0002")
    assert abs(one.moves["returns"] + Decimal("0.03")) < Decimal("0.0002")
    assert abs(one.moves["ads"] + Decimal("0.025")) < Decimal("0.0002")
    # a dollar of 6.65: the 60.00 CNY of stated costs weigh a nineteenth more
    assert abs(
        one.moves["currency"] + Decimal(6000) / (net * Decimal("0.95")) - Decimal(6000) / net
    ) < Decimal("0.0003")


def test_a_sku_nobody_knows_is_an_error_and_others_stores_are_not_shown(world, policy):
    with pytest.raises(KeyError):
        compare_markets(sku_id=999_999, on=ON, actor=ALICE)
    with pytest.raises(KeyError):
        compare_markets(sku_id=Sku.objects.first().pk, on=ON, actor=person("eve", OPERATIONS))


def test_nothing_changes_between_a_day_and_itself(world, policy):
    found = rule_change(what_if=WhatIf(ON, ON), today=ON, actor=ALICE)
    assert (found.moved, found.same, found.unknown, found.rules) == ((), 3, 0, ())


def test_a_pack_is_tried_on_the_catalogue_and_on_what_was_sold(world, policy):
    load_pack(pack="fifth", name="fifth.toml", content=PACK.encode(), reason="a rumour", now=NOW, by=BY)
    order = channel_order("A-1", ("L-1", 2, 2998))
    place_orders(store_id=world.store.pk, orders=[order], now=NOW, by=BY)
    before = facts_hash()
    found = rule_change(what_if=WhatIf(ON, ON, pack="fifth"), today=ON + timedelta(days=1), actor=ALICE)
    assert facts_hash() == before
    assert [c.rule.id for c in found.rules] == ["harbour.referral.US.dearer"]
    assert (len(found.moved), found.same) == (3, 0)
    moved = {m.sku: m for m in found.moved}
    # 14.99 USD: 15 % is 2.25, 20 % is 3.00; at 7.00 that is 5.25 CNY a unit
    one = moved["SKU-1"]
    assert one.lost == Money(525, "CNY")
    assert (one.units, one.sold_lost) == (2, Money(1050, "CNY"))
    assert one.before.parts["referral_fee"] - one.after.parts["referral_fee"] == Money(525, "CNY")
    assert one.after.break_even > one.before.break_even
    assert one.better is None
    losses = [m.margin_lost for m in found.moved]
    assert losses == sorted(losses, reverse=True)
    assert {m.units for sku, m in moved.items() if sku != "SKU-1"} == {0}


def test_only_listings_of_ones_own_stores_are_priced(world, policy):
    assert Listing.objects.count() == 3
    found = rule_change(what_if=WhatIf(ON, ON), today=ON, actor=person("eve", OPERATIONS))
    assert (found.same, found.unknown) == (0, 0)
