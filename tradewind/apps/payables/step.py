"""The pull of payables: what documents ask, deposits used, lines that show payments, the day's forecast."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.operations import (
    keep_forecasts,
    match_lines,
    pull_payables,
    set_off_deposits,
)
from tradewind.apps.payables.states import OPEN
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def waiting(actor: Actor) -> int:
    """Payables that nobody has asked to pay in full."""
    actor.require("payables.view")
    return Payable.objects.filter(state=OPEN).count()


def run(now: datetime, by: Actor) -> StepResult:
    """Pull, set off, match, and keep the day's forecast; a second run changes nothing."""
    result = pull_payables(now=now, by=by)
    result += StepResult(set_off_deposits(now=now, by=by) + match_lines(now=now, by=by))
    return result + StepResult(keep_forecasts(now=now, by=by), waiting(by))
