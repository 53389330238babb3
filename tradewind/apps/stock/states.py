"""States of a first leg. Balances, moves and layers have none: they are sums and facts."""

from tradewind.db.states import StateTable

FIRST_LEG = StateTable(
    "packed",
    {
        "depart": (("packed",), "departed"),
        "arrive": (("departed",), "arrived"),
        "cancel": (("packed",), "cancelled"),
    },
)
