"""What is agreed, disputed and credited of bill lines, and what follows: sums, states, freight of parcels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine
from tradewind.apps.claims.states import ACCEPTED, BILL, CLOSED
from tradewind.apps.fulfilment.operations import BilledFreight, record_freight
from tradewind.apps.markets.queries import rate_on
from tradewind.db.bulk import update_rows
from tradewind.db.sql import among, fetch, id_set, run
from tradewind.db.states import move
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, to_currency


class Change(NamedTuple):
    """By how much a line's agreed, disputed and credited parts change; together 0 once it is accepted."""

    accepted: int = 0
    disputed: int = 0
    credited: int = 0


_ADD = ", ".join(f"{name}_minor = t.{name}_minor + d.{name}_minor" for name in Change._fields)
_STATE = """UPDATE claims_billline SET state = CASE WHEN disputed_minor > 0 THEN 'disputed'
  WHEN (SELECT b.state FROM claims_bill b WHERE b.id = bill_id) IN ('draft', 'audited') THEN
    CASE WHEN expected_minor IS NULL AND state = 'unjudged' THEN 'unjudged' ELSE 'clean' END
  WHEN credited_minor > 0 AND accepted_minor = 0 THEN 'credited' ELSE 'accepted' END
WHERE {among}"""
_SUMS = """UPDATE claims_bill SET
  accepted_minor = (SELECT sum(l.accepted_minor) FROM claims_billline l WHERE l.bill_id = claims_bill.id),
  disputed_minor = (SELECT sum(l.disputed_minor) FROM claims_billline l WHERE l.bill_id = claims_bill.id),
  credited_minor = (SELECT sum(l.credited_minor) FROM claims_billline l WHERE l.bill_id = claims_bill.id)
WHERE {among}"""


def change_lines(changes: Mapping[int, Change], *, now: datetime, by: Actor) -> None:
    """Apply changes inside the running act; bills without a dispute are closed, parcels get their freight.

    Example: a credit of 5.00 on a disputed 8.00: disputed -5.00, credited +5.00; the 3.00 stay in dispute.
    """
    if not changes:
        return
    update_rows(
        BillLine, [f"{name}_minor" for name in Change._fields],
        [(pk, *change) for pk, change in changes.items()], set_sql=_ADD,
    )  # fmt: skip
    run(_STATE.format(among=among("id")), [id_set(changes)])
    bill_ids = sorted(set(BillLine.objects.filter(pk__among=list(changes)).values_list("bill_id", flat=True)))
    run(_SUMS.format(among=among("id")), [id_set(bill_ids)])
    whole = Bill.objects.filter(pk__in=bill_ids)
    move(Bill, BILL, "close", whole.filter(disputed_minor=0, state=ACCEPTED).values_list("id", flat=True))
    set_freight(changes, now=now, by=by)


def set_freight(line_ids: Iterable[int], *, now: datetime, by: Actor) -> int:
    """Give the parcels of some lines all that is agreed for them in accepted bills; how many parcels.

    A parcel billed in two currencies has its freight in that of its first bill, at the rate of the other
    bill's day. Refused where that rate is not known.
    """
    rows = fetch(
        'SELECT l.parcel_id, b.number, b.currency, b."on", min(l.line_no), sum(l.accepted_minor) '
        "FROM claims_billline l JOIN claims_bill b ON b.id = l.bill_id "
        f"WHERE l.parcel_id IN (SELECT x.parcel_id FROM claims_billline x WHERE {among('x.id')} "
        "AND x.parcel_id IS NOT NULL) AND b.state IN (%s, %s) "
        'GROUP BY l.parcel_id, b.id, b.number, b.currency, b."on" ORDER BY l.parcel_id, b."on", b.id',
        [id_set(line_ids), ACCEPTED, CLOSED],
    )
    found: dict[int, BilledFreight] = {}
    problems: list[Problem] = []
    for parcel_id, number, currency, on, line_no, minor in rows:
        amount = Money(int(minor), currency)
        first = found.get(parcel_id)
        if first is None:
            found[parcel_id] = BilledFreight(parcel_id, amount, f"bill:{number}#{line_no}")
            continue
        same = _converted(amount, first.amount.currency, on)
        if same is None:
            pair = f"{currency}/{first.amount.currency}"
            problems.append(
                Problem(None, "on", str(on), _("no %(pair)s rate is known for this day") % {"pair": pair})
            )
            continue
        source = f"{first.source} bill:{number}#{line_no}"
        found[parcel_id] = BilledFreight(parcel_id, first.amount + same, source)
    if problems:
        raise Refused(problems)
    if found:
        record_freight(rows=list(found.values()), now=now, by=by)
    return len(found)


def _converted(amount: Money, currency: str, on: date | str) -> Money | None:
    if amount.currency == currency:
        return amount
    rate = rate_on(amount.currency, currency, on if isinstance(on, date) else date.fromisoformat(on))
    return None if rate is None else to_currency(amount, currency, rate.rate)
