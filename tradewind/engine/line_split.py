"""Splitting an amount over the lines it belongs to, so that the lines always sum to it."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.engine.money import share


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Shares of a total by weights; equal ones where no weight is above zero, negative ones count nothing.

    Example: spread(100, [1, 3]) == [25, 75]; spread(-5, [0, 0]) == [-3, -2]; spread(7, []) == [].
    """
    if not weights:
        return []
    if len(weights) == 1:
        return [total]
    if not total:
        return [0] * len(weights)
    given = [max(w, 0) for w in weights]
    return share(total, given if any(given) else [1] * len(given))


def fitted(parts: Sequence[int], total: int) -> list[int]:
    """Parts that were rounded one by one, put right on the largest so that they sum to the total.

    Example: fitted([33, 33, 33], 100) == [34, 33, 33].
    """
    out = list(parts)
    if out and (over := total - sum(out)):
        largest = max(range(len(out)), key=lambda place: (abs(out[place]), -place))
        out[largest] += over
    return out


def weighed(weights: Sequence[int | None], values: Sequence[int]) -> tuple[str, list[int]]:
    """By what goods carried together bear their freight: weight where every one is measured, else value.

    Example: weighed([500, None], [10, 20]) == ("value", [10, 20]).
    """
    known = [w for w in weights if w]
    if known and len(known) == len(weights):
        return "weight", known
    return "value", list(values)
