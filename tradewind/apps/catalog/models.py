"""Products and SKUs: what the house sells."""

from __future__ import annotations

from typing import Any

from django.db import models

from tradewind.apps.research.models import Candidate
from tradewind.db import columns


class Product(models.Model):
    """A product (SPU) that came from an approved candidate, or was registered by hand."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    category = columns.code(60, blank=True)
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, null=True)
    state = columns.state("draft")

    def __str__(self) -> str:
        return self.name_zh or self.name


class Sku(models.Model):
    """A stock-keeping unit. Weight and sizes are of the packed unit; null means not measured yet."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus")
    code = columns.code(40, unique=True)
    name = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    hs_code = columns.code(10, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    length_mm = models.PositiveIntegerField(null=True)
    width_mm = models.PositiveIntegerField(null=True)
    height_mm = models.PositiveIntegerField(null=True)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=dict)  # battery, magnet, liquid ...
    state = columns.state("active")  # active, stopped

    def __str__(self) -> str:
        return self.code
