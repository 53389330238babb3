"""Packing beside py3dbp and packvium: public container instances, small orders into the smallest carton."""

from __future__ import annotations

import csv
import io
import os
import random
import time
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tradewind.engine.cartonize import cartonize
from tradewind.engine.packing import Carton, Item
from tradewind.engine.packing_check import faults
from tradewind.engine.packing_container import load_container

SHARED = Path(os.environ.get("TRADEWIND_SHARED", Path(__file__).resolve().parents[2] / "shared"))
INSTANCES = SHARED / "data/binpacking_3d/instances.zip"
CLASSES, FIRST, PEER_FIRST = (1, 2, 3, 4), 10, 2  # the peers take seconds each: fewer instances
FILL_BAR, FILL_STRETCH, SECONDS_BAR, RATE_BAR = 88, 92, 5, 300
ORDERS, PEER_ORDERS, SEED = 300, 100, 20261123
ORDER_MS, CONTAINER_MS = 200, 5_000  # what packvium is given; more does not help it
SIZES = [
    (160, 120, 60), (200, 150, 100), (250, 200, 150), (300, 220, 180),
    (350, 250, 200), (400, 300, 250), (500, 350, 300), (600, 400, 400),
]  # fmt: skip
CARTONS = [Carton("x".join(map(str, sides)), sides) for sides in SIZES]
Peer = Callable[[Carton, list[Item]], tuple[int, bool]]  # volume packed in one carton, and whether all was


def peers() -> dict[str, Peer]:
    """Those that are installed; the missing are named."""
    found: dict[str, Peer] = {}
    for name, make in (("py3dbp", _py3dbp), ("packvium", _packvium)):
        try:
            found[name] = make(import_module(name))
        except ImportError:
            print(f"{name} is not installed (requirements-bench.txt): measured without it")
    return found


def _py3dbp(module: Any) -> Peer:
    def pack(carton: Carton, items: list[Item]) -> tuple[int, bool]:
        packer, box = module.Packer(), module.Bin("c", *carton.inner, 10**9)
        packer.add_bin(box)
        for item in items:
            for _ in range(item.qty):
                packer.add_item(module.Item(item.code, *item.sides, 0))
        packer.pack(bigger_first=True, number_of_decimals=0)
        return int(sum(i.get_volume() for i in box.items)), not box.unfitted_items

    return pack


def _packvium(module: Any) -> Peer:
    def size(sides: tuple[int, int, int]) -> Any:
        return module.Dimensions.mm(*(str(side) for side in sides))

    def pack(carton: Carton, items: list[Item]) -> tuple[int, bool]:
        wanted = {f"i{n}": item for n, item in enumerate(items)}
        result = module.Packer(
            module.PackingConfig.balanced(
                time_limit_ms=ORDER_MS if len(items) == sum(i.qty for i in items) else CONTAINER_MS
            )
        ).pack(
            items=[module.Item.create(k, size(i.sides), quantity=i.qty) for k, i in wanted.items()],
            containers=[module.Container.create("c", size(carton.inner), quantity=1)],
        )
        placed = [wanted[p.instance.item.id] for c in result.containers for p in c.placements]
        return sum(i.volume for i in placed), len(placed) == sum(i.qty for i in items)

    return pack


def instance(name: str) -> tuple[Carton, list[Item]]:
    """A public instance with its orientation flags."""
    with zipfile.ZipFile(INSTANCES) as archive:
        bins, rows = (
            list(csv.DictReader(io.StringIO(archive.read(f"bischoff1995/{name}_{part}.csv").decode())))
            for part in ("bins", "items")
        )
    flags = ("ROTATION_ZYX", "ROTATION_XZY", "ROTATION_XYZ")
    items = [
        Item(
            f"{n}",
            (int(row["X"]), int(row["Y"]), int(row["Z"])),
            int(row["COPIES"]),
            upright=(row[flags[0]] == "1", row[flags[1]] == "1", row[flags[2]] == "1"),
        )
        for n, row in enumerate(rows)
    ]
    return Carton("container", (int(bins[0]["X"]), int(bins[0]["Y"]), int(bins[0]["Z"]))), items


