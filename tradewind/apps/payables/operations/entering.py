"""What is owed without a document in the house: ads, tax, payroll, rent, a deposit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.queries.documents import Owed
from tradewind.apps.sourcing.models import PurchaseOrder
from tradewind.db.bulk import insert_rows_once, take_ids
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, to_currency
from tradewind.engine.payable_kinds import BY_HAND, DEPOSIT

MANUAL = "manual"
PAYABLE = [
    "id", "company_id", "kind", "source", "source_id", "part", "number", "creditor", "order_id", "currency",
    "amount_minor", "document_minor", "base_minor", "on", "due_on", "state", "note", "made_by", "made_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewPayable:
    """Something owed, entered by hand; a deposit may name the purchase order it is for."""

    company_id: int
    kind: str
    creditor: str
    number: str
    amount: Money
    on: date
    due_on: date | None = None
    note: str = ""
    order_id: int | None = None


def enter_payables(*, payables: Sequence[NewPayable], now: datetime, by: Actor) -> list[int]:
    """Enter what is owed; their ids in order. Refused: a kind that comes with a document, an amount that is
    not above zero, a number this creditor used before, a deposit on another company's order.
    """
    with acting(by, "payables.change", kind="payable", now=now) as act:
        found = Findings()
        companies = dict(Company.objects.values_list("id", "base_currency"))
        orders = PurchaseOrder.objects.in_bulk([p.order_id for p in payables if p.order_id is not None])
        clean = [_checked(found.at(row), one, companies, orders) for row, one in rows(payables)]
        keys = [(p.company_id, p.creditor, p.number) for p in clean]
        found.fresh("number", [k if k[2] else None for k in keys], _taken(clean))
        found.settle()
        act.ids = list(take_ids(Payable, len(clean)))
        owed = [
            Owed(
                p.company_id, companies[p.company_id], p.kind, MANUAL, pk, "", p.number, p.creditor,
                p.order_id, p.amount.currency, p.amount.minor, p.on, p.due_on, note=p.note,
            )
            for pk, p in zip(act.ids, clean, strict=True)
        ]  # fmt: skip
        insert_owed(owed, act.ids, now=now, by=by)
        act.note(verb="enter_payables", numbers=[p.number for p in clean])
        return act.ids


def _checked(
    found: Findings, one: NewPayable, companies: Collection[int], orders: dict[int, PurchaseOrder]
) -> NewPayable:
    found.known("company", one.company_id, companies)
    found.one_of("kind", one.kind, BY_HAND)
    if one.amount.minor <= 0:
        found.add("amount", one.amount, _("not above zero"), _("an amount above zero"))
    found.days("due_on", one.on, one.due_on)
    if one.order_id is not None:
        order = orders.get(one.order_id)
        if one.kind != DEPOSIT:
            found.add("order", one.order_id, _("only a deposit is for a purchase order"))
        elif order is None or order.company_id != one.company_id:
            found.add("order", one.order_id, _("there is no such row"))
        elif order.currency != one.amount.currency:
            found.add("amount", one.amount, _("another currency than expected"), order.currency)
    return NewPayable(
        one.company_id, one.kind, found.text("creditor", one.creditor, 120),
        found.text("number", one.number, 60), one.amount, one.on, one.due_on,
        found.text("note", one.note, 2000, needed=False), one.order_id,
    )  # fmt: skip


def _taken(payables: Sequence[NewPayable]) -> set[tuple[int, str, str]]:
    there = Payable.objects.filter(number__among=sorted({p.number for p in payables}))
    return set(there.values_list("company_id", "creditor", "number"))


def insert_owed(owed: Sequence[Owed], ids: Iterable[int], *, now: datetime, by: Actor) -> int:
    """Write rows of the pool that are not there yet, each with its worth in base currency; how many."""
    if not owed:
        return 0
    days = [o.on for o in owed]
    rates = rates_between(min(days), max(days), {c for o in owed for c in (o.currency, o.base)})

    def base(one: Owed) -> int | None:
        if one.base_minor is not None or one.currency == one.base:
            return one.minor if one.base_minor is None else one.base_minor
        rate = rates.find(one.currency, one.base, one.on)
        amount = Money(one.minor, one.currency)
        return None if rate is None else to_currency(amount, one.base, rate.rate).minor

    made = (by.name, instant(now))
    return insert_rows_once(
        Payable,
        PAYABLE,
        [
            (
                pk, o.company_id, o.kind, o.source, o.source_id, o.part, o.number[:60], o.creditor[:120],
                o.order_id, o.currency, o.minor, o.minor, base(o), o.on, o.due_on, "open", o.note, *made,
            )
            for pk, o in zip(ids, owed, strict=True)
        ],
        unique=["source", "source_id", "part"],
    )  # fmt: skip
