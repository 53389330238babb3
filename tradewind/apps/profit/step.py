"""The pull: profit of orders that shipped, or that something upstream has touched since."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.profit import changed, queries
from tradewind.apps.profit.models import Heard
from tradewind.apps.profit.operations import recompute
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


def waiting(actor: Actor) -> int:
    """Orders whose profit misses something."""
    return queries.incomplete(actor).count()


def run(now: datetime, by: Actor) -> StepResult:
    """Compute what is new or touched; where it broke off, the next run goes on."""
    start, until = changed.heard(), changed.newest()
    done = 0
    if until > start:
        causes = changed.touched(start, until)
        done = recompute(order_ids=causes, now=now, by=by, causes=causes)
    done += recompute(order_ids=changed.without_lines(), now=now, by=by)
    Heard.objects.get_or_create(name=changed.LINES, defaults={"audit_id": until})
    while fresh := changed.never_computed():
        written = recompute(order_ids=fresh, now=now, by=by)
        done += written
        if not written:
            break
    if until > start:
        Heard.objects.update_or_create(name=changed.NAME, defaults={"audit_id": until})
    return StepResult(done, waiting(by))
