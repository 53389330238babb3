"""Money that recurs, as people expect it; and the least cash to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.payables.models import CashFloor, CashPlan
from tradewind.apps.payables.queries.planned import INCOME, PLAN_KINDS
from tradewind.apps.payables.states import PLAN
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.cash_calendar import EVERY
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewCashPlan:
    """Money expected again and again. Without `low` and `high` the likely amount stands for both.

    `raise_days`: so many days ahead it becomes a payable to be requested; None: only forecast (a card is
    charged by itself).
    """

    company_id: int
    kind: str
    name: str
    amount: Money
    every: str
    first_on: date
    low: Money | None = None
    high: Money | None = None
    creditor: str = ""
    until: date | None = None
    raise_days: int | None = None


def plan_cash(*, plans: Sequence[NewCashPlan], now: datetime, by: Actor) -> list[int]:
    """Keep plans; their ids in order. Refused: bands out of order, another currency in them, income that
    would become a payable, a name twice.
    """
    with acting(by, "payables.change", kind="cash_plan", now=now) as act:
        found = Findings()
        companies = set(Company.objects.values_list("id", flat=True))
        made = [_checked(found.at(row), one, companies) for row, one in rows(plans)]
        keys = [(p.company_id, p.name, p.first_on) for p in made]
        there = CashPlan.objects.values_list("company_id", "name", "first_on")
        found.fresh("name", keys, set(there))
        found.settle()
        act.ids = [p.pk for p in CashPlan.objects.bulk_create(made)]
        act.note(verb="plan_cash", names=[p.name for p in made])
        return act.ids


def _checked(found: Findings, one: NewCashPlan, companies: set[int]) -> CashPlan:
    found.known("company", one.company_id, companies)
    found.one_of("kind", one.kind, PLAN_KINDS)
    found.one_of("every", one.every, EVERY)
    found.days("until", one.first_on, one.until)
    found.whole("raise_days", one.raise_days, most=366, needed=False)
    if one.raise_days is not None and one.kind == INCOME:
        found.add("raise_days", one.raise_days, _("money that comes in is no payable"))
    currency = one.amount.currency
    low = found.money("low", one.low or one.amount, currency)
    likely = found.money("amount", one.amount, currency)
    high = found.money("high", one.high or one.amount, currency)
    if likely == 0:
        found.add("amount", one.amount, _("not above zero"), _("an amount above zero"))
    if not low <= likely <= high:
        found.add("amount", one.amount, _("does not lie between the least and the most"))
    return CashPlan(
        company_id=one.company_id, kind=one.kind, name=found.text("name", one.name, 80),
        creditor=found.text("creditor", one.creditor, 120, needed=False), currency=currency,
        low_minor=low, amount_minor=likely, high_minor=high, every=one.every, first_on=one.first_on,
        until=one.until, raise_days=one.raise_days,
    )  # fmt: skip


def end_plans(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Expect plans no longer; payables they raised stay."""
    with acting(by, "payables.change", kind="cash_plan", ids=ids, now=now) as act:
        act.note(verb="end_plans", reason=needed_reason(reason))
        return move_all(CashPlan, PLAN, "end", ids)


def set_cash_floor(*, company_id: int, amount: Money, now: datetime, by: Actor) -> None:
    """Say how much cash a company wants to hold at least, in its base currency; the owner's word."""
    with acting(by, "payables.approve", kind="cash_floor", now=now) as act:
        found = Findings()
        company = Company.objects.filter(pk=company_id).first()
        if company is None:
            found.add("company", company_id, _("there is no such row"))
        else:
            found.money("amount", amount, company.base_currency)
        found.settle()
        floor, _new = CashFloor.objects.update_or_create(
            company_id=company_id,
            defaults={"amount_minor": amount.minor, "set_by": by.name, "set_at": now},
        )
        act.ids = [floor.pk]
        act.note(verb="set_cash_floor", amount=str(amount))
