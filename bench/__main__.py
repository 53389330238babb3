"""Run every benchmark of this folder that has a run(), or those named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from tradewind.conf.memory import collect_less


def main(names: list[str]) -> int:
    """Each benchmark under its name; exit code 1 when a bar does not hold."""
    collect_less()  # as every process of the house does
    failed = []
    for info in sorted(pkgutil.iter_modules(bench.__path__), key=lambda i: i.name):
        if info.name.startswith("_") or (names and info.name not in names):
            continue
        module = importlib.import_module(f"bench.{info.name}")
        if not hasattr(module, "run"):
            continue
        print(f"== {info.name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        if module.run() is False:
            failed.append(info.name)
    if failed:
        print("bars missed:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
