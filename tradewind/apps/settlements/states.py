"""States of a settlement: held while anything in it is unexplained, explained, posted to the books."""

from tradewind.db.states import StateTable

HELD, EXPLAINED, POSTED = "held", "explained", "posted"

SETTLEMENT = StateTable(
    HELD,
    {
        "explain": ((HELD,), EXPLAINED),
        "hold": ((EXPLAINED,), HELD),
        "post": ((EXPLAINED,), POSTED),
    },
)
