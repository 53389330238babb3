"""Floors written down: set-based, the same facts giving the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop

from tradewind.apps.org.operations import acting
from tradewind.apps.prices.judging import Judged, Offered
from tradewind.apps.prices.models import CostMark, PriceFloor
from tradewind.apps.prices.queries import judge_on, offered
from tradewind.apps.prices.states import BELOW, INFEASIBLE
from tradewind.db.bulk import chunks, insert_rows, update_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.pricing import Priced, margin_of

BATCH = 5_000
COLUMNS = [
    "listing_id", "policy_id", "currency", "price_minor", "floor_minor", "target_minor", "intervals",
    "base_currency", "profit_minor", "margin", "breakdown", "reason", "state", "inputs", "computed_at",
]  # fmt: skip
# Stored as they are, shown in the reader's language.
HOPELESS = gettext_noop("fees, tax and allowances leave too little of any price")
REASONS = {
    "never": gettext_noop("the target cannot be reached at any price"),
    "ceiling": gettext_noop("the target lies above the ceiling"),
    "ending": gettext_noop("no good price has the wanted ending"),
}


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Floors that changed, those now below, and the listings that fell below by this run."""

    changed: int
    below: int
    fallen: tuple[int, ...] = ()


def recompute_floors(
    *, on: date, now: datetime, by: Actor, listing_ids: Iterable[int] | None = None
) -> Recomputed:
    """Compute floors anew (of all listings, or some); those whose facts are the same are left as they are."""
    judge = judge_on(on)
    rows = offered(on, listing_ids)
    there = {
        pk: (row_id, state, inputs)
        for pk, row_id, state, inputs in PriceFloor.objects.values_list("listing_id", "id", "state", "inputs")
    }
    fresh, moved, fallen = [], [], []
    for one in rows:
        print_ = judge.fingerprint(one)
        known = there.get(one.listing_id)
        if known is not None and known[2] == print_:
            continue
        judged = judge.judge(one)
        row = (*_row(one, judged), print_, instant(now))
        if judged.state in BELOW and (known is None or known[1] not in BELOW):
            fallen.append(one.listing_id)
        if known is None:
            fresh.append(row)
        else:
            moved.append((known[0], *row))
    _write(fresh, moved, fallen, now, by)
    below = PriceFloor.objects.filter(state__in=BELOW).count()
    return Recomputed(len(fresh) + len(moved), below, tuple(fallen))


def _row(one: Offered, judged: Judged) -> tuple[Any, ...]:
    profit, margin, tree = None, None, None
    at = one.price_minor or _minor(judged.floor)
    if judged.curve is not None and at is not None:
        told, earned, net = judged.curve.explain(at, judged.costs)
        tree = told.to_json()
        if at == one.price_minor:
            profit, margin = earned, margin_of(earned, net)
    wish = one.wish
    return (
        one.listing_id, wish.policy_id if wish else None, one.currency, one.price_minor, _minor(judged.floor),
        _minor(judged.target), json.dumps([list(i) for i in judged.floor.intervals]), one.base_currency,
        profit.minor if profit is not None else None, None if margin is None else str(margin),
        None if tree is None else json.dumps(tree, ensure_ascii=False), _reason(judged), judged.state,
    )  # fmt: skip


def _minor(priced: Priced) -> int | None:
    return None if priced.price is None else priced.price.minor


def _reason(judged: Judged) -> str:
    if judged.state == INFEASIBLE:
        return HOPELESS
    return judged.reason or REASONS.get(judged.target.reason, "")


def _write(
    fresh: list[tuple[Any, ...]], moved: list[tuple[Any, ...]], fallen: list[int], now: datetime, by: Actor
) -> None:
    for part in chunks([*fresh, *moved], BATCH):
        new = [row for row in part if len(row) == len(COLUMNS)]
        old = [row for row in part if len(row) > len(COLUMNS)]
        ids = [row[0] for row in new] + [row[1] for row in old]
        with acting(by, "prices.change", kind="price_floor", ids=ids, now=now) as act:
            insert_rows(PriceFloor, COLUMNS, new)
            update_rows(PriceFloor, COLUMNS, old)
            act.note(verb="recompute_floors", new=len(new), changed=len(old), fallen=fallen[:500])


def mark_costs(*, name: str, audit_id: int, on: date) -> None:
    """Remember up to where events were taken in; inside the step."""
    CostMark.objects.update_or_create(name=name, defaults={"audit_id": audit_id, "on": on})
