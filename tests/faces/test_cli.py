"""The command line: what it prints, how it ends, whose hands it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.faces import noun as made
from tests.faces.noun import EFFECTS, THINGS
from tests.facts import facts_hash
from tests.people import ALICE
from tradewind.apps.org.models import ApiToken, AuditEntry, Company, User
from tradewind.cli import saying
from tradewind.cli.main import COMMANDS, main
from tradewind.desk import registry
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def things(users, monkeypatch):
    EFFECTS.clear()
    monkeypatch.setenv("TRADEWIND_LANGUAGE", "en")
    monkeypatch.delenv("TRADEWIND_USER", raising=False)
    monkeypatch.setattr(registry, "all_nouns", lambda: {"things": THINGS})
    return [
        Company.objects.create(code=f"C{n}", name=f"name {n}", country="CN", base_currency="CNY")
        for n in (1, 2)
    ]


@pytest.fixture
def run(capsys):
    def send(*args):
        code = main(list(args))
        out = capsys.readouterr()
        return code, json.loads(out.out) if "--json" in args and out.out else out.out, out.err

    return send


def test_a_list_as_data_and_as_a_table(run, things):
    code, data, _ = run("things", "list", "--json")
    assert code == 0
    assert [r["code"] for r in data["rows"]] == ["C1", "C2"]
    assert data["rows"][0]["cost"] == {"minor": 1234, "currency": "EUR", "amount": "12.34"}
    code, text, _ = run("things", "list", "--limit", "1")
    first, second, more = text.splitlines()
    assert first.split() == ["id", "Code", "Length", "Cost", "Itself"]
    assert second.split()[:2] == [f"thg_{things[0].pk}", "C1"]
    assert more.startswith("--after ")


def test_the_owner_acts_when_nobody_is_named_and_others_when_they_are(run, things):
    assert "cost" in run("things", "list", "--json")[1]["rows"][0]
    rows = run("things", "list", "--json", "--as", "bob")[1]["rows"]
    assert [sorted(r) for r in rows] == [["code", "id", "itself", "length"]]


def test_several_owners_and_nobody_named_is_refused(run):
    User.objects.create_user("olga", password="x", role="owner", store_scope="*")
    code, said, _ = run("things", "list", "--json")
    assert code == 1
    assert said["error"]["problems"][0]["reason"] == "there are several owners"


def test_an_action_prints_what_it_did(run, things):
    code, data, _ = run("things", "rename", f"thg_{things[0].pk}", "--name", "new", "--size", "3", "--json")
    assert (code, data["message"], data["changed"], data["detail"]) == (0, "renamed", 1, {"size": 3})
    assert Company.objects.get(code="C1").name == "new"
    assert AuditEntry.objects.order_by("-id").first().source == "cli"


def test_a_refusal_prints_every_problem_by_row_and_column_and_ends_with_one(run, tmp_path):
    paper = tmp_path / "p.csv"
    paper.write_bytes(b"bad")
    before = facts_hash()
    code, out, err = run("things", "fill", "--paper", str(paper))
    assert code == 1
    assert err.splitlines()[0] == "Refused: 2 problem(s), nothing was changed"
    assert err.splitlines()[1:] == ["  row 2, b: is bad (accepted: good)", "  row 5, c: is worse"]
    assert out == ""
    code, data, _ = run("things", "fill", "--paper", str(paper), "--json")
    assert [(p["row"], p["field"]) for p in data["error"]["problems"]] == [(2, "b"), (5, "c")]
    assert facts_hash() == before


def test_importing_finds_the_action_that_takes_a_file(run, tmp_path):
    paper = tmp_path / "p.csv"
    paper.write_bytes(b"abcd")
    assert run("import", "things", str(paper), "--json")[1]["changed"] == 4
    assert run("import", "things:fill", str(paper), "--json")[1]["changed"] == 4
    assert run("import", "nothing", str(paper))[0] == 2
    assert run("import", "things", str(tmp_path / "absent"))[0] == 1


def test_a_missing_right_ends_with_three(run, things):
    code, data, _ = run("things", "one", f"thg_{things[0].pk}", "--name", "x", "--as", "bob", "--json")
    assert (code, data["error"]["code"]) == (3, "denied")
    assert run("things", "list", "--as", "nobody")[0] == 3


def test_rows_of_others_do_not_exist(run, things):
    foreign = f"thg_{things[1].pk}"
    assert run("things", "show", foreign, "--as", "bob", "--json")[0] == 1
    assert run("things", "rename", foreign, "--name", "x", "--as", "bob")[0] == 1
    assert EFFECTS == []


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["nothing"],
        ["things"],
        ["things", "nothing"],
        ["import"],
        ["user", "nothing"],
        ["things", "list", "--x"],
    ],
)
def test_wrong_usage_ends_with_two(run, args):
    try:
        code = run(*args)[0]
    except SystemExit as exc:
        code = exc.code
    assert code == 2


def test_people_and_keys(run, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115, PTH123  monkeypatch holds it open
    code, new, _ = run("user", "add", "wang", "--role", "warehouse", "--stores", "1,2", "--json")
    assert (code, new["role"]) == (0, "warehouse")
    assert User.objects.get(username="wang").store_scope == [1, 2]
    assert User.objects.get(username="wang").check_password(new["password"])
    assert {u["user"] for u in run("user", "list", "--json")[1]} >= {"alice", "wang"}
    code, key, _ = run("token", "new", "robot", "--for", "bob", "--json")
    assert key["user"] == "bob"
    assert not ApiToken.objects.filter(sha256=key["token"]).exists()
    assert run("token", "new", "robot", "--as", "charlie")[0] == 3


def test_rules_are_checked_and_compared(run):
    code, found, _ = run("rules", "check", "--json")
    assert (code, found["problems"]) == (0, [])
    changes = run("rules", "diff", "2024-01-01", "2026-11-01", "--json")[1]
    assert {c["change"] for c in changes} <= {"came", "went", "changed", "ended"}
    changed = next(c for c in changes if c["change"] == "changed")
    assert changed["old"] != changed["new"]
    assert all(value["old"] != value["new"] for value in changed["values"].values())


def test_the_rule_browser_is_brought_in_step_with_the_files(run):
    first = run("rules", "sync", "--json")[1]
    assert (first["changed"], first["gone"]) == (0, 0)
    assert run("rules", "sync", "--json")[1] == {"new": 0, "changed": 0, "gone": 0}


def test_a_book_that_does_not_build_refuses_the_start_with_every_problem(run, monkeypatch, capsys):
    from tradewind.apps.markets import queries
    from tradewind.cli.rules import book_stands
    from tradewind.engine.contracts import Problem, Refused

    def broken():
        raise Refused([Problem(1, "us.toml: a", "", "one"), Problem(2, "us.toml: b", "", "two")])

    assert book_stands(as_json=False)
    monkeypatch.setattr(queries, "rulebook", broken)
    capsys.readouterr()
    assert not book_stands(as_json=False)
    told = capsys.readouterr()
    assert {"one", "two"} <= set((told.out + told.err).replace(":", " ").split())


def test_the_doctor_ends_with_one_when_something_is_wrong(run):
    assert run("doctor", "--json", "--only", "audit.chain")[0] == 0
    code, found, _ = run("doctor", "--json", "--only", "nothing-like-this")
    assert (code, found) == (0, {"ok": True, "checks": []})
    from tradewind.apps.org.models import Job

    Job.objects.create(
        name="x", key="k", state="dead", run_after="2026-01-01T00:00Z", queued_at="2026-01-01T00:00Z"
    )
    code, found, _ = run("doctor", "--json", "--only", "jobs.dead")
    assert (code, found["ok"]) == (1, False)


def test_help_loads_no_django():
    command = [sys.executable, "-X", "importtime", "-m", "tradewind.cli.main", "--help"]
    got = subprocess.run(command, capture_output=True, text=True)
    assert got.returncode == 0
    assert "django" not in got.stderr
    assert all(name in got.stdout for name in COMMANDS)


def test_tables_align_chinese_and_let_no_control_character_through():
    text = saying.table(["名", "n"], [["订单\x1b[31m", 1], ["a", Money(5, "JPY").minor]], [False, True])
    assert text.splitlines() == ["名         n", "订单 [31m  1", "a          5"]
    assert ALICE.name == "alice"
    assert made.THINGS is THINGS
