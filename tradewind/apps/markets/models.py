"""Markets, the numbers known about them, exchange rates, what people say of rules, tariffs."""

from __future__ import annotations

from django.db import models

from tradewind.apps.org.models import StoredFile
from tradewind.db import columns


class Market(models.Model):
    """A country sold to, or looked at."""

    code = models.CharField(max_length=2, unique=True)  # ISO 3166-1 alpha-2
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    currency = columns.currency()
    zone = models.CharField(max_length=40)  # IANA name of its main time zone
    state = columns.state("watched")  # watched, entered, left
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh or self.name}"


class Indicator(models.Model):
    """One public number of one country and year, with its source."""

    country = models.CharField(max_length=2)
    name = columns.code(60)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=28, decimal_places=6)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "name", "year"], name="one_indicator")]

    def __str__(self) -> str:
        return f"{self.country} {self.name} {self.year}"


class FxRate(models.Model):
    """Units of `quote` per one `base` on a day, from a named source; never edited."""

    base = columns.currency()
    quote = columns.currency()
    on = models.DateField()
    rate = columns.rate()
    source = columns.code(40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "source", "on"], name="one_fx_rate"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="fx_rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.on} {self.rate}"


class RuleRow(models.Model):
    """One dated row of the rulebook: the mirror of a file's row, the company's own, or one of a pack.

    Mirrors follow the files (`sync_rules`) and serve lists only; own rows stand before the files' rows with
    the same keys; rows of a pack are proposals, tried by what-ifs. Facts are never edited.
    """

    rule_id = columns.code(160, unique=True)
    place = columns.code(8)  # book, own, pack
    pack = columns.code(60, blank=True)
    kind = columns.code(40)
    subject = columns.code(20)
    keys_text = models.CharField(max_length=200)  # "market US, category apparel"
    keys = models.JSONField()
    values = models.JSONField()  # as written; exact numbers as text
    market = columns.code(20, blank=True)
    channel = columns.code(40, blank=True)
    carrier = columns.code(40, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    known_to = models.DateField(null=True)
    status = columns.code(12)  # confirmed, proposed: as its author says
    confidence = columns.code(8)
    source = models.CharField(max_length=400)
    reviewed = models.DateField()
    note = models.TextField(blank=True)
    file = models.CharField(max_length=120)
    supersedes = columns.code(160, blank=True)
    reason = models.TextField(blank=True)
    made_by = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "keys_text"], name="rule_row_question"),
            models.Index(fields=["place", "pack"], name="rule_row_place"),
        ]

    def __str__(self) -> str:
        return self.rule_id


class RuleDecision(models.Model):
    """A person's word on a rule row: confirmed, or refused, with reason and source.

    `until`: the last day the person vouches for; past it the row asks for a person again.
    """

    rule_id = columns.code(160, unique=True)
    verdict = columns.code(12)  # confirmed, refused
    until = models.DateField(null=True)
    reason = models.TextField()
    source = models.CharField(max_length=300)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rule_id} {self.verdict}"


class TariffVersion(models.Model):
    """One official state of a market's tariff, from a day on; its lines never change.

    `valid_to` follows from `known_to` and the next version of the same kind. `kind`: rates, or texts (a
    nomenclature without rates, which says only what codes there are).
    """

    market = columns.code(2)  # ISO 3166-1 alpha-2, or EU
    kind = columns.code(8)  # rates, texts
    revision = models.CharField(max_length=80)
    currency = columns.currency()  # what "$" and "¢" are of
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # inclusive
    known_to = models.DateField(null=True)  # the last day it is known to hold; null: until the next version
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    source = models.CharField(max_length=300)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=80)
    line_count = models.PositiveIntegerField()
    code_count = models.PositiveIntegerField()
    unread_count = models.PositiveIntegerField()  # lines whose general rate nobody can read
    state = columns.state("loaded")  # loaded, withdrawn

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "kind", "valid_from"],
                condition=models.Q(state="loaded"),
                name="one_tariff_a_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.revision}"


class TariffLine(models.Model):
    """A line of a tariff in the order of its file; a title between codes has no code."""

    version = models.ForeignKey(TariffVersion, on_delete=models.CASCADE, related_name="lines", db_index=False)
    no = models.PositiveIntegerField()
    code = columns.code(10, blank=True)
    heading = columns.code(4, blank=True)
    indent = models.PositiveSmallIntegerField()
    description = models.TextField()
    unit = models.CharField(max_length=80, blank=True)
    general = models.TextField(blank=True)
    special = models.TextField(blank=True)
    column2 = models.TextField(blank=True)
    additional = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "no"], name="one_tariff_line")]
        indexes = [
            models.Index(fields=["version", "code"], condition=~models.Q(code=""), name="tariff_codes"),
            models.Index(fields=["version", "heading", "no"], name="tariff_headings"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.description[:60]}"
