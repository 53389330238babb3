"""Ways from here to the buyer: carriers, services, rate cards, warehouses."""

from __future__ import annotations

from django.db import models

from tradewind.apps.org.models import StoredFile
from tradewind.db import columns


class Carrier(models.Model):
    """A company that moves parcels or freight."""

    code = columns.code(40, unique=True)
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name_zh or self.name


class Service(models.Model):
    """A product of a carrier: postal, express, dedicated line, first leg, local tail."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="services")
    code = columns.code(40, unique=True)
    name = models.CharField(max_length=80)
    kind = columns.code(20)  # postal, express, line, first_leg, local
    promise_days = models.PositiveSmallIntegerField(null=True)
    tracked = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class RateCard(models.Model):
    """A dated price list of a service, as the forwarder sent it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cards")
    currency = columns.currency()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # inclusive
    divisor = models.PositiveIntegerField(null=True)  # cm3 per kg; null: actual weight only
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "valid_from"], name="one_card_a_start")]

    def __str__(self) -> str:
        return f"{self.service} {self.valid_from}"


class RateBand(models.Model):
    """One row of a card: a country and weight band, its first and further weight prices."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="bands")
    country = models.CharField(max_length=2)
    above_g = models.PositiveIntegerField()  # exclusive
    to_g = models.PositiveIntegerField()  # inclusive
    first_g = models.PositiveIntegerField(default=0)
    first_minor = columns.minor(default=0)
    step_g = models.PositiveIntegerField()
    step_minor = columns.minor()
    parcel_minor = columns.minor(default=0)
    minimum_g = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "country", "above_g"], name="one_band"),
            models.CheckConstraint(condition=models.Q(to_g__gt=models.F("above_g")), name="band_has_width"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.above_g}-{self.to_g} g"


class Warehouse(models.Model):
    """A place that holds stock: own, overseas, platform, supplier."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    kind = columns.code(20)  # own, overseas, platform, supplier

    def __str__(self) -> str:
        return self.name
