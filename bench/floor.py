"""The floor: what hand-written SQL needs to leave the facts of an order behind, and nothing else.

Per order: the order, 2 lines, 2 reservations, 2 + 2 stock moves, one numbered invoice, 6 ledger lines.
No rights, no audit, no cost layers, no guards of the books, no encryption: the physical limit.
Run as a program: ``python -m bench.floor sqlite FILE N BATCH`` or ``... pg DSN N BATCH``; prints JSON.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

SKUS, STOCK, PRICE, COST = 50, 1_000_000_000, 1000, 400
TABLES = """
create table o (id {key}, channel int not null, external_id text not null, currency text not null,
  total bigint not null, state int not null default 0, unique (channel, external_id));
create table line (id {key}, order_id bigint not null references o, sku int not null,
  qty int not null check (qty > 0), price bigint not null);
create index line_order on line (order_id);
create table stock (sku int primary key, on_hand bigint not null, reserved bigint not null default 0,
  check (reserved >= 0 and on_hand >= reserved));
create table reservation (line_id bigint primary key references line, sku int not null, qty int not null);
create table move (id {auto}, line_id bigint not null references line, sku int not null, qty int not null,
  src int not null, dst int not null);
create index move_line on move (line_id);
create table invoice (id {auto}, order_id bigint not null unique references o, number bigint not null unique);
create table journal (id {auto}, order_id bigint not null references o, account int not null,
  debit bigint not null default 0, credit bigint not null default 0);
