"""By which method a company's goods are costed, each from its day."""

from __future__ import annotations

from datetime import date, datetime

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations.acting import acting
from tradewind.engine.access import Actor


def change_costing(*, company_id: int, method: str, start: date, now: datetime, by: Actor) -> None:
    """Note a change of method; whether it may change is stock's to judge (`stock.switch_costing`)."""
    with acting(by, "stock.cost", kind="company", ids=[company_id], now=now) as act:
        company = Company.objects.select_for_update().get(pk=company_id)
        before = list(company.costing_changes)
        company.costing_changes = [*before, [start.isoformat(), method]]
        company.save(update_fields=["costing_changes"])
        act.note(verb="change_costing", before=before, method=method, start=str(start))
