"""A practice world in a process of its own: `python -m tradewind.simulators --seed 7 --port 8765`."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tradewind.simulators.server import bind
from tradewind.simulators.world import World


def run(argv: list[str] | None = None) -> int:
    """Serve until interrupted. The world starts `--days` before today, or on `--start`."""
    parser = argparse.ArgumentParser(prog="python -m tradewind.simulators", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    parser.add_argument("--days", type=int, default=90, help="how long before today the world begins")
    parser.add_argument("--start", type=date.fromisoformat, help="first day of the world, instead of --days")
    parser.add_argument("--journal", type=Path, help="file that lets the world live on after a restart")
    parser.add_argument("--live", action="store_true", help="its clock follows ours")
    parser.add_argument("--tied", action="store_true", help="it ends when its standard input closes")
    given = parser.parse_args(argv)
    start = given.start or datetime.now(UTC).date() - timedelta(days=given.days)
    world = World(given.seed, start)
    server, _ = bind(world, given.port, given.journal)
    host, port = "127.0.0.1", server.server_address[1]
    if given.live:
        threading.Thread(target=_follow, args=(world,), daemon=True).start()
    if given.tied:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(f"seed {given.seed}, from {start}: http://{host}:{port}/control/accounts\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        server.server_close()
    return 0


def _follow(world: World, every: float = 5) -> None:
    """Let the world's time pass as ours does; what happens follows from its seed, so no journal needs it."""
    while True:
        now = datetime.now(UTC)
        if now > world.now:
            world.advance(now)
        time.sleep(every)


def _end_with_parent() -> None:
    """Standard input is a pipe whose other end closes with whoever started this, even by kill -9."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(run())
