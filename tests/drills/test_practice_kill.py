"""kill -9 at random moments of a practice run: nothing is lost, nothing doubled, and it goes on by itself.

The simulated world survives in a process of its own, like the real one would. A run that was killed
again and again ends with the same facts as one that was left alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("TRADEWIND_SEED", "20261122"))
PLAN = ["--seed", "11", "--days", "16", "--skus", "10", "--until", "2026-10-31", "--json"]
STARTS = 2.0  # seconds before a process does anything worth killing
LONGEST = 300

# Facts by natural keys: ids and the grouping into waves may differ, nothing else may.
FACTS = {
    "orders": """SELECT s.code, o.external_id, o.state, o.goods_minor, o.shipping_minor, o.tax_minor, o.booked
        FROM orders_order o JOIN stores_store s ON s.id = o.store_id""",
    "lines": """SELECT o.external_id, l.external_id, l.external_sku, k.code, l.qty, l.price_minor, l.tax_minor
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN catalog_sku k ON k.id = l.sku_id""",
    "holds": """SELECT o.external_id, h.reason, h.detail, h.closed_at IS NULL FROM orders_hold h
        JOIN orders_order o ON o.id = h.order_id""",
    "moves": """SELECT k.code, w.code, m.kind, count(*), sum(m.qty), sum(m.staged_qty) FROM stock_move m
        JOIN stock_balance b ON b.id = m.balance_id JOIN catalog_sku k ON k.id = b.sku_id
        JOIN logistics_warehouse w ON w.id = b.warehouse_id GROUP BY 1, 2, 3""",
    "balances": """SELECT k.code, w.code, b.on_hand, b.reserved FROM stock_balance b
        JOIN catalog_sku k ON k.id = b.sku_id JOIN logistics_warehouse w ON w.id = b.warehouse_id""",
    "layers": """SELECT k.code, w.code, y.qty, y.left_qty, y.goods_minor, y.left_goods_minor, y.landed_minor
        FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
        JOIN catalog_sku k ON k.id = b.sku_id
        JOIN logistics_warehouse w ON w.id = b.warehouse_id""",
    "parcels": """SELECT o.external_id, p.state, p.weight_g, p.freight_minor, p.shipped_at,
        p.pushed_at IS NULL         FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id""",
    "purchases": "SELECT number, state, ordered_on FROM sourcing_purchaseorder",
    "settlements": """SELECT f.external_id, l.type, l.amount_type, l.description, l.kind, l.amount_minor,
        l.order_external_id, l.external_sku, f.total_minor, f.state FROM settlements_settlementline l
        JOIN settlements_settlementfile f ON f.id = l.settlement_id""",
    "payouts": """SELECT f.external_id, p.amount_minor, p.currency, p.state FROM treasury_payout p
        JOIN settlements_settlementfile f ON f.id = p.settlement_id""",
    "collections": "SELECT external_id, kind, amount_minor, reference FROM treasury_collectionline",
    "bank": "SELECT external_id, amount_minor, reference FROM treasury_bankline",
    "books": """SELECT a.code, p.currency, sum(p.amount_minor), count(*) FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id GROUP BY 1, 2""",
    "entries": "SELECT event, count(*) FROM ledger_entry GROUP BY 1",
    "profit": """SELECT o.external_id, p.profit_minor, p.state, p.stage FROM profit_orderprofit p
        JOIN orders_order o ON o.id = p.order_id""",
    "listings": "SELECT external_sku, shown_price_minor, shown_quantity, state FROM listings_listing",
    "users": "SELECT username, role FROM org_user",
}


def facts(home: Path) -> dict[str, list[tuple]]:
    """Every fact of a home's database, sorted, by what it is about."""
    with sqlite3.connect(f"file:{home / 'tradewind.sqlite3'}?mode=ro", uri=True) as base:
        return {name: sorted(base.execute(sql).fetchall(), key=repr) for name, sql in FACTS.items()}


class World:
    """The world outside, in a process that no kill of ours touches."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tradewind.simulators", "--seed", "11", "--port", "0"]
        command += ["--start", "2026-10-16"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        self.url = "http://" + said.split("http://", 1)[1].strip().removesuffix("/control/accounts")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def begin(home: Path, url: str) -> subprocess.Popen[bytes]:
    """The practice run in its home: from the start, or resumed where its note says."""
    env = {**os.environ, "TRADEWIND_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tradewind.conf.settings"}
    env.pop("TRADEWIND_DATABASE_URL", None)
    how = ["--resume", "--json"] if (home / "practice.json").exists() else [*PLAN, "--simulator", url]
    command = [sys.executable, "-m", "tradewind.cli.practice", *how]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def undisturbed(home: Path) -> float:
    """Run to the end without a kill; how long it took."""
    world, began = World(), time.monotonic()
    try:
        process = begin(home, world.url)
        said, _ = process.communicate(timeout=LONGEST)
        assert process.returncode == 0, said.decode()
    finally:
        world.end()
    return time.monotonic() - began


def tormented(home: Path, kills: int, seconds: float, dice: random.Random) -> int:
    """Run to the end with that many kills spread over the run; how many struck a living process."""
    world, struck = World(), 0
    pause = max(0.3, 1.4 * (seconds - STARTS) / (kills + 1))
    try:
        while True:
            process = begin(home, world.url)
            wait = STARTS * dice.random() + dice.uniform(0, pause) if struck < kills else LONGEST
            try:
                said, _ = process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                struck += 1
                continue
            assert process.returncode == 0, said.decode()
            return struck
    finally:
        world.end()


def unwell(home: Path) -> list[dict]:
    """The doctor's findings about the data; the state of the installation's words is not ours here."""
    env = {**os.environ, "TRADEWIND_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tradewind.conf.settings"}
    env.pop("TRADEWIND_DATABASE_URL", None)
    command = [sys.executable, "-m", "tradewind.cli.main", "doctor", "--json"]
    said = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    return [c for c in json.loads(said.stdout)["checks"] if not c["ok"] and c["code"] != "words"]


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.deep)])
def test_a_run_killed_again_and_again_ends_with_the_same_facts(tmp_path, kills):
    print(f"seed {SEED}: TRADEWIND_SEED={SEED} repeats the same moments")
    dice = random.Random(f"{SEED}:{kills}")
    calm, torn = tmp_path / "calm", tmp_path / "torn"
    calm.mkdir(mode=0o700)
    torn.mkdir(mode=0o700)
    seconds = undisturbed(calm)
    struck = tormented(torn, kills, seconds, dice)
    assert struck >= min(kills, 3), "the kills came too late to strike anything"
    left, right = facts(calm), facts(torn)
    differing = {name: (len(left[name]), len(right[name])) for name in left if left[name] != right[name]}
    shown = {n: (set(left[n]) ^ set(right[n])) for n in differing}
    assert not differing, f"seed {SEED}: {differing} {str(shown)[:2000]}"
    assert len(left["orders"]) > 50
    assert left["settlements"]
    assert not unwell(torn)
