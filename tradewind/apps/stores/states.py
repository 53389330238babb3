"""States of a store."""

from tradewind.db.states import StateTable

STORE = StateTable("connected", {"pause": (("connected",), "paused"), "resume": (("paused",), "connected")})
