"""States of a market."""

from tradewind.db.states import StateTable

MARKET = StateTable(
    "watched",
    {
        "enter": (("watched", "left"), "entered"),
        "leave": (("entered",), "left"),
        "watch": (("left",), "watched"),
    },
)
