"""Kinds of ways and places, and the states of a card: a draft prices nothing until it is confirmed."""

from tradewind.db.states import StateTable

SERVICE_KINDS = ("postal", "express", "line", "first_leg", "local")
MODES = ("air", "sea", "rail", "road")
WAREHOUSE_KINDS = ("own", "overseas", "platform", "supplier")
CARD = StateTable("draft", {"confirm": (("draft",), "active"), "discard": (("draft",), "discarded")})
