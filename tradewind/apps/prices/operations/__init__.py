"""Verbs of prices."""

from tradewind.apps.prices.operations.deciding import (
    apply_proposals,
    approve_proposals,
    drop_proposals,
    undo_proposals,
)
from tradewind.apps.prices.operations.floors import Recomputed, recompute_floors
from tradewind.apps.prices.operations.policies import NewPolicy, save_policies, stop_policies
from tradewind.apps.prices.operations.promoting import (
    NewPromotion,
    cancel_promotions,
    clear_promotions,
    plan_promotions,
    reopen_promotions,
)
from tradewind.apps.prices.operations.proposing import NewProposal, make_proposal, solve_proposal

__all__ = [
    "NewPolicy",
    "NewPromotion",
    "NewProposal",
    "Recomputed",
    "apply_proposals",
    "approve_proposals",
    "cancel_promotions",
    "clear_promotions",
    "drop_proposals",
    "make_proposal",
    "plan_promotions",
    "recompute_floors",
    "reopen_promotions",
    "save_policies",
    "solve_proposal",
    "stop_policies",
    "undo_proposals",
]
