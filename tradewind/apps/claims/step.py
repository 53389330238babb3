"""The pull of claims: bills that settlements took, money that came back, fees of what was settled since."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.db.models import Max, Min

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import FeeAudit
from tradewind.apps.claims.operations import audit_fees, match_covers, match_reimbursements
from tradewind.apps.claims.states import AUDITED, DRAFT, OPEN
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.states import HELD
from tradewind.apps.stores.queries import stores_of
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult

_BOOKED = ("post_settlements", "mark_settlements_posted", "mark_late_orders_booked")


def waiting(actor: Actor) -> int:
    """Bills that nobody has accepted, and findings nobody has decided on."""
    bills = queries.bills(actor).filter(state__in=(DRAFT, AUDITED)).count()
    return bills + queries.findings(actor).filter(state=OPEN).count()


def run(now: datetime, by: Actor) -> StepResult:
    """Match bills and money given back with settlements, then judge the fees of new settlements.

    A settlement is looked at once it is explained, and when it changes; a store without one is passed by.
    """
    done = match_covers(now=now, by=by) + match_reimbursements(now=now, by=by)
    looked = dict(FeeAudit.objects.values_list("store_id").annotate(at=Max("made_at")).order_by())
    found = 0
    for store in stores_of(by).order_by("id"):
        fresh = SettlementFile.objects.filter(store=store).exclude(state=HELD)
        if store.pk in looked:
            fresh = fresh.filter(pk__among=_touched(looked[store.pk]))
        days = fresh.aggregate(first=Min("end_at"), last=Max("end_at"))
        if days["first"] is None:
            continue
        audit = audit_fees(
            store_id=store.pk, first=days["first"].astimezone(UTC).date(),
            last=days["last"].astimezone(UTC).date(), now=now, by=by,
        )  # fmt: skip
        done, found = done + 1, found + audit.found_count
    return StepResult(done, waiting(by), detail={"fees_found": found})


def _touched(since: datetime) -> list[int]:
    """Settlements imported, explained or matched since a time; booking them changes nothing of their fees."""
    acts = AuditEntry.objects.filter(kind="settlement", at__gt=since).values_list("ids", "detail")
    ids: set[int] = set()
    for listed, detail in acts.iterator(500):
        if json.loads(detail).get("verb") not in _BOOKED:
            ids.update(json.loads(listed))
    return sorted(ids)
