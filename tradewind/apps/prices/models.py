"""What prices must reach, what each listing's floor is, what is proposed, which promotions run."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from tradewind.apps.listings.models import Listing
from tradewind.apps.logistics.models import Service
from tradewind.apps.markets.models import Market
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.engine.money import Money


class PricePolicy(models.Model):
    """What the prices of a scope must reach: of a store, a market, a category, or of everything.

    The narrower scope wins: a store before a market, with a category before without.
    """

    code = columns.code(40, unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, null=True)
    category = columns.code(60, blank=True)
    target_kind = columns.code(10)  # margin, markup, profit
    target = columns.rate()  # a share; for a profit, major units of the company's base currency
    floor_margin = columns.rate()
    endings = columns.code(40, blank=True)  # ".99 .95"
    ceiling_minor = columns.minor(null=True)
    ceiling_currency = models.CharField(max_length=3, blank=True)
    ads_rate = columns.rate()
    returns_rate = columns.rate()
    fx_buffer_rate = columns.rate()
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True
    )  # null: the cheapest that takes it
    import_by = columns.code(10)  # buyer, seller: who pays what is due at the border
    import_rate = columns.rate(null=True)  # stated share of the net price; null: the landed cost is computed
    scheme = columns.code(24, blank=True)  # of the market's rules (ioss ...); empty: none
    lowers = models.BooleanField(default=False)  # proposals may lower prices too
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(floor_margin__lt=1), name="floor_margin_below_one"),
        ]

    def __str__(self) -> str:
        return self.code


class PriceFloor(models.Model):
    """A listing's lowest good price, the price its target wants, and how its price stands against them.

    Amounts are of the listing's currency but for `profit_minor` (base currency, at the wanted price).
    `inputs` is a hash of everything the row was computed from: the same facts give the same row.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="floor")
    policy = models.ForeignKey(PricePolicy, on_delete=models.PROTECT, null=True)
    currency = columns.currency()
    price_minor = columns.minor(null=True)  # the wanted price it was judged at
    floor_minor = columns.minor(null=True)
    target_minor = columns.minor(null=True)
    intervals: models.JSONField[Any, Any] = models.JSONField(
        default=list
    )  # of good prices: [[low, high|null]]
    base_currency = columns.currency()
    profit_minor = columns.minor(null=True)
    margin = columns.rate(null=True)
    breakdown: models.JSONField[Any, Any] = models.JSONField(null=True)  # at the wanted price, else the floor
    reason = models.CharField(max_length=300, blank=True)  # what is missing, why no price is good
    state = columns.code(12, db_index=True)  # good, under, dead, infeasible, missing, unpriced
    inputs = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.floor_minor}"

    @property
    def floor(self) -> Money | None:
        """None where no price is good or something is missing."""
        return None if self.floor_minor is None else Money(self.floor_minor, self.currency)


class PriceProposal(models.Model):
    """New prices for many listings: solved, looked at, approved, applied, undone."""

    number = columns.code(20, unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, null=True)
    only_under = models.BooleanField(default=False)  # listings under their floor alone
    state = columns.state("solving")  # solving, draft, approved, applied, undone, dropped
    looked_at = models.PositiveIntegerField(default=0)  # listings solved
    skipped: models.JSONField[Any, Any] = models.JSONField(default=dict)  # reason -> listings left out
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=80, blank=True)
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class ProposalLine(models.Model):
    """One listing's old and new price, with profit and margin before and after (base currency)."""

    proposal = models.ForeignKey(PriceProposal, on_delete=models.CASCADE, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT)
    currency = columns.currency()
    old_minor = columns.minor()
    new_minor = columns.minor()
    base_currency = columns.currency()
    before_minor = columns.minor()
    after_minor = columns.minor()
    before_margin = columns.rate(null=True)
    after_margin = columns.rate(null=True)
    reason = columns.code(12)  # raise, lower

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "listing"], name="one_proposal_line"),
            models.CheckConstraint(condition=~Q(old_minor=F("new_minor")), name="a_line_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.old_minor} -> {self.new_minor}"


class Promotion(models.Model):
    """A promotion of a store's listings in the calendar; how it stacks is the engine's to say."""

    code = columns.code(40)
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    kind = columns.code(10)  # percent, amount, price, buy_x
    share = columns.rate(null=True)  # percent, buy_x
    amount_minor = columns.minor(null=True)  # amount, price: of the store's currency
    sequence = models.PositiveSmallIntegerField(default=0)
    stack_group = columns.code(20, blank=True)
    alone = models.BooleanField(default=False)
    buys = models.PositiveSmallIntegerField(default=1)
    gets = models.PositiveSmallIntegerField(default=0)
    fee_minor = columns.minor(default=0)  # a unit sold under it
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # exclusive
    listings: models.ManyToManyField[Listing, Any] = models.ManyToManyField(
        Listing, related_name="promotions"
    )
    state = columns.state("planned")  # planned, cleared, cancelled

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="one_promotion_code"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="promotion_has_width"),
        ]

    def __str__(self) -> str:
        return self.code


class CostMark(models.Model):
    """Up to which audit entry events that move costs have been taken into the floors."""

    name = columns.code(20, unique=True)
    audit_id = models.BigIntegerField()
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.name}: {self.audit_id}"
