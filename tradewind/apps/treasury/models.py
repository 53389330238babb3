"""Where the money is: payouts, collection accounts, bank accounts, and the links between them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.org.models import Company, StoredFile
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
    template = models.JSONField(
        null=True
    )  # the user's own layout of its statement files; None: the provider's
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
    number = models.CharField(max_length=80, blank=True, db_default="")  # as its statements write it
    template = models.JSONField(null=True)  # the user's own layout of its table files

    def __str__(self) -> str:
        return str(self.name)


class Payout(models.Model):
    """What a channel owes for a settlement: expected, then received on a collection account."""

    settlement = models.OneToOneField(SettlementFile, on_delete=models.PROTECT, related_name="payout")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    amount_minor = columns.minor()
    currency = columns.currency()
    expected_on = models.DateField(null=True)
    state = columns.state("expected")  # expected, received, failed, carried (nothing is paid)
    failed_on = models.DateField(null=True)  # the newest failure, kept when it is sent again
    failed_why = models.TextField(blank=True, db_default="")
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
    kind = columns.code(12)  # receive, fee, withdraw, convert, return, pay
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
    def shown(self) -> str:
        """What people know it by: the bank's number or reference, else its day and amount."""
        own = "" if self.external_id.startswith("row:") else self.external_id
        return own or self.reference or f"{self.on} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.currency)


class Conversion(models.Model):
    """Money on its way: out of an account, perhaps into another currency (结汇), until it is there.

    `kind`: a withdrawal ends in a bank line; an inner conversion in a line (`landed`) of the provider's
    account in the other currency; a bank's own conversion begins with a bank line (`sold_line`).
    """

    group = columns.code(80)
    kind = columns.code(12, db_default="withdrawal")  # withdrawal, inner, bank
    collection = models.ForeignKey(
        CollectionAccount, on_delete=models.PROTECT, null=True, related_name="conversions"
    )
    sold_line = models.OneToOneField(BankLine, on_delete=models.PROTECT, null=True, related_name="sold_in")
    bank_line = models.OneToOneField(BankLine, on_delete=models.PROTECT, null=True, related_name="conversion")
    landed = models.OneToOneField(
        CollectionLine, on_delete=models.PROTECT, null=True, related_name="conversion"
    )
    returned = models.OneToOneField(
        CollectionLine, on_delete=models.PROTECT, null=True, related_name="takes_back"
    )  # the money came back
    how = models.CharField(max_length=200, blank=True, db_default="")  # why that line is its end
    sold_minor = columns.minor()  # left the collection account, fees included
    sold_currency = columns.currency()
    fee_minor = columns.minor(default=0)
    bought_minor = columns.minor()
    bought_currency = columns.currency()
    rate = columns.rate(null=True)
    reference_rate = columns.rate(null=True)  # null: no reference rate known, loss not stated
    at = models.DateTimeField()
    state = columns.state("underway")  # underway, arrived, short, returned
    accepted_why = models.TextField(blank=True, db_default="")  # why less (or more) than bought is right

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "group"], name="one_conversion_of_a_group"),
            models.CheckConstraint(
                condition=Q(collection__isnull=False) | Q(sold_line__isnull=False),
                name="a_conversion_leaves_an_account",
            ),
        ]

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
        """What the line at its end lacks of what was bought; None before it has come."""
        return None if self.end is None else self.bought - self.end.amount

    @property
    def end(self) -> BankLine | CollectionLine | None:
        """The line with which the money is there."""
        return self.bank_line or self.landed

    @property
    def origin(self) -> CollectionAccount | BankAccount:
        """The account the money left."""
        if self.collection is not None:
            return self.collection
        assert self.sold_line is not None
        return self.sold_line.account


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


class Statement(models.Model):
    """A statement file of an account: the days and balances it states. Lines are kept by themselves."""

    collection = models.ForeignKey(
        CollectionAccount, on_delete=models.PROTECT, null=True, related_name="statements"
    )
    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="statements")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    layout = columns.code(40)  # mt940, camt053, a provider's code, own, table
    number = models.CharField(max_length=40, blank=True)  # the statement's own
    since = models.DateTimeField()  # its first line, or the bank's first day
    until = models.DateTimeField()
    opening_minor = columns.minor(null=True)  # None: the file states no balance
    closing_minor = columns.minor(null=True)
    line_count = models.PositiveIntegerField()
    new_count = models.PositiveIntegerField()
    gaps = models.JSONField(default=list)  # inside the file: row, at, expected_minor, stated_minor
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "file"], name="one_statement_of_a_collection"),
            models.UniqueConstraint(fields=["bank", "file"], name="one_statement_of_a_bank"),
            models.CheckConstraint(
                condition=Q(collection__isnull=False, bank__isnull=True)
                | Q(collection__isnull=True, bank__isnull=False),
                name="a_statement_is_of_one_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layout} {self.since:%Y-%m-%d}"

    @property
    def account(self) -> CollectionAccount | BankAccount:
        """The account it is of."""
        found = self.collection or self.bank
        assert found is not None
        return found

    @property
    def opening(self) -> Money | None:
        return None if self.opening_minor is None else Money(self.opening_minor, self.account.currency)

    @property
    def closing(self) -> Money | None:
        return None if self.closing_minor is None else Money(self.closing_minor, self.account.currency)
