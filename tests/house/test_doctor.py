"""The doctor is silent on a sound house and names what raw SQL broke."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.people import ALICE, NOW
from tests.unguarded import unguarded
from tradewind.apps.org.models import AuditEntry, Job
from tradewind.apps.org.operations.acting import acting
from tradewind.desk.doctor import checks, examine

pytestmark = pytest.mark.django_db
NOT_OF_THE_DATA = {"words", "font", "disk", "keys"}  # of the machine the tests run on


def found(code):
    return examine(only=[code])[0].findings


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_check_has_a_name_of_its_own():
    codes = [c.code for c in checks()]
    assert len(set(codes)) == len(codes) >= 30


def test_nothing_is_wrong_in_an_empty_house():
    bad = {r.code: r.findings for r in examine() if r.findings and r.code not in NOT_OF_THE_DATA}
    assert bad == {}


def test_a_changed_audit_entry_is_named():
    for _ in range(3):
        with acting(ALICE, "org.change", kind="company", now=NOW):
            pass
    assert found("audit.chain") == ()
    second = AuditEntry.objects.order_by("id")[1].pk
    with unguarded():
        AuditEntry.objects.filter(pk=second).update(actor="somebody else")
    assert found("audit.chain") == (f"entry {second} is changed; 1 before it hold",)


def test_missing_guards_are_named():
    drop = "DROP TRIGGER stock_move_gone"
    run(drop if connection.vendor == "sqlite" else "ALTER TABLE stock_move DISABLE TRIGGER stock_move_change")
    assert [f.split(":")[0] for f in found("guards")] == ["stock_move"]


def test_dead_jobs_are_named_with_their_error():
    Job.objects.create(
        name="step",
        key="k",
        state="dead",
        run_after=NOW,
        queued_at=NOW,
        queued_by="x",
        error="the channel is gone",
    )
    assert found("jobs.dead")[0].endswith("step: the channel is gone")


def test_findings_beyond_twenty_are_counted():
    Job.objects.bulk_create(
        Job(name="step", key=f"k{n}", state="dead", run_after=NOW, queued_at=NOW, queued_by="x")
        for n in range(25)
    )
    assert len(found("jobs.dead")) == 21
    assert found("jobs.dead")[-1] == "and 5 more"


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(monkeypatch):
    from tradewind.desk import doctor
    from tradewind.desk.doctor.kernel import Check

    def breaks():
        raise RuntimeError("no such thing")

    monkeypatch.setattr(doctor, "checks", lambda: (Check("a", "a", breaks), Check("b", "b", lambda: [])))
    first, second = examine()
    assert first.findings == ("the check itself failed: RuntimeError: no such thing",)
    assert second.findings == ()
