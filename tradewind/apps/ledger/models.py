"""Double-entry books, enforced by the database: see migrations for the triggers."""

from __future__ import annotations

from django.db import models

from tradewind.apps.org.models import Company
from tradewind.db import columns


class Account(models.Model):
    """An account of the chart, bilingual."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    kind = columns.code(12)  # asset, liability, equity, income, expense
    is_clearing = models.BooleanField(default=False)  # must come to zero

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Period(models.Model):
    """A month of a company's books: open, closed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    month = models.DateField()  # its first day
    state = columns.state("open")
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "month"], name="one_period")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Entry(models.Model):
    """A journal entry. Born unposted, given its postings, then posted; from then on nothing changes.

    The database refuses: an entry born posted, posting one whose postings do not sum to zero in
    every currency or that has none, any change or removal of a posted entry or of its postings.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    number = models.BigIntegerField()
    on = models.DateField()
    event = columns.code(30)  # sale, receipt, settlement, payout, conversion ...
    source = columns.code(20)  # the document's noun
    source_id = models.BigIntegerField()
    memo = models.CharField(max_length=200, blank=True, db_default="")
    posted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_entry_number"),
            models.UniqueConstraint(fields=["event", "source", "source_id"], name="one_entry_a_document"),
        ]
        indexes = [models.Index(fields=["company", "on", "id"], name="entries_by_day")]

    def __str__(self) -> str:
        return f"JE-{self.number:06d}"


class Posting(models.Model):
    """One side of an entry: debit positive, credit negative; append-only."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount_minor = columns.minor()
    currency = columns.currency()
    store_id = models.BigIntegerField(null=True)  # dimensions: plain ids, the nouns lie upstream
    order_id = models.BigIntegerField(null=True)

    class Meta:
        # The guard of posted entries takes -1 for a row that has no key yet: no row may have it.
        constraints = [models.CheckConstraint(condition=models.Q(id__gt=0), name="posting_key_above_zero")]
        indexes = [models.Index(fields=["account", "currency"], name="postings_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor} {self.currency}"
