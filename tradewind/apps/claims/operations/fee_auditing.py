"""Judging what a channel charged: fees of sales by the schedule of their day; units lost and not paid."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import FeeAudit, Finding
from tradewind.apps.claims.operations.writing import FINDING_COLUMNS, write_findings
from tradewind.apps.claims.queries.charged import Charged, charged, touched_orders
from tradewind.apps.claims.queries.losses import Loss, losses
from tradewind.apps.claims.queries.windows import claim_window
from tradewind.apps.markets.queries import rulebook
from tradewind.apps.org.operations import acting
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.db.bulk import chunks
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.fee_audit import Judged, audit_sale

MOST = 20_000  # orders read at a time
LOST = "lost_in_warehouse"
# Reason of a finding -> the kind of settlement line that charged it.
_KIND_OF = {"size_tier": "fulfilment_fee", "fee_not_refunded": "refund"}


def audit_fees(*, store_id: int, first: date, last: date, now: datetime, by: Actor) -> FeeAudit:
    """Judge every sale that settlements ended in these days speak of, with all that was ever charged for it.

    What the schedule cannot judge is counted by reason and never a finding. Looked at again, open findings
    follow the figures; what people decided stays. Refused: a store out of scope, days the wrong way round.
    """
    by.require("claims.change")
    store = stores_of(by).filter(pk=store_id).select_related("market").first()
    if store is None or last < first:
        field, value = ("store", store_id) if store is None else ("last", last)
        reason = _("there is no such store") if store is None else _("ends before it starts")
        raise Refused([Problem(None, field, str(value), reason)])
    with acting(by, "claims.change", kind="fee_audit", now=now) as act:
        seen = _Seen(store, now)
        book = rulebook()
        orders = touched_orders(store.pk, first, last)
        for part in chunks(orders, MOST):
            lines = set()
            for one in charged(part):
                lines.add(one.line_id)
                for judged in audit_sale(book, one.sale):
                    seen.fee(one, judged)
            seen.keep(Finding.objects.filter(key__startswith="fee:", order_line_id__among=sorted(lines)))
        for loss in losses(store.pk, last):
            seen.loss(loss)
        seen.keep(Finding.objects.filter(key__startswith="move:", store=store))
        audit = FeeAudit.objects.create(
            store=store, first_on=first, last_on=last, judged_count=seen.judged, clean_count=seen.clean,
            found_count=seen.found, unjudged=dict(sorted(seen.unjudged.items())), made_at=now,
            made_by=by.name,
        )  # fmt: skip
        act.ids.append(audit.pk)
        act.note(verb="audit_fees", store=store.code, judged=seen.judged, found=seen.found)
    return audit


class _Seen:
    """What one look found so far."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.store, self.now = store, now
        self.judged = self.clean = self.found = 0
        self.unjudged: Counter[str] = Counter()
        self.rows: list[tuple[Any, ...]] = []

    def fee(self, one: Charged, judged: Judged) -> None:
        if judged.why:
            self.unjudged[f"{judged.reason}: {judged.why}"] += 1
            return
        self.judged += 1
        if not judged.excess:
            self.clean += 1
            return
        kind = _KIND_OF.get(judged.reason, judged.reason)
        days = claim_window(self.store.channel, self.store.market.code, "fee", one.settled_on)
        self._add(
            days, key=f"fee:{one.line_id}:{judged.reason}:{one.sale.currency}", order_id=one.order_id,
            order_line_id=one.line_id, sku_id=one.sku_id, settlement_line_id=one.lines.get(kind),
            reason=judged.reason, currency=one.sale.currency, charged_minor=judged.charged,
            expected_minor=judged.expected, excess_minor=judged.excess, source=judged.source[:200],
            facts=judged.facts,
        )  # fmt: skip

    def loss(self, loss: Loss) -> None:
        if loss.paid_line:
            self.judged, self.clean = self.judged + 1, self.clean + 1
            return
        if not loss.cost_minor:
            self.unjudged[f"{LOST}: no_cost"] += 1
            return
        self.judged += 1
        days = claim_window(self.store.channel, self.store.market.code, LOST, loss.on)
        facts = {"units": str(loss.units), "why": loss.reason, "day": loss.on.isoformat()}
        self._add(
            days, key=f"move:{loss.move_id}:{LOST}", sku_id=loss.sku_id, reason=LOST, currency=loss.currency,
            charged_minor=0, expected_minor=-loss.cost_minor, excess_minor=loss.cost_minor,
            source=f"move:{loss.move_id}", facts=facts,
        )  # fmt: skip

    def _add(self, days: tuple[date | None, str], *, facts: Any, **values: Any) -> None:
        last, source = days
        mine = values | {
            "company_id": self.store.company_id, "store_id": self.store.pk, "found_at": instant(self.now),
            "facts": json.dumps(dict(facts), ensure_ascii=False), "due_source": source,
            "due_on": last.isoformat() if last else None,
        }  # fmt: skip
        self.rows.append(tuple(mine.get(name) for name in FINDING_COLUMNS))

    def keep(self, scope: Any) -> None:
        """Write what was found in a scope."""
        self.found += write_findings(scope, self.rows)
        self.rows = []
