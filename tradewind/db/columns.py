"""Columns that recur: minor units, currency, rate. Shapes only, no behaviour."""

from __future__ import annotations

from typing import Any

from django.db import models


def minor(**kw: Any) -> models.BigIntegerField[Any, Any]:
    """Whole minor units of the currency that stands beside it."""
    return models.BigIntegerField(**kw)


def currency(**kw: Any) -> models.CharField[Any, str]:
    """ISO 4217 code; never defaulted."""
    return models.CharField(max_length=3, **kw)


def rate(**kw: Any) -> models.DecimalField[Any, Any]:
    """An exact rate or share with 10 decimals."""
    return models.DecimalField(max_digits=24, decimal_places=10, **kw)


def code(length: int = 40, **kw: Any) -> models.CharField[Any, str]:
    """A code of ours or theirs."""
    return models.CharField(max_length=length, **kw)


def state(default: str, **kw: Any) -> models.CharField[Any, str]:
    """A state named in the app's states.py; changed only by db.states.move."""
    return models.CharField(max_length=20, default=default, db_index=True, **kw)
