"""States of the house's own nouns."""

from tradewind.db.states import StateTable

APPROVAL = StateTable("open", {"grant": (("open",), "granted"), "refuse": (("open",), "refused")})
