"""An installation in a folder of its own, with real processes that can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class House:
    """Commands, workers and servers of one installation; every process it started ends with it."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home = home
        self.env = {
            **os.environ,
            "TRADEWIND_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "tests.drills.worker_settings",
            "PYTHONPATH": str(ROOT),
            "TRADEWIND_JOBS": "embedded",
            "TRADEWIND_LANGUAGE": "en",
            **env,
        }
        self.started: list[subprocess.Popen] = []
        self.run("migrate")

    def run(self, *args: str, stdin: str = "", code: int = 0) -> str:
        got = subprocess.run(
            [sys.executable, "-m", "tradewind.cli.main", *args],
            env=self.env,
            cwd=ROOT,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=120,
        )
        assert got.returncode == code, (got.returncode, got.stdout, got.stderr)
        return got.stdout

    def start(self, *args: str, **kw) -> subprocess.Popen:
        child = subprocess.Popen(
            [sys.executable, "-m", "tradewind.cli.main", *args],
            env=self.env,
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            **kw,
        )
        self.started.append(child)
        return child

    def ask(self, code: str):
        """Run a few lines inside the installation; `out` of them comes back."""
        lines = f"import json\nfrom tradewind.cli.main import setup\nsetup()\n{code}\nprint(json.dumps(out))"
        got = subprocess.run(
            [sys.executable, "-c", lines], env=self.env, cwd=ROOT, text=True, capture_output=True, timeout=60
        )
        assert got.returncode == 0, got.stderr
        return json.loads(got.stdout)

    def queue(self, jobs: int, seconds: float, lane: str = "lane") -> Path:
        """Queue slow jobs of one lane; the file in which they write what happens."""
        log = self.home / "log"
        self.ask(
            "from django.utils import timezone\nfrom tradewind.engine.access import system\n"
            "from tradewind.apps.org.operations.jobs import enqueue\n"
            f"for n in range({jobs}):\n"
            f"    enqueue(name='drill.slow', key=f'drill:{{n}}', lane={lane!r}, now=timezone.now(),\n"
            f"            by=system('drill'), args={{'n': n, 'log': {str(log)!r}, 'seconds': {seconds}}})\n"
            "out = None"
        )
        return log

    def states(self) -> list[tuple[str, int]]:
        code = (
            "from tradewind.apps.org.models import Job\n"
            "rows = Job.objects.filter(name='drill.slow').order_by('id')\n"
            "out = list(rows.values_list('state', 'attempts'))"
        )
        return [tuple(row) for row in self.ask(code)]

    def close(self) -> None:
        for child in self.started:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
            child.wait(10)
            if child.stdout:
                child.stdout.close()


def until(what, patience: float = 40.0):
    """Ask again until it is true; the answer, or a failed test."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError(f"not within {patience} s")
