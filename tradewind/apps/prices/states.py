"""States of floors, proposals and promotions."""

from tradewind.db.states import StateTable
from tradewind.engine.promotions import AMOUNT, BUY_X, PERCENT, PRICE

# What a listing's price is against its floor. `dead`: above the lowest good price, yet between two
# intervals of good ones, where a jump of the fee schedule eats the margin.
GOOD, UNDER, DEAD, INFEASIBLE, MISSING, UNPRICED = (
    "good", "under", "dead", "infeasible", "missing", "unpriced",
)  # fmt: skip
FLOORS = (UNDER, DEAD, INFEASIBLE, MISSING, UNPRICED, GOOD)
BELOW = (UNDER, DEAD, INFEASIBLE)  # sold at less than the floor margin

SOLVING, DRAFT, APPROVED, APPLIED, UNDONE, DROPPED = (
    "solving", "draft", "approved", "applied", "undone", "dropped",
)  # fmt: skip
PROPOSAL = StateTable(
    SOLVING,
    {
        "solved": ((SOLVING,), DRAFT),
        "approve": ((DRAFT,), APPROVED),
        "apply": ((APPROVED,), APPLIED),
        "undo": ((APPLIED,), UNDONE),
        "drop": ((SOLVING, DRAFT, APPROVED), DROPPED),
    },
)
# Why a line of a proposal stands there.
RAISE, LOWER = "raise", "lower"

PLANNED, CLEARED, CANCELLED = "planned", "cleared", "cancelled"
PROMOTION = StateTable(
    PLANNED,
    {
        "clear": ((PLANNED,), CLEARED),
        "reopen": ((CLEARED,), PLANNED),
        "cancel": ((PLANNED, CLEARED), CANCELLED),
    },
)
KINDS = (PERCENT, AMOUNT, PRICE, BUY_X)
