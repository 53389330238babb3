"""Where the money is: payouts, collection accounts, bank accounts, and the links between them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.org.models import Company
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.db.encrypted import EncryptedJSON
from tradewind.engine.money import Money


class CollectionAccount(models.Model):
    """A collection account (Payoneer and the like) in one currency."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    provider = columns.code(40)  # a connector's code
    code = columns.code(40, unique=True)
    name = models.CharField(max_length=80)
    currency = columns.currency()
    base_url = models.URLField(blank=True)
    credentials = EncryptedJSON(blank=True, default="")
    watermark = models.DateTimeField(null=True)
    state = columns.state("open")  # open, closed

    def __str__(self) -> str:
        return str(self.name)


class BankAccount(models.Model):
    """A bank account of a company."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    code = columns.code(40, unique=True)
    name = models.CharField(max_length=80)
    currency = columns.currency()
    provider = columns.code(40, blank=True)  # a connector's code; empty: files only
    base_url = models.URLField(blank=True)
    credentials = EncryptedJSON(blank=True, default="")
    watermark = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.name)


class Payout(models.Model):
    """What a channel owes for a settlement: expected, then received on a collection account."""

    settlement = models.OneToOneField(SettlementFile, on_delete=models.PROTECT, related_name="payout")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    amount_minor = columns.minor()
    currency = columns.currency()
    expected_on = models.DateField(null=True)
    state = columns.state("expected")  # expected, received, carried (zero or negative: nothing is paid)
    receipt = models.ForeignKey(
        "CollectionLine", on_delete=models.PROTECT, null=True, related_name="payouts"
    )  # one receipt may pay several
    how = models.CharField(max_length=200, blank=True)  # why the receipt is taken for this payout

    def __str__(self) -> str:
        return f"{self.settlement_id}: {self.amount_minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class CollectionLine(models.Model):
    """A line of a collection account's statement; its payouts or its `group` say what it belongs to."""

    account = models.ForeignKey(CollectionAccount, on_delete=models.PROTECT, related_name="lines")
    external_id = columns.code(80)
    kind = columns.code(12)  # receive, fee, withdraw, convert
    amount_minor = columns.minor()  # signed
    at = models.DateTimeField()
    reference = columns.code(80, blank=True)
    group = columns.code(80, blank=True, db_index=True)
    counter_minor = columns.minor(null=True)
    counter_currency = models.CharField(max_length=3, blank=True)
    rate = columns.rate(null=True)
    memo = models.TextField(blank=True)
    matched = models.BooleanField(default=False)  # a receipt: payouts point at it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="one_collection_line")]
        indexes = [
            models.Index(fields=["at"], condition=Q(kind="receive", matched=False), name="unmatched_receipts")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.currency)


class BankLine(models.Model):
    """A line of a bank statement, matched to the withdrawal group it ends."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    external_id = columns.code(80)
    on = models.DateField()
    amount_minor = columns.minor()  # signed
    reference = columns.code(80, blank=True)
    memo = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="one_bank_line")]

    def __str__(self) -> str:
        return f"{self.on} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.currency)


class Conversion(models.Model):
    """A withdrawal turned into home currency (结汇): amounts, rate, reference rate, loss on the way."""

    group = columns.code(80, unique=True)
    collection = models.ForeignKey(CollectionAccount, on_delete=models.PROTECT, related_name="conversions")
    bank_line = models.OneToOneField(BankLine, on_delete=models.PROTECT, null=True, related_name="conversion")
    sold_minor = columns.minor()  # left the collection account, fees included
    sold_currency = columns.currency()
    fee_minor = columns.minor(default=0)
    bought_minor = columns.minor()
    bought_currency = columns.currency()
    rate = columns.rate(null=True)
    reference_rate = columns.rate(null=True)  # null: no reference rate known, loss not stated
    at = models.DateTimeField()
    state = columns.state("underway")  # underway, arrived, short
    accepted_why = models.TextField(blank=True, db_default="")  # why less (or more) than bought is right

    def __str__(self) -> str:
        return str(self.group)

    @property
    def sold(self) -> Money:
        return Money(self.sold_minor, self.sold_currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.sold_currency)

    @property
    def bought(self) -> Money:
        return Money(self.bought_minor, self.bought_currency)

    @property
    def difference(self) -> Money | None:
        """What the bank line lacks of what was bought; None before it has come."""
        return None if self.bank_line is None else self.bought - self.bank_line.amount


class Withdrawal(models.Model):
    """A withdrawal asked of a provider. Its key is claimed before the call, so a repeat is harmless."""

    key = models.CharField(max_length=80, unique=True)
    account = models.ForeignKey(CollectionAccount, on_delete=models.PROTECT, related_name="withdrawals")
    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT)
    amount_minor = columns.minor()
    state = columns.state("claimed")  # claimed (asked, answer not known), accepted, refused
    group = columns.code(80, blank=True)
    message = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return str(self.key)
