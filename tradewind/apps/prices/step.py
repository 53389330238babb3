"""The pull: floors of every listing, as soon as anything moved that a cost may stand on."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.org.models import AuditEntry
from tradewind.apps.prices.models import CostMark, PricePolicy
from tradewind.apps.prices.operations.floors import mark_costs, recompute_floors
from tradewind.apps.prices.queries import under_floor
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult

NAME = "audit"


def waiting(actor: Actor) -> int:
    """Listings in scope that are sold below their floor."""
    return under_floor(actor).count()


def run(now: datetime, by: Actor) -> StepResult:
    """Compute the floors anew after any act of the house or a new day; a hash leaves the unmoved alone.

    Without a policy there is nothing to keep, and nothing is done. Problems are listings below their floor.
    """
    if not PricePolicy.objects.filter(active=True).exists():
        return StepResult()
    newest = AuditEntry.objects.exclude(kind="price_floor").order_by("-id")
    until, on = newest.values_list("id", flat=True).first() or 0, now.date()
    if CostMark.objects.filter(name=NAME, audit_id=until, on=on).exists():
        return StepResult(0, waiting(by))
    done = recompute_floors(on=on, now=now, by=by)
    mark_costs(name=NAME, audit_id=until, on=on)
    return StepResult(done.changed, waiting(by), 0, {"below": done.below, "fallen": len(done.fallen)})
