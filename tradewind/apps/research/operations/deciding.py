"""People's decisions on candidates: overrides by name, approval, rejection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import Approval
from tradewind.apps.org.operations import acting, answer_approvals, ask_approvals
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.research.models import Candidate, GateResult
from tradewind.apps.research.operations.candidates import ASKED, held_ideas, take_back_verdicts
from tradewind.apps.research.states import CANDIDATE
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.gates import FAIL, GATES, MISSING, PASS

OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Override:
    """A gate of a candidate that a person lets pass by name, and why."""

    candidate_id: int
    gate: str
    reason: str


def override_gates(*, overrides: Sequence[Override], now: datetime, by: Actor) -> None:
    """Let failed or missing gates pass under the actor's name. Owner only; every reason is kept."""
    ids = [o.candidate_id for o in overrides]
    with acting(by, "research.approve", kind="candidate", ids=ids, now=now) as act:
        found = Findings()
        results = _results(found, ids)
        changed = []
        for row, one in rows(overrides):
            found.at(row).one_of("gate", one.gate, GATES)
            reason = found.text("reason", one.reason, 2000)
            result = results.get((one.candidate_id, one.gate))
            if result is None or result.verdict not in (FAIL, MISSING):
                said = result.verdict if result else _("not judged")
                found.add("gate", f"{one.gate}: {said}", _("there is nothing to override"), "fail, missing")
                continue
            before = result.verdict
            result.verdict, result.evidence, result.reason = OVERRIDE, reason, ""
            result.decided_by, result.decided_at = by.name, now
            changed.append((result, before))
        found.settle()
        GateResult.objects.bulk_update(
            [r for r, _before in changed], ["verdict", "evidence", "reason", "decided_by", "decided_at"]
        )
        act.note(
            verb="override_gates",
            overrides=[[r.candidate_id, r.gate, before, r.evidence] for r, before in changed],
        )


def override_gate(*, candidate_id: int, gate: str, reason: str, now: datetime, by: Actor) -> None:
    """Let one failed or missing gate pass under the actor's name."""
    override_gates(overrides=[Override(candidate_id, gate, reason)], now=now, by=by)


def ask_override(*, candidate_id: int, gate: str, reason: str, now: datetime, by: Actor) -> int:
    """Ask the owner to let a gate pass; the id of the question."""
    why = needed_reason(reason)
    found = Findings()
    result = _results(found, [candidate_id]).get((candidate_id, gate))
    if result is None or result.verdict not in (FAIL, MISSING):
        found.add("gate", gate, _("there is nothing to override"), "fail, missing")
    found.settle()
    assert result is not None
    detail = {"candidate": candidate_id, "gate": gate, "reason": why}
    return ask_approvals(
        kind=ASKED, subjects=[result.pk], detail=detail, permission="research.change", now=now, by=by
    )[0]


def answer_override(*, approval_id: int, granted: bool, reason: str, now: datetime, by: Actor) -> None:
    """Answer such a question; granted, the gate passes under the answering owner's name."""
    with acting(by, "research.approve", kind="candidate", now=now) as act:
        found = Findings()
        question = Approval.objects.filter(pk=approval_id, kind=ASKED, state="open").first()
        if question is None:
            found.add("approval", approval_id, _("there is no such open question"))
            found.settle()
        assert question is not None
        act.ids = [question.detail["candidate"]]
        act.note(verb="answer_override", granted=granted, asked_by=question.asked_by)
        answer_approvals(
            ids=[approval_id], granted=granted, reason=reason, permission="research.approve", now=now, by=by
        )
        if granted:
            override_gate(
                candidate_id=question.detail["candidate"], gate=question.detail["gate"],
                reason=reason, now=now, by=by,
            )  # fmt: skip


def _results(found: Findings, ids: Sequence[int]) -> dict[tuple[int, str], GateResult]:
    held_ideas(found, ids)
    results = GateResult.objects.filter(candidate_id__among=list(ids))
    return {(r.candidate_id, r.gate): r for r in results}


def approve_candidates(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Approve candidates; the ids that moved. Owner only.

    Refused while any gate of any of them is not judged, failed or missing without an override; every
    gate in the way is named at once and none of the candidates moves.
    """
    with acting(by, "research.approve", kind="candidate", ids=ids, now=now) as act:
        found = Findings()
        held = held_ideas(found, ids)
        results = {
            (r.candidate_id, r.gate): r for r in GateResult.objects.filter(candidate_id__among=list(ids))
        }
        for c in held:
            for gate in GATES:
                _stands_in_the_way(found, c, gate, results.get((c.pk, gate)))
        found.settle()
        act.note(verb="approve_candidates", codes=[c.code for c in held])
        return move_all(Candidate, CANDIDATE, "approve", ids)


def _stands_in_the_way(found: Findings, c: Candidate, gate: str, result: GateResult | None) -> None:
    if result is None:
        found.add(f"{c.code} {gate}", "", _("the gate was not judged"), "pass, override")
    elif result.verdict not in (PASS, OVERRIDE):
        found.add(f"{c.code} {gate}", result.verdict, result.evidence, "pass, override")


def reject_candidates(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Reject ideas (or approved ones no product was made of), with a reason that stays readable."""
    with acting(by, "research.change", kind="candidate", ids=ids, now=now) as act:
        act.note(verb="reject_candidates", reason=needed_reason(reason))
        return move_all(Candidate, CANDIDATE, "reject", ids)


def reopen_candidates(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Take rejected candidates back into work; their gates must be judged again."""
    with acting(by, "research.change", kind="candidate", ids=ids, now=now) as act:
        act.note(verb="reopen_candidates", reason=needed_reason(reason))
        moved = move_all(Candidate, CANDIDATE, "reopen", ids)
        take_back_verdicts(moved, now, by)
        return moved
