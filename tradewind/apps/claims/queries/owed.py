"""What of the bills is to be paid, and what keeps a month from being closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Sum

from tradewind.apps.claims.models import Bill
from tradewind.apps.claims.queries.lists import bills
from tradewind.apps.claims.states import ACCEPTED, AUDITED, CLOSED, DRAFT
from tradewind.apps.settlements.queries.blockers import Blocker
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class BillToPay:
    """A bill with what of it is owed now, in minor units of its currency.

    `amount_minor` is what is agreed and not taken out of a settlement; it grows when a dispute is lost and
    falls when a credit note or a settlement takes some of it. `disputed_minor` is held back, `asked_minor`
    is the whole bill. `state` is accepted or closed (closed: nothing is in dispute any more).
    """

    id: int
    number: str
    creditor: str
    kind: str  # carrier, warehouse, ads, subscription, other
    company_id: int
    currency: str
    amount_minor: int
    disputed_minor: int
    asked_minor: int
    on: date
    due_on: date | None
    state: str


def bills_to_pay(by: Actor) -> list[BillToPay]:
    """Accepted bills with what of each is owed, oldest first; one whose money is all taken is 0."""
    rows = bills(by).filter(state__in=(ACCEPTED, CLOSED)).order_by("on", "id")
    columns = rows.values_list(
        "id", "number", "creditor", "kind", "company_id", "currency",
        F("accepted_minor") - F("covered_minor"), "disputed_minor", "lines_minor", "on", "due_on", "state",
    )  # fmt: skip
    return [BillToPay(*row) for row in columns]


def blocking(company_id: int, until: date) -> list[Blocker]:
    """Bills dated up to a day that nobody has accepted, by currency: their cost is not in the books yet."""
    rows = Bill.objects.filter(company_id=company_id, on__lte=until).order_by("currency")
    found = []
    for code, state in (("bills_not_audited", DRAFT), ("bills_not_accepted", AUDITED)):
        sums = (
            rows.filter(state=state).values_list("currency").annotate(n=Count("id"), sum=Sum("lines_minor"))
        )
        found += [Blocker(code, n, Money(int(minor), c), f"bills/?state={state}") for c, n, minor in sums]
    return found
