"""Month end in foreign currency: what open money is worth by the rate of the day, what was realised."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Revaluation
from tradewind.apps.ledger.operations.chart import account_ids, open_chart
from tradewind.apps.ledger.operations.entries import closed_months, insert_and_post, lock_books
from tradewind.apps.ledger.operations.vouchers import SOURCE, take_voucher
from tradewind.apps.ledger.queries import next_month
from tradewind.apps.ledger.queries.translated import (
    REVALUED,
    Translated,
    ratio,
    still_to_book,
    translated,
)
from tradewind.apps.org.operations import acting
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan, reverse
from tradewind.engine.money import Money, round_half_up

_NAMED = 20  # missing rates named one by one


def revalue(*, company_id: int, month: date, now: datetime, by: Actor) -> list[int]:
    """Book the exchange differences of a month; returns the new entries, none when nothing is left.

    Realised ones (6606) and rounding (6699) stay; the unrealised one (6607) is taken back on the first
    of the next month. Run again after late news, only the difference is booked. Refused where a rate
    is missing, naming currency and day, and where the month is closed or not over.
    Example: 100.00 USD in at 7.10, worth 7.00 at the end of the month: 6607 +10.00 CNY, 1900 -10.00.
    """
    month = month.replace(day=1)
    on = next_month(month) - timedelta(days=1)
    open_chart(now=now, by=by)
    with acting(by, "ledger.change", kind="entry", now=now) as act:
        lock_books(company_id)
        found = translated(by, company_id, on)
        problems = _problems(company_id, month, on, found, now)
        if problems:
            raise Refused(problems)
        made = _book(company_id, on, found)
        act.ids.extend(made)
        act.note(verb="revalue", month=month, entries=len(made))
        if not made:
            act.nothing()
    return made


def _problems(company_id: int, month: date, on: date, found: Translated, now: datetime) -> list[Problem]:
    problems = []
    if on >= now.date():
        problems.append(Problem(None, "month", f"{month:%Y-%m}", _("the month is not over")))
    if month in closed_months(company_id):
        problems.append(Problem(None, "month", f"{month:%Y-%m}", _("the month is closed")))
    for currency, day in found.missing[:_NAMED]:
        why = _("no rate of this currency on that day or up to seven days before")
        problems.append(Problem(None, "rate", f"{currency}/{found.base} {day}", why, _("import the rate")))
    if len(found.missing) > _NAMED:
        problems.append(Problem(None, "rate", str(len(found.missing)), _("rates are missing in all")))
    return problems


def _book(company_id: int, on: date, found: Translated) -> list[int]:
    todo, base = still_to_book(found), found.base
    parts = (
        (chart.FX_DIFFERENCE, todo.realised),
        (chart.FX_UNREALISED, todo.unrealised),
        (chart.ROUNDING, todo.rounding),
    )
    lines = [PostingPlan(code, Money(minor, base)) for code, minor in parts if minor]
    if not lines:
        return []
    whole = Money.total((line.amount for line in lines), base)
    if whole:
        lines.append(PostingPlan(chart.FX_TRADING, -whole))
    plan = EntryPlan(REVALUED[0], on, _memo(found), tuple(lines))
    accounts = account_ids()
    made = insert_and_post(company_id, [Booking(SOURCE, take_voucher(), plan)], accounts)
    _keep(made[0], found)
    if todo.unrealised:
        back = _reversal(plan, Money(todo.unrealised, base))
        made += insert_and_post(company_id, [Booking("entry", made[0], back)], accounts)
    return made


def _memo(found: Translated) -> str:
    return ", ".join(f"{c}/{found.base} {r.rate.normalize():f}" for c, r in sorted(found.rates.items()))[:200]


def _reversal(plan: EntryPlan, unrealised: Money) -> EntryPlan:
    """The unrealised part alone, taken back on the first of the next month."""
    lines = (PostingPlan(chart.FX_UNREALISED, unrealised), PostingPlan(chart.FX_TRADING, -unrealised))
    part = EntryPlan(plan.event, plan.on, plan.memo, lines)
    first = next_month(plan.on.replace(day=1))
    return reverse(part, event=REVALUED[1], on=first, memo=plan.memo)


def _keep(entry_id: int, found: Translated) -> None:
    Revaluation.objects.bulk_create(
        Revaluation(
            entry_id=entry_id,
            currency=pool.currency,
            side=pool.side,
            balance_minor=pool.position.balance,
            carrying_minor=round_half_up(pool.position.carrying),
            worth_minor=round_half_up(pool.position.balance * ratio(pool.rate)),
            realised_minor=round_half_up(pool.position.realised),
            rate=pool.rate.rate,
            rate_on=pool.rate.on,
            source=pool.rate.source[:80],
        )
        for pool in found.pools
    )
