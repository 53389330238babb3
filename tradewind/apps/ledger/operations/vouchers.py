"""Entries by hand: what no document says. Balanced in every currency, and reversed by themselves if asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Account, Entry
from tradewind.apps.ledger.operations.entries import closed_months, insert_and_post
from tradewind.apps.ledger.queries import next_month
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.stores.models import Store
from tradewind.db.numbers import take_numbers
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan, imbalance, reverse
from tradewind.engine.money import Money

MANUAL, ACCRUAL, OPENING = "manual", "accrual", "opening"
SOURCE = "voucher"
MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """A side of an entry by hand: an account by code, debit positive, of a store or of none."""

    account: str
    amount: Money
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """An entry to be booked by hand. An accrual is reversed on the first of the next month.

    Opening balances need not balance: what they are over goes to 4900.
    Example: Voucher(1, date(2026, 10, 31), "Rent", (VoucherLine("6608", Money(5000_00, "CNY")),
    VoucherLine("2204", Money(-5000_00, "CNY"))), ACCRUAL).
    """

    company_id: int
    on: date
    memo: str
    lines: tuple[VoucherLine, ...]
    event: str = MANUAL


def post_vouchers(*, vouchers: Sequence[Voucher], now: datetime, by: Actor) -> list[int]:
    """Book entries by hand, all or none; returns their ids, each accrual's before its reversal's.

    Refused with every problem (row = the voucher, field lines.N = its line): no memo, fewer than two
    lines, a line of zero, an account that is not there or retired, a store of another company or out
    of the actor's scope, a currency that does not come to zero, a day in a closed month.
    """
    with acting(by, "ledger.change", kind="entry", now=now) as act:
        checked = _Checked(vouchers, by)
        if checked.problems:
            raise Refused(checked.problems)
        made: list[int] = []
        for one, plan in zip(vouchers, checked.plans, strict=True):
            made += _post(one, plan, checked.ids)
        act.ids.extend(sorted(made))
        act.note(verb="post_vouchers", booked=len(made), events=sorted({v.event for v in vouchers}))
    return made


def take_voucher() -> int:
    """The next number of entries by hand, which names them as a document."""
    return next(iter(take_numbers("voucher", 1)))


def post_reversed(company_id: int, plan: EntryPlan, back: str, accounts: dict[str, int]) -> list[int]:
    """Book a plan and, on the first of the next month, its opposite as event `back`; both ids."""
    first = insert_and_post(company_id, [Booking(SOURCE, take_voucher(), plan)], accounts)
    opposite = reverse(plan, event=back, on=next_month(plan.on.replace(day=1)), memo=plan.memo)
    return first + insert_and_post(company_id, [Booking("entry", first[0], opposite)], accounts)


def _post(one: Voucher, plan: EntryPlan, accounts: dict[str, int]) -> list[int]:
    if one.event == ACCRUAL:
        return post_reversed(one.company_id, plan, "accrual_reversal", accounts)
    return insert_and_post(one.company_id, [Booking(SOURCE, take_voucher(), plan)], accounts)


class _Checked:
    """Vouchers against chart, stores and periods: their plans, or everything that is wrong."""

    def __init__(self, vouchers: Sequence[Voucher], by: Actor) -> None:
        self.by = by
        self.accounts = {a.code: a for a in Account.objects.all()}
        self.ids = {code: a.pk for code, a in self.accounts.items()}
        self.companies = set(Company.objects.values_list("pk", flat=True))
        self.stores = dict(Store.objects.values_list("pk", "company_id"))
        self.closed = {v.company_id: closed_months(v.company_id) for v in vouchers}
        self.problems: list[Problem] = []
        self.plans: list[EntryPlan] = []
        for row, one in enumerate(vouchers, start=1):
            faults = [*self._head(one), *self._lines(one)]
            self.problems += [Problem(row, *fault) for fault in faults]
            if not faults:
                self.plans.append(EntryPlan(one.event, one.on, one.memo.strip()[:200], _balanced(one)))

    def _head(self, one: Voucher) -> Iterable[tuple[str, str, str, str]]:
        if one.company_id not in self.companies:
            yield "company", str(one.company_id), _("there is no such company"), ""
        if not one.memo.strip():
            yield "memo", "", _("this is needed"), ""
        if one.event not in (MANUAL, ACCRUAL, OPENING):
            yield "event", one.event[:40], _("not one of the choices"), f"{MANUAL}, {ACCRUAL}, {OPENING}"
        if one.on.replace(day=1) in self.closed[one.company_id]:
            yield "on", one.on.isoformat(), _("the month is closed"), _("a day of an open month")

    def _lines(self, one: Voucher) -> Iterable[tuple[str, str, str, str]]:
        if not 1 <= len(one.lines) <= MOST_LINES or (len(one.lines) < 2 and one.event != OPENING):
            yield "lines", str(len(one.lines)), _("an entry has at least two lines"), f"2 ... {MOST_LINES}"
        for number, line in enumerate(one.lines, start=1):
            for field, value, reason in self._line(one.company_id, line):
                yield f"lines.{number}.{field}", value, reason, ""
        if one.event != OPENING:
            for currency, minor in _over(one).items():
                over = _("debits and credits must be equal in every currency")
                yield "lines", str(Money(minor, currency)), over, ""

    def _line(self, company_id: int, line: VoucherLine) -> Iterable[tuple[str, str, str]]:
        account = self.accounts.get(line.account)
        if account is None:
            yield "account", line.account[:40], _("there is no such account")
        elif account.retired:
            yield "account", line.account, _("this account is retired")
        if not line.amount:
            yield "amount", str(line.amount), _("a line of zero says nothing")
        if not self._in_scope(company_id, line.store_id):
            yield "store", str(line.store_id or ""), _("there is no such store")

    def _in_scope(self, company_id: int, store_id: int | None) -> bool:
        if store_id is None:
            return self.by.stores is None
        mine = self.by.stores is None or store_id in self.by.stores
        return mine and self.stores.get(store_id) == company_id


def _sides(one: Voucher) -> tuple[PostingPlan, ...]:
    return tuple(PostingPlan(x.account, x.amount, x.store_id) for x in one.lines)


def _over(one: Voucher) -> dict[str, int]:
    return imbalance(_sides(one))


def _balanced(one: Voucher) -> tuple[PostingPlan, ...]:
    """The lines; of opening balances also what they are over, against 4900."""
    rest = _over(one)
    return _sides(one) + tuple(PostingPlan(chart.OPENING, Money(-m, c)) for c, m in rest.items())


def accrued(company_id: int, month: date) -> int:
    """How many accruals of a month are booked."""
    entries = Entry.objects.filter(company_id=company_id, on__gte=month, on__lt=next_month(month))
    return entries.filter(event__in=(ACCRUAL, "freight_accrual")).count()
