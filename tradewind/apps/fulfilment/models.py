"""From a reserved order to a parcel the channel knows of."""

from __future__ import annotations

from django.db import models

from tradewind.apps.logistics.models import Service, Warehouse
from tradewind.apps.orders.models import Order
from tradewind.db import columns


class Wave(models.Model):
    """Parcels picked together."""

    number = columns.code(20, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.number


class Parcel(models.Model):
    """A parcel of an order; states in states.py. `pushed_at` null: the channel has not confirmed it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels", db_index=False)
    void_no = models.BigIntegerField(default=0, db_default=0)  # its own id once cancelled: one live an order
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, null=True, related_name="parcels")
    state = columns.state("picking", db_default="picking")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, db_index=False)
    tracking_no = columns.code(60, blank=True, db_default="")
    weight_g = models.PositiveIntegerField(null=True)
    freight_minor = columns.minor(null=True)  # estimated from the rate card until the carrier's bill
    freight_currency = models.CharField(max_length=3, blank=True, db_default="")
    freight_state = columns.code(10, db_default="missing")  # actual, estimated, missing
    freight_source = models.CharField(max_length=120, blank=True, db_default="")
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)  # the carrier's last scan of delivery
    pushed_at = models.DateTimeField(null=True)
    push_error = models.TextField(blank=True, db_default="")
    push_attempts = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "void_no"], name="one_live_parcel_an_order")]
        indexes = [
            models.Index(
                fields=["shipped_at"],
                condition=models.Q(state="shipped", pushed_at=None),
                name="parcels_to_push",
            ),
            models.Index(
                fields=["tracking_no"], condition=~models.Q(tracking_no=""), name="parcels_by_tracking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.tracking_no}"
