"""States of accounts, payouts, conversions and withdrawals."""

from tradewind.db.states import StateTable

ACCOUNT = StateTable("open", {"close": (("open",), "closed"), "reopen": (("closed",), "open")})

EXPECTED, RECEIVED, CARRIED = "expected", "received", "carried"
# carried: zero or negative, nothing is paid; it goes into the next settlement.
PAYOUT = StateTable(
    EXPECTED,
    {"receive": ((EXPECTED,), RECEIVED), "carry": ((EXPECTED,), CARRIED), "expect": ((CARRIED,), EXPECTED)},
)

UNDERWAY, ARRIVED, SHORT = "underway", "arrived", "short"
# short: the bank got another amount than was bought, until somebody accepts the difference.
CONVERSION = StateTable(
    UNDERWAY,
    {
        "arrive": ((UNDERWAY,), ARRIVED),
        "fall_short": ((UNDERWAY,), SHORT),
        "accept": ((SHORT,), ARRIVED),
    },
)

CLAIMED, ACCEPTED, REFUSED = "claimed", "accepted", "refused"
WITHDRAWAL = StateTable(CLAIMED, {"accept": ((CLAIMED,), ACCEPTED), "refuse": ((CLAIMED,), REFUSED)})
