"""The pull of stock: receipts come in, what lacked a rate gets its cost, months over get their average."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.stock.operations import cost_months, price_layers, take_in_receipts
from tradewind.apps.stock.queries import layers_without_cost, receipts_waiting
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def take_in(now: datetime, by: Actor) -> StepResult:
    """Take in receipts, price layers, cost months that are over; problems are layers still without a cost."""
    done = 0
    while (taken := take_in_receipts(now=now, by=by)).lines:
        done += taken.lines
    if layers_without_cost(by):
        done += len(price_layers(now=now, by=by))
    done += cost_months(now=now, by=by)
    return StepResult(done=done, waiting=receipts_waiting(), problems=layers_without_cost(by))
