"""The pull of orders: lines mapped since, goods come in since, then everything new is reserved."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.orders.operations import remap_lines, reserve_orders, retry_short, take_channel_sales
from tradewind.apps.orders.queries import count_states, holds_open
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def reserve_new(now: datetime, by: Actor) -> StepResult:
    """Reserve what is new; problems are orders that stay held."""
    freed = len(remap_lines(now=now, by=by)) + len(retry_short(now=now, by=by))
    ready = short = 0
    while True:
        got = reserve_orders(now=now, by=by)
        ready += len(got.ready)
        short += len(got.short) + len(got.homeless)
        if not (got.ready or got.short or got.homeless):
            break
    counts = count_states(by)
    return StepResult(
        done=ready,
        waiting=counts.get("new", 0),
        problems=counts.get("held", 0),
        detail={"freed": freed, "short": short, "holds": holds_open(by).count()},
    )


def take_shipped_by_channels(now: datetime, by: Actor) -> StepResult:
    """Take what channels shipped out of their own warehouses; problems are orders short of stock or unmapped.

    What was sold before its first batch came there is history: told, neither waiting nor a problem.
    """
    got = take_channel_sales(now=now, by=by)
    waits = len(got.short) + len(got.unmapped)
    return StepResult(got.taken, waits, waits, {"short": len(got.short), "before_stock": len(got.before)})
