"""Settlement: 100,000 lines read, mapped, matched and posted to the books in at most 10 seconds."""

from __future__ import annotations

import sys
import time

from bench import _money

LINES, BAR = 100_000, 10.0


def run() -> bool:
    """Whether the bar holds, measured in a fresh process."""
    return _money.fresh(__name__) == 0


def main() -> int:
    _money.open_house()
    from django.db import connection

    from tradewind.apps.ledger.models import Posting
    from tradewind.apps.ledger.operations import open_chart
    from tradewind.apps.ledger.operations.cash import post_settlements
    from tradewind.apps.ledger.queries import unbalanced
    from tradewind.apps.settlements.models import SettlementFile, SettlementLine
    from tradewind.apps.settlements.operations import import_settlements
    from tradewind.engine.access import system

    by, now = system("bench"), _money.NOW
    store = _money.make_store()
    _money.make_orders(store, LINES // 5)
    open_chart(now=now, by=by)
    data = _money.settlement(LINES // 5)
    start, cpu = time.perf_counter(), time.process_time()
    import_settlements(store_id=store.pk, name="bench.txt", data=data, now=now, by=by)
    taken = time.perf_counter() - start
    post_settlements(now=now, by=by)
    whole, cpu = time.perf_counter() - start, time.process_time() - cpu
    one = SettlementFile.objects.get()
    assert (one.state, one.unknown_count, one.unmatched_count, one.remainder_minor) == ("posted", 0, 0, 0)
    assert SettlementLine.objects.exclude(order_line=None).count() == LINES
    assert Posting.objects.filter(account__code="1901").get().amount_minor == one.total_minor
    assert unbalanced() == []
    print(f"{connection.vendor}: {LINES} lines, read and matched {taken:.2f} s, posted {whole - taken:.2f} s")
    print(f"whole {whole:.2f} s, CPU {cpu:.2f} s; bar {BAR:.0f} s; ratio to the bar {whole / BAR:.2f}")
    return 0 if whole <= BAR else 1


if __name__ == "__main__":
    sys.exit(main() if sys.argv[1:] == ["run"] else _money.fresh("bench.settlement_lines"))
