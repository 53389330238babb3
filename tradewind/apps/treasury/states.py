"""States of accounts, payouts, conversions and withdrawals."""

from tradewind.db.states import StateTable

ACCOUNT = StateTable("open", {"close": (("open",), "closed"), "reopen": (("closed",), "open")})

EXPECTED, RECEIVED, CARRIED, FAILED = "expected", "received", "carried", "failed"
# carried: zero or negative, nothing is paid; it goes into the next settlement.
PAYOUT = StateTable(
    EXPECTED,
    {
        "receive": ((EXPECTED,), RECEIVED),
        "carry": ((EXPECTED, FAILED), CARRIED),  # after a failure: the next settlement pays it
        "expect": ((CARRIED,), EXPECTED),
        "fail": ((EXPECTED,), FAILED),
        "send_again": ((FAILED,), EXPECTED),
    },
)

UNDERWAY, ARRIVED, SHORT, RETURNED = "underway", "arrived", "short", "returned"
WITHDRAWAL_KIND, INNER, AT_BANK = "withdrawal", "inner", "bank"  # kinds of conversions
# short: the bank got another amount than was bought, until somebody accepts the difference.
CONVERSION = StateTable(
    UNDERWAY,
    {
        "arrive": ((UNDERWAY,), ARRIVED),
        "fall_short": ((UNDERWAY,), SHORT),
        "accept": ((SHORT,), ARRIVED),
        "come_back": ((UNDERWAY, SHORT), RETURNED),
    },
)

CLAIMED, ACCEPTED, REFUSED = "claimed", "accepted", "refused"
WITHDRAWAL = StateTable(CLAIMED, {"accept": ((CLAIMED,), ACCEPTED), "refuse": ((CLAIMED,), REFUSED)})
