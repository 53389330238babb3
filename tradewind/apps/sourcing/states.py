"""States of suppliers and purchase orders; from which day a balance falls due."""

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

# The invoice itself, or the last day of its month (月结).
INVOICE_DAY, MONTH_END = "invoice", "month_end"
BALANCE_FROM = (INVOICE_DAY, MONTH_END)
