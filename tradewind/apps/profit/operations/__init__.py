"""Verbs of profit."""

from tradewind.apps.profit.operations.recomputing import recompute

__all__ = ["recompute"]
