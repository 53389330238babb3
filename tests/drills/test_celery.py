"""The same jobs on Celery with Redis: only a setting changes. Skips visibly without Redis; not in CI."""

from __future__ import annotations

import os
import socket

import pytest

from tests.drills.house import House, until

pytestmark = pytest.mark.services
BROKER = os.environ.get("TRADEWIND_BROKER_URL", "redis://127.0.0.1:6379/15")
POSTGRES = os.environ.get("TRADEWIND_DRILL_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def need(name: str, port: int) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {name}")
        pytest.skip(f"{name} does not answer on 127.0.0.1:{port}")


@pytest.fixture
def database(request, tmp_path):
    if request.param == "sqlite":
        yield ""
        return
    need("PostgreSQL", 5432)
    import psycopg

    name = f"tradewind_drill_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
        yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_celery_worker_runs_the_jobs_of_a_lane_one_by_one_and_the_results_arrive(database, tmp_path):
    need("Redis", 6379)
    import redis

    redis.Redis.from_url(BROKER).flushdb()  # a database of its own: number 15
    house = House(
        tmp_path, TRADEWIND_JOBS="celery", TRADEWIND_BROKER_URL=BROKER, TRADEWIND_DATABASE_URL=database
    )
    try:
        log = house.queue(jobs=3, seconds=0.3)
        house.start("worker", "--concurrency", "2")
        until(lambda: log.exists() and log.read_text().count("end") == 3, 60)
        assert [line.split()[0] for line in log.read_text().splitlines()] == ["start", "end"] * 3
        until(lambda: house.states() == [("done", 1)] * 3)
        assert house.ask(
            "from tradewind.apps.org.models import Job\n"
            "rows = Job.objects.filter(name='drill.slow').order_by('id')\n"
            "out = list(rows.values_list('result', flat=True))"
        ) == [{"n": 0}, {"n": 1}, {"n": 2}]
    finally:
        for child in house.started:
            child.terminate()
            child.wait(20)
        house.close()


def test_jobs_are_kept_while_the_broker_is_away(tmp_path):
    house = House(tmp_path, TRADEWIND_JOBS="celery", TRADEWIND_BROKER_URL="redis://127.0.0.1:1/0")
    made = house.ask(
        "from django.utils import timezone\nfrom tradewind.engine.access import system\n"
        "from tradewind.desk.work import submit\nfrom tradewind.apps.org.models import Job\n"
        "submit(name='drill.slow', key='k', args={}, now=timezone.now(), by=system('drill'))\n"
        "out = list(Job.objects.values_list('state', flat=True))"
    )
    assert made == ["queued"]
