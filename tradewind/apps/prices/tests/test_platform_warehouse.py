"""Goods in a platform's own warehouse travel by the channel's dated card."""

from datetime import date, timedelta

import pytest

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.operations import Decision, decide_rules
from tradewind.apps.prices.facts import Asked, unit_facts
from tradewind.apps.prices.tests.conftest import BY, NOW, ON
from tradewind.engine.money import Money

IN_LIFE = date(2025, 6, 2)
CARD = "amazon.fba.US.small_standard.2024"


@pytest.fixture
def asked(world):
    """SKU-0 of 100 g and 300 x 200 x 10 mm, asked out of Amazon's warehouse in the US."""
    Sku.objects.filter(pk=world.sku(0)).update(weight_g=100, length_mm=300, width_mm=200, height_mm=10)
    fba = Warehouse.objects.create(code="FBA-US", name="FBA", country="US", kind="platform")
    return Asked(world.sku(0), "US", 1, fba.pk, channel="amazon")


def confirm(rule_id, until=None):
    said = Decision(rule_id, "confirmed", "read in the account", "Seller Central", until)
    decide_rules(decisions=[said], now=NOW, by=BY)


def test_a_card_nobody_confirmed_leaves_the_cost_missing_with_its_reason(asked):
    fee = unit_facts([asked], IN_LIFE)[0].costs[0]
    assert (fee.amount, fee.state) == (None, "missing")
    assert "fulfilment_fee" in fee.formula


def test_a_confirmed_card_gives_the_fee_of_the_size_tier_and_names_the_row(asked):
    confirm(CARD, ON)
    unit = unit_facts([asked], IN_LIFE)[0]
    fee = unit.costs[0]
    assert (fee.name, fee.amount, fee.source) == ("fulfilment", Money(315, "USD"), CARD)
    assert unit.way == "local"
    assert unit.imported


def test_past_the_day_a_person_vouched_for_nothing_is_taken_for_granted(asked):
    confirm(CARD, ON)
    fee = unit_facts([asked], ON + timedelta(days=1))[0].costs[0]
    assert (fee.amount, fee.state) == (None, "missing")


def test_an_unmeasured_sku_says_so(asked):
    Sku.objects.filter(pk=asked.sku_id).update(height_mm=None)
    fee = unit_facts([asked], IN_LIFE)[0].costs[0]
    assert (fee.amount, fee.formula) == (None, "the SKU is not weighed and measured yet")
