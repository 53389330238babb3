"""Bills of carriers, warehouses and advertisers in the books: what is agreed, what changes of it later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from tradewind.apps.claims.models import Bill, ClaimEvent, Cover
from tradewind.apps.claims.states import ACCEPTED, ADS, AUDITABLE, CARRIER, CLOSED, SUBSCRIPTION, WAREHOUSE
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

# Kind of a bill -> where it costs what is of no order. What is of an order is freight of the order.
COSTS = {
    CARRIER: chart.FREIGHT_OUT, WAREHOUSE: chart.STORAGE, ADS: chart.ADVERTISING, SUBSCRIPTION: "6605",
}  # fmt: skip
Part = tuple[int | None, int | None, Money]  # store, order, amount


def bill(bill_id: int, memo: str, on: date, kind: str, parts: Iterable[Part]) -> Booking | None:
    """What is agreed of a bill: cost of its orders, or of none; owed to the creditor. None for nothing.

    Carriers and warehouses are owed on 2203, everybody else on 2241.

    Example: a bill of 92.50 agreed, 40.00 of it of one order: 6603 +40.00 of the order, 6603 +52.50, 2203
    -92.50.
    """
    lines = _lines(kind, parts)
    return Booking("bill", bill_id, EntryPlan("bill", on, memo, lines)) if lines else None


def _lines(kind: str, parts: Iterable[Part]) -> tuple[PostingPlan, ...]:
    lines, owed = [], 0
    currency = ""
    for store, order, amount in parts:
        if not amount:
            continue
        account = chart.FREIGHT_OUT if order is not None else COSTS.get(kind, chart.OVERHEAD)
        lines.append(PostingPlan(account, amount, store, order))
        owed, currency = owed + amount.minor, amount.currency
    if owed:
        due = chart.PAYABLE_FREIGHT if kind in AUDITABLE else chart.OTHER_PAYABLE
        lines.append(PostingPlan(due, Money(-owed, currency)))
    return tuple(lines)


def post_bills(*, now: datetime, by: Actor) -> StepResult:
    """Book accepted bills at what was agreed on that day, then what credit notes, lost disputes and
    settlements changed since; each once. A bill's day in a closed month goes to the next open one."""
    done = book(_accepted(), now, by)
    done += book(_changed(), now, by)
    return StepResult(done + book(_covered(), now, by))


def _accepted() -> dict[int, list[Booking]]:
    rows = list(unbooked(Bill, "bill", "bill").filter(state__in=(ACCEPTED, CLOSED)))
    parts = _agreed(rows)
    day, found = open_days(), defaultdict(list)
    for one in rows:
        memo = f"{one.creditor} {one.number}"
        plan = bill(one.pk, memo, day(one.company_id, one.on), one.kind, parts[one.pk])
        if plan:
            found[one.company_id].append(plan)
    return found


def _agreed(bills: Sequence[Bill]) -> dict[int, list[Part]]:
    """Bill -> what was agreed at its acceptance, order by order, less what a settlement had taken by then."""
    found: dict[int, list[Part]] = {one.pk: [] for one in bills}
    if not bills:
        return found
    ids = id_set(found)
    money = {one.pk: (one.currency, one.store_id) for one in bills}
    rows = fetch(
        "SELECT l.bill_id, o.store_id, o.id, sum(l.accepted_minor - coalesce((SELECT sum(e.accepted_minor) "
        "FROM claims_claimevent e WHERE e.bill_line_id = l.id), 0)) FROM claims_billline l "
        "LEFT JOIN fulfilment_parcel p ON p.id = l.parcel_id LEFT JOIN orders_order o ON o.id = p.order_id "
        f"WHERE {among('l.bill_id')} GROUP BY l.bill_id, o.store_id, o.id ORDER BY l.bill_id, o.id",
        [ids],
    )
    for pk, store, order, minor in rows:
        currency, own = money[pk]
        found[pk].append((store or own, order, Money(int(minor), currency)))
    covers = fetch(
        "SELECT bill_id, sum(amount_minor) FROM claims_cover "
        f"WHERE {among('bill_id')} AND NOT late GROUP BY bill_id",
        [ids],
    )
    for pk, minor in covers:
        currency, own = money[pk]
        of_none = next((i for i, part in enumerate(found[pk]) if part[1] is None), None)
        if of_none is not None:
            left = found[pk][of_none][2] - Money(int(minor), currency)
            found[pk][of_none] = (own, None, left)
    return found


def _changed() -> dict[int, list[Booking]]:
    """Credits of what was agreed, disputes that were lost: by order, dated the day they came."""
    rows = unbooked(ClaimEvent, "bill_change", "claim_event").exclude(accepted_minor=0)
    day, found = open_days(), defaultdict(list)
    for event in rows.select_related("bill_line__bill", "bill_line__parcel__order"):
        line = event.bill_line
        if line is None:
            continue
        order = line.parcel.order if line.parcel else None
        store = order.store_id if order else line.bill.store_id
        part: Part = (store, order.pk if order else None, Money(event.accepted_minor, event.currency))
        memo = f"{line.bill.creditor} {line.bill.number}#{line.line_no}"
        on = day(line.bill.company_id, event.on)
        plan = EntryPlan("bill_change", on, memo, _lines(line.bill.kind, [part]))
        found[line.bill.company_id].append(Booking("claim_event", event.pk, plan))
    return found


def _covered() -> dict[int, list[Booking]]:
    """Accepted bills that a settlement paid after all: the settlement booked the cost, the debt goes."""
    rows = unbooked(Cover, "bill_cover", "cover").filter(late=True).select_related("bill")
    day, found = open_days(), defaultdict(list)
    for cover in rows:
        own: Any = cover.bill
        part: Part = (own.store_id, None, Money(-cover.amount_minor, own.currency))
        on = day(own.company_id, cover.at.date())
        plan = EntryPlan("bill_cover", on, f"{own.creditor} {own.number}", _lines(own.kind, [part]))
        found[own.company_id].append(Booking("cover", cover.pk, plan))
    return found