create index journal_order on journal (order_id);
"""
OF = "order_id between {a} and {b}"
LOCK = f"select 1 from stock where sku in (select sku from line where {OF}) order by sku for update"
TAKE = (
    "insert into move (line_id, sku, qty, src, dst) select id, sku, qty, {src}, {dst} from line where " + OF
)
BOOK = (
    "insert into journal (order_id, account, {side}) select order_id, {account}, "
    f"qty * {COST} from line where {OF}"
)
SUMS = "(select sku, sum(qty) as q from line where order_id between {a} and {b} group by sku) as d"
INSIDE = "id between {a} and {b}"
STEPS: dict[str, tuple[str, ...]] = {
    "confirm": ("update o set state = 1 where " + INSIDE + " and state = 0",),
    "reserve": (
        LOCK,
        "update stock set reserved = reserved + d.q from " + SUMS + " where stock.sku = d.sku",
        "insert into reservation select id, sku, qty from line where order_id between {a} and {b}",
        "update o set state = 2 where " + INSIDE + " and state = 1",
    ),
    "pick": (
        TAKE.replace("{src}", "1").replace("{dst}", "2"),
        "update o set state = 3 where " + INSIDE + " and state = 2",
    ),
    "ship": (
        TAKE.replace("{src}", "2").replace("{dst}", "9"),
        LOCK,
        "update stock set reserved = reserved - d.q, on_hand = on_hand - d.q from "
        + SUMS
        + " where stock.sku = d.sku",
        "delete from reservation where line_id in (select id from line where order_id between {a} and {b})",
        "update o set state = 4 where " + INSIDE + " and state = 3",
    ),
    "post": (
        "insert into invoice (order_id, number) select id, (select coalesce(max(number), 0) from invoice)"
        " + row_number() over (order by id) from o where " + INSIDE,
        "insert into journal (order_id, account, debit) select id, 1122, total from o where " + INSIDE,
        "insert into journal (order_id, account, credit) select id, 6001, total from o where " + INSIDE,
        BOOK.replace("{side}", "debit").replace("{account}", "6401"),
        BOOK.replace("{side}", "credit").replace("{account}", "1405"),
        "update o set state = 5 where " + INSIDE + " and state = 4",
    ),
}  # fmt: skip


def order_lines(number: int) -> list[tuple[int, int]]:
    """(SKU number, quantity) of the two lines of order `number`: the same for the floor and for us."""
    return [((number * 2 + j) % SKUS, 1 + j) for j in range(2)]


class Sqlite:
    """The floor on a file with our own pragmas."""

    def __init__(self, path: str) -> None:
        self.con = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "cache_size=-65536"):
            self.con.execute(f"pragma {pragma}")
        self.con.executescript(TABLES.format(key="integer primary key", auto="integer primary key"))

    def begin(self) -> None:
        self.con.execute("begin immediate")

    def commit(self) -> None:
        self.con.execute("commit")

    def many(self, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(rows[0]))
        self.con.executemany(f"insert into {table} ({columns}) values ({marks})", rows)

    def run(self, sql: str, a: int, b: int) -> None:
        if "for update" not in sql:
            self.con.execute(sql.format(a=":a", b=":b"), {"a": a, "b": b})

    def one(self, sql: str) -> Any:
        return self.con.execute(sql).fetchone()[0]


class Postgres:
    """The floor in a schema of its own."""

    def __init__(self, dsn: str) -> None:
        import psycopg

        self.con = psycopg.connect(dsn)
        self.con.prepare_threshold = 2
        self.con.execute("drop schema if exists floor cascade; create schema floor; set search_path = floor")
        auto = "bigint generated always as identity primary key"
        self.con.execute(TABLES.format(key="bigint primary key", auto=auto).encode())
        self.con.commit()
        self.commit = self.con.commit

    def begin(self) -> None:
        pass

    def many(self, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        with self.con.cursor().copy(f"copy {table} ({columns}) from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def run(self, sql: str, a: int, b: int) -> None:
        self.con.execute(sql.format(a="%(a)s", b="%(b)s").encode(), {"a": a, "b": b})

    def one(self, sql: str) -> Any:
        row = self.con.execute(sql.encode()).fetchone()
        assert row
        return row[0]


def measure(base: Sqlite | Postgres, n: int, batch: int) -> dict[str, Any]:
    """Run every step over n orders in batches, check the outcome, and say what it took."""
    base.begin()
    base.many("stock", "sku, on_hand", [(sku, STOCK) for sku in range(SKUS)])
    base.commit()
    seconds: dict[str, float] = {}
    cpu = time.process_time()

    def step(name: str, act: Callable[[int, int], None]) -> None:
        start = time.perf_counter()
        for first in range(0, n, batch):
            base.begin()
            act(first, min(first + batch, n) - 1)
            base.commit()
        seconds[name] = time.perf_counter() - start

    step("place", lambda a, b: _create(base, range(a, b + 1)))
    for name, statements in STEPS.items():
        step(name, lambda a, b, sqls=statements: [base.run(sql, a, b) for sql in sqls])
    cpu = time.process_time() - cpu
    assert base.one("select sum(debit) - sum(credit) from journal") == 0
    assert base.one("select count(*) from journal") == 6 * n
    assert base.one("select count(*) from move") == 4 * n
    assert base.one("select sum(reserved) from stock") == 0
    assert base.one(f"select sum({STOCK} - on_hand) from stock") == 3 * n
    assert base.one("select count(*) from o where state = 5") == n
    return {"seconds": seconds, "total": sum(seconds.values()), "cpu": cpu, "n": n, "batch": batch}


def _create(base: Sqlite | Postgres, numbers: range) -> None:
    orders, lines = [], []
    for k in numbers:
        mine = [(k * 2 + j, k, sku, qty, PRICE) for j, (sku, qty) in enumerate(order_lines(k))]
        orders.append((k, 1, f"CH-{k:08d}", "USD", sum(x[3] * x[4] for x in mine)))
        lines += mine
    base.many("o", "id, channel, external_id, currency, total", orders)
    base.many("line", "id, order_id, sku, qty, price", lines)


if __name__ == "__main__":
    kind, target, size, per = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    print(json.dumps(measure(Sqlite(target) if kind == "sqlite" else Postgres(target), size, per)))
