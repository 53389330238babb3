"""Running the house's background work: the one task, the ticker of the steps, the watch over leases."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from tradewind.apps.org.models import Job
from tradewind.apps.org.operations import jobs
from tradewind.apps.org.operations.jobs import Running, job
from tradewind.engine.access import Actor, Denied, system
from tradewind.engine.contracts import OutsideError, Refused

log = logging.getLogger(__name__)
BEAT = jobs.LEASE.total_seconds() / 4


@task
def run_job(job_id: int) -> None:
    """The one task of the house: claim a job, run its function, write down how it ended.

    Sent twice it runs once, because claiming is conditional; killed, its lease runs out and
    another worker takes it.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[:80]
    held = jobs.claim(job_id=job_id, worker=worker, now=timezone.now())
    if held is None:
        return
    with _beating(held):
        _run(held)
    if held.lane:
        dispatch(timezone.now())  # the next of this lane need not wait for the ticker


def _run(held: Job) -> None:
    def report(done: int, total: int) -> bool:
        return jobs.heartbeat(job=held, now=timezone.now(), progress=done, total=total)

    try:
        result = jobs.job_function(held.name)(held.args, Running(held.pk, timezone.now(), report))
    except (Refused, Denied, KeyError) as exc:  # trying again cannot help
        jobs.fail(job=held, error=f"{type(exc).__name__}: {exc}", now=timezone.now(), final=True)
    except OutsideError as exc:
        wait = None if exc.retry_after is None else timedelta(seconds=exc.retry_after)
        jobs.fail(job=held, error=str(exc), now=timezone.now(), retry_after=wait, final=not exc.retriable)
    except Exception:
        log.exception("job %s %s failed", held.pk, held.name)
        jobs.fail(job=held, error=traceback.format_exc(), now=timezone.now())
    else:
        jobs.finish(job=held, result=result, now=timezone.now())


@contextmanager
def _beating(held: Job) -> Iterator[None]:
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT):
            try:
                jobs.heartbeat(job=held, now=timezone.now())
            except Exception:  # a missed beat is made good by the next; the lease allows three
                log.warning("heartbeat of job %s failed", held.pk, exc_info=True)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name=f"beat-{held.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def submit(
    *, name: str, key: str, args: Mapping[str, Any], now: datetime, by: Actor, lane: str = ""
) -> int | None:
    """Queue a job and send it off as soon as the transaction commits; None when the key was queued before."""
    pk = jobs.enqueue(name=name, key=key, args=args, lane=lane, now=now, by=by)
    transaction.on_commit(lambda: _swallow_outage(now))
    return pk


def _swallow_outage(now: datetime) -> None:
    """A broker that is down now must not fail what was saved: the ticker sends the job later."""
    try:
        dispatch(now)
    except Exception:
        log.warning("jobs could not be sent to the workers yet", exc_info=True)


def dispatch(now: datetime) -> int:
    """Send every job that is due and whose lane is free; how many."""
    due = jobs.take_due(now=now)
    for pk in due:
        run_job.enqueue(pk)
    return len(due)


def tick(now: datetime) -> int:
    """One beat of the house: queue the steps that are due, take back lost jobs, send what is due."""
    queue_steps(now)
    jobs.reap(now=now)
    return dispatch(now)


def queue_steps(now: datetime) -> list[str]:
    """Queue each step of the flow once in its interval, unless it is queued or running already."""
    from tradewind.flow import STEPS  # the flow imports every app; only those who tick need it

    keys = {
        f"step:{s.code}": f"step:{s.code}:{int(now.timestamp() // s.every.total_seconds())}" for s in STEPS
    }
    known = Job.objects.filter(Q(key__in=keys.values()) | Q(lane__in=keys, state__in=["queued", "running"]))
    passed_over = set(known.values_list("lane", flat=True))
    queued = []
    for lane, key in keys.items():
        code = lane.removeprefix("step:")
        if lane in passed_over:
            continue
        if jobs.enqueue(name="step", key=key, args={"code": code}, lane=lane, now=now, by=system("ticker")):
            queued.append(code)
    return queued


@job("step")
def run_step(args: Mapping[str, Any], running: Running) -> dict[str, Any]:
    """Run one step of the flow; its StepResult as data."""
    from tradewind.flow import STEPS

    for step in STEPS:
        if step.code == args["code"]:
            return asdict(step.run(running.now, system("flow")))
    raise KeyError(f"there is no step {args['code']}")


def prune(now: datetime) -> None:
    """Forget background work that ended well, and what the database-backed queue kept of it."""
    from django_tasks_db.models import DBTaskResult

    jobs.prune_jobs(now=now)
    DBTaskResult.objects.filter(enqueued_at__lt=now - timedelta(days=1)).delete()
