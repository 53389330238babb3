"""Background work as rows: queued once, leased to one worker, retried with back-off, at last done or dead.

Every transition is one conditional UPDATE, so that two workers can never both win; the unique
constraint on the running lane is the last guard. Who runs the rows is not known here (desk/work.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tradewind.apps.org.models import Job
from tradewind.apps.org.operations.acting import acting
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import instant
from tradewind.engine.access import Actor

LEASE = timedelta(seconds=60)  # a worker that is silent for longer has died
DISPATCHED = timedelta(seconds=30)  # how long a sent job may take to be claimed before it is sent again
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
REQUEST = "api.request"  # rows of operations/requests.py: never run by a worker


@dataclass
class Running:
    """What a job's function is told: the time, and how to report how far it has come."""

    job_id: int
    now: datetime
    report: Callable[[int, int], bool]
    alive: bool = field(default=True)

    def progress(self, done: int, total: int) -> bool:
        """Report progress; False when the job was cancelled or lost: stop at the next safe point."""
        self.alive = self.alive and self.report(done, total)
        return self.alive


JobFunction = Callable[[Mapping[str, Any], Running], Any]
_FUNCTIONS: dict[str, JobFunction] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function under a name: ``@job("step")``. Its answer must be JSON data."""

    def register(function: JobFunction) -> JobFunction:
        assert _FUNCTIONS.setdefault(name, function) is function, f"two jobs are called {name}"
        return function

    return register


def job_function(name: str) -> JobFunction:
    """The function of a name; KeyError when no module that registers it was loaded."""
    return _FUNCTIONS[name]


def wait_before(attempt: int) -> timedelta:
    """Back-off before the next try: 5 s, 10 s, 20 s ... at most an hour."""
    doublings: int = 2 ** min(20, max(0, attempt - 1))
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def enqueue(
    *,
    name: str,
    key: str,
    args: Mapping[str, Any] | None = None,
    lane: str = "",
    run_after: datetime | None = None,
    now: datetime,
    by: Actor,
) -> int | None:
    """Queue a job; its id, or None when a job of this key was queued before."""
    by.require("jobs.change")
    import json

    columns = [
        "name", "args", "key", "lane", "state", "attempts", "run_after", "worker", "progress", "total",
        "error", "queued_at", "queued_by",
    ]  # fmt: skip
    row = [
        name, json.dumps(dict(args or {})), key, lane, "queued", 0, instant(run_after or now), "", 0, 0, "",
        instant(now), by.name,
    ]  # fmt: skip
    with transaction.atomic():
        if not insert_rows_once(Job, columns, [row], unique=["key"]):
            return None
        return Job.objects.values_list("id", flat=True).get(key=key)


def _free_lane() -> Q:
    busy = Job.objects.filter(lane=OuterRef("lane"), state="running").exclude(lane="")
    return ~Q(Exists(busy))


def take_due(*, now: datetime, limit: int = 200) -> list[int]:
    """Jobs to send to workers now, one a lane; each is left alone for a while after it was sent."""
    waiting = Job.objects.filter(state="queued", run_after__lte=now).filter(
        Q(lease_until=None) | Q(lease_until__lte=now)
    )
    due: list[int] = []
    lanes: set[str] = set()
    for pk, lane in (
        waiting.filter(_free_lane()).order_by("run_after", "id").values_list("id", "lane")[:limit]
    ):
        if lane and lane in lanes:
            continue
        lanes.add(lane)
        due.append(pk)
    return due if _mark_sent(due, now) else []


def _mark_sent(due: Sequence[int], now: datetime) -> bool:
    if not due:
        return False
    rows = Job.objects.filter(id__among=due, state="queued")
    return bool(rows.update(lease_until=now + DISPATCHED))


def claim(*, job_id: int, worker: str, now: datetime) -> Job | None:
    """Take a queued job whose time has come and whose lane is free; None when somebody else has it."""
    rows = Job.objects.filter(pk=job_id, state="queued", run_after__lte=now).filter(_free_lane())
    try:
        with transaction.atomic():
            taken = rows.update(
                state="running", worker=worker, lease_until=now + LEASE, attempts=F("attempts") + 1, error=""
            )
    except IntegrityError:  # two of one lane at the same moment: the constraint chose the other
        return None
    return Job.objects.get(pk=job_id) if taken else None


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state="running", worker=job.worker, attempts=job.attempts)


def heartbeat(*, job: Job, now: datetime, progress: int | None = None, total: int | None = None) -> bool:
    """Lengthen the lease; False when the job is no longer this worker's (cancelled, or taken over)."""
    also = {} if progress is None else {"progress": progress, "total": total or 0}
    return bool(_mine(job).update(lease_until=now + LEASE, **also))


def finish(*, job: Job, result: Any, now: datetime) -> bool:
    """Mark a job done with its answer; False when it was no longer this worker's."""
    return bool(_mine(job).update(state="done", result=result, lease_until=None, ended_at=now))


def fail(
    *, job: Job, error: str, now: datetime, retry_after: timedelta | None = None, final: bool = False
) -> str:
    """Queue a failed job again after its back-off, or declare it dead; the state it has now."""
    text = error[-20_000:]
    if final or job.attempts >= MOST_ATTEMPTS:
        gone = _mine(job).update(state="dead", error=text, lease_until=None, ended_at=now)
        return "dead" if gone else "lost"
    wait = max(wait_before(job.attempts), retry_after or timedelta())
    back = _mine(job).update(state="queued", error=text, lease_until=None, run_after=now + wait)
    return "queued" if back else "lost"


def reap(*, now: datetime) -> int:
    """Give back jobs whose worker fell silent; those that killed eight workers are dead. How many."""
    lost = Job.objects.filter(state="running", lease_until__lt=now).exclude(name=REQUEST)
    dead = lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state="dead", error="the worker fell silent", lease_until=None, ended_at=now
    )
    return dead + lost.update(state="queued", run_after=now, lease_until=None)


def cancel_jobs(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Stop jobs that are queued or running; a running one stops at its next report. How many."""
    with acting(by, "jobs.change", kind="job", ids=ids, now=now) as act:
        rows = Job.objects.filter(id__among=list(ids), state__in=["queued", "running"]).exclude(name=REQUEST)
        stopped = rows.update(state="cancelled", lease_until=None, ended_at=now)
        act.note(verb="cancel_jobs", stopped=stopped)
        return stopped


def requeue_dead_jobs(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Try dead jobs again from their first attempt. How many."""
    with acting(by, "jobs.change", kind="job", ids=ids, now=now) as act:
        rows = Job.objects.filter(id__among=list(ids), state="dead")
        again = rows.update(state="queued", attempts=0, run_after=now, lease_until=None, ended_at=None)
        act.note(verb="requeue_dead_jobs", again=again)
        return again


def prune_jobs(*, now: datetime) -> int:
    """Forget work that ended well: a day for jobs, 30 days for requests, whose keys may come again."""
    ended = Job.objects.filter(state__in=["done", "cancelled"])
    gone, _per = ended.filter(
        Q(ended_at__lt=now - timedelta(days=30)) | Q(ended_at__lt=now - timedelta(days=1)) & ~Q(name=REQUEST)
    ).delete()
    return gone
