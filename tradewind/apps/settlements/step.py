"""The pull: settlement files that channels hold ready, and orders that came in after their settlement."""

from __future__ import annotations

from datetime import datetime, timedelta

from tradewind.apps.org.operations import store_file
from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import import_settlements, match_orders, propose_orders
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations.inbox import advance_cursor, note_run
from tradewind.apps.stores.queries import able_stores, connection, read_since
from tradewind.connectors import registry
from tradewind.connectors.base import SETTLEMENTS, Connection, SettlementRef
from tradewind.engine.access import Actor
from tradewind.engine.contracts import OutsideError, Refused, StepResult

FEED = "settlements"
LOOK_BACK = timedelta(days=60)  # an order that has not come in by then does not come by itself


def waiting(actor: Actor) -> int:
    """Settlements that wait for somebody to explain them."""
    return queries.held(actor)


def run(now: datetime, by: Actor) -> StepResult:
    """Fetch what is new of every store, then look again for orders of lines that had none."""
    result = StepResult()
    for store in able_stores(by, SETTLEMENTS):
        result += _pull(store, now, by)
    late = list(queries.with_late_orders(by).values_list("id", flat=True))
    found = match_orders(ids=late, now=now, by=by) if late else 0
    young = queries.lacking_orders(by, now - LOOK_BACK).values_list("id", flat=True)
    further, _waiting = propose_orders(ids=list(young), now=now, by=by)
    return result + StepResult(waiting=queries.held(by), detail={"orders_found": found + further})


def _pull(store: Store, now: datetime, by: Actor) -> StepResult:
    """One store: a file that cannot be read is kept, named and tried again; the others go on."""
    conn = connection(store, now)
    try:
        refs, mark = _ready(store, conn, read_since(store, FEED, now))
    except OutsideError as failed:
        note_run(store=store, feed=FEED, now=now, problems=1, error=str(failed))
        return StepResult(problems=1)
    there = set(
        SettlementFile.objects.filter(store=store, external_id__in=[r.external_id for r in refs]).values_list(
            "external_id", flat=True
        )
    )
    done, errors = 0, []
    for ref in refs:
        if ref.external_id in there:
            continue
        try:
            done += _fetch(store, conn, ref, now, by)
        except (OutsideError, Refused) as failed:
            errors.append(f"{ref.external_id}: {failed}")
    if mark is not None and not errors:
        advance_cursor(store=store, feed=FEED, watermark=mark)
    error = "; ".join(errors)[:2000]
    note_run(store=store, feed=FEED, now=now, fetched=done, problems=len(errors), error=error)
    return StepResult(done=done, problems=len(errors))


def _ready(store: Store, conn: Connection, since: datetime) -> tuple[list[SettlementRef], datetime | None]:
    channel = registry.channel(store.channel)
    refs: list[SettlementRef] = []
    token: str | None = None
    while True:
        page = channel.settlements(conn, since, token)
        refs += page.items
        token = page.next_token
        if token is None:
            return refs, page.watermark


def _fetch(store: Store, conn: Connection, ref: SettlementRef, now: datetime, by: Actor) -> int:
    data = registry.channel(store.channel).settlement_file(conn, ref.external_id)
    name = f"{store.code}-{ref.external_id}.txt"
    store_file(name=name, content=data, now=now, by=by)  # raw first: kept even when it cannot be read
    done = import_settlements(store_id=store.pk, name=name, data=data, now=now, by=by)
    return sum(1 for i in done if i.how == "new")
