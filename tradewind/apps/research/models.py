"""From imported signals to an approved candidate."""

from __future__ import annotations

from typing import Any

from django.db import models

from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import StoredFile
from tradewind.db import columns


class ResearchTable(models.Model):
    """One imported market-research table: a market, a month, a file."""

    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    currency = columns.currency()
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT)
    row_count = models.PositiveIntegerField()
    weights: models.JSONField[Any, Any] = models.JSONField(default=dict)  # of its niches' scores, text
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Signal(models.Model):
    """One competing product in a research table, as the source stated it; unknown stays null."""

    table = models.ForeignKey(ResearchTable, on_delete=models.CASCADE, related_name="signals")
    row_no = models.PositiveIntegerField()
    niche = models.CharField(max_length=120)  # the category or keyword it competes in
    external_id = columns.code(40)
    title = models.CharField(max_length=400)
    brand = models.CharField(max_length=120, blank=True)
    seller = models.CharField(max_length=120, blank=True)
    price_minor = columns.minor(null=True)
    monthly_units = models.PositiveIntegerField(null=True)
    monthly_units_before = models.PositiveIntegerField(null=True)  # a year earlier
    rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    reviews = models.PositiveIntegerField(null=True)
    listed_on = models.DateField(null=True)
    weight_g = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "row_no"], name="one_signal_a_row")]
        indexes = [models.Index(fields=["table", "niche"], name="signal_niche")]

    def __str__(self) -> str:
        return self.title


class Niche(models.Model):
    """A niche of a table with its place in the scan under the table's weights."""

    table = models.ForeignKey(ResearchTable, on_delete=models.CASCADE, related_name="niches")
    name = models.CharField(max_length=120)
    rank = models.PositiveIntegerField()
    points = models.DecimalField(max_digits=7, decimal_places=2)
    products = models.PositiveIntegerField()
    monthly_units = models.BigIntegerField(null=True)  # null: no row states it
    score: models.JSONField[Any, Any] = models.JSONField()  # Breakdown
    metrics: models.JSONField[Any, Any] = models.JSONField()  # code -> value, rows, of, formula

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "name"], name="one_niche_a_table")]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """An idea for a product in a market, with its evidence and promised profit."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160, blank=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    table = models.ForeignKey(ResearchTable, on_delete=models.PROTECT, null=True)
    niche = models.CharField(max_length=120, blank=True)
    state = columns.state("idea")
    inputs: models.JSONField[Any, Any] = models.JSONField(default=dict)  # of the profit model, text values
    profit: models.JSONField[Any, Any] = models.JSONField(null=True)  # Breakdown of the last run
    score: models.JSONField[Any, Any] = models.JSONField(null=True)  # Breakdown of the scan
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name_zh or self.name


class GateResult(models.Model):
    """What a gate said of a candidate: pass, fail, missing, or overridden by a named person."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="gates")
    gate = columns.code(40)
    verdict = columns.code(12)  # pass, fail, missing, override
    reason = columns.code(40, blank=True)  # code of engine.gates; empty for an override
    evidence = models.TextField()  # the numbers in words, or the reason of the person who overrode
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "gate"], name="one_gate_result")]

    def __str__(self) -> str:
        return f"{self.gate}: {self.verdict}"
