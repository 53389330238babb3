"""A request sent twice has one effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from tests.people import ALICE, NOW
from tradewind.apps.org.models import AuditEntry, Job
from tradewind.apps.org.operations import jobs
from tradewind.apps.org.operations.acting import acting, under_key
from tradewind.apps.org.operations.requests import (
    GRACE,
    NEW,
    OTHER,
    RUNNING,
    SAME,
    close_request,
    drop_request,
    open_request,
)

pytestmark = pytest.mark.django_db


def ask(fingerprint="f", now=NOW):
    return open_request(key="api:1:k", fingerprint=fingerprint, user="alice", now=now)


def test_the_first_is_new_the_second_waits_and_after_the_answer_it_is_told_the_same():
    assert ask().verdict == NEW
    assert ask().verdict == RUNNING
    close_request(key="api:1:k", answer={"status": 200, "body": {"n": 7}}, now=NOW)
    again = ask()
    assert (again.verdict, again.answer) == (SAME, {"status": 200, "body": {"n": 7}})


def test_what_is_kept_of_an_answer_cannot_be_read_in_the_database():
    ask()
    close_request(key="api:1:k", answer={"detail": {"secret": "tw_abc"}}, now=NOW)
    assert "tw_abc" not in str(Job.objects.values_list("result", "args").get())
    assert ask().answer == {"detail": {"secret": "tw_abc"}}


def test_another_body_under_the_same_key_is_told_so_before_and_after_the_answer():
    ask()
    assert ask("g").verdict == OTHER
    close_request(key="api:1:k", answer=1, now=NOW)
    assert ask("g").verdict == OTHER


def test_a_refused_request_may_be_corrected_under_its_key():
    ask()
    drop_request(key="api:1:k")
    assert ask("g").verdict == NEW


def test_a_request_that_was_cut_off_may_be_taken_up_by_one():
    ask()
    later = NOW + GRACE + timedelta(seconds=1)
    assert ask(now=later).verdict == NEW
    assert ask(now=later).verdict == RUNNING


def test_a_repeat_of_acts_that_were_committed_cannot_commit_again():
    def twice():
        with under_key("api:1:k"):
            for _ in range(2):
                with acting(ALICE, "org.change", kind="company", now=NOW):
                    pass

    twice()
    assert list(AuditEntry.objects.order_by("id").values_list("key", flat=True)) == ["api:1:k", "api:1:k#2"]
    with pytest.raises(IntegrityError):
        twice()


def test_workers_leave_requests_alone():
    ask()
    assert jobs.take_due(now=NOW + timedelta(days=1)) == []
    assert jobs.reap(now=NOW + timedelta(days=1)) == 0
    assert jobs.cancel_jobs(ids=[Job.objects.get().pk], now=NOW, by=ALICE) == 0
