"""True profit per order and per order line, in the company's base currency, and how it came to move."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company, User
from tradewind.apps.sourcing.models import Supplier
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
    stage = columns.code(10)  # estimated, settled, final
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["store", "on"], name="profit_by_store_day")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.profit_minor}"

    @property
    def profit(self) -> Money | None:
        """None while a component is missing."""
        return None if self.profit_minor is None else Money(self.profit_minor, self.currency)


class ProfitLine(models.Model):
    """An order line's part of its order's profit, parted again where its units came out of several batches.

    Over an order every component sums to that of its OrderProfit. Where one line's cost is missing, the
    order's is, while the other lines keep theirs.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="profit_lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    on = models.DateField()
    currency = columns.currency()
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, db_index=False)
    listing = columns.code(80)  # the channel's SKU
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, db_index=False)
    batch = columns.code(40, blank=True)  # empty: units without a cost layer
    units = models.BigIntegerField()
    weight_g = models.BigIntegerField(null=True)  # of all units; null: the SKU is not measured
    is_first = models.BooleanField()  # one of each order: counts orders
    revenue_minor = columns.minor(null=True)
    fees_minor = columns.minor(null=True)
    goods_minor = columns.minor(null=True)
    landed_minor = columns.minor(null=True)
    freight_minor = columns.minor(null=True)
    refund_minor = columns.minor(null=True)
    profit_minor = columns.minor(null=True)
    state = columns.code(10)
    stage = columns.code(10)

    class Meta:
        indexes = [
            models.Index(fields=["on", "store"], name="profit_lines_by_day"),
            models.Index(fields=["sku", "on"], name="profit_lines_by_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.profit_minor}"


class ProfitCell(models.Model):
    """Sums of the profit lines of a month that are alike: what wide questions read instead of the lines.

    Changed by differences in the transaction that changes the lines, so that it always equals them.
    Dimensions are plain ids, 0 or empty for none: a unique key must hold no null.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    month = models.DateField()  # its first day
    store_id = models.BigIntegerField()
    currency = columns.currency()
    sku_id = models.BigIntegerField()
    listing = columns.code(80, blank=True)
    supplier_id = models.BigIntegerField()
    batch = columns.code(40, blank=True)
    stage = columns.code(10)
    state = columns.code(10)
    line_count = models.BigIntegerField()
    order_count = models.BigIntegerField()  # first lines
    units = models.BigIntegerField()
    weight_g = models.BigIntegerField()  # of the lines that are measured
    unmeasured_count = models.BigIntegerField()
    revenue_minor = columns.minor()  # sums of what is known
    fees_minor = columns.minor()
    goods_minor = columns.minor()
    landed_minor = columns.minor()
    freight_minor = columns.minor()
    refund_minor = columns.minor()
    profit_minor = columns.minor()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "company", "month", "store_id", "currency", "sku_id", "listing", "supplier_id", "batch",
                    "stage", "state",
                ],
                name="one_profit_cell",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.store_id}/{self.sku_id}: {self.profit_minor}"


class Restatement(models.Model):
    """What one act upstream did to profit: a settlement, a bill, a rate moved so many orders by so much."""

    audit_id = models.BigIntegerField(null=True)  # the act; null: somebody asked to compute again
    kind = columns.code(40)  # the noun acted on
    subject_id = models.BigIntegerField(null=True)  # its row, where it was one
    document = models.CharField(max_length=120, blank=True)
    actor = models.CharField(max_length=80)
    currency = columns.currency()
    order_count = models.PositiveIntegerField(default=0)
    moved_minor = columns.minor(default=0)  # what is known of profit, after less before
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audit_id", "currency"], condition=Q(audit_id__isnull=False), name="one_restatement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}: {self.order_count}"

    @property
    def moved(self) -> Money:
        """By how much what is known of profit moved."""
        return Money(self.moved_minor, self.currency)


class RestatedOrder(models.Model):
    """A component of an order before and after: its first value and these rows give the present one."""

    restatement = models.ForeignKey(Restatement, on_delete=models.PROTECT, related_name="orders")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="restated")
    component = columns.code(10)
    before_minor = columns.minor(null=True)
    before_state = columns.code(10)
    after_minor = columns.minor(null=True)
    after_state = columns.code(10)

    def __str__(self) -> str:
        return f"{self.order_id} {self.component}: {self.before_minor} -> {self.after_minor}"


class AllocationRule(models.Model):
    """How costs of an account that belong to no order are shared, from a month on."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="allocation_rules")
    account = columns.code(20, blank=True)  # empty: every account without a rule of its own
    basis = columns.code(12)  # engine.cost_sharing.BASES; none: left unallocated, on purpose
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)  # only this store's orders bear it
    valid_from = models.DateField()  # first day of a month
    reason = models.TextField(blank=True)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "valid_from"], name="one_allocation_rule")
        ]

    def __str__(self) -> str:
        return f"{self.account or '*'}: {self.basis}"


class SavedView(models.Model):
    """A question to the profit explorer that a person keeps under a name."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="profit_views")
    name = models.CharField(max_length=80)
    question: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_saved_view")]

    def __str__(self) -> str:
        return self.name


class Heard(models.Model):
    """Up to which audit entry changes upstream have been taken into profit."""

    name = columns.code(20, unique=True)
    audit_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.audit_id}"
