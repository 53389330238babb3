"""Background work at the desk: what runs, what waits, what gave up."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.models import Job
from tradewind.apps.org.operations.jobs import cancel_jobs, requeue_dead_jobs
from tradewind.desk.kernel import (
    INT,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Noun,
    Outcome,
    Table,
)
from tradewind.engine.access import Actor
from tradewind.flow import STEPS

PAIR = (Column("name", _("Name")), Column("value", _("Value"), wide=True))


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.jobs(actor)


def _what(job: Job) -> str:
    """A step by its name in the flow, other work by its own."""
    code = job.lane.removeprefix("step:") if job.name == "step" else ""
    return next((str(step.label) for step in STEPS if step.code == code), job.name)


def _outcome(job: Job) -> str:
    """12 done, 3 waiting, 1 problem: what a step answered."""
    result = job.result if isinstance(job.result, dict) else {}
    if "done" not in result:
        return ""
    return _now("done %(done)s, waiting %(waiting)s, problems %(problems)s") % {
        k: result.get(k, 0) for k in ("done", "waiting", "problems")
    }


def _progress(job: Job) -> str:
    return f"{job.progress}/{job.total}" if job.total else ""


def _detail(actor: Actor, pk: int) -> Detail | None:
    job = _rows(actor).filter(pk=pk).first()
    if job is None:
        return None
    result = job.result if isinstance(job.result, dict) else {}
    said = {**job.args, **result}
    told = [{"name": k, "value": json.dumps(v, ensure_ascii=False)} for k, v in said.items()]
    return Detail(
        _what(job),
        job.key,
        job.state,
        (
            Fact(_("Lane"), job.lane),
            Fact(_("Attempts"), job.attempts, INT),
            Fact(_("Progress"), _progress(job)),
            Fact(_("Runs after"), job.run_after, TIME),
            Fact(_("Queued at"), job.queued_at, TIME),
            Fact(_("Queued by"), job.queued_by),
            Fact(_("Ended at"), job.ended_at, TIME),
            Fact(_("Worker"), job.worker),
        ),
        (Table(_("Told and answered"), PAIR, told),),
        alerts=(job.error.strip().splitlines()[-1],) if job.error.strip() else (),
    )


def _cancel(call: Call) -> Outcome:
    return Outcome(_("The job is stopped."), cancel_jobs(ids=call.ids, now=call.now, by=call.by))


def _again(call: Call) -> Outcome:
    return Outcome(_("Queued again."), requeue_dead_jobs(ids=call.ids, now=call.now, by=call.by))


def _dead(actor: Actor) -> int:
    return _rows(actor).filter(state="dead").count()


NOUN = Noun(
    code="jobs",
    label=_("Background jobs"),
    stage=7,
    place=80,
    icon="activity",
    prefix="job",
    view="jobs.view",
    rows=_rows,
    columns=(
        Column("what", _("Job"), value=_what),
        Column("state", _("State"), STATE),
        Column("outcome", _("Outcome"), value=_outcome, wide=True),
        Column("attempts", _("Attempts"), INT),
        Column("progress", _("Progress"), value=_progress),
        Column("queued_at", _("Queued at"), TIME, sort="queued_at"),
        Column("run_after", _("Runs after"), TIME, sort="run_after"),
        Column("ended_at", _("Ended at"), TIME),
    ),
    detail=_detail,
    order="-id",
    search=("lane__istartswith", "name__istartswith"),
    state_field="state",
    states=(
        ("queued", _("Queued"), "wait"),
        ("running", _("Running"), "good"),
        ("done", _("Done"), "done"),
        ("dead", _("Gave up"), "bad"),
        ("cancelled", _("Cancelled"), "idle"),
    ),
    actions=(
        Action(
            "cancel",
            _("Stop the job"),
            _cancel,
            "jobs.change",
            states=("queued", "running"),
            danger=True,
            confirm=_("A running job stops at its next safe point. Stop it?"),
        ),
        Action("requeue", _("Try again"), _again, "jobs.change", states=("dead",)),
    ),
    waiting=_dead,
    empty=_("Nothing has run in the background yet; tradewind serve starts the worker"),
    audit_kind="job",
    title_of=_what,
    note=_(
        "Steps of the flow and other work that runs by itself; what gave up stays listed until tried again"
    ),
)
