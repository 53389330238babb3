"""Which subsets of amounts come to a total: integers, signed, bounded; enough of them to prove uniqueness."""

from __future__ import annotations

from collections.abc import Sequence

LIMIT = 24  # amounts: each half has 4,096 subsets


def subsets(amounts: Sequence[int], total: int, at_most: int = 2) -> list[tuple[int, ...]] | None:
    """Up to `at_most` non-empty index subsets that sum to the total; None when there are too many amounts.

    Fewer than `at_most` found means: there are no others. Meet in the middle, deterministic order.
    Example: subsets([5, 3, 2], 5) == [(0,), (1, 2)].
    """
    if len(amounts) > LIMIT:
        return None
    half = len(amounts) // 2
    left = _sums(range(half), amounts)
    right: dict[int, list[tuple[int, ...]]] = {}
    for total_right, chosen in _sums(range(half, len(amounts)), amounts):
        right.setdefault(total_right, []).append(chosen)
    found: list[tuple[int, ...]] = []
    for total_left, chosen in left:
        for rest in right.get(total - total_left, ()):
            if chosen or rest:
                found.append(chosen + rest)
            if len(found) == at_most:
                return sorted(found)
    return sorted(found)


def _sums(indexes: Sequence[int], amounts: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    out: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    for i in indexes:
        out += [(value + amounts[i], (*chosen, i)) for value, chosen in out]
    return sorted(out, key=lambda item: (len(item[1]), item[1]))
