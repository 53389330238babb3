"""States of a settlement (held while anything in it is unexplained) and of a proposal to match."""

from tradewind.db.states import StateTable

HELD, EXPLAINED, POSTED, DISCARDED = "held", "explained", "posted", "discarded"

SETTLEMENT = StateTable(
    HELD,
    {
        "explain": ((HELD,), EXPLAINED),
        "hold": ((EXPLAINED,), HELD),
        "post": ((EXPLAINED,), POSTED),
        "discard": ((HELD, EXPLAINED), DISCARDED),
        "revive": ((DISCARDED,), HELD),
    },
)

OPEN, ACCEPTED, REJECTED, PASSED = "open", "accepted", "rejected", "passed"

PROPOSAL = StateTable(
    OPEN,
    {
        "accept": ((OPEN,), ACCEPTED),
        "reject": ((OPEN,), REJECTED),
        "pass": ((OPEN,), PASSED),
    },
)
