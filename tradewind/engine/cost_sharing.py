"""Costs that belong to no order, shared over what could bear them, to the last cent.

A pool is what one account took in a month, of one store or of the whole company. A rule says by what
it is shared; what no rule takes, or what nobody is there to bear, stays as residual with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

REVENUE, UNITS, ORDERS, WEIGHT, GOODS, NOTHING = "revenue", "units", "orders", "weight", "goods", "none"
BASES = (REVENUE, UNITS, ORDERS, WEIGHT, GOODS, NOTHING)
NO_RULE, ON_PURPOSE, NO_BEARER = "no_rule", "on_purpose", "no_bearer"


@dataclass(frozen=True, slots=True)
class Pool:
    """What an account took in a month, in base currency, signed as it moves profit (costs below zero)."""

    account: str
    store_id: int | None
    month: date
    minor: int


@dataclass(frozen=True, slots=True)
class Bearer:
    """What may bear a share: its store and month, and how much of each basis it has."""

    store_id: int
    month: date
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sharing:
    """A rule: by which basis, and by which store alone (None: by those the pool is of)."""

    basis: str
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a pool: all of it shared, or all of it left with the reason."""

    pool: Pool
    basis: str
    shared_minor: int
    left_minor: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """Minor units of each bearer, in their order, and what became of every pool."""

    minors: tuple[int, ...]
    placed: tuple[Placed, ...]


Rule = Callable[[str, date], Sharing | None]  # (account, month) -> the rule in force


def parts(total: int, weights: Sequence[int]) -> list[int]:
    """A total in proportion to weights of zero or more, each part within one unit of its exact share.

    Running sums are rounded, so it takes one pass however many they are and sums to the total exactly.
    Example: parts(-100, [1, 1, 1]) == [-33, -33, -34].
    """
    whole, size = sum(weights), abs(total)
    out, before, run = [], 0, 0
    for weight in weights:
        run += weight
        now = size * run // whole
        out.append(now - before if total >= 0 else before - now)
        before = now
    return out


def share_costs(pools: Iterable[Pool], bearers: Sequence[Bearer], rule: Rule) -> Shares:
    """Every pool shared by its rule over the bearers of its month and store.

    Example: -90 of a month without a store, by units, over bearers of 1 and 2 units gives -30 and -60.
    """
    placed: list[Placed] = []
    together: dict[tuple[date, int | None, str], list[Pool]] = {}
    for pool in pools:
        found = rule(pool.account, pool.month)
        if found is None or found.basis == NOTHING:
            why = NO_RULE if found is None else ON_PURPOSE
            placed.append(Placed(pool, found.basis if found else "", 0, pool.minor, why))
            continue
        store = pool.store_id if pool.store_id is not None else found.store_id
        together.setdefault((pool.month, store, found.basis), []).append(pool)
    minors = [0] * len(bearers)
    places = _places(bearers)
    for (month, store, basis), some in together.items():
        mine = places.get((month, store), [])
        weights = [max(bearers[n].weights.get(basis, 0), 0) for n in mine]
        if not any(weights):
            placed += [Placed(p, basis, 0, p.minor, NO_BEARER) for p in some]
            continue
        placed += [Placed(p, basis, p.minor, 0) for p in some]
        for n, part in zip(mine, parts(sum(p.minor for p in some), weights), strict=True):
            minors[n] += part
    return Shares(tuple(minors), tuple(placed))


def _places(bearers: Sequence[Bearer]) -> dict[tuple[date, int | None], list[int]]:
    """(month, store) and (month, None for all stores) -> which bearers."""
    found: dict[tuple[date, int | None], list[int]] = {}
    for n, one in enumerate(bearers):
        found.setdefault((one.month, one.store_id), []).append(n)
        found.setdefault((one.month, None), []).append(n)
    return found
