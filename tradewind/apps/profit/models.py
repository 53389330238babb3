"""True profit per order, in the company's base currency, with the state of every component."""

from __future__ import annotations

from django.db import models

from tradewind.apps.orders.models import Order
from tradewind.apps.org.models import Company
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.engine.money import Money


class OrderProfit(models.Model):
    """One row an order. A component that is not known is null with state missing: never zero."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="profit")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    on = models.DateField()  # shipped, in the store's zone
    currency = columns.currency()  # base currency of the company
    revenue_minor = columns.minor(null=True)
    revenue_state = columns.code(10)
    fees_minor = columns.minor(null=True)
    fees_state = columns.code(10)
    goods_minor = columns.minor(null=True)
    goods_state = columns.code(10)
    landed_minor = columns.minor(null=True)
    landed_state = columns.code(10)
    freight_minor = columns.minor(null=True)
    freight_state = columns.code(10)
    refund_minor = columns.minor(null=True)
    refund_state = columns.code(10)
    profit_minor = columns.minor(null=True)  # null while a component is missing
    state = columns.state("estimated")  # actual, estimated, missing
    stage = columns.code(10)  # estimated, settled
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["store", "on"], name="profit_by_store_day")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.profit_minor}"

    @property
    def profit(self) -> Money | None:
        """None while a component is missing."""
        return None if self.profit_minor is None else Money(self.profit_minor, self.currency)


class Heard(models.Model):
    """Up to which audit entry changes upstream have been taken into profit."""

    name = columns.code(20, unique=True)
    audit_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.audit_id}"
