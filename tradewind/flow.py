"""The table of contents: every step of the business, in the order in which the goods flow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import step as claims
from tradewind.apps.fulfilment import push as tracking
from tradewind.apps.fulfilment import queries as parcels
from tradewind.apps.fulfilment import step as fulfilment
from tradewind.apps.ledger import step as ledger
from tradewind.apps.listings import step as listings
from tradewind.apps.orders import intake
from tradewind.apps.orders import queries as orders
from tradewind.apps.orders import step as reserving
from tradewind.apps.payables import step as payables
from tradewind.apps.prices import step as prices
from tradewind.apps.profit import step as profit
from tradewind.apps.settlements import step as settlements
from tradewind.apps.stock import queries as stock_queries
from tradewind.apps.stock import step as stock
from tradewind.apps.treasury import step as treasury
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult

log = logging.getLogger("tradewind.flow")
ALL_STAGES = frozenset(range(1, 7))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, which noun's rows wait for it, and the pull that does the work."""

    code: str
    label: Any
    stage: int  # 1..6 of the guide
    noun: str  # code of the noun whose rows wait here
    run: Callable[[datetime, Actor], StepResult]  # idempotent, restartable
    every: timedelta
    waiting: Callable[[Actor], int]


def _new_orders(by: Actor) -> int:
    """Orders that wait for their goods: new ones and those held."""
    counts = orders.count_states(by)
    return counts.get("new", 0) + counts.get("held", 0)


def _in_house(by: Actor) -> int:
    """Parcels that are being picked or packed."""
    counts = parcels.count_states(by)
    return sum(counts.get(state, 0) for state in fulfilment.IN_HOUSE)


def _receipts(_by: Actor) -> int:
    return stock_queries.receipts_waiting()


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


STEPS: tuple[Step, ...] = (
    Step("receipts", _("Take in receipts"), 3, "receipts", stock.take_in, _minutes(5), _receipts),
    Step("publish", _("Publish listings"), 4, "listings", listings.publish, _minutes(5), listings.waiting),
    Step("floors", _("Keep price floors"), 4, "price_floors", prices.run, _minutes(15), prices.waiting),
    Step("orders", _("Pull orders"), 4, "stores", intake.pull_orders, _minutes(5), intake.waiting),
    Step("reserve", _("Reserve stock"), 5, "orders", reserving.reserve_new, _minutes(2), _new_orders),
    Step("channel_sales", _("Take what channels shipped themselves"), 5, "orders",
         reserving.take_shipped_by_channels, _minutes(5), orders.shipped_by_channels),
    Step("intercept", _("Stop cancelled parcels"), 5, "parcels", fulfilment.intercept, _minutes(2),
         _in_house),
    Step("tracking", _("Push tracking"), 5, "parcels", tracking.push_tracking, _minutes(5), tracking.waiting),
    Step("settlements", _("Pull and match settlements"), 6, "settlements", settlements.run, _minutes(60),
         settlements.waiting),
    Step("claims", _("Match bills, judge fees"), 6, "findings", claims.run, _minutes(60), claims.waiting),
    Step("treasury", _("Expect payouts, read collection accounts and banks"), 6, "payouts", treasury.run,
         _minutes(60), treasury.waiting),
    Step("payables", _("Take in payables, keep the cash forecast"), 6, "payables", payables.run, _minutes(60),
         payables.waiting),
    Step("ledger", _("Post the books"), 6, "entries", ledger.run, _minutes(15), ledger.waiting),
    Step("profit", _("Recompute profit"), 6, "order_profits", profit.run, _minutes(15), profit.waiting),
)  # fmt: skip


def run_all(now: datetime, by: Actor, *, stages: frozenset[int] = ALL_STAGES) -> dict[str, StepResult]:
    """Run every step of some stages once, in order; results by code.

    A step that breaks is logged and counted as a problem, the others go on.
    """
    results: dict[str, StepResult] = {}
    for step in STEPS:
        if step.stage not in stages:
            continue
        try:
            results[step.code] = step.run(now, by)
        except Exception as failure:  # a step's bug must not stop the house
            log.exception("step %s failed", step.code)
            error = f"{type(failure).__name__}: {failure}"
            results[step.code] = StepResult(problems=1, detail={"error": error})
    return results
