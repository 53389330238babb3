"""First legs and bills of goods into the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.apps.stock.models import FirstLeg, LandedCharge
from tradewind.db.numbers import take_numbers
from tradewind.db.sql import among, among_texts, fetch, id_set, text_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money

RESTATEMENT = "restatement"  # source of entries that true up what was booked: numbered, never repeated
_OF_LEGS = ("leg_departure", "leg_arrival", "late_leg")


def post_charges(*, now: datetime, by: Actor) -> StepResult:
    """Book bills of goods, and what takes them back: to stock, owed to the creditor in his currency.

    What of a bill went with units sold, lost or under way is booked by `post_late_costs`, `post_counts`
    and `post_legs`, which book what the goods cost by now.
    """
    day, found = open_days(), defaultdict(list)
    for c in unbooked(LandedCharge, "landed_charge", "landed_charge").select_related("company"):
        base = Money(c.base_minor, c.company.base_currency)
        on = day(c.company_id, c.on)
        plan = plans.landed_charge(c.pk, c.number, on, base, Money(c.amount_minor, c.currency))
        found[c.company_id].append(plan)
    return StepResult(book(found, now, by))


def post_legs(*, now: datetime, by: Actor) -> StepResult:
    """Book first legs at the cost of what they carry; without one they wait.

    A departure is booked at what the goods cost by now, what a bill adds on the way is added, and an
    arrival brings back what was booked.
    """
    result = _departures(now, by)
    result += _on_the_way(now, by)
    return result + _arrivals(now, by)


def _departures(now: datetime, by: Actor) -> StepResult:
    legs = list(unbooked(FirstLeg, "leg_departure", "first_leg").filter(departed_at__isnull=False)
                .select_related("owner"))  # fmt: skip
    costs = _leg_costs([leg.pk for leg in legs]) if legs else {}
    day, found, waiting = open_days(), defaultdict(list), 0
    for leg in legs:
        minor = costs.get(leg.pk)
        if minor is None:
            waiting += 1
        elif minor:
            assert leg.departed_at is not None
            on = day(leg.owner_id, leg.departed_at.astimezone(UTC).date())
            cost = Money(minor, leg.owner.base_currency)
            found[leg.owner_id].append(plans.leg_departure(leg.pk, leg.number, on, cost))
    return StepResult(book(found, now, by), waiting)


def _on_the_way(now: datetime, by: Actor) -> StepResult:
    """What goods under way cost more or less than when their departure was booked."""
    legs = list(FirstLeg.objects.filter(state="departed").select_related("owner").order_by("pk"))
    if not legs:
        return StepResult()
    booked = booked_for(_OF_LEGS, chart.IN_TRANSIT, [leg.number for leg in legs])
    costs = _leg_costs([leg.pk for leg in legs])
    day, found = open_days(), defaultdict(list)
    for leg in legs:
        there, minor = booked.get((leg.owner_id, leg.number)), costs.get(leg.pk)
        if there is not None and minor is not None and minor != there:
            more = Money(minor - there, leg.owner.base_currency)
            on = day(leg.owner_id, now.date())
            found[leg.owner_id].append(
                Booking(
                    RESTATEMENT,
                    take_numbers(RESTATEMENT, 1)[0],
                    plans.restated("late_leg", leg.number, on, chart.IN_TRANSIT, more),
                )
            )
    return StepResult(book(found, now, by))


def _arrivals(now: datetime, by: Actor) -> StepResult:
    legs = list(unbooked(FirstLeg, "leg_arrival", "first_leg").filter(arrived_at__isnull=False)
                .select_related("owner"))  # fmt: skip
    if not legs:
        return StepResult()
    booked = booked_for(_OF_LEGS, chart.IN_TRANSIT, [leg.number for leg in legs])
    day, found = open_days(), defaultdict(list)
    for leg in legs:
        minor = booked.get((leg.owner_id, leg.number))
        if minor:
            assert leg.arrived_at is not None
            on = day(leg.owner_id, leg.arrived_at.astimezone(UTC).date())
            cost = Money(minor, leg.owner.base_currency)
            found[leg.owner_id].append(plans.leg_arrival(leg.pk, leg.number, on, cost))
    return StepResult(book(found, now, by))


def _leg_costs(ids: Sequence[int]) -> dict[int, int | None]:
    """Leg -> goods and landed cost of the units it took; None while a goods cost is missing."""
    rows = fetch(
        "SELECT l.leg_id, CASE WHEN count(u.goods_minor) = count(*) "
        "THEN sum(u.goods_minor) + sum(u.landed_minor) END FROM stock_firstlegline l "
        "JOIN stock_layeruse u ON u.source = 'leg_line' AND u.source_id = l.id "
        f"WHERE {among('l.leg_id')} GROUP BY l.leg_id",
        [id_set(ids)],
    )
    return {pk: None if minor is None else int(minor) for pk, minor in rows}


def booked_for(
    events: Sequence[str], account: str, numbers: Sequence[str], source: str = "first_leg"
) -> dict[tuple[int, str], int]:
    """(company, document) -> what an account holds of events of a source; the memo is the number."""
    marks = ", ".join(["%s"] * len(events))
    rows = fetch(
        "SELECT e.company_id, e.memo, sum(p.amount_minor) FROM ledger_entry e "
        "JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id "
        f"WHERE e.event IN ({marks}) AND e.source IN (%s, %s) AND e.posted AND a.code = %s "
        f"AND {among_texts('e.memo')} GROUP BY e.company_id, e.memo",
        [*events, source, RESTATEMENT, account, text_set(dict.fromkeys(numbers))],
    )
    return {(company, memo): int(minor) for company, memo, minor in rows}
