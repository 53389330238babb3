"""Many buyers, few units: exactly what is there is sold, and every loser is told, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("TRADEWIND_DRILL_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def run(role: str, environ: dict[str, str], *args: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.drills.buyer", role, *map(str, args)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> dict[str, int]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out.splitlines()[-1])


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a fresh database on the machine's PostgreSQL; skips where there is none."""
    import psycopg

    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as exc:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have PostgreSQL: {exc}")
        pytest.skip("no PostgreSQL on this machine")
    name = f"tradewind_drill_{uuid.uuid4().hex[:12]}"
    server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield SERVER.rsplit("/", 1)[0] + "/" + name
    finally:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.close()


def drill(tmp_path: Path, url: str, *, buyers: int, units: int, processes: int) -> None:
    environ = {
        **os.environ,
        "TRADEWIND_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tradewind.conf.settings",
    }
    environ.pop("TRADEWIND_DATABASE_URL", None)
    if url:
        environ["TRADEWIND_DATABASE_URL"] = url
    answer(run("prepare", environ, units))
    share = buyers // processes
    running = [run("buy", environ, n * share + 1, share) for n in range(processes)]
    results = [answer(p) for p in running]
    assert sum(r["won"] for r in results) == units
    assert sum(r["told"] for r in results) == buyers - units
    end = answer(run("look", environ))
    assert end == {"on_hand": units, "reserved": units, "reservations": units, "mismatches": 0}


def test_400_buyers_of_20_units_on_sqlite(tmp_path):
    drill(tmp_path, "", buyers=400, units=20, processes=8)


@pytest.mark.services
def test_400_buyers_of_20_units_on_postgresql(tmp_path):
    with postgres() as url:
        drill(tmp_path, url, buyers=400, units=20, processes=8)


@pytest.mark.deep
def test_2000_buyers_of_100_units_on_sqlite(tmp_path):
    drill(tmp_path, "", buyers=2000, units=100, processes=16)


@pytest.mark.deep
@pytest.mark.services
def test_2000_buyers_of_100_units_on_postgresql(tmp_path):
    with postgres() as url:
        drill(tmp_path, url, buyers=2000, units=100, processes=16)
