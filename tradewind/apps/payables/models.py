"""What is owed, who may pay it, what paid it; and what cash is expected to do."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import PurchaseOrder
from tradewind.apps.treasury.models import BankAccount, BankLine, CollectionAccount, CollectionLine
from tradewind.db import columns
from tradewind.engine.money import Money


class Payable(models.Model):
    """Something owed, of one document. What is paid, asked for or struck off never exceeds it.

    `settled_minor` is the sum of its clearings, `paid_minor` that of its payments; `used_minor` is how much
    of a paid deposit was set off against invoices.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = columns.code(12)  # engine.payable_kinds
    source = columns.code(20)  # the document's noun; manual
    source_id = models.BigIntegerField()
    part = columns.code(20, blank=True, db_default="")  # of a document owed in parts: a plan's day
    number = columns.code(60)  # the document's own
    creditor = models.CharField(max_length=120)
    order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, null=True
    )  # deposits are set off in it
    currency = columns.currency()
    amount_minor = columns.minor()
    document_minor = (
        columns.minor()
    )  # what the document asks now; less than the amount once more is committed
    base_minor = columns.minor(null=True)  # the amount at the rate it was booked at; null: no rate known
    on = models.DateField()
    due_on = models.DateField(null=True)  # null: no terms known
    requested_minor = columns.minor(default=0, db_default=0)
    settled_minor = columns.minor(default=0, db_default=0)
    paid_minor = columns.minor(default=0, db_default=0)
    used_minor = columns.minor(default=0, db_default=0)
    state = columns.state("open")  # follows from the amounts: open, requested, cleared
    match_state = columns.code(20, blank=True, db_default="")  # queries.evidence, as last looked at
    note = models.TextField(blank=True, db_default="")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id", "part"], name="one_payable_a_document"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payable_above_zero"),
            models.CheckConstraint(
                condition=Q(requested_minor__gte=0)
                & Q(settled_minor__gte=0)
                & Q(amount_minor__gte=F("settled_minor") + F("requested_minor")),
                name="never_overpaid",
            ),
            models.CheckConstraint(
                condition=Q(used_minor__gte=0)
                & Q(paid_minor__gte=F("used_minor"))
                & Q(settled_minor__gte=F("paid_minor")),
                name="no_deposit_used_twice",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "due_on"], condition=~Q(state="cleared"), name="payables_due")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What is still owed, asked for or not."""
        return Money(self.amount_minor - self.settled_minor, self.currency)

    @property
    def free(self) -> Money:
        """What nobody has asked to pay yet."""
        return Money(self.amount_minor - self.settled_minor - self.requested_minor, self.currency)

    @property
    def unused(self) -> Money:
        """What of a paid deposit no invoice was set off against."""
        return Money(self.paid_minor - self.used_minor, self.currency)


class PaymentRequest(models.Model):
    """A person asks to pay one creditor: asked, approved, refused, withdrawn, paid."""

    number = columns.code(20, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    creditor = models.CharField(max_length=120)
    currency = columns.currency()
    wanted_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    state = columns.state("asked")
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    alone = models.BooleanField(default=False)  # approved by who asked, as nobody else may approve

    def __str__(self) -> str:
        return self.number


class RequestLine(models.Model):
    """How much of a payable a request asks to pay, and how its document matched when it was asked."""

    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, related_name="lines")
    payable = models.ForeignKey(Payable, on_delete=models.PROTECT, related_name="request_lines")
    amount_minor = columns.minor()
    paid_minor = columns.minor(default=0, db_default=0)
    match_state = columns.code(20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "payable"], name="one_request_line"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) & Q(paid_minor__gte=0) & Q(amount_minor__gte=F("paid_minor")),
                name="request_never_overpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.payable_id}"


class Payment(models.Model):
    """Money that left one account for one creditor; `amount` is what it pays off, `out` what it took.

    In one currency out = amount + fee. A statement line stands behind one payment only.
    """

    number = columns.code(20, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, null=True, related_name="payments")
    creditor = models.CharField(max_length=120)
    on = models.DateField()
    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True)
    collection = models.ForeignKey(CollectionAccount, on_delete=models.PROTECT, null=True)
    bank_line = models.OneToOneField(BankLine, on_delete=models.PROTECT, null=True, related_name="payment")
    collection_line = models.OneToOneField(
        CollectionLine, on_delete=models.PROTECT, null=True, related_name="payment"
    )
    amount_minor = columns.minor()
    currency = columns.currency()
    out_minor = columns.minor()
    out_currency = columns.currency()
    fee_minor = columns.minor(default=0)  # in the currency of the account, part of what left
    how = models.CharField(max_length=200, blank=True)
    state = columns.state("recorded")  # recorded, reversed
    reversed_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) & Q(fee_minor__gte=0) & Q(out_minor__gt=F("fee_minor")),
                name="payment_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(bank=None, collection__isnull=False) | Q(bank__isnull=False, collection=None),
                name="payment_from_one_account",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def out(self) -> Money:
        return Money(self.out_minor, self.out_currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.out_currency)


class Clearing(models.Model):
    """One thing that took part of a payable off (核销); written once, taken back by its opposite."""

    payable = models.ForeignKey(Payable, on_delete=models.PROTECT, related_name="clearings")
    kind = columns.code(12)  # payment, set_off, write_off, lapse
    amount_minor = columns.minor()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="clearings")
    deposit = models.ForeignKey(Payable, on_delete=models.PROTECT, null=True, related_name="uses")
    on = models.DateField()
    reason = models.TextField(blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="clearing_not_zero"),
            models.CheckConstraint(
                condition=Q(kind="payment", payment__isnull=False, deposit=None)
                | Q(kind="set_off", payment=None, deposit__isnull=False)
                | Q(kind__in=("write_off", "lapse"), payment=None, deposit=None),
                name="clearing_names_its_means",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.payable.currency)


class CashPlan(models.Model):
    """Money that comes or goes again and again, as a person expects it: least, likely, most."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = columns.code(12)  # engine.payable_kinds, or income
    name = models.CharField(max_length=80)
    creditor = models.CharField(max_length=120, blank=True)
    currency = columns.currency()
    low_minor = columns.minor()
    amount_minor = columns.minor()
    high_minor = columns.minor()
    every = columns.code(8)  # once, week, month, quarter, year
    first_on = models.DateField()
    until = models.DateField(null=True)
    raise_days = models.PositiveSmallIntegerField(null=True)  # days ahead it becomes a payable; null: never
    state = columns.state("active")  # active, ended

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name", "first_on"], name="one_cash_plan"),
            models.CheckConstraint(
                condition=Q(low_minor__gte=0)
                & Q(amount_minor__gte=F("low_minor"))
                & Q(high_minor__gte=F("amount_minor")),
                name="plan_bands_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CashFloor(models.Model):
    """The least cash a company wants to hold, in its base currency."""

    company = models.OneToOneField(Company, on_delete=models.PROTECT)
    amount_minor = columns.minor()
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.company_id}: {self.amount_minor}"


class Forecast(models.Model):
    """The cash calendar as it stood on a day, kept to be compared with what came; never changed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    currency = columns.currency()  # the company's base currency
    opening_minor = columns.minor()
    curve: models.JSONField[object, object] = models.JSONField()  # see queries/kept.py
    gaps = models.TextField(blank=True)  # what it could not count, in words

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "made_on"], name="one_forecast_a_day")]

    def __str__(self) -> str:
        return f"{self.made_on}"
