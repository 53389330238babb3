"""What the nouns of goods and orders share: words of states and reasons, money of rows, time left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.orders.models import Order
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

ORDER_STATES = (
    ("pending", _("Unpaid"), "idle"),
    ("new", _("New order"), "wait"),
    ("held", _("On hold"), "bad"),
    ("ready", _("Ready to pick"), "wait"),
    ("picking", _("Being picked"), "wait"),
    ("shipped", _("Shipped"), "done"),
    ("elsewhere", _("Shipped elsewhere"), "idle"),
    ("cancelled", _("Cancelled"), "idle"),
)
PARCEL_STATES = (
    ("picking", _("To pick"), "wait"),
    ("picked", _("To pack"), "wait"),
    ("packed", _("To ship"), "wait"),
    ("shipped", _("Shipped"), "done"),
    ("cancelled", _("Cancelled"), "idle"),
)
REASONS = {
    "unmapped_sku": _("SKU not mapped"),
    "two_mappings": _("Two mappings at once"),
    "out_of_stock": _("Out of stock"),
    "no_warehouse": _("Store has no warehouse"),
    "manual": _("Held by hand"),
    "cancel_requested": _("Buyer asks to cancel"),
    "cancelled_after_pick": _("Cancelled after picking"),
    "edited_after_pick": _("Changed after picking"),
    "shipped_outside": _("Channel says shipped"),
    "cancelled_after_ship": _("Cancelled after shipping"),
    "edited_after_ship": _("Changed after shipping"),
}
KINDS = {
    "receipt": _("Receipt"),
    "pick": _("Pick"),
    "unpick": _("Put back"),
    "ship": _("Ship"),
    "leg_out": _("First leg out"),
    "leg_in": _("First leg in"),
    "count": _("Count"),
}
COST_STATES = {"actual": _("Actual"), "estimated": _("Estimated"), "missing": _("Missing")}


def reason(code: str) -> Any:
    return REASONS.get(code, code)


def move_kind(row: Any) -> Any:
    return KINDS.get(row.kind, row.kind)


def warehouse_ids(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return [(str(w.pk), w.name) for w in Warehouse.objects.order_by("code")]


def total(order: Order) -> Money:
    """What the buyer pays: goods, shipping and tax."""
    return Money(order.goods_minor + order.shipping_minor + order.tax_minor, order.currency)


def minor(value: int | None, currency: str) -> Money | None:
    return None if value is None else Money(value, currency)


def time_left(until: datetime | None) -> str:
    """Days and hours until a deadline, or since it. Example: "1d 5h", "-3h 20m"."""
    if until is None:
        return ""
    seconds = int((until - timezone.now()).total_seconds())
    sign, minutes = ("-", -seconds // 60) if seconds < 0 else ("", seconds // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return _now("%(sign)s%(days)dd %(hours)dh") % {"sign": sign, "days": days, "hours": hours}
    return _now("%(sign)s%(hours)dh %(minutes)dm") % {"sign": sign, "hours": hours, "minutes": minutes}
