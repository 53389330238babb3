"""What people decide of bills and findings: agree to what is undisputed, let a finding go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine, ClaimEvent, Finding
from tradewind.apps.claims.operations.settling import Change, change_lines
from tradewind.apps.claims.queries.lists import bills, findings
from tradewind.apps.claims.states import ACCEPTED, BILL, CLOSED, FINDING, UNJUDGED
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import needed_reason
from tradewind.db.states import WrongState, move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


def accept_bills(*, ids: Iterable[int], unjudged: bool = False, now: datetime, by: Actor) -> list[int]:
    """Agree to what is not disputed: it is owed from now on, and the parcels' freight is actual.

    `unjudged` says that lines nobody could judge are agreed to as well; without it they refuse the bill.
    Refused unless every bill is audited. Example: a bill of 100.00 with 7.50 in dispute owes 92.50.
    """
    wanted = sorted(set(ids))
    with acting(by, "claims.change", kind="bill", ids=wanted, now=now) as act:
        found = list(bills(by).filter(pk__in=wanted).select_for_update(of=("self",)))
        lines = BillLine.objects.filter(bill_id__in=wanted)
        open_lines = Counter(lines.filter(state=UNJUDGED).values_list("bill_id", flat=True))
        problems = [
            Problem(
                None, "unjudged", f"{bill.number}: {open_lines[bill.pk]}", _("lines could not be judged"),
                _("the choice to accept them as they are"),
            )
            for bill in found if open_lines[bill.pk] and not unjudged
        ]  # fmt: skip
        if len(found) != len(wanted):
            problems.append(Problem(None, "bill", str(len(wanted)), _("there is no such row")))
        if problems:
            raise Refused(problems)
        try:
            move_all(Bill, BILL, "accept", wanted, accepted_at=now)
        except WrongState:
            raise Refused(
                [Problem(None, "state", "", _("the bill is in another state"), _("an audited bill"))]
            ) from None
        rows = lines.values_list("id", "amount_minor", "disputed_minor", "credited_minor")
        changes = {pk: Change(accepted=amount - held - back) for pk, amount, held, back in rows}
        change_lines(changes, now=now, by=by)
        act.note(verb="accept_bills", lines=len(changes), unjudged=sum(open_lines.values()))
    return wanted


def dismiss_findings(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Let findings go: what was asked is right after all. Of an accepted bill it is owed from now on.

    Refused without a reason, or when one is claimed or decided already.
    """
    why = needed_reason(reason)
    wanted = sorted(set(ids))
    with acting(by, "claims.change", kind="finding", ids=wanted, now=now) as act:
        rows = list(findings(by).filter(pk__in=wanted).select_for_update(of=("self",)))
        try:
            if len(rows) != len(wanted):
                raise WrongState("dismiss", set(wanted) - {r.pk for r in rows})
            move_all(Finding, FINDING, "dismiss", wanted, note=why)
        except WrongState as wrong:
            raise Refused([Problem(None, "finding", str(pk), _("is not open")) for pk in wrong.ids]) from None
        give_in(rows, now=now, by=by, source="word")
        act.note(verb="dismiss_findings", reason=why)
    return wanted


def give_in(rows: Iterable[Finding], *, now: datetime, by: Actor, source: str) -> None:
    """What was asked of bill lines is agreed to after all; accepted bills owe it, and the books follow."""
    changes: dict[int, Change] = {}
    events = []
    for row in rows:
        left = row.excess_minor - row.recovered_minor
        if row.bill_line is None or not left:
            continue
        owed = left if row.bill_line.bill.state in (ACCEPTED, CLOSED) else 0
        before = changes.get(row.bill_line.pk, Change())
        changes[row.bill_line.pk] = Change(before.accepted + owed, before.disputed - left, 0)
        if owed:
            events.append(
                ClaimEvent(
                    claim_id=row.claim_id, finding=row, bill_line=row.bill_line, kind="refused",
                    amount_minor=left, accepted_minor=owed, currency=row.currency, source=source,
                    source_ref=f"finding:{row.pk}", on=now.date(), at=now, by=by.name,
                )
            )  # fmt: skip
    ClaimEvent.objects.bulk_create(events)
    change_lines(changes, now=now, by=by)
