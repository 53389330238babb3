"""Settlement files, their lines, and what each line means."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import StoredFile
from tradewind.apps.stores.models import Store
from tradewind.db import columns
from tradewind.engine.money import Money

TAKEN_BACK = "settlement:"  # begins the rule_id of a correction's line that takes another back
KEPT = ("reserve_opened", "reserve_released", "transfer")  # kinds of what a channel keeps or gives back


class SettlementFile(models.Model):
    """A settlement of a store: a period, a deposit, lines. Held while anything in it is unexplained."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="settlements")
    external_id = columns.code(60)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    layout = columns.code(40)
    currency = columns.currency()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    deposit_on = models.DateField(null=True)
    total_minor = columns.minor()
    lines_minor = columns.minor()  # sum of the lines
    line_count = models.PositiveIntegerField()
    unknown_count = models.PositiveIntegerField(default=0)  # lines whose kind nobody has said
    unmatched_count = models.PositiveIntegerField(default=0)  # lines of an order not known here
    state = columns.state("held")  # held, explained, posted, discarded
    stated = models.BooleanField(default=True, db_default=True)  # the file states its total itself
    notes = models.TextField(blank=True, default="", db_default="")  # what the reader left aside
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    overlap_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    overlap_count = models.PositiveIntegerField(default=0, db_default=0)  # lines that stand there too
    overlap_minor = columns.minor(default=0, db_default=0)
    overlap_why = models.TextField(blank=True, default="", db_default="")  # why they are not the same
    late_orders = models.BooleanField(default=False, db_default=False)  # found after it was posted
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id", "currency"], name="one_settlement")
        ]

    def __str__(self) -> str:
        return str(self.external_id)

    @property
    def remainder_minor(self) -> int:
        """What the lines leave unexplained of the deposit; must be 0."""
        return int(self.total_minor - self.lines_minor)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def quarantined(self) -> bool:
        """Whether its lines stand in another file too and nobody has said that both are right."""
        return bool(self.overlap_count and not self.overlap_why)

    @property
    def remainder(self) -> Money:
        """What the lines leave unexplained, as Money."""
        return Money(self.remainder_minor, self.currency)


class SettlementLine(models.Model):
    """One line as it stands in the file, and the kind it was mapped to (empty: unknown, held)."""

    settlement = models.ForeignKey(
        SettlementFile, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    line_no = models.PositiveIntegerField()
    type = columns.code(60)
    amount_type = columns.code(80)
    description = columns.code(160)
    kind = columns.code(30, blank=True)
    rule_id = columns.code(120, blank=True)
    amount_minor = columns.minor()
    order_external_id = columns.code(60, blank=True)
    external_sku = columns.code(80, blank=True)
    line_external_id = columns.code(60, blank=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="settlement_lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, db_index=False)
    matched_how = columns.code(40, blank=True, default="", db_default="")  # empty: by the channel's keys
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["settlement", "line_no"], name="one_settlement_line")]
        indexes = [
            models.Index(fields=["settlement"], condition=Q(kind=""), name="unknown_lines"),
            models.Index(fields=["settlement"], condition=Q(order=None), name="lines_without_order"),
            models.Index(fields=["settlement", "kind"], condition=Q(kind__in=KEPT), name="lines_of_reserves"),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id}:{self.line_no}"


class KindMapping(models.Model):
    """A person's dated word on what a line of a channel means; goes before the rulebook's."""

    channel = columns.code(40)
    type = columns.code(60)
    amount_type = columns.code(80)
    description = columns.code(160)
    kind = columns.code(30)
    valid_from = models.DateField()
    reason = models.TextField()
    mapped_by = models.CharField(max_length=80)
    mapped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "type", "amount_type", "description", "valid_from"],
                name="one_kind_mapping",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.amount_type}/{self.description} -> {self.kind}"


class Reissue(models.Model):
    """A settlement that was not posted yet and came again with other content: what it said before."""

    settlement = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="reissues")
    earlier_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    at = models.DateTimeField()
    total_minor = columns.minor()  # as it was
    gone_count = models.PositiveIntegerField()
    gone_minor = columns.minor()
    came_count = models.PositiveIntegerField()
    came_minor = columns.minor()
    lines = models.TextField()  # JSON of the first lines that differ; all of them stand in the two files

    def __str__(self) -> str:
        return f"{self.settlement_id} -{self.gone_count} +{self.came_count}"


class MatchProposal(models.Model):
    """An order that a group of lines may be of, for a person to decide. `line` is the group's first."""

    settlement = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="proposals")
    line = models.ForeignKey(
        SettlementLine, on_delete=models.PROTECT, related_name="proposals", db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="settlement_proposals")
    rank = models.PositiveSmallIntegerField()
    reason = columns.code(40)
    amount_minor = columns.minor()  # what the group sold for, in the settlement's currency
    difference_minor = columns.minor()  # that less what the order asks
    days = models.IntegerField(null=True)  # from the order's day to the lines'
    state = columns.state("open")  # open, accepted, rejected, passed (another was taken)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "order"], name="one_match_proposal")]

    def __str__(self) -> str:
        return f"{self.line_id} -> {self.order_id}"
