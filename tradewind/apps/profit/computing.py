"""Profit of one order out of its facts. Pure: the row in the database and the waterfall come from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tradewind.apps.profit.estimating import FeeBook, Sale
from tradewind.apps.profit.facts import OrderFacts
from tradewind.apps.profit.states import ESTIMATED_STAGE, FINAL_STAGE, SETTLED_STAGE
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING, worst
from tradewind.engine.fx import Rate
from tradewind.engine.settlement_kinds import FEES, KINDS, REFUND, REVENUE

Rater = Callable[[str, str, date], Rate | None]
NAMES = ("revenue", "fees", "goods", "landed", "freight", "refund")


class Part(NamedTuple):  # made six times an order: a third of the time a frozen dataclass takes
    """A component in base currency; costs are positive. None: missing."""

    minor: int | None
    state: str


MISSING_PART = Part(None, MISSING)


@dataclass(frozen=True, slots=True)
class Profit:
    """Components by name, and what is left: null while a component is missing."""

    parts: dict[str, Part]
    stage: str

    @property
    def state(self) -> str:
        return worst([p.state for p in self.parts.values()])

    @property
    def minor(self) -> int | None:
        """Revenue less every cost."""
        left = 0
        for name, part in self.parts.items():
            if part.minor is None:
                return None
            left += part.minor if name == "revenue" else -part.minor
        return left


def compute(facts: OrderFacts, rate: Rater, fees: FeeBook) -> Profit:
    """Every component of an order; what a settlement says goes before every estimate."""
    settled = is_settled(facts)
    parts = {
        "revenue": _settled(facts, rate, REVENUE, 1) if settled else _expected_revenue(facts, rate),
        "fees": _settled(facts, rate, FEES, -1) if settled else _expected_fees(facts, rate, fees),
        "goods": _goods(facts, rate),
        "landed": _landed(facts, rate),
        "freight": _freight(facts, rate),
        "refund": _settled(facts, rate, REFUND, -1),
    }
    if not settled and parts["refund"].minor is not None:
        parts["refund"] = Part(parts["refund"].minor, ESTIMATED)
    return Profit(parts, _stage(facts, parts.values(), settled))


def _stage(facts: OrderFacts, parts: Iterable[Part], settled: bool) -> str:
    if not settled:
        return ESTIMATED_STAGE
    certain = facts.closed and all([p.state == ACTUAL for p in parts])
    return FINAL_STAGE if certain else SETTLED_STAGE


def is_settled(facts: OrderFacts) -> bool:
    """Whether an explained settlement pays the order's goods."""
    return any([said.kind == "principal" for said in facts.kinds])


def component_sums(facts: OrderFacts, component: str, sign: int) -> dict[str, int]:
    """Currency -> what settlements say of a component, costs turned positive by `sign`."""
    sums: dict[str, int] = {}
    for kind, currency, minor, _line in facts.kinds:
        if kind in KINDS and KINDS[kind].component == component:
            sums[currency] = sums.get(currency, 0) + sign * minor
    return sums


def fee_sum(facts: OrderFacts, fees: FeeBook) -> int | None:
    """Channel fees by the schedule in the order's currency; None where a row is missing."""
    sale = Sale(facts.channel, facts.market, facts.on, facts.currency)
    total = fees.payment(sale, facts.goods + facts.shipping + facts.tax)
    for line in facts.lines:
        fee = fees.referral(sale, line.category, line.qty, line.net)
        if fee is None or total is None:
            return None
        total += fee
    return total


def _settled(facts: OrderFacts, rate: Rater, component: str, sign: int) -> Part:
    return _converted(component_sums(facts, component, sign).items(), facts, rate, ACTUAL)


def _expected_revenue(facts: OrderFacts, rate: Rater) -> Part:
    return _converted([(facts.currency, facts.goods + facts.shipping)], facts, rate, ESTIMATED)


def _expected_fees(facts: OrderFacts, rate: Rater, fees: FeeBook) -> Part:
    total = fee_sum(facts, fees)
    if total is None:
        return MISSING_PART
    return _converted([(facts.currency, total)], facts, rate, ESTIMATED)


def _goods(facts: OrderFacts, rate: Rater) -> Part:
    sums: dict[str, int] = {}
    state = ACTUAL
    for use in facts.uses:
        if use.goods is None:
            return MISSING_PART
        if use.estimated:
            state = ESTIMATED
        sums[use.layer.currency] = sums.get(use.layer.currency, 0) + use.goods
    return MISSING_PART if facts.short else _converted(sums.items(), facts, rate, state)


def _landed(facts: OrderFacts, rate: Rater) -> Part:
    if facts.short or facts.unbilled:
        return MISSING_PART
    sums: dict[str, int] = {}
    for use in facts.uses:
        sums[use.layer.currency] = sums.get(use.layer.currency, 0) + use.landed
    return _converted(sums.items(), facts, rate, ACTUAL)


def _freight(facts: OrderFacts, rate: Rater) -> Part:
    known = [(currency, minor) for minor, currency, *_ in facts.parcels if minor is not None and currency]
    if not facts.parcels or len(known) < len(facts.parcels):
        return MISSING_PART
    return _converted(known, facts, rate, worst([state for _m, _c, state, _source in facts.parcels]))


def _converted(sums: Iterable[tuple[str, int]], facts: OrderFacts, rate: Rater, state: str) -> Part:
    """The sums in base currency at the rate of the order's day, each rounded once; missing without a rate."""
    total = 0
    for currency, minor in sums:
        if not minor:
            continue
        if currency == facts.base:
            total += minor
            continue
        found = rate(currency, facts.base, facts.on)
        if found is None:
            return MISSING_PART
        total += found.minor(minor)
    return Part(total, state)
