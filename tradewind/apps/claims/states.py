"""States of bills, their lines, findings and claims, and the words for what is wrong."""

from tradewind.db.states import StateTable

DRAFT, AUDITED, ACCEPTED, CLOSED = "draft", "audited", "accepted", "closed"
NEW, CLEAN, UNJUDGED, DISPUTED, CREDITED = "new", "clean", "unjudged", "disputed", "credited"
OPEN, CLAIMED, RECOVERED, REFUSED, DISMISSED, GONE = (
    "open", "claimed", "recovered", "refused", "dismissed", "gone",
)  # fmt: skip
SENT, PARTLY = "sent", "partly"

CARRIER, WAREHOUSE, ADS, SUBSCRIPTION, OTHER = "carrier", "warehouse", "ads", "subscription", "other"
KINDS = (CARRIER, WAREHOUSE, ADS, SUBSCRIPTION, OTHER)
AUDITABLE = (CARRIER, WAREHOUSE)  # priced by rate cards; the others are matched with settlements
TAKEN = (ADS, SUBSCRIPTION)  # what channels may take out of a settlement themselves

BILL = StateTable(
    DRAFT,
    {
        "audit": ((DRAFT, AUDITED), AUDITED),
        "accept": ((AUDITED,), ACCEPTED),
        "close": ((ACCEPTED,), CLOSED),
        "reopen": ((CLOSED,), ACCEPTED),
    },
)
LINE = StateTable(
    NEW,
    {
        "judge": ((NEW, CLEAN, UNJUDGED, DISPUTED), CLEAN),
        "accept": ((CLEAN, UNJUDGED, DISPUTED), ACCEPTED),
        "credit": ((ACCEPTED, DISPUTED), CREDITED),
    },
)
FINDING = StateTable(
    OPEN,
    {
        "claim": ((OPEN,), CLAIMED),
        "dismiss": ((OPEN,), DISMISSED),
        "take_back": ((DISMISSED, GONE), OPEN),
        "vanish": ((OPEN,), GONE),
        "recover": ((OPEN, CLAIMED, REFUSED), RECOVERED),
        "refuse": ((CLAIMED,), REFUSED),
    },
)
CLAIM = StateTable(
    DRAFT,
    {
        "send": ((DRAFT,), SENT),
        "recover": ((DRAFT, SENT), RECOVERED),
        "refuse": ((DRAFT, SENT), REFUSED),
        "part": ((DRAFT, SENT), PARTLY),
    },
)
