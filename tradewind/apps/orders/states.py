"""States of an order, and the reasons for which one is held.

pending    the channel has not cleared the payment: nothing is promised
new        mapped and complete, waits for its goods
held       somebody must work through its open holds; nothing is promised while held
ready      every unit is reserved, waits for a wave
picking    in a wave, from the shelf to the packing table
shipped    left the house; sale and cost can be posted
elsewhere  the channel says it shipped and we did not ship it (platform's own stock, history); what the
           channel ships out of its own warehouse is shipped once our stock there has given it up
cancelled  will not ship; nothing is promised
"""

from tradewind.db.states import StateTable
from tradewind.engine.access import FINANCE, OPERATIONS, SERVICE, WAREHOUSE

ORDER = StateTable(
    "new",
    {
        "clear": (("pending",), "new"),
        "hold": (("pending", "new", "ready"), "held"),
        "free": (("held",), "new"),
        "reserve": (("new",), "ready"),
        "unreserve": (("ready",), "new"),
        "pick": (("ready",), "picking"),
        "unpick": (("picking",), "ready"),
        "ship": (("picking",), "shipped"),
        "leave": (("pending", "new", "held", "ready"), "elsewhere"),
        "cancel": (("pending", "new", "held", "ready"), "cancelled"),
        "stop": (("picking",), "cancelled"),
        "take": (("elsewhere",), "shipped"),
    },
)
BEFORE_PICK = ("pending", "new", "held", "ready")

# reason -> role that works through it
REASONS = {
    "unmapped_sku": OPERATIONS,
    "two_mappings": OPERATIONS,
    "out_of_stock": OPERATIONS,
    "no_warehouse": OPERATIONS,
    "manual": OPERATIONS,
    "cancel_requested": SERVICE,
    "cancelled_after_pick": WAREHOUSE,
    "edited_after_pick": WAREHOUSE,
    "shipped_outside": WAREHOUSE,
    "cancelled_after_ship": SERVICE,
    "edited_after_ship": FINANCE,
}
