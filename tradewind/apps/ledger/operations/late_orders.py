"""Orders that came in after their settlement was booked: what it says of them moves to them.

The settlement booked their money as income of no order; their sale books it again as owed. One more
entry takes it off the income and the receivable, and gives the fees to the order. What is posted stays.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.cash import kind_sums
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book
from tradewind.apps.ledger.operations.rules import booked_to
from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import mark_late_orders_booked
from tradewind.apps.settlements.queries import rebooking
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

EVENT, SOURCE = "settlement_match", "settlement_line"
Sums = dict[tuple[str, int | None], int]  # (account, order) -> minor units

_BOOKED = """SELECT x.settlement_id, a.code, p.order_id, sum(p.amount_minor) FROM (
  SELECT e.id, e.source_id AS settlement_id FROM ledger_entry e
  WHERE e.event = 'settlement' AND e.source = 'settlement' AND {among_entry}
  UNION ALL
  SELECT e.id, t.settlement_id FROM ledger_entry e
    JOIN settlements_settlementline t ON t.id = e.source_id
  WHERE e.event = 'settlement_match' AND e.source = 'settlement_line' AND {among_line}) x
JOIN ledger_posting p ON p.entry_id = x.id JOIN ledger_account a ON a.id = p.account_id
GROUP BY x.settlement_id, a.code, p.order_id"""


def post_late_orders(*, now: datetime, by: Actor) -> StepResult:
    """Move what posted settlements say of orders found late to them; how many entries were booked.

    Example: goods of 20.00 booked as sales of no order, their order coming in later: 6001 +20.00 of no
    order, 1122 -20.00 of the order, whose own sale made it 1122 +20.00.
    """
    files = list(rebooking(by).select_related("store"))
    if not files:
        return StepResult()
    ids = [s.pk for s in files]
    with acting(by, "ledger.change", kind="settlement", ids=ids, now=now) as act:
        mark_late_orders_booked(ids=ids, now=now, by=by)
        says, booked, accounts = kind_sums(files), _booked(ids), booked_to()
        left = {
            s.pk: _left(s, says[s.pk], booked[s.pk], accounts(s.store.channel, s.end_at.date()))
            for s in files
        }
        first, day, found = _first_lines(left), open_days(), defaultdict(list)
        for s in files:
            if s.pk in first:
                on = day(s.store.company_id, now.date())
                found[s.store.company_id].append(_booking(s, first[s.pk], on, left[s.pk]))
        act.note(verb="post_late_orders", settlements=len(ids))
        return StepResult(book(found, now, by))


def _booked(ids: list[int]) -> dict[int, Sums]:
    booked: dict[int, Sums] = defaultdict(dict)
    sql = _BOOKED.format(among_entry=among("e.source_id"), among_line=among("t.settlement_id"))
    for pk, code, order_id, minor in fetch(sql, [id_set(ids), id_set(ids)]):
        booked[pk][code, order_id] = int(minor)
    return booked


def _left(
    settlement: SettlementFile, says: list[plans.KindSum], booked: Sums, accounts: dict[str, str]
) -> Sums:
    """What the settlement would book today less what is booked for it."""
    s = settlement
    on = s.end_at.date()
    plan = plans.settlement(s.pk, s.external_id, on, s.store_id, s.total, says, accounts)
    left: Sums = {key: -minor for key, minor in booked.items()}
    for line in plan.plan.lines if plan else ():
        key = (line.account, line.order_id)
        left[key] = left.get(key, 0) + line.amount.minor
    return {key: minor for key, minor in left.items() if minor}


def _first_lines(left: dict[int, Sums]) -> dict[int, int]:
    """Settlement id -> its first line of an order found late: names the entry, as it is found only once."""
    orders = {order for sums in left.values() for _account, order in sums if order is not None}
    rows = fetch(
        "SELECT settlement_id, order_id, min(id) FROM settlements_settlementline "
        f"WHERE {among('settlement_id')} AND {among('order_id')} "
        "GROUP BY settlement_id, order_id ORDER BY min(id) DESC",
        [id_set(left), id_set(orders)],
    )
    mine = {pk: {order for _account, order in sums} for pk, sums in left.items()}
    return {pk: line for pk, order, line in rows if order in mine[pk]}


def _booking(settlement: SettlementFile, line_id: int, on: date, left: Sums) -> Booking:
    lines = tuple(
        PostingPlan(account, Money(minor, settlement.currency), settlement.store_id, order)
        for (account, order), minor in sorted(left.items(), key=lambda x: (x[0][0], x[0][1] or 0))
    )
    return Booking(SOURCE, line_id, EntryPlan(EVENT, on, settlement.external_id, lines))
