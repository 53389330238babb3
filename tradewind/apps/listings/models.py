"""What stands for sale where, mapped to SKUs, with wanted and published price and quantity."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.stores.models import Store
from tradewind.db import columns


class Listing(models.Model):
    """An offer in a store: what we want it to be, and what the channel was last known to show."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="listings")
    external_sku = columns.code(80)
    external_id = columns.code(80, blank=True)
    title = models.CharField(max_length=400)
    currency = columns.currency()
    price_minor = columns.minor(null=True)  # wanted
    quantity = models.IntegerField(null=True)  # wanted
    shown_price_minor = columns.minor(null=True)
    shown_quantity = models.IntegerField(null=True)
    state = columns.state("draft")  # draft, live, refused, ended
    pushed_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    by_channel = models.BooleanField(default=False, db_default=False)  # sold out of the channel's warehouse

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "external_sku"], name="one_listing")]

    def __str__(self) -> str:
        return f"{self.external_sku} {self.title}"


class SkuMapping(models.Model):
    """Which SKU, and how many of it, a listing's unit ships; dated, so that history stays true."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="mappings")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="mappings")
    qty = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)  # exclusive

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "sku"], condition=Q(valid_to=None), name="one_open_mapping"
            ),
            models.CheckConstraint(condition=Q(qty__gt=0), name="mapping_qty_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} -> {self.sku_id} x {self.qty}"
