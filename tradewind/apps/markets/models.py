"""Markets, the numbers known about them, and exchange rates."""

from __future__ import annotations

from django.db import models

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


class RuleDecision(models.Model):
    """A person's word on a rule row: confirmed, or refused, with reason and source."""

    rule_id = columns.code(120, unique=True)
    verdict = columns.code(12)  # confirmed, refused
    reason = models.TextField()
    source = models.CharField(max_length=300)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rule_id} {self.verdict}"
