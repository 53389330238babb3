"""States of a listing."""

from tradewind.db.states import StateTable

LISTING = StateTable(
    "draft",
    {
        "publish": (("draft", "live"), "live"),
        "refuse": (("draft", "live"), "refused"),
        "retry": (("refused",), "draft"),
        "end": (("draft", "live", "refused"), "ended"),
        "revive": (("ended",), "draft"),
    },
)