def containers(found: dict[str, Peer]) -> bool:
    """Mean fill of the first ten instances of each class; every load checked, flags and full support kept."""
    if not INSTANCES.exists():
        print("the public instances are not on this machine: container loading not measured")
        return True
    good, ours_all = True, []
    for number in CLASSES:
        fills, seconds = [], []
        for n in range(1, FIRST + 1):
            carton, items = instance(f"BR{number}.txt_{n}")
            start = time.process_time()
            loading = load_container(carton, items)
            seconds.append(time.process_time() - start)
            left = [(at, qty, "") for at, qty in enumerate(loading.left) if qty]
            assert faults(items, [loading.load], left, supported=True) == []
            fills.append(100 * loading.load.packed / carton.volume)
        mean = sum(fills) / len(fills)
        ours_all += fills
        good = good and mean >= FILL_BAR and max(seconds) <= SECONDS_BAR
        told = [f"{name} {_peer_fill(pack, number):.1f} %" for name, pack in found.items()]
        print(
            f"BR{number}: mean fill {mean:.2f} % (lowest {min(fills):.2f}), at most {max(seconds):.1f} s; "
            f"peers without flags, first {PEER_FIRST}: {', '.join(told) or 'none'}",
            flush=True,
        )
    mean = sum(ours_all) / len(ours_all)
    print(f"all: {mean:.2f} %, bar {FILL_BAR} (ratio {mean / FILL_BAR:.3f}), stretch {FILL_STRETCH}")
    return good


def _peer_fill(pack: Peer, number: int) -> float:
    fills = []
    for n in range(1, PEER_FIRST + 1):
        carton, items = instance(f"BR{number}.txt_{n}")
        fills.append(100 * pack(carton, items)[0] / carton.volume)
    return sum(fills) / len(fills)


def orders() -> list[list[Item]]:
    """Seeded orders of 1 to 8 units with sides of 30 to 250 mm."""
    draw = random.Random(SEED)
    return [
        [
            Item(f"{n}", (draw.randint(30, 250), draw.randint(30, 250), draw.randint(30, 250)))
            for n in range(draw.randint(1, 8))
        ]
        for _ in range(ORDERS)
    ]


def small_orders(found: dict[str, Peer]) -> bool:
    """Orders a second, and how often a peer finds a smaller carton than ours, or only a larger one."""
    asked = orders()
    start = time.process_time()
    packings = [cartonize(items, CARTONS) for items in asked]
    rate = len(asked) / (time.process_time() - start)
    assert not any(faults(items, p.loads, p.left) for items, p in zip(asked, packings, strict=True))
    proven = sum(p.proven for p in packings)
    print(f"small orders: {rate:,.0f} a CPU second, bar {RATE_BAR}: ratio {rate / RATE_BAR:.2f}; {proven} of "
          f"{len(asked)} proved smallest", flush=True)  # fmt: skip
    good = rate >= RATE_BAR
    for name, pack in found.items():
        smaller = larger = 0
        start = time.perf_counter()
        for items, packing in list(zip(asked, packings, strict=True))[:PEER_ORDERS]:
            theirs = next((at for at, c in enumerate(CARTONS) if _fits(pack, c, items)), len(CARTONS))
            ours = next(at for at, c in enumerate(CARTONS) if c == packing.loads[0].carton)
            ours = ours if len(packing.loads) == 1 else len(CARTONS)
            smaller, larger = smaller + (theirs < ours), larger + (theirs > ours)
        spent = time.perf_counter() - start
        print(f"{name}: smaller carton than ours {smaller}, larger {larger} of {PEER_ORDERS} orders, "
              f"{PEER_ORDERS / spent:,.0f} orders a second", flush=True)  # fmt: skip
        good = good and smaller == 0
    return good


def _fits(pack: Peer, carton: Carton, items: list[Item]) -> bool:
    return sum(item.volume for item in items) <= carton.volume and pack(carton, items)[1]


def run() -> bool:
    """Both parts against their bars."""
    found = peers()
    one = containers(found)
    return small_orders(found) and one


if __name__ == "__main__":
    run()
