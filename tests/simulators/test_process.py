"""The world of a practice run ends with the run, even by kill -9, and lives on from its journal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import httpx

RUN = """
import time
from datetime import date
from tradewind.cli.practice.world import begin
world = begin(3, date(2026, 6, 1))
world.client.post(world.url + "/control/clock", json={"days": 2})
print(world.url, flush=True)
time.sleep(600)
"""
AGAIN = """
import sys
from datetime import date
from tradewind.cli.practice.world import again
world = again(sys.argv[1], 3, date(2026, 6, 1))
print(world.client.get(world.url + "/control/clock").json()["now"], flush=True)
world.end()
"""


def answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/control/clock", timeout=5)
    except httpx.TransportError:
        return False
    return True


def test_a_killed_run_takes_its_world_along_and_the_next_one_goes_on_where_it_stood(tmp_path):
    env = {**os.environ, "TRADEWIND_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = subprocess.Popen([sys.executable, "-c", RUN], env=env, stdout=subprocess.PIPE, text=True)
    try:
        url = run.stdout.readline().strip()
        before = httpx.get(f"{url}/control/clock", timeout=10).json()["now"]
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    until = time.monotonic() + 20
    while answers(url) and time.monotonic() < until:
        time.sleep(0.05)
    assert not answers(url)
    said = subprocess.run(
        [sys.executable, "-c", AGAIN, url], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == before
