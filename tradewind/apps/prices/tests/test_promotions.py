from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import ALICE
from tradewind.apps.listings.models import Listing
from tradewind.apps.prices.models import Promotion
from tradewind.apps.prices.operations import (
    NewPromotion,
    cancel_promotions,
    clear_promotions,
    plan_promotions,
    reopen_promotions,
)
from tradewind.apps.prices.queries import judged
from tradewind.apps.prices.stacking import stack_checks
from tradewind.apps.prices.tests.conftest import NOW, ON
from tradewind.engine.contracts import Refused

SALE = NewPromotion(
    "SALE", "US1", "percent", Decimal("0.10"), NOW, NOW + timedelta(days=10), ("L-0",), group="price"
)
COUPON = NewPromotion(
    "COUPON", "US1", "percent", Decimal("0.15"), NOW + timedelta(days=5), NOW + timedelta(days=20), ("L-0",),
    sequence=10, fee=Decimal("0.60"),
)  # fmt: skip


@pytest.fixture
def priced(world, policy):
    """L-0 stands a fifth above its floor."""
    floor = judged(ON)[0].floor.price.minor
    Listing.objects.filter(external_sku="L-0").update(price_minor=floor * 6 // 5)
    return floor


def test_promotions_that_keep_the_floor_in_every_stacking_are_cleared(priced):
    ids = plan_promotions(new=[SALE], now=NOW, by=ALICE)
    assert clear_promotions(ids=ids, now=NOW, by=ALICE) == 1
    assert Promotion.objects.get().state == "cleared"
    reopen_promotions(ids=ids, now=NOW, by=ALICE)
    cancel_promotions(ids=ids, now=NOW, by=ALICE)
    assert Promotion.objects.get().state == "cancelled"


def test_each_alone_is_fine_and_both_together_sell_below_the_floor(priced):
    sale, coupon = plan_promotions(new=[SALE, COUPON], now=NOW, by=ALICE)
    before = facts_hash()
    with pytest.raises(Refused) as said:
        clear_promotions(ids=[sale], now=NOW, by=ALICE)
    assert {p.field for p in said.value.problems} == {"L-0"}
    assert "SALE + COUPON" in [p.value for p in said.value.problems]
    assert facts_hash() == before
    check = stack_checks(list(Promotion.objects.filter(pk=sale)), ON)[0]
    assert check.check.worst.codes == ("SALE", "COUPON")
    assert len(check.check.windows) == 3
    assert check.margin < Decimal("0.10")
    cancel_promotions(ids=[coupon], now=NOW, by=ALICE)
    assert clear_promotions(ids=[sale], now=NOW, by=ALICE) == 1


def test_the_profit_after_the_event_is_that_of_the_stack_s_price_and_fee(priced):
    ids = plan_promotions(new=[COUPON], now=NOW, by=ALICE)
    check = stack_checks(list(Promotion.objects.filter(pk__in=ids)), ON)[0]
    one = next(j for j in judged(ON) if j.offered.listing_id == check.listing.pk)
    price = one.offered.price_minor - (one.offered.price_minor * 15 + 50) // 100
    assert check.check.worst.price == price
    profit = one.curve.explain(price, one.costs)[1].minor - 420  # 0.60 USD at 7
    assert check.profit.minor == profit


def test_a_listing_whose_floor_is_not_known_is_not_cleared(priced, world):
    world.skus[0].weight_g = None
    world.skus[0].save()
    ids = plan_promotions(new=[SALE], now=NOW, by=ALICE)
    with pytest.raises(Refused) as said:
        clear_promotions(ids=ids, now=NOW, by=ALICE)
    assert said.value.problems[0].accepted == "fulfilment: the SKU is not weighed yet"


def test_bad_plans_are_refused_with_every_problem(priced):
    bad = replace(
        SALE, code="no way", kind="gift", listings=("L-0", "X-9"), ends_at=NOW, fee=Decimal("0.001")
    )
    with pytest.raises(Refused) as said:
        plan_promotions(new=[bad, replace(SALE, value=Decimal(2))], now=NOW, by=ALICE)
    assert {(p.row, p.field) for p in said.value.problems} >= {
        (1, "code"), (1, "kind"), (1, "listings"), (1, "ends_at"), (1, "fee"), (2, "value"),
    }  # fmt: skip
    assert not Promotion.objects.exists()
