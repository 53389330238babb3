"""Suppliers, purchase orders, receipts, invoices: goods with a cost."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.org.models import Company
from tradewind.db import columns


class Supplier(models.Model):
    """A factory or trader goods are bought from."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    currency = columns.currency()
    contact = models.CharField(max_length=200, blank=True)
    state = columns.state("active")  # active, stopped
    # What was agreed on paying; null: not agreed, so no deposit and no due day is known.
    deposit_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    deposit_days = models.PositiveSmallIntegerField(null=True)  # after the order
    balance_days = models.PositiveSmallIntegerField(null=True)
    balance_from = columns.code(12, blank=True, db_default="")  # see states.py

    def __str__(self) -> str:
        return self.name


class Quote(models.Model):
    """What a supplier asks for a SKU from a quantity on, from a day on."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="quotes")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="quotes")
    moq = models.PositiveIntegerField(default=1)
    price_minor = columns.minor()  # a unit, excluding VAT
    currency = columns.currency()
    lead_days = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "sku", "moq", "valid_from"], name="one_quote")
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}/{self.sku_id} {self.price_minor} {self.currency}"


class PurchaseOrder(models.Model):
    """An order to a supplier: draft, placed, part received, received, closed, cancelled."""

    number = columns.code(20, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="purchase_orders")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT)
    currency = columns.currency()
    state = columns.state("draft")
    ordered_on = models.DateField()
    due_on = models.DateField(null=True)
    created_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.number


class PurchaseLine(models.Model):
    """A SKU on a purchase order."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT)
    qty = models.PositiveIntegerField()
    price_minor = columns.minor()  # a unit, excluding VAT
    received_qty = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="one_line_a_sku"),
            models.CheckConstraint(condition=Q(qty__gt=0), name="purchase_qty_above_zero"),
            models.CheckConstraint(condition=Q(received_qty__lte=F("qty")), name="no_over_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} x {self.qty}"


class Receipt(models.Model):
    """Goods that arrived on a purchase order."""

    number = columns.code(20, unique=True)
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="receipts")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)
    key = models.CharField(max_length=80, unique=True)  # delivery note: a repeat is refused

    def __str__(self) -> str:
        return self.number


class ReceiptLine(models.Model):
    """Units of a SKU in a receipt, good and defective apart."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(PurchaseLine, on_delete=models.PROTECT, related_name="receipts")
    good_qty = models.PositiveIntegerField()
    bad_qty = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.line_id}: {self.good_qty}"


class SupplierInvoice(models.Model):
    """A bill for goods; matched to the order and what was received."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT)
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="invoices")
    number = columns.code(60)
    on = models.DateField()
    amount_minor = columns.minor()
    vat_minor = columns.minor(default=0)
    currency = columns.currency()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "number"], name="one_supplier_invoice")]

    def __str__(self) -> str:
        return self.number
