"""The ticker and the one task: each step once in its interval, failures by their kind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import ALICE, NOW
from tradewind import flow
from tradewind.apps.org.models import Job
from tradewind.apps.org.operations import jobs
from tradewind.desk import work
from tradewind.engine.access import Denied, system
from tradewind.engine.contracts import OutsideError, Problem, Refused, StepResult
from tradewind.flow import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch):
    """A flow of two steps that only remember that they ran."""
    seen = []

    def step(code, minutes):
        def run(now, by):
            seen.append((code, by.name))
            return StepResult(done=2, waiting=1)

        return Step(code, code, 1, "orders", run, timedelta(minutes=minutes), lambda actor: 0)

    monkeypatch.setattr(flow, "STEPS", (step("often", 1), step("seldom", 60)))
    return seen


def run_all():
    for pk in Job.objects.filter(state="queued").order_by("id").values_list("id", flat=True):
        work.run_job.call(pk)


def test_each_step_is_queued_once_in_its_interval(ran):
    assert work.queue_steps(NOW) == ["often", "seldom"]
    assert work.queue_steps(NOW) == []
    run_all()
    assert work.queue_steps(NOW) == []
    assert work.queue_steps(NOW + timedelta(minutes=1)) == ["often"]
    assert ran == [("often", "flow"), ("seldom", "flow")]
    done = Job.objects.filter(state="done")
    assert [j.result for j in done.order_by("id")] == [
        {"done": 2, "waiting": 1, "problems": 0, "detail": {}}
    ] * 2


def test_a_step_that_is_still_at_work_is_not_queued_again(ran):
    work.queue_steps(NOW)
    assert work.queue_steps(NOW + timedelta(minutes=5)) == []


def test_a_tick_sends_what_is_due_and_the_immediate_backend_runs_it(ran):
    work.tick(timezone.now())
    assert [code for code, _ in ran] == ["often", "seldom"]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize(
    ("error", "state", "wait"),
    [
        (Refused([Problem(1, "a", "b", "wrong")]), "dead", None),
        (Denied(ALICE, "org.change"), "dead", None),
        (OutsideError("gone", retriable=False), "dead", None),
        (OutsideError("later", retry_after=600), "queued", 600),
        (OutsideError("later"), "queued", 5),
        (ZeroDivisionError("a fault of ours"), "queued", 5),
    ],
)
def test_a_failure_is_tried_again_only_where_that_can_help(monkeypatch, error, state, wait):
    def fails(args, running):
        raise error

    monkeypatch.setitem(jobs._FUNCTIONS, "fails", fails)
    began = timezone.now()
    work.run_job.call(jobs.enqueue(name="fails", key="k", now=began, by=system("test")))
    row = Job.objects.get()
    assert row.state == state
    assert str(error) in row.error
    if wait:
        assert wait <= (row.run_after - began).total_seconds() < wait + 20


def test_a_job_that_nothing_registers_is_dead_at_once_and_says_so():
    work.run_job.call(jobs.enqueue(name="unheard of", key="k", now=timezone.now(), by=system("test")))
    assert (Job.objects.get().state, Job.objects.get().error) == ("dead", "KeyError: 'unheard of'")


def test_a_job_sees_that_it_was_cancelled_at_its_next_report(monkeypatch):
    told = []

    def slow(args, running):
        told.append(running.progress(1, 3))
        jobs.cancel_jobs(ids=[running.job_id], now=timezone.now(), by=ALICE)
        told.append(running.progress(2, 3))
        return "too late"

    monkeypatch.setitem(jobs._FUNCTIONS, "slow", slow)
    work.run_job.call(jobs.enqueue(name="slow", key="k", now=timezone.now(), by=system("test")))
    assert told == [True, False]
    assert (Job.objects.get().state, Job.objects.get().result) == ("cancelled", None)


def test_the_next_job_of_a_lane_starts_when_the_one_before_ends(monkeypatch):
    order = []
    monkeypatch.setitem(jobs._FUNCTIONS, "note", lambda args, running: order.append(args["n"]))
    now = timezone.now()
    pks = [
        jobs.enqueue(name="note", key=f"k{n}", args={"n": n}, lane="one", now=now, by=system("test"))
        for n in range(3)
    ]
    work.run_job.call(pks[0])
    assert order == [0, 1, 2]
