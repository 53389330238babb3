"""Processes: the server with its worker and ticker, a worker of its own, the simulators, the first run."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import warnings
from typing import Any
from urllib.request import urlopen

from tradewind.cli.main import DONE, REFUSED, setup
from tradewind.cli.saying import fault


def main(args: list[str]) -> int:
    return {"run": run, "serve": serve, "worker": worker, "simulate": simulate}[args[0]](args[1:])


def _server_options(prog: str, args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"tradewind {prog}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-worker", action="store_true", help="only the server; workers run elsewhere")
    parser.add_argument("--json", action="store_true", help="say where it listens as one line of JSON")
    return parser.parse_args(args)


def serve(args: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C; the worker ends with the server."""
    options = _server_options("serve", args)
    setup()
    from tradewind.cli.house import unapplied

    if unapplied():
        fault("not_migrated", "the database is not up to date: tradewind migrate", as_json=options.json)
        return REFUSED
    from tradewind.cli.rules import book_stands

    if not book_stands(as_json=options.json):
        return REFUSED
    import uvicorn

    from tradewind.cli.people import logins

    known = logins()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                _announce(options, known)
                threading.Timer(2, _warm_up, (options.port,)).start()

    # Static files are read whole, which is right for their size; exports stream by themselves.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    for name in ("SIGTERM", "SIGINT"):  # uvicorn raises the signal again after its own clean end
        signal.signal(getattr(signal, name), lambda *_: None)
    config = uvicorn.Config(
        "tradewind.conf.asgi:application",
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    kept = [] if options.no_worker else _companions()
    server = Server(config)
    try:
        server.run()
    finally:
        for child in kept:
            child.end()
    return DONE if server.started else REFUSED


def _warm_up(port: int) -> None:
    """Ask the API once, so that its endpoints are made while nobody waits for them."""
    with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/api/openapi.json", timeout=60):
        pass


def _announce(options: argparse.Namespace, known: list[tuple[str, str]]) -> None:
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104  compared, never bound
    address = f"http://{host}:{options.port}/"
    if options.json:
        people = [{"user": user, "password": password} for user, password in known]
        print(json.dumps({"address": address, "logins": people}, ensure_ascii=False), flush=True)
        return
    print(f"Tradewind 信风  {address}")
    for user, password in known:
        print(f"  sign in as {user}" + (f"  password {password}" if password else ""))
    if not known:
        print("  nobody can sign in yet: tradewind user add NAME --role owner")
    print("  Ctrl-C stops it", flush=True)


def _companions() -> list[Kept]:
    """The worker, and the market of a practice company: it lives on while its company is served."""
    from tradewind.cli.practice.world import market_command

    kept = [Kept("worker", [sys.executable, "-m", "tradewind.cli.main", "worker", "--kept"])]
    market = market_command()
    if market:
        kept.append(Kept("practice market", market))
    return kept


class Kept:
    """A child process that is started again when it dies, and that ends when this process ends.

    The child watches its standard input: when this process is gone, even by kill -9, it closes.
    """

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.stopping = threading.Event()
        self.child = self._start()
        threading.Thread(target=self._watch, name="keeper", daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def _watch(self) -> None:
        wait = 1.0
        while not self.stopping.wait(wait):
            if self.child.poll() is not None and not self.stopping.is_set():
                print(f"the {self.name} ended with {self.child.returncode}: started again", file=sys.stderr)
                self.child = self._start()
                wait = min(wait * 2, 60)  # what cannot start (a port that is taken) is not tried for ever

    def end(self, patience: float = 15) -> None:
        self.stopping.set()
        self.child.terminate()
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def worker(args: list[str]) -> int:
    """Run jobs until SIGTERM; the job in hand is finished first."""
    parser = argparse.ArgumentParser(prog="tradewind worker")
    parser.add_argument("--no-ticker", action="store_true", help="run jobs only; another worker ticks")
    parser.add_argument("--concurrency", type=int, default=2, help="processes of a Celery worker")
    parser.add_argument("--kept", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="say nothing but errors")
    options = parser.parse_args(args)
    setup()
    from django.conf import settings

    stop = threading.Event()
    if not options.no_ticker:
        threading.Thread(target=_tick_forever, args=(stop,), name="ticker", daemon=True).start()
    if settings.JOBS == "celery":
        return _celery_worker(options, stop)
    return _database_worker(options, stop)


def _database_worker(options: argparse.Namespace, stop: threading.Event) -> int:
    from django_tasks_db.management.commands.db_worker import Worker

    runner = Worker(
        queue_names=["default"],
        interval=0.3,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=secrets.token_hex(16),
        excluded_queue_names=[],
    )
    runner.configure_signals()
    if options.kept:
        threading.Thread(target=_end_with_parent, args=(runner,), daemon=True).start()
    try:
        runner.run()
    finally:
        stop.set()
    return DONE


def _end_with_parent(runner: Any) -> None:
    sys.stdin.buffer.read()  # returns only when the parent is gone
    runner.running = False
    for _ in range(100):
        if not runner.running_task:
            break
        time.sleep(0.1)
    os._exit(0)  # the lease of a job still running expires and another worker takes it


def _end_child_with_parent(child: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    child.terminate()


def _celery_worker(options: argparse.Namespace, stop: threading.Event) -> int:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tradewind.conf.celery",
        "worker",
        "--loglevel",
        "WARNING",
        "--concurrency",
        str(options.concurrency),
        "--without-gossip",
        "--without-mingle",
    ]
    child = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    if options.kept:
        threading.Thread(target=_end_child_with_parent, args=(child,), daemon=True).start()
    try:
        return DONE if child.wait() in (0, -signal.SIGTERM) else REFUSED
    finally:
        stop.set()


def _tick_forever(stop: threading.Event) -> None:
    import logging

    from django.db import close_old_connections, connection
    from django.utils import timezone

    from tradewind.desk.work import prune, tick

    beats = 0
    while not stop.wait(1):
        close_old_connections()
        try:
            tick(timezone.now())
            if beats % 3600 == 60:
                prune(timezone.now())
        except Exception:  # the ticker outlives a database or broker that is down
            logging.getLogger(__name__).exception("a tick failed")
        beats += 1
    connection.close()


def simulate(args: list[str]) -> int:
    """The simulated marketplace and collection provider over HTTP on loopback."""
    from tradewind.simulators.__main__ import run as run_world

    return run_world([a for a in args if a != "--json"])


def run(args: list[str]) -> int:
    """First run: migrate, make the practice company when there is no company (or go on making it), serve."""
    _server_options("run", args)  # a wrong option is told before a minute of work
    setup()
    from tradewind.apps.org.models import Company
    from tradewind.cli import practice
    from tradewind.cli.house import migrate_now
    from tradewind.cli.practice.world import remembered
    from tradewind.cli.rules import book_stands

    migrate_now()
    if not book_stands(as_json=False):
        return REFUSED
    wanted = ["practice", "--resume"] if remembered() else ["practice"]
    if remembered() or not Company.objects.exists():
        code = practice.main(wanted)
        if code:
            return code
    return serve(args)
