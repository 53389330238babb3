"""Everything that is expected to come and to go, each with its day, its bands and its document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tradewind.apps.payables.models import CashPlan, Payable
from tradewind.apps.payables.queries.commitments import order_balances
from tradewind.apps.payables.queries.payout_terms import PayoutTerms
from tradewind.apps.payables.queries.planned import INCOME, occurrences
from tradewind.apps.payables.queries.releases import LATE, OpenOrder, open_orders, without_day
from tradewind.apps.payables.states import CLEARED
from tradewind.apps.settlements.queries.reserves import reserve_rolls
from tradewind.apps.stores.queries import stores_of
from tradewind.apps.treasury.models import Conversion
from tradewind.apps.treasury.queries import expected
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, ESTIMATED
from tradewind.engine.cash_calendar import Flow
from tradewind.engine.money import Money
from tradewind.engine.release import ReleaseTerms, Transit, release

RELEASE, RESERVE, PAYOUT, WITHDRAWAL, PURCHASE = "release", "reserve", "payout", "withdrawal", "purchase"


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be counted: why, how many, how much in each currency, and which."""

    code: str
    count: int
    amounts: tuple[Money, ...]
    text: str = ""


def incoming(actor: Actor, company_id: int, today: date) -> tuple[list[Flow], list[Gap]]:
    """Money of open orders, reserves kept back, payouts and withdrawals under way; and what has no day."""
    orders = open_orders(actor, today, company_id)
    lost = without_day(orders)
    gaps = [Gap(code, len(mine), _sums(o.paid for o in mine)) for code, mine in sorted(lost.items())]
    out = {o.order_id for mine in lost.values() for o in mine}
    stale = [o for o in orders if o.order_id not in out and _day(o) < today - LATE]
    if stale:
        gaps.append(Gap("stale", len(stale), _sums(o.paid for o in stale)))
    out |= {o.order_id for o in stale}
    flows = [f for o in orders if o.order_id not in out and (f := _released(o, today)) is not None]
    terms = PayoutTerms(stores_of(actor), today)
    flows += _reserves(actor, company_id, today, terms)
    paid, undated = _payouts(actor, company_id, today, terms)
    flows += [*paid, *_underway(company_id, today)]
    return flows, [*gaps, *undated]


def _day(order: OpenOrder) -> date:
    assert order.release.cash_on is not None
    return order.release.cash_on


def _released(order: OpenOrder, today: date) -> Flow | None:
    """An order's money on its day; one whose day has passed without a settlement is no longer sure."""
    net, currency, when = order.net, order.paid.currency, order.release
    if net is None or not net.likely:
        return None
    late = _day(order) < today
    return Flow(
        RELEASE, _day(order), Money(net.likely, currency),
        when.state if not late else ESTIMATED, f"order:{order.order_id}",
        least=Money(net.low, currency), most=Money(net.high, currency), first=when.first,
        last=None if late else when.last, certain=False,
    )  # fmt: skip


def _reserves(actor: Actor, company_id: int, today: date, terms: PayoutTerms) -> list[Flow]:
    """What the newest settlement of a store kept back comes with the next one."""
    mine = set(stores_of(actor).filter(company_id=company_id).values_list("id", flat=True))
    flows = []
    for one in reserve_rolls(actor):
        if one.store_id not in mine or not one.chain.steps:
            continue
        last = one.chain.steps[-1]
        kept = last.closing
        if kept.minor <= 0:
            continue
        end = one.files[last.id].end_at.date()
        day, sure = _next_pay(terms.of(one.store_id, end), end)
        flows.append(
            Flow(RESERVE, day or today, kept, ESTIMATED, f"settlement:{last.id}", certain=False, last=day
                 if sure else None)
        )  # fmt: skip
    return flows


def _next_pay(terms: ReleaseTerms | None, end: date) -> tuple[date | None, bool]:
    """When money kept at a close comes: with the close after it; and whether that day is sure."""
    if terms is None:
        return None, False
    after = end + timedelta(days=1)
    free = ReleaseTerms(
        "shipment", 0, None, terms.cycle_days, terms.closings, terms.lag_days, terms.transit_days,
        terms.most_transit_days, terms.business_days, terms.unsure,
    )  # fmt: skip
    got = release(free, placed=after, shipped=after, delivered=None, transit=Transit())
    return got.cash_on, got.state == ACTUAL


def _payouts(actor: Actor, company_id: int, today: date, terms: PayoutTerms) -> tuple[list[Flow], list[Gap]]:
    """Payouts that were announced, on the account after their way; failed ones have no day."""
    flows, undated = [], []
    for one in expected(company_id):
        if not actor.may_touch(one.store_id):
            continue
        if one.on is None:
            undated.append(one.amount)
            continue
        of = terms.of(one.store_id, one.on)
        way = 0 if of is None or of.transit_days is None else of.transit_days
        slow = way if of is None or of.most_transit_days is None else of.most_transit_days
        known = of is not None and of.transit_days is not None
        day, last = one.on + timedelta(days=way), one.on + timedelta(days=slow)
        sure = known and last >= today
        flows.append(
            Flow(PAYOUT, day, one.amount, ESTIMATED, f"payout:{one.payout_id}", certain=False,
                 last=last if sure else None)
        )  # fmt: skip
    return flows, [Gap("payout_without_day", len(undated), _sums(undated))] if undated else []


def _underway(company_id: int, today: date) -> list[Flow]:
    """Withdrawals that left a collection account and have not reached the bank; nobody says when."""
    rows = Conversion.objects.filter(state="underway", collection__company_id=company_id)
    return [
        Flow(WITHDRAWAL, today, c.bought, ESTIMATED, f"conversion:{c.pk}", certain=False)
        for c in rows
        if c.bought.minor > 0
    ]


def outgoing(company_id: int, today: date, days: int) -> tuple[list[Flow], list[Gap]]:
    """Payables by their due day, what open purchase orders will still ask, and plans."""
    flows: list[Flow] = []
    for p in Payable.objects.filter(company_id=company_id).exclude(state=CLEARED):
        # Without terms it is due as soon as it is there: the cautious day, and said to be estimated.
        due, state = (p.on, ESTIMATED) if p.due_on is None else (p.due_on, ACTUAL)
        flows.append(Flow(p.kind, due, -p.left, state, f"payable:{p.pk}"))
    balances, gaps = order_balances(company_id, today)
    flows += [
        Flow(PURCHASE, b.due_on, -b.amount, ESTIMATED, f"purchase_order:{b.order_id}") for b in balances
    ]
    return [*flows, *_planned(company_id, today, days)], [
        Gap(code, len(amounts), _sums(amounts)) for code, amounts in gaps.items()
    ]


def _planned(company_id: int, today: date, days: int) -> list[Flow]:
    """Days of plans that have not become payables."""
    rows = Payable.objects.filter(company_id=company_id, source="cash_plan")
    raised = set(rows.values_list("source_id", "part"))
    flows = []
    for plan in CashPlan.objects.filter(company_id=company_id, state="active"):
        sign = 1 if plan.kind == INCOME else -1
        low, likely, high = (
            Money(sign * m, plan.currency) for m in (plan.low_minor, plan.amount_minor, plan.high_minor)
        )
        flows += [
            Flow(plan.kind, on, likely, ESTIMATED, f"cash_plan:{plan.pk}", least=low, most=high)
            for on in occurrences(plan, today, days)
            if (plan.pk, on.isoformat()) not in raised
        ]
    return flows


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: dict[str, int] = defaultdict(int)
    for money in amounts:
        sums[money.currency] += money.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))
