"""Rows of orders, lines and holds as the database takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from tradewind.apps.orders.operations.mapping import Mapped
from tradewind.apps.orders.states import REASONS
from tradewind.db.encrypted import seal
from tradewind.db.sql import instant
from tradewind.engine.contracts import CANCELLED, OPEN, PENDING, SHIPPED, Address, ChannelLine, ChannelOrder

COLUMNS = [
    "id", "store_id", "external_id", "state", "currency", "goods_minor", "shipping_minor", "tax_minor",
    "country", "buyer", "placed_at", "updated_at", "ship_by", "by_channel",
]  # fmt: skip
LINE_COLUMNS = [
    "id", "order_id", "external_id", "external_sku", "title", "sku_id", "units_each", "qty", "price_minor",
    "discount_minor", "tax_minor",
]  # fmt: skip
HOLD_COLUMNS = ["order_id", "reason", "detail", "role", "opened_at", "closed_by"]
_FIELDS = tuple(f.name for f in fields(Address))
_person = attrgetter(*(name for name in _FIELDS if name != "country"))
RANK = {PENDING: 0, OPEN: 1, SHIPPED: 2, CANCELLED: 3}
STATES = {PENDING: "pending", OPEN: "new", SHIPPED: "elsewhere", CANCELLED: "cancelled"}


def version(order: ChannelOrder) -> tuple[datetime, int]:
    """What makes one version of an order newer than another: its time, then how far it is."""
    return order.updated_at, RANK[order.state]


def sealed_buyer(address: Address) -> str:
    """The address encrypted; without a person in it empty (the country stands on the order anyway)."""
    if not any(_person(address)):
        return ""
    return seal(
        json.dumps({name: value for name in _FIELDS if (value := getattr(address, name))}, ensure_ascii=False)
    )


def hold_row(order_id: int, reason: str, about: Sequence[str], now: datetime) -> tuple[Any, ...]:
    return (order_id, reason, ", ".join(about), REASONS[reason], instant(now), "")


def line_row(line_id: int, order_id: int, line: ChannelLine, mapped: Mapped) -> tuple[Any, ...]:
    return (
        line_id, order_id, line.external_id, line.external_sku, line.title, mapped.sku_id, mapped.units_each,
        line.qty, line.price.minor, line.discount.minor, line.tax.minor,
    )  # fmt: skip
