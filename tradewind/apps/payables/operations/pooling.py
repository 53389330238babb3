"""The pool of payables: what documents ask for, taken in once and followed when they ask otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tradewind.apps.org.operations import acting
from tradewind.apps.payables.models import CashPlan, Payable
from tradewind.apps.payables.operations.amounts import Cleared, Shift, shift, write_clearings
from tradewind.apps.payables.operations.entering import insert_owed
from tradewind.apps.payables.queries.documents import Owed, asked_now, documents
from tradewind.apps.payables.queries.evidence import evidence
from tradewind.apps.payables.queries.planned import occurrences
from tradewind.apps.payables.states import CLEARED, LAPSE
from tradewind.db.bulk import take_ids, update_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.payable_kinds import PAYABLE_KINDS

PLAN = "cash_plan"


def pull_payables(*, now: datetime, by: Actor) -> StepResult:
    """Take in what documents ask, and follow those that ask more or less than before.

    Set-based and repeatable: a document makes one payable (unique source). What a document no longer asks
    lapses as far as nobody has asked to pay it; the rest is counted as a problem and stands on its page.
    """
    with acting(by, "payables.change", kind="payable", now=now) as act:
        fresh = [*_unseen(documents(by)), *_raised(now.date())]
        ids = list(take_ids(Payable, len(fresh)))
        new = insert_owed(fresh, ids, now=now, by=by)
        moved, stuck = _follow(now, by)
        judged = _judge()
        act.ids = sorted({*ids, *moved, *judged})
        act.note(verb="pull_payables", new=new, changed=len(moved), judged=len(judged))
        if not act.ids:
            act.nothing()
    return StepResult(done=new + len(moved), problems=stuck)


def _judge() -> list[int]:
    """Keep how the documents of open payables agree now; those that changed."""
    rows = list(Payable.objects.exclude(state=CLEARED).order_by("id"))
    proofs = evidence(rows)
    changed = [(p.pk, proofs[p.pk].state) for p in rows if p.match_state != proofs[p.pk].state]
    update_rows(Payable, ["match_state"], changed)
    return [pk for pk, _state in changed]


def _unseen(owed: Iterable[Owed]) -> list[Owed]:
    """What the pool does not hold yet, so that no key is taken in vain."""
    found = list(owed)
    there: set[tuple[str, int, str]] = set()
    for source in {o.source for o in found}:
        ids = [o.source_id for o in found if o.source == source]
        rows = Payable.objects.filter(source=source, source_id__among=ids)
        there |= {(source, pk, part) for pk, part in rows.values_list("source_id", "part")}
    return [o for o in found if (o.source, o.source_id, o.part) not in there]


def _raised(today: date) -> list[Owed]:
    """Days of plans that are near enough to become payables."""
    plans = CashPlan.objects.filter(state="active", raise_days__isnull=False, kind__in=list(PAYABLE_KINDS))
    owed = []
    for plan in plans.select_related("company"):
        for day in occurrences(plan, today, plan.raise_days or 0):
            owed.append(
                Owed(
                    plan.company_id, plan.company.base_currency, plan.kind, PLAN, plan.pk, day.isoformat(),
                    f"{plan.name} {day.isoformat()}", plan.creditor or plan.name, None, plan.currency,
                    plan.amount_minor, min(day, today), day,
                )
            )  # fmt: skip
    return _unseen(owed)


def _follow(now: datetime, by: Actor) -> tuple[list[int], int]:
    """Payables whose document asks otherwise now: (those changed, those paid or asked for too far)."""
    changed = asked_now(by)
    if not changed:
        return [], 0
    rows = list(Payable.objects.filter(id__among=list(changed)).order_by("id"))
    more = [(p.pk, changed[p.pk] - p.document_minor) for p in rows if changed[p.pk] > p.document_minor]
    # A document that asks more adds to what is owed; its state is set by the empty move below.
    update_rows(Payable, ["amount_minor"], more, set_sql="amount_minor = t.amount_minor + d.amount_minor")
    less = [(p, p.document_minor - changed[p.pk]) for p in rows if changed[p.pk] < p.document_minor]
    lapsed = [(p.pk, min(gone, p.free.minor)) for p, gone in less]
    shift({pk: Shift(settled=minor) for pk, minor in [*lapsed, *((pk, 0) for pk, _more in more)]})
    _lapse(lapsed, now, by)
    update_rows(Payable, ["document_minor"], [(pk, minor) for pk, minor in sorted(changed.items())])
    return sorted(changed), sum(gone > p.free.minor for p, gone in less)


def _lapse(lapsed: Sequence[tuple[int, int]], now: datetime, by: Actor) -> None:
    rows = [Cleared(pk, LAPSE, minor) for pk, minor in lapsed]
    write_clearings(rows, on=now.date(), reason="the document asks less", now=now, by=by)
