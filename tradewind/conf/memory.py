"""How often Python looks for cycles among its objects: less often than it does by itself."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def collect_less() -> None:
    """Let batches make their objects in peace: once for every process of the house.

    A batch makes hundreds of thousands of small objects that live until its answer is given; at the
    default threshold of 700 they are walked again and again, a quarter of the CPU time of a batch of
    landed costs. Cycles are still found, some tens of megabytes later.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)
