"""The pull of stock: what was received comes into stock, what lacked a rate gets its cost."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.stock.operations import price_layers, take_in_receipts
from tradewind.apps.stock.queries import layers_without_cost, receipts_waiting
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def take_in(now: datetime, by: Actor) -> StepResult:
    """Take in waiting receipts and price layers without a cost; problems are layers still without one."""
    done = 0
    while (taken := take_in_receipts(now=now, by=by)).lines:
        done += taken.lines
    if layers_without_cost(by):
        done += len(price_layers(now=now, by=by))
    return StepResult(done=done, waiting=receipts_waiting(), problems=layers_without_cost(by))
