"""Order to posted ledger through the public operations, against hand-written SQL in the same run.

Both leave an order, 2 lines, 2 reservations, 2 + 2 stock moves, a numbered entry and 6 postings behind,
and both check it; ours has rights, audit, cost layers, guards and states besides. Floor and line run
alternately in fresh processes on the same database with the same durability; medians are compared.
Sizes by environment: BENCH_ORDERS (default 5000), BENCH_ROUNDS (3), BENCH_HISTORY (200000; 0: skip).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("TRADEWIND_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
ORDERS = int(os.environ.get("BENCH_ORDERS", "5000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HISTORY = int(os.environ.get("BENCH_HISTORY", "200000"))
BATCHES = (1, 50, 500, 1000)
WALL, CPU_BATCH, CPU_ONE, FLAT = 5.0, 1.5, 15.0, 1.2  # the bars


def call(module: str, *args: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON a fresh process prints last."""
    done = subprocess.run(
        [sys.executable, "-m", module, *args],
        cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def place(kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A fresh database: the floor's target, and the environment in which our line finds it."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as home:
        env = {"TRADEWIND_HOME": home, "TRADEWIND_DATABASE_URL": ""}
        if kind == "sqlite":
            yield str(Path(home) / "floor.sqlite3"), env
            return
        import psycopg

        name = f"tradewind_bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
            url = SERVER.rsplit("/", 1)[0] + "/" + name
            try:
                yield url, {**env, "TRADEWIND_DATABASE_URL": url}
            finally:
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def has_postgres() -> bool:
    try:
        import psycopg

        psycopg.connect(SERVER, connect_timeout=3).close()
    except Exception as why:  # absent in any way: said, not hidden
        print(f"PostgreSQL is skipped: {type(why).__name__}: {str(why).splitlines()[0]}")
        return False
    return True


def compare(kind: str, batch: int) -> tuple[float, float]:
    """(wall-clock ratio to the floor, our CPU ms an order) of one batch size, with the steps printed."""
    n = str(min(ORDERS, 300) if batch == 1 else ORDERS)
    floors, ours = [], []
    for _round in range(ROUNDS):
        with place(kind) as (target, env):
            floors.append(call("bench.floor", "pg" if kind == "postgresql" else kind, target, n, str(batch)))
        with place(kind) as (_target, env):
            ours.append(call("bench._line", n, str(batch), "0", env=env))
    floor = statistics.median(f["total"] for f in floors) / int(n)
    wall = statistics.median(o["total"] for o in ours) / int(n)
    cpu = statistics.median(o["cpu"] for o in ours) / int(n) * 1000
    floor_cpu = statistics.median(f["cpu"] for f in floors) / int(n) * 1000
    steps = {k: round(v / int(n) * 1e6) for k, v in ours[-1]["seconds"].items()}
    print(f"{kind} {batch} a batch: steps in us an order {steps}")
    print(
        f"{kind} {batch} a batch: {1 / wall:,.0f} orders/s, {cpu:.3f} ms CPU an order; "
        f"floor {1 / floor:,.0f} orders/s, {floor_cpu:.3f} ms; ratio {wall / floor:.2f}",
        flush=True,
    )
    return wall / floor, cpu


def flatness(kind: str) -> float:
    """Time of the same 2,000 orders after a long history over that after 10,000 orders."""
    times = []
    for history in (10_000, HISTORY):
        with place(kind) as (_target, env):
            times.append(call("bench._line", "2000", "500", str(history), env=env))
    per = [t["cpu"] / t["n"] * 1e6 for t in times]
    wall = [t["total"] / t["n"] * 1e6 for t in times]
    ratio = wall[1] / wall[0]
    print(
        f"{kind} history 10,000 -> {HISTORY:,}: {wall[0]:.0f} -> {wall[1]:.0f} us an order "
        f"({per[0]:.0f} -> {per[1]:.0f} us CPU); ratio {ratio:.2f}",
        flush=True,
    )
    return ratio


def run() -> bool:
    """Every size on every database there is; False when a bar does not hold."""
    missed = []
    for kind in ("sqlite", *(["postgresql"] if has_postgres() else [])):
        for batch in BATCHES:
            ratio, cpu = compare(kind, batch)
            if batch >= 500 and ratio > WALL:
                missed.append(f"{kind} {batch}: {ratio:.2f} times the floor, bar {WALL:g}")
            if cpu > (CPU_ONE if batch == 1 else CPU_BATCH) and batch != 50:
                missed.append(f"{kind} {batch}: {cpu:.2f} ms CPU")
        if HISTORY and (flat := flatness(kind)) > FLAT:
            missed.append(f"{kind}: {flat:.2f} times slower after {HISTORY:,} orders, bar {FLAT:g}")
    for line in missed:
        print("missed:", line)
    print(f"order_to_ledger: {'all bars hold' if not missed else f'{len(missed)} bars missed'}")
    return not missed


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
