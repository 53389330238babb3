"""Ways from here to the buyer: carriers, services, rate cards, warehouses."""

from __future__ import annotations

from typing import Any

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
    mode = columns.code(10, blank=True)  # air, sea, rail, road; blank: not stated
    promise_days = models.PositiveSmallIntegerField(null=True)
    tracked = models.BooleanField(default=True)
    terms: models.JSONField[Any, Any] = models.JSONField(default=list)  # engine.restrictions.Term as data

    def __str__(self) -> str:
        return self.name


class RateCard(models.Model):
    """A dated price list of a service, as the forwarder sent it; a draft prices nothing (states.py)."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cards")
    state = columns.state("active")
    currency = columns.currency()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # inclusive
    divisor = models.PositiveIntegerField(null=True)  # cm3 per kg; null: actual weight only
    # the rest of engine.rates.Weighing
    weighing: models.JSONField[Any, Any] = models.JSONField(default=dict)
    weighed_as = columns.code(80, blank=True)  # "carrier/service" of the rulebook, instead of both above
    limits: models.JSONField[Any, Any] = models.JSONField(default=list)  # engine.rates.Limit as data
    findings: models.JSONField[Any, Any] = models.JSONField(
        default=list
    )  # likely slips seen when it was read
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    sheet = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "valid_from"], condition=models.Q(state="active"), name="one_card_a_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.valid_from}"


class RateBand(models.Model):
    """One row of a card: a zone and band of weight, its first and further weight prices, in card units."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="bands")
    zone = models.CharField(max_length=40)  # a country, or a zone of the card's places
    above = models.PositiveIntegerField()  # exclusive
    to = models.PositiveIntegerField()  # inclusive
    first = models.PositiveIntegerField(default=0)
    first_minor = columns.minor(default=0)
    step = models.PositiveIntegerField()
    step_minor = columns.minor()
    parcel_minor = columns.minor(default=0)
    minimum = models.PositiveIntegerField(default=0)
    pro_rata = models.BooleanField(default=False)
    least_minor = columns.minor(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "zone", "above"], name="one_band"),
            models.CheckConstraint(condition=models.Q(to__gt=models.F("above")), name="band_has_width"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.above}-{self.to}"


class RatePlace(models.Model):
    """A country, or a range of its postcodes, that a card counts to a zone or to a remote area."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="places")
    is_area = models.BooleanField(default=False)
    name = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    first = models.CharField(max_length=12, blank=True)
    last = models.CharField(max_length=12, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.country} {self.first}-{self.last}".strip(" -")


class RateSurcharge(models.Model):
    """An addition of a card: amounts and a share, and the conditions under which it counts."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="surcharges")
    code = columns.code(20)
    name = models.CharField(max_length=80, blank=True)
    parcel_minor = columns.minor(default=0)
    piece_minor = columns.minor(default=0)
    step_minor = columns.minor(default=0)
    step = models.PositiveIntegerField(default=1000)
    pro_rata = models.BooleanField(default=False)
    rate = columns.rate(default=0)
    of = columns.code(8, default="base")
    least_minor = columns.minor(default=0)
    most_minor = columns.minor(null=True)
    zone = models.CharField(max_length=40, blank=True)
    attribute = columns.code(40, blank=True)
    area = models.CharField(max_length=40, blank=True)
    option = columns.code(20, blank=True)
    over: models.JSONField[Any, Any] = models.JSONField(default=dict)  # engine.rates.Size as data
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)  # inclusive

    def __str__(self) -> str:
        return self.name or self.code


class Box(models.Model):
    """A carton or bag the house packs in: inner sides, what it weighs empty, what it may weigh full."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    length_mm = models.PositiveIntegerField()
    width_mm = models.PositiveIntegerField()
    height_mm = models.PositiveIntegerField()
    tare_g = models.PositiveIntegerField(default=0)
    most_g = models.PositiveIntegerField(null=True)
    cost_minor = columns.minor(null=True)
    currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return self.name


class Warehouse(models.Model):
    """A place that holds stock: own, overseas, platform, supplier."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    kind = columns.code(20)  # own, overseas, platform, supplier

    def __str__(self) -> str:
        return self.name
