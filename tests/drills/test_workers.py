"""Real workers on a real file: one of a lane at a time, nothing lost to kill -9, a clean end."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request

import psutil
import pytest

from tests.drills.house import House, free_port, until


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """One migrated database, copied for every drill."""
    return House(tmp_path_factory.mktemp("template"))


@pytest.fixture
def house(template, tmp_path):
    for path in template.home.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / path.name).chmod(0o600)
    made = House(tmp_path)
    yield made
    made.close()


def test_two_workers_never_run_one_lane_at_once_and_run_every_job_once(house):
    log = house.queue(jobs=5, seconds=0.3)
    for _ in range(2):
        house.start("worker")
    until(lambda: log.exists() and log.read_text().count("end") == 5)
    lines = [line.split() for line in log.read_text().splitlines()]
    assert [word for word, *_ in lines] == ["start", "end"] * 5
    assert all(a[1:] == b[1:] for a, b in zip(lines[::2], lines[1::2], strict=True))
    assert sorted(line[1] for line in lines[::2]) == ["0", "1", "2", "3", "4"]
    assert until(lambda: house.states() == [("done", 1)] * 5)


def test_a_job_whose_worker_is_killed_is_taken_by_another_and_ends_once(house):
    log = house.queue(jobs=1, seconds=3)
    first = house.start("worker")
    until(lambda: log.exists() and "start" in log.read_text())
    first.send_signal(signal.SIGKILL)
    house.start("worker")
    until(lambda: "end" in log.read_text())
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["start", "start", "end"]
    assert until(lambda: house.states() == [("done", 2)])


def test_a_worker_that_is_told_to_end_finishes_the_job_in_hand(house):
    log = house.queue(jobs=2, seconds=1.5)
    worker = house.start("worker")
    until(lambda: log.exists() and "start" in log.read_text())
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["start", "end"]
    assert [state for state, _ in house.states()] == ["done", "queued"]


def serve(house, *args):
    port = free_port()
    server = house.start("serve", "--port", str(port), "--json", *args, stdout=subprocess.PIPE)
    said = json.loads(server.stdout.readline())
    with urllib.request.urlopen(said["address"] + "login/", timeout=30) as answer:
        assert answer.status == 200
    return server, said


def test_the_server_answers_soon_says_who_may_sign_in_and_ends_cleanly_with_its_worker(house):
    made = json.loads(house.run("user", "add", "olga", "--json"))
    server, said = serve(house)
    assert said["logins"] == [{"user": "olga", "password": made["password"]}]
    worker = until(lambda: psutil.Process(server.pid).children())[0]
    assert "worker" in worker.cmdline()
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0
    assert until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


def test_the_worker_ends_when_its_server_is_killed_and_is_started_again_when_it_dies(house):
    server, _said = serve(house)
    process = psutil.Process(server.pid)
    first = until(process.children)[0]
    first.kill()
    second = until(lambda: [c for c in process.children() if c.pid != first.pid and c.is_running()])[0]
    time.sleep(1)
    server.send_signal(signal.SIGKILL)
    server.wait(10)
    until(lambda: not psutil.pid_exists(second.pid) or second.status() == psutil.STATUS_ZOMBIE)


def test_without_worker_the_server_is_alone(house):
    server, _said = serve(house, "--no-worker")
    assert psutil.Process(server.pid).children() == []
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0


def test_a_server_on_an_old_database_says_what_to_do(house):
    house.ask(
        "from django.db import connection\n"
        "connection.cursor().execute(\"DELETE FROM django_migrations WHERE app = 'org'\")\nout = 1"
    )
    said = json.loads(house.run("serve", "--json", code=1))
    assert said["error"]["code"] == "not_migrated"
