"""States of a market and of a tariff."""

from tradewind.db.states import StateTable

MARKET = StateTable(
    "watched",
    {
        "enter": (("watched", "left"), "entered"),
        "leave": (("entered",), "left"),
        "watch": (("left",), "watched"),
    },
)

TARIFF = StateTable("loaded", {"withdraw": (("loaded",), "withdrawn")})
