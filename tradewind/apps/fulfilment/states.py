"""States of a parcel.

picking    in a wave, the goods are still on the shelf
picked     the goods stand in staging
packed     in its box, weighed if there was a scale
shipped    handed to the carrier; `pushed_at` says whether the channel has confirmed it
cancelled  taken apart before it left
"""

from tradewind.db.states import StateTable

PARCEL = StateTable(
    "picking",
    {
        "pick": (("picking",), "picked"),
        "pack": (("picked",), "packed"),
        "ship": (("packed",), "shipped"),
        "cancel": (("picking", "picked", "packed"), "cancelled"),
    },
)
