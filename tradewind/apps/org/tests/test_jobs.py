"""Jobs: queued once, one worker at a time, one of a lane at a time, retried, at last dead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people import ALICE, CHARLIE, NOW
from tradewind.apps.org.models import AuditEntry, Job
from tradewind.apps.org.operations import jobs
from tradewind.apps.org.operations.jobs import LEASE, MOST_ATTEMPTS
from tradewind.engine.access import Denied, system

pytestmark = pytest.mark.django_db
SYSTEM = system("ticker")


def queue(key="k1", lane="", **kw):
    return jobs.enqueue(name="echo", key=key, lane=lane, now=NOW, by=SYSTEM, args={"n": 1}, **kw)


def test_a_key_is_queued_once():
    assert queue() is not None
    assert queue() is None
    assert Job.objects.count() == 1


def test_whoever_may_not_change_jobs_queues_nothing():
    with pytest.raises(Denied):
        jobs.enqueue(name="echo", key="k", now=NOW, by=CHARLIE)
    assert Job.objects.count() == 0


def test_two_workers_claim_one_job_and_one_gets_it():
    pk = queue()
    held = jobs.claim(job_id=pk, worker="a", now=NOW)
    assert held is not None
    assert (held.state, held.attempts, held.lease_until, held.args) == ("running", 1, NOW + LEASE, {"n": 1})
    assert jobs.claim(job_id=pk, worker="b", now=NOW) is None


def test_two_jobs_of_a_lane_never_run_at_once_and_the_second_runs_after_the_first():
    one, two = queue("k1", "step:pull"), queue("k2", "step:pull")
    held = jobs.claim(job_id=one, worker="a", now=NOW)
    assert jobs.claim(job_id=two, worker="b", now=NOW) is None
    assert Job.objects.get(pk=two).state == "queued"
    assert jobs.finish(job=held, result={"done": 3}, now=NOW)
    assert jobs.claim(job_id=two, worker="b", now=NOW) is not None


def test_jobs_without_a_lane_run_side_by_side():
    assert jobs.claim(job_id=queue("k1"), worker="a", now=NOW)
    assert jobs.claim(job_id=queue("k2"), worker="b", now=NOW)


def test_a_job_is_not_claimed_before_its_time():
    pk = queue(run_after=NOW + timedelta(minutes=1))
    assert jobs.take_due(now=NOW) == []
    assert jobs.claim(job_id=pk, worker="a", now=NOW) is None
    assert jobs.claim(job_id=pk, worker="a", now=NOW + timedelta(minutes=1)) is not None


def test_due_jobs_are_sent_once_one_a_lane_and_again_when_nobody_claimed_them():
    one, two, three = queue("k1", "l"), queue("k2", "l"), queue("k3")
    assert jobs.take_due(now=NOW) == [one, three]
    assert jobs.take_due(now=NOW + timedelta(seconds=1)) == [two]
    assert jobs.take_due(now=NOW + timedelta(seconds=2)) == []
    assert jobs.take_due(now=NOW + timedelta(seconds=40)) == [one, three]


def test_a_killed_workers_job_is_taken_by_another_and_its_late_answer_is_dropped():
    pk = queue(lane="l")
    lost = jobs.claim(job_id=pk, worker="killed", now=NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    assert jobs.reap(now=NOW + timedelta(seconds=30)) == 0
    assert jobs.reap(now=later) == 1
    again = jobs.claim(job_id=pk, worker="other", now=later)
    assert (again.worker, again.attempts) == ("other", 2)
    assert jobs.finish(job=lost, result="stale", now=later) is False
    assert jobs.heartbeat(job=lost, now=later) is False
    assert jobs.finish(job=again, result="fresh", now=later) is True
    assert Job.objects.get(pk=pk).result == "fresh"


def test_a_heartbeat_keeps_the_lease():
    held = jobs.claim(job_id=queue(), worker="a", now=NOW)
    assert jobs.heartbeat(job=held, now=NOW + timedelta(seconds=50), progress=2, total=5)
    assert jobs.reap(now=NOW + timedelta(seconds=61)) == 0
    assert (Job.objects.get().progress, Job.objects.get().total) == (2, 5)


def test_failures_wait_twice_as_long_each_time_and_the_eighth_is_the_last():
    pk, now, waits = queue(), NOW, []
    for _ in range(MOST_ATTEMPTS):
        held = jobs.claim(job_id=pk, worker="a", now=now)
        state = jobs.fail(job=held, error="boom", now=now)
        row = Job.objects.get(pk=pk)
        waits.append(int((row.run_after - now).total_seconds()) if state == "queued" else state)
        now = row.run_after
    assert waits == [5, 10, 20, 40, 80, 160, 320, "dead"]
    assert jobs.claim(job_id=pk, worker="a", now=now + timedelta(days=1)) is None


def test_the_wait_never_passes_an_hour():
    assert jobs.wait_before(40) == timedelta(hours=1)


def test_a_dead_job_is_tried_again_by_a_person_and_the_audit_knows():
    pk = queue()
    jobs.fail(job=jobs.claim(job_id=pk, worker="a", now=NOW), error="no", now=NOW, final=True)
    with pytest.raises(Denied):
        jobs.requeue_dead_jobs(ids=[pk], now=NOW, by=CHARLIE)
    assert AuditEntry.objects.count() == 0
    assert jobs.requeue_dead_jobs(ids=[pk], now=NOW, by=ALICE) == 1
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("queued", 0)
    assert AuditEntry.objects.get().kind == "job"


def test_a_cancelled_job_loses_its_worker():
    pk = queue()
    held = jobs.claim(job_id=pk, worker="a", now=NOW)
    assert jobs.cancel_jobs(ids=[pk], now=NOW, by=ALICE) == 1
    assert jobs.heartbeat(job=held, now=NOW) is False
    assert jobs.finish(job=held, result=1, now=NOW) is False
    assert Job.objects.get().state == "cancelled"


def test_only_work_that_ended_well_and_long_ago_is_forgotten():
    done, dead = queue("k1"), queue("k2")
    jobs.finish(job=jobs.claim(job_id=done, worker="a", now=NOW), result=1, now=NOW)
    jobs.fail(job=jobs.claim(job_id=dead, worker="a", now=NOW), error="x", now=NOW, final=True)
    assert jobs.prune_jobs(now=NOW + timedelta(hours=23)) == 0
    assert jobs.prune_jobs(now=NOW + timedelta(hours=25)) == 1
    assert list(Job.objects.values_list("id", flat=True)) == [dead]
