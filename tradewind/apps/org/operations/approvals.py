"""Questions that only a person with the right may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.models import Approval
from tradewind.apps.org.operations.acting import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason
from tradewind.apps.org.states import APPROVAL
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


def ask_approvals(
    *,
    kind: str,
    subjects: Sequence[int],
    detail: Mapping[str, Any],
    permission: str,
    now: datetime,
    by: Actor,
) -> list[int]:
    """Ask once a subject; the ids of the questions. Refused where the same question is still open.

    `permission` is what the asker must be allowed to do; the answer has its own.
    """
    with acting(by, permission, kind="approval", now=now) as act:
        found = Findings()
        still_open = set(
            Approval.objects.filter(kind=kind, state="open", subject_id__among=list(subjects)).values_list(
                "subject_id", flat=True
            )
        )
        for subject in sorted(still_open):
            found.add("subject", subject, _("this question is already open"))
        found.settle()
        made = Approval.objects.bulk_create(
            Approval(kind=kind, subject_id=s, asked_by=by.name, asked_at=now, detail=dict(detail))
            for s in dict.fromkeys(subjects)
        )
        act.ids = [a.pk for a in made]
        act.note(verb="ask_approvals", approval=kind, subjects=sorted(set(subjects)))
        return act.ids


def answer_approvals(
    *, ids: Sequence[int], granted: bool, reason: str, permission: str, now: datetime, by: Actor
) -> None:
    """Answer open questions, with a reason. WrongState when one is answered already."""
    with acting(by, permission, kind="approval", ids=ids, now=now) as act:
        why = needed_reason(reason)
        move_all(
            Approval, APPROVAL, "grant" if granted else "refuse", ids,
            answered_by=by.name, answered_at=now, reason=why,
        )  # fmt: skip
        act.note(verb="answer_approvals", granted=granted, reason=why)
