"""States of suppliers and purchase orders."""

from tradewind.db.states import StateTable

SUPPLIER = StateTable("active", {"stop": (("active",), "stopped"), "resume": (("stopped",), "active")})
PURCHASE_ORDER = StateTable(
    "draft",
    {
        "place": (("draft",), "placed"),
        "receive_part": (("placed", "part_received"), "part_received"),
        "receive_all": (("placed", "part_received"), "received"),
        "close": (("placed", "part_received", "received"), "closed"),
        "cancel": (("draft", "placed"), "cancelled"),
    },
)
# Goods may still come in.
OPEN = ("placed", "part_received")
