"""Prices of the practice company: policies near the end of its days, a proposal, two promotions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from tradewind.apps.listings.models import Listing
from tradewind.apps.prices.judging import SELLER
from tradewind.apps.prices.models import PricePolicy, PriceProposal, Promotion
from tradewind.apps.prices.operations import (
    NewPolicy,
    NewPromotion,
    NewProposal,
    make_proposal,
    plan_promotions,
    recompute_floors,
    save_policies,
    solve_proposal,
)
from tradewind.cli.practice.plan import Plan, actor
from tradewind.cli.practice.shops import code_of
from tradewind.engine.access import OPERATIONS, system
from tradewind.engine.promotions import AMOUNT, PERCENT

DAYS_LEFT = 1  # earlier the floors would only be computed anew every day


def begin(plan: Plan, now: datetime) -> None:
    """Say what prices must reach: everywhere, in Germany under IOSS, in Japan by its endings."""
    if PricePolicy.objects.exists():
        return
    everywhere = NewPolicy(
        "standard", Decimal("0.18"), Decimal("0.08"), endings=".99 .49", ads_rate=Decimal("0.04"),
        returns_rate=Decimal("0.03"), fx_buffer_rate=Decimal("0.01"),
    )  # fmt: skip
    japan = NewPolicy(
        "japan", Decimal("0.15"), Decimal("0.06"), market="JP", endings="0", ads_rate=Decimal("0.03"),
        returns_rate=Decimal("0.02"), fx_buffer_rate=Decimal("0.02"),
    )  # fmt: skip
    germany = replace(everywhere, code="germany", market="DE", import_by=SELLER, scheme="ioss")
    save_policies(policies=[everywhere, japan, germany], now=now, by=actor(OPERATIONS))


def propose(plan: Plan, now: datetime) -> None:
    """Solve the German store for its targets, and plan a sale and a coupon that meet in Britain."""
    by, system_ = actor(OPERATIONS), system("practice")
    first = PriceProposal.objects.values_list("id", flat=True).first()
    if first is None:
        recompute_floors(on=now.date(), now=now, by=system_)
        note = "毛利低于目标的先提价 (raise what earns less than its target)"
        first = make_proposal(new=NewProposal(store=code_of("DE"), note=note), now=now, by=by)
    solve_proposal(proposal_id=first, on=now.date(), now=now, by=system_)
    if Promotion.objects.exists():
        return
    rows = Listing.objects.filter(store__code=code_of("GB"), price_minor__isnull=False).order_by(
        "external_sku"
    )
    skus = tuple(rows.values_list("external_sku", flat=True)[:6])
    if not skus:
        return
    sale = NewPromotion(
        "BLACK-FRIDAY", code_of("GB"), PERCENT, Decimal("0.15"), now + timedelta(days=5),
        now + timedelta(days=12), skus, group="price",
    )  # fmt: skip
    coupon = NewPromotion(
        "COUPON-2", code_of("GB"), AMOUNT, Decimal(2), now + timedelta(days=3),
        now + timedelta(days=20), skus, sequence=10,
    )  # fmt: skip
    plan_promotions(new=[sale, coupon], now=now, by=by)
