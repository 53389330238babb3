"""A practice company served on loopback, and a browser to look at it with."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# No look-ups to the outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class House:
    """A running installation: its address, its folder, and who may sign in."""

    address: str
    home: str
    logins: dict[str, str]


def chromium() -> str | None:
    """The system's Chromium, or None."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextlib.contextmanager
def serving(*, days: int, port: int = 0, home: str | None = None) -> Iterator[House]:
    """Make a practice company of some days in a new folder and serve it, without worker."""
    with tempfile.TemporaryDirectory(prefix="tradewind-e2e-") as made:
        folder = home or made
        env = {k: v for k, v in os.environ.items() if k not in ("TRADEWIND_DATABASE_URL", "TRADEWIND_JOBS")}
        env |= {"TRADEWIND_HOME": folder, "DJANGO_SETTINGS_MODULE": "tradewind.conf.settings"}
        tradewind = [sys.executable, "-m", "tradewind.cli.main"]
        if not (Path(folder) / "tradewind.sqlite3").exists():
            subprocess.run([*tradewind, "migrate"], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(
                [*tradewind, "practice", "--days", str(days)],
                env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=300,
            )  # fmt: skip
        server = subprocess.Popen(
            [*tradewind, "serve", "--no-worker", "--json", "--port", str(port or free_port())],
            env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert server.stdout
            said = json.loads(server.stdout.readline())
            yield House(said["address"], folder, {p["user"]: p["password"] for p in said["logins"]})
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    """A headless Chromium driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Any, house: House, user: str = "") -> None:
    """Sign in as a user (default: the first one told, the owner)."""
    name = user or next(iter(house.logins))
    page.goto(house.address + "login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", house.logins[name])
    page.click("form.form button")
    page.wait_for_url(house.address)
