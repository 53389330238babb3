"""What the nouns of prices share: shares as percent, explained trees, choices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.stores.queries import stores_of
from tradewind.desk.kernel import Ref
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown

PROFIT, COST = "profit", "cost"


def percent(share: Decimal | None) -> Decimal | None:
    """A share as people read it: 0.25 is 25 %."""
    return None if share is None else (share * 100).quantize(Decimal("0.01"))


def share(value: Decimal | None) -> Decimal:
    """A percentage of a form as a share; none stated is none set aside."""
    return Decimal(0) if value is None else value / 100


def tree_of(data: Mapping[str, Any] | None) -> Breakdown | None:
    """A stored explanation."""
    return None if not data else Breakdown.from_json(data)


def reason_of(stored: str) -> str:
    """Stored reasons ("fulfilment: the SKU is not weighed yet; ...") in the reader's language."""
    found = []
    for part in stored.split("; "):
        name, colon, why = part.partition(": ")
        words = name.replace("_", " ")
        found.append(f"{_now(words[:1].upper() + words[1:])}: {_now(why)}" if colon else part and _now(part))
    return "; ".join(found)


def store_codes(actor: Actor) -> list[tuple[str, Any]]:
    """Stores in scope by code."""
    return [(s.code, s.name) for s in stores_of(actor).order_by("code")]


def listing_ref(row: Any) -> Ref:
    """A link to the row's listing."""
    return Ref("listings", row.listing_id, row.listing.external_sku)


def store_ref(row: Any) -> Ref | None:
    """A link to the row's store, if it has one."""
    return None if row.store_id is None else Ref("stores", row.store_id, row.store.name)


TARGETS = {
    "margin": _("Margin, % of the net price"),
    "markup": _("Markup, % of the costs"),
    "profit": _("Profit a unit, base currency"),
}
IMPORTERS = {"buyer": _("The buyer, at the door"), "seller": _("We, out of the price")}


def schemes(_actor: Actor) -> list[tuple[str, Any]]:
    """Import schemes of the rules in force or to come, by code."""
    found = {rule.keys["scheme"]: rule.text("name") for rule in rulebook().all("scheme")}
    return sorted(found.items())
