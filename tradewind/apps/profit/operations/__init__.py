"""Verbs of profit."""

from tradewind.apps.profit.operations.recomputing import recompute
from tradewind.apps.profit.operations.sharing import NewSharing, set_sharing, withdraw_sharing
from tradewind.apps.profit.operations.views import forget_views, save_view

__all__ = ["NewSharing", "forget_views", "recompute", "save_view", "set_sharing", "withdraw_sharing"]
