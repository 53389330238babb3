"""What lies where, who holds it, and what it cost: balances, moves, reservations, layers, first legs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Service, Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import ReceiptLine
from tradewind.db import columns


class Balance(models.Model):
    """Units of a SKU in a warehouse of an owner; must equal the sum of its moves."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="balances", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT)
    owner = models.ForeignKey(Company, on_delete=models.PROTECT)
    on_hand = models.BigIntegerField(default=0, db_default=0)
    reserved = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "warehouse", "owner"], name="one_balance"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(on_hand__gte=F("reserved")), name="never_oversold"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}@{self.warehouse_id}: {self.on_hand} ({self.reserved})"


class Move(models.Model):
    """One change of units, append-only (raw UPDATE and DELETE are refused by the database).

    `qty` changes what is on hand; `staged_qty` changes how much of it stands in staging, picked. A
    pick is (0, +n), a ship (-n, -n), an unpick (0, -n): on-hand falls once, and both walks are facts.
    """

    balance = models.ForeignKey(Balance, on_delete=models.PROTECT, related_name="moves")
    qty = models.BigIntegerField()  # signed
    staged_qty = models.BigIntegerField(default=0, db_default=0)  # signed
    kind = columns.code(16)  # receipt, pick, unpick, ship, leg_out, leg_in, count
    source = columns.code(16)  # the document's noun
    source_id = models.BigIntegerField()  # its line
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id", "kind", "balance"], name="one_move_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.qty:+d}"


class Reservation(models.Model):
    """Units promised to a demand line (an order line); gone when shipped or released."""

    balance = models.ForeignKey(  # few rows live at a time, and they come and go: an index costs more
        Balance, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    demand = columns.code(16)  # the demanding noun: order_line
    demand_id = models.BigIntegerField()
    qty = models.BigIntegerField()
    at = models.DateTimeField()
    batch = columns.code(40, blank=True, db_default="")  # to be taken from this one, where batches are chosen

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "demand_id", "balance"], name="one_reservation"),
            models.CheckConstraint(condition=Q(qty__gt=0), name="reservation_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.demand} {self.demand_id}: {self.qty}"


class CostLayer(models.Model):
    """A batch of units in a warehouse with what they cost in the owner's base currency.

    `goods_minor` and `landed_minor` are totals of the units received (landed: freight, duty and so
    on allocated to the batch); a null goods cost is missing, never zero.
    """

    balance = models.ForeignKey(Balance, on_delete=models.PROTECT, related_name="layers")
    receipt_line = models.ForeignKey(ReceiptLine, on_delete=models.PROTECT, null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True)  # the layer it was moved from
    leg_line = models.ForeignKey("FirstLegLine", on_delete=models.PROTECT, null=True, related_name="layers")
    batch = columns.code(40, db_index=True)
    received_at = models.DateTimeField()
    qty = models.BigIntegerField()
    left_qty = models.BigIntegerField()
    currency = columns.currency()
    goods_minor = columns.minor(null=True)
    landed_minor = columns.minor(default=0, db_default=0)
    left_goods_minor = columns.minor(null=True)
    left_landed_minor = columns.minor(default=0, db_default=0)
    state = columns.code(10)  # actual, estimated, missing
    late = models.BooleanField(default=False, db_default=False)  # what left it costs otherwise now: to book
    charges = models.PositiveSmallIntegerField(default=0, db_default=0)  # bills laid on it that stand

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_qty__gte=0) & Q(left_qty__lte=F("qty")), name="layer_within_bounds"
            )
        ]
        indexes = [
            models.Index(
                fields=["balance", "received_at", "id"], condition=Q(left_qty__gt=0), name="open_layers"
            ),
            models.Index(fields=["id"], condition=Q(late=True), name="late_layers"),
        ]

    def __str__(self) -> str:
        return f"{self.batch}: {self.left_qty}/{self.qty}"


class LayerUse(models.Model):
    """Units taken out of a layer by a move, with the cost that went with them."""

    layer = models.ForeignKey(CostLayer, on_delete=models.PROTECT, related_name="uses")
    source = columns.code(16)
    source_id = models.BigIntegerField()
    qty = models.BigIntegerField()
    goods_minor = columns.minor(null=True)
    landed_minor = columns.minor(default=0)
    at = models.DateTimeField()
    estimated = models.BooleanField(default=False, db_default=False)  # until its month is costed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_id", "layer"], name="one_layer_use")]
        indexes = [models.Index(fields=["id"], condition=Q(estimated=True), name="estimated_uses")]

    def __str__(self) -> str:
        return f"{self.layer_id}: {self.qty}"


class FirstLeg(models.Model):
    """A freight shipment from one warehouse of ours to another: packed, departed, arrived."""

    number = columns.code(20, unique=True)
    owner = models.ForeignKey(Company, on_delete=models.PROTECT)
    origin = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="legs_out")
    destination = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="legs_in")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True)
    state = columns.state("packed")
    departed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class FirstLegLine(models.Model):
    """Units of a SKU on a first leg."""

    leg = models.ForeignKey(FirstLeg, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT)
    qty = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["leg", "sku"], name="one_leg_line")]

    def __str__(self) -> str:
        return f"{self.sku_id} x {self.qty}"


class LandedCharge(models.Model):
    """A creditor's bill of one kind laid on batches by one key, or what takes such a bill back.

    Nothing is changed or deleted: a reversal is a row of its own with everything below zero, and both
    are `void` from then on. `allocated` says batch by batch what was laid and where it lay that day.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="landed_charges")
    sheet = columns.code(20)  # bills entered together, over the same batches
    leg = models.ForeignKey(FirstLeg, on_delete=models.PROTECT, null=True, related_name="charges")
    target = models.CharField(max_length=120)  # the legs, receipts or orders whose batches these are
    kind = columns.code(20)  # engine.allocation.KINDS
    basis = columns.code(20)  # engine.allocation.BASES
    divisor = models.PositiveIntegerField(null=True)  # cm3 a kg, for volumetric weight
    number = columns.code(60)  # the creditor's bill
    creditor = models.CharField(max_length=120)
    on = models.DateField()
    amount_minor = columns.minor()
    currency = columns.currency()
    base_minor = columns.minor()  # in the owner's base currency
    rate = columns.rate()
    allocated = models.TextField(blank=True)  # JSON: queries.charges.Laid
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")
    reason = models.CharField(max_length=200, blank=True, db_default="")
    void = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "number", "kind"], condition=Q(void=False), name="one_landed_charge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
