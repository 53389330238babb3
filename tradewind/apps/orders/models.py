"""Orders from every channel, their lines, and why some wait."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.db.encrypted import EncryptedJSON


class Order(models.Model):
    """An order; amounts in its own currency, tax apart. Buyer data is encrypted."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="orders", db_index=False)
    external_id = columns.code(60)
    state = columns.code(20, default="new", db_default="new")  # see states.py
    currency = columns.currency()
    goods_minor = columns.minor()  # net of tax and discount
    shipping_minor = columns.minor()
    tax_minor = columns.minor()
    country = models.CharField(max_length=2, blank=True)
    buyer = EncryptedJSON(blank=True, default="", db_default="")
    placed_at = models.DateTimeField()
    updated_at = models.DateTimeField()  # the channel's time: an older version never wins
    ship_by = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    booked = models.BooleanField(default=False, db_default=False)  # its sale stands in the books
    by_channel = models.BooleanField(default=False, db_default=False)  # out of the channel's own warehouse

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "external_id"], name="one_order")]
        indexes = [
            models.Index(fields=["state", "placed_at", "id"], name="orders_by_state"),
            models.Index(fields=["placed_at", "id"], name="orders_by_time"),
            models.Index(fields=["store", "placed_at", "id"], name="orders_by_store"),
            # The equal columns come first, or SQLite takes orders_by_state and reads every shipped order.
            models.Index(
                fields=["state", "booked", "id"],
                condition=Q(state="shipped", booked=False),
                name="orders_to_book",
            ),
            models.Index(fields=["ship_by", "id"], condition=Q(shipped_at=None), name="orders_due"),
            models.Index(
                fields=["id"], condition=Q(state="elsewhere", by_channel=True), name="orders_channel_shipped"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """A line of an order. `sku` is null until the listing is mapped; then the line is held, not lost."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    external_id = columns.code(60)
    external_sku = columns.code(80)
    title = models.CharField(max_length=400)
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True)
    units_each = models.PositiveIntegerField(default=1, db_default=1)  # SKU units a listing unit ships
    qty = models.PositiveIntegerField()  # listing units
    price_minor = columns.minor()  # whole line, net of tax
    discount_minor = columns.minor(default=0, db_default=0)
    tax_minor = columns.minor(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="one_order_line"),
            models.CheckConstraint(condition=Q(qty__gt=0), name="order_qty_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.external_sku} x {self.qty}"


class Hold(models.Model):
    """Why an order waits, and for whom: unmapped SKU, out of stock, address, suspected fraud."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    reason = columns.code(30)
    detail = models.TextField(blank=True)
    role = columns.code(20)  # who is to work through it
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason"], condition=Q(closed_at=None), name="one_open_hold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.reason}"
