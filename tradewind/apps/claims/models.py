"""Bills of carriers, warehouses and advertisers, what was found wrong, and what is asked back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from tradewind.apps.catalog.models import Sku
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company, StoredFile
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.engine.money import Money


class BillLayout(models.Model):
    """How a creditor writes its bills, and what was agreed with it: tolerances, days to dispute."""

    code = columns.code(40, unique=True)
    name = models.CharField(max_length=80)
    creditor = models.CharField(max_length=120)
    kind = columns.code(16)  # states.KINDS
    captions: models.JSONField[Any, Any] = models.JSONField(default=dict)  # field -> header of the file
    charges: models.JSONField[Any, Any] = models.JSONField(default=dict)  # header of an amount -> charge code
    words: models.JSONField[Any, Any] = models.JSONField(default=dict)  # word in the charge column -> code
    currency = models.CharField(max_length=3, blank=True)  # blank: a column or the form says it
    weight_unit = columns.code(4, default="kg")
    length_unit = columns.code(4, default="cm")
    date_format = models.CharField(max_length=40, blank=True)
    number_style = models.CharField(max_length=10, blank=True)
    tolerance_g = models.PositiveIntegerField(default=0)  # heavier than measured by this much is let pass
    tolerance_rate = columns.rate(default=0)  # or by this share of the weight, whichever is more
    size_tolerance_rate = columns.rate(default=0)  # of the weight by volume
    tolerance_minor = columns.minor(default=0)  # dearer by this much is let pass
    dispute_days = models.PositiveIntegerField(null=True)  # agreed; null: by the rulebook, or not known

    def __str__(self) -> str:
        return self.name


class Bill(models.Model):
    """A bill: draft, audited, accepted, closed. Its lines' sums stand on it; states in states.py.

    amount = accepted + disputed + credited once it is accepted; `covered` is what a channel took out of
    a settlement for it, which is neither owed nor booked again.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="bills")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, related_name="bills")
    kind = columns.code(16)
    creditor = models.CharField(max_length=120)
    number = columns.code(60)
    currency = columns.currency()
    on = models.DateField()
    due_on = models.DateField(null=True)
    lines_minor = columns.minor()  # sum of the lines: what the bill asks
    stated_minor = columns.minor(null=True)  # the total the bill names; null where it names none
    line_count = models.PositiveIntegerField()
    accepted_minor = columns.minor(default=0)
    disputed_minor = columns.minor(default=0)
    credited_minor = columns.minor(default=0)
    covered_minor = columns.minor(default=0)
    state = columns.state("draft")
    dispute_by = models.DateField(null=True)  # last day to complain; null: not known
    dispute_source = models.CharField(max_length=160, blank=True)
    layout = models.ForeignKey(BillLayout, on_delete=models.PROTECT, null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    imported_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "creditor", "number"], name="one_bill"),
            models.CheckConstraint(
                condition=Q(covered_minor__gte=0) & Q(credited_minor__gte=0), name="bill_sums_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def amount(self) -> Money:
        """What the bill asks."""
        return Money(self.lines_minor, self.currency)

    @property
    def payable(self) -> Money:
        """What of it is owed now: agreed, and not taken out of a settlement already."""
        return Money(self.accepted_minor - self.covered_minor, self.currency)


class BillLine(models.Model):
    """A line as it stands in the bill, our parcel behind it, and what it should have been."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines", db_index=False)
    line_no = models.PositiveIntegerField()
    description = models.CharField(max_length=160, blank=True)
    charges: models.JSONField[Any, Any] = models.JSONField(default=dict)  # charge code -> minor units
    amount_minor = columns.minor()
    tracking_no = columns.code(60, blank=True)
    reference = columns.code(60, blank=True)  # our order or parcel as the creditor writes it
    service = models.CharField(max_length=80, blank=True)
    shipped_on = models.DateField(null=True)
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    billed_g = models.PositiveIntegerField(null=True)  # the weight that was charged
    scale_g = models.PositiveIntegerField(null=True)  # what the creditor's scale said
    sides_mm: models.JSONField[Any, Any] = models.JSONField(default=list)  # as the creditor measured
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, null=True, related_name="bill_lines")
    expected_minor = columns.minor(null=True)  # null: cannot be judged
    expected_source = models.CharField(max_length=200, blank=True)
    unjudged: models.JSONField[Any, Any] = models.JSONField(default=list)  # what could not be judged, and why
    accepted_minor = columns.minor(default=0)
    disputed_minor = columns.minor(default=0)
    credited_minor = columns.minor(default=0)
    state = columns.state("new")  # new, clean, unjudged, disputed, accepted, credited

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bill", "line_no"], name="one_bill_line")]
        indexes = [
            models.Index(fields=["tracking_no"], condition=~Q(tracking_no=""), name="bill_lines_by_tracking")
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}#{self.line_no}"


class Claim(models.Model):
    """What is asked back of one creditor or channel, with its last day and what came of it."""

    number = columns.code(20, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, null=True, related_name="claims")
    counterparty = models.CharField(max_length=120)
    currency = columns.currency()
    asked_minor = columns.minor()
    recovered_minor = columns.minor(default=0)
    refused_minor = columns.minor(default=0)
    state = columns.state("draft")  # draft, sent, recovered, refused, partly
    due_on = models.DateField(null=True)  # last day to send it; null: not known
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_minor__gte=F("recovered_minor") + F("refused_minor")),
                name="claim_within_asked",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


class Finding(models.Model):
    """What was charged against what should have been. `key` makes finding it again harmless."""

    key = columns.code(120, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)
    bill_line = models.ForeignKey(BillLine, on_delete=models.PROTECT, null=True, related_name="findings")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="findings")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, db_index=False)
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, db_index=False)
    settlement_line = models.ForeignKey(
        SettlementLine, on_delete=models.PROTECT, null=True, db_index=False
    )  # the first of those that charged it
    reason = columns.code(30)  # states.REASONS
    currency = columns.currency()
    charged_minor = columns.minor()
    expected_minor = columns.minor(null=True)
    excess_minor = columns.minor()  # what is asked back, above zero
    recovered_minor = columns.minor(default=0)
    source = models.CharField(max_length=200, blank=True)  # rate card, rule row, document
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)  # what was compared, in words
    state = columns.state("open")  # open, claimed, recovered, refused, dismissed, gone
    due_on = models.DateField(null=True)  # last day to ask; null: not known
    due_source = models.CharField(max_length=160, blank=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="findings")
    found_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(excess_minor__gt=0) & Q(recovered_minor__lte=F("excess_minor")),
                name="finding_within_excess",
            )
        ]
        indexes = [models.Index(fields=["company", "state"], name="findings_by_company")]

    def __str__(self) -> str:
        return f"{self.reason} {self.excess_minor} {self.currency}"


class ClaimEvent(models.Model):
    """What a creditor or channel gave back or refused, once a source; append-only.

    `accepted_minor` is by how much it changed what is agreed of a bill line: the books follow it.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="events")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="events")
    bill_line = models.ForeignKey(BillLine, on_delete=models.PROTECT, null=True, related_name="events")
    kind = columns.code(16)  # credited, reimbursed, refused
    amount_minor = columns.minor()
    accepted_minor = columns.minor(default=0)
    currency = columns.currency()
    source = columns.code(30)  # credit_note, settlement_line, word
    source_ref = columns.code(120)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_ref"], name="one_claim_event")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"


class Cover(models.Model):
    """A settlement line by which a channel took the money of a bill: neither owed nor booked again."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="covers")
    settlement_line = models.OneToOneField(SettlementLine, on_delete=models.PROTECT, related_name="cover")
    amount_minor = columns.minor()  # above zero
    how = columns.code(20)  # number, amount, sum, person
    late = models.BooleanField(default=False)  # the bill was accepted as owed before: the books take it back
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="cover_above_zero")]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount_minor}"


class FeeAudit(models.Model):
    """One look at the fees of a store's settled order lines: what was judged, and what could not be."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="fee_audits")
    first_on = models.DateField()  # settlements that ended from
    last_on = models.DateField()  # to, both included
    judged_count = models.PositiveIntegerField()  # fees compared with the schedule
    clean_count = models.PositiveIntegerField()
    found_count = models.PositiveIntegerField()
    unjudged: models.JSONField[Any, Any] = models.JSONField(default=dict)  # reason -> how many fees
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.store} {self.first_on} {self.last_on}"
