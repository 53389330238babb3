"""Tariffs: a US schedule of 35,733 lines loaded, rates parsed and looked up; lines and look-ups a second."""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from pathlib import Path

from bench import _money

SHARED = Path(os.environ.get("TRADEWIND_SHARED", Path(__file__).resolve().parents[2] / "shared"))
FILE = SHARED / "data/us_hts/hts_2026_revision_4.csv.gz"
LOADED_BAR, LOOKED_BAR = 5_000, 100_000  # lines a second in; look-ups of known questions a second
DAY = date(2026, 5, 1)


def run() -> bool:
    """Whether the bars hold, measured in a fresh process; nothing is measured where the file is absent."""
    if not FILE.exists():
        print(f"skipped: {FILE.name} is not on this machine")
        return True
    return _money.fresh(__name__) == 0


def main() -> int:
    _money.open_house()
    from django.db import connection

    from tradewind.apps.markets.models import TariffLine
    from tradewind.apps.markets.operations import NewTariff, load_tariff
    from tradewind.apps.markets.queries import tariffs_on
    from tradewind.engine.access import system
    from tradewind.engine.tariff_files import read_tariff

    content = FILE.read_bytes()
    start = time.perf_counter()
    rows = read_tariff(FILE.name, content, "US").rows
    read = time.perf_counter() - start
    made = NewTariff("US", "2026 revision 4", DAY, "USD", "USITC")
    start = time.perf_counter()
    done = load_tariff(tariff=made, name=FILE.name, content=content, now=_money.NOW, by=system("bench"))
    whole = time.perf_counter() - start
    assert TariffLine.objects.count() == done.lines == 35_733
    codes = [row.code for row in rows if len(row.code) > 6 and row.code < "98"]
    start = time.perf_counter()
    tariffs = tariffs_on(DAY)
    tariffs("US", codes[0], "CN", DAY)
    ready = time.perf_counter() - start
    first = _asked(tariffs, codes)
    again = _asked(tariffs, codes)
    print(f"{connection.vendor}: {done.lines} lines read {read:.2f} s, loaded whole {whole:.2f} s")
    print(
        f"ready to be asked in {ready:.2f} s; {len(codes)} codes: {first:,.0f}/s first, {again:,.0f}/s again"
    )
    loaded = done.lines / whole
    print(f"{loaded:,.0f} lines/s (bar {LOADED_BAR:,}, ratio {loaded / LOADED_BAR:.1f}); "
          f"look-ups ratio to their bar of {LOOKED_BAR:,}: {again / LOOKED_BAR:.1f}")  # fmt: skip
    return 0 if loaded >= LOADED_BAR and again >= LOOKED_BAR else 1


def _asked(tariffs, codes) -> float:
    """Look-ups a second over all codes."""
    start = time.perf_counter()
    for code in codes:
        tariffs("US", code, "CN", DAY)
    return len(codes) / (time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main() if sys.argv[1:] == ["run"] else _money.fresh("bench.tariff_load"))
