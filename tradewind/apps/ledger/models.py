"""Double-entry books, enforced by the database: see migrations for the triggers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.org.models import Company
from tradewind.db import columns


class Account(models.Model):
    """An account of the chart, bilingual."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    kind = columns.code(12)  # asset, liability, equity, income, expense
    is_clearing = models.BooleanField(default=False)  # must come to zero
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    standard = columns.code(20, blank=True, db_default="")  # the house's own account it is or lies under
    monetary = models.BooleanField(default=False, db_default=False)  # revalued at the rate of month end
    retired = models.BooleanField(default=False, db_default=False)  # takes no new entries by hand

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class PostingRule(models.Model):
    """Which account a kind of settlement line is booked to, from a day on; the newest that fits wins."""

    kind = columns.code(30)
    channel = columns.code(40, blank=True)  # empty: every channel; a channel's own goes before
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="rules")
    since = models.DateField()
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel", "since"], name="one_posting_rule_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


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


class Statement(models.Model):
    """A report of a closed month, kept to the letter: what was reported is never computed anew."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="statements")
    code = columns.code(30)  # trial_balance, balance_sheet, profit_and_loss
    content = models.TextField()  # JSON
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "code"], name="one_statement")]

    def __str__(self) -> str:
        return f"{self.code} {self.sha256[:12]}"


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
    of_day = models.DateField(null=True)  # the day it would be of, had its month not been closed
    posted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_entry_number"),
            models.UniqueConstraint(fields=["event", "source", "source_id"], name="one_entry_a_document"),
        ]
        indexes = [
            models.Index(fields=["company", "on", "id"], name="entries_by_day"),
            models.Index(
                fields=["company", "of_day"], name="late_entries", condition=Q(of_day__isnull=False)
            ),
        ]

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


class Revaluation(models.Model):
    """What a currency's open money was worth at a month's end: the evidence of a revaluation entry."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="revaluations")
    currency = columns.currency()
    side = columns.code(12)  # asset, liability
    balance_minor = columns.minor()  # in the currency
    carrying_minor = columns.minor()  # what it came in at, in base currency
    worth_minor = columns.minor()  # at the rate, in base currency
    realised_minor = columns.minor()  # gained on what has left since the books began, in base currency
    rate = columns.rate()
    rate_on = models.DateField()
    source = columns.code(80)

    def __str__(self) -> str:
        return f"{self.currency} {self.side} {self.rate}"
