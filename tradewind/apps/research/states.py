"""States of a candidate."""

from tradewind.db.states import StateTable

CANDIDATE = StateTable(
    "idea",
    {
        "approve": (("idea",), "approved"),
        "reject": (("idea", "approved"), "rejected"),
        "reopen": (("rejected",), "idea"),
        "take": (("approved",), "taken"),  # a product was made of it
    },
)
