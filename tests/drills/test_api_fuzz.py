"""Thousands of made-up requests over the whole description of the API: no server error, no surprise."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.drills.house import House, free_port, until

pytestmark = pytest.mark.deep
SEED = os.environ.get("TRADEWIND_SEED", "7")
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"


def test_no_made_up_request_breaks_the_server_or_its_description(tmp_path):
    house = House(tmp_path, DJANGO_SETTINGS_MODULE="tradewind.conf.settings")
    try:
        house.run("user", "add", "olga")
        token = house.run("token", "new", "fuzz").strip()
        port = free_port()
        server = house.start("serve", "--no-worker", "--port", str(port))
        address = f"http://127.0.0.1:{port}/api/openapi.json"

        def answers():
            try:
                return urllib.request.urlopen(address, timeout=120).status == 200
            except OSError:
                return False

        until(answers, 120)
        tool = str(Path(sys.executable).parent / "schemathesis")
        command = [
            tool,
            "run",
            address,
            "-H",
            f"Authorization: Bearer {token}",
            "--phases",
            "coverage,fuzzing",
        ]
        command += ["--checks", CHECKS, "--seed", SEED, "--request-timeout", "60", "--max-time", "120"]
        got = subprocess.run(command, capture_output=True, text=True, timeout=420)
        assert "Tested:" in got.stdout, got.stdout[-2000:]
        assert not re.search(r"❌ .*: \d+", got.stdout), f"seed {SEED}\n{got.stdout[-8000:]}"
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert house.run("doctor", "--only", "integrity", "--only", "audit.chain", "--only", "books.balance")
    finally:
        house.close()
