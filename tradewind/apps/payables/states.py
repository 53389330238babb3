"""States of requests, payments and plans. A payable's state follows from its amounts."""

from tradewind.db.states import StateTable

OPEN, REQUESTED, CLEARED = (
    "open",
    "requested",
    "cleared",
)  # something left to ask for; all asked; nothing left

ASKED, APPROVED = "asked", "approved"
REQUEST = StateTable(
    ASKED,
    {
        "approve": ((ASKED,), APPROVED),
        "refuse": ((ASKED,), "refused"),
        "withdraw": ((ASKED, APPROVED), "withdrawn"),
        "pay": ((APPROVED,), "paid"),
        "reopen": (("paid",), APPROVED),  # its payment came back
    },
)

RECORDED, REVERSED = "recorded", "reversed"
PAYMENT = StateTable(RECORDED, {"reverse": ((RECORDED,), REVERSED)})

PLAN = StateTable("active", {"end": (("active",), "ended")})

# What takes part of a payable off.
BY_PAYMENT, SET_OFF, WRITE_OFF, LAPSE = "payment", "set_off", "write_off", "lapse"
