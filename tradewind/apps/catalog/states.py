"""States of products and SKUs, and what must be known before a product may be sold."""

from tradewind.db.states import StateTable

PRODUCT = StateTable(
    "draft", {"activate": (("draft", "stopped"), "active"), "stop": (("draft", "active"), "stopped")}
)
SKU = StateTable("active", {"stop": (("active",), "stopped"), "resume": (("stopped",), "active")})

# Each must be stated yes or no: they decide which ways a parcel may go.
ATTRIBUTES = ("battery", "magnet", "liquid", "powder")
# Facts without which nothing can be declared, priced or shipped.
NEEDED = ("hs_code", "origin", "weight_g", "length_mm", "width_mm", "height_mm")
