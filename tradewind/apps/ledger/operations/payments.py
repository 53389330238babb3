"""What is owed by hand, what paid it, and what was set off or struck off, into the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.apps.markets.queries import rates_between
from tradewind.apps.payables.models import Clearing, Payable, Payment
from tradewind.apps.payables.states import BY_PAYMENT, REVERSED, SET_OFF, WRITE_OFF
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money, round_half_up, to_currency
from tradewind.engine.payable_kinds import DEPOSIT, PAYABLE_KINDS

_BY_HAND = ("manual", "cash_plan")  # payables without a document that books itself


@dataclass(frozen=True, slots=True)
class Part:
    """A payable's part of a payment; `booked`: what the books hold it at in base currency, or not known."""

    kind: str
    amount: Money
    booked: Money | None


def payable(payable_id: int, number: str, on: date, kind: str, amount: Money) -> Booking | None:
    """What was entered by hand costs on its day and is owed; None where nothing is to be charged."""
    what = PAYABLE_KINDS[kind]
    if not what.cost:
        return None
    lines = (PostingPlan(what.cost, amount), PostingPlan(what.owed, -amount))
    return Booking("payable", payable_id, EntryPlan("payable", on, number, lines))


def payment(
    payment_id: int, number: str, on: date, account: str, parts: Sequence[Part], out: Money, fee: Money,
    worth: Money | None,
) -> Booking:  # fmt: skip
    """Debts off, money out, the bank's fee a cost; what differs from the rate of booking is 6606.

    `worth` is what left, without the fee, in base currency at the day's rate; None: not known, then no
    difference is booked and what is open stays on 1900. Deposits are worth what was paid for them.
    Example: 1,000 USD booked at 7,100 CNY paid with 7,200 CNY: 2202 +1,000 USD, 1001 -7,200 CNY,
    6606 +100 CNY, 1900 -1,000 USD and +7,100 CNY.
    """
    lines = [PostingPlan(PAYABLE_KINDS[p.kind].owed, p.amount) for p in parts]
    lines += [PostingPlan(chart.BANK_CHARGES, fee), PostingPlan(account, -out)]
    paid = Money.total((p.amount for p in parts), parts[0].amount.currency)
    if paid.currency != out.currency:
        lines += [PostingPlan(chart.FX_TRADING, -paid), PostingPlan(chart.FX_TRADING, out - fee)]
        lost = _lost(parts, worth)
        if lost is not None:
            lines += [PostingPlan(chart.FX_DIFFERENCE, lost), PostingPlan(chart.FX_TRADING, -lost)]
    kept = tuple(line for line in lines if line.amount)
    return Booking("payment", payment_id, EntryPlan("payment", on, number, kept))


def _lost(parts: Sequence[Part], worth: Money | None) -> Money | None:
    """What was paid in base currency beyond what the debts were booked at; None: a side is not known."""
    if worth is None:
        return None
    shares = worth.allocate([p.amount.minor for p in parts])
    lost = Money.zero(worth.currency)
    for part, share in zip(parts, shares, strict=True):
        if part.kind == DEPOSIT:
            continue
        if part.booked is None:
            return None
        lost = lost + share - part.booked
    return lost


def reversed_payment(payment_id: int, memo: str, on: date, lines: Iterable[PostingPlan]) -> Booking:
    """The opposite of a payment's postings, on the day it came back."""
    back = tuple(PostingPlan(x.account, -x.amount) for x in lines)
    return Booking("payment", payment_id, EntryPlan("payment_reversal", on, memo, back))


def set_off(clearing_id: int, number: str, on: date, kind: str, amount: Money) -> Booking:
    """A deposit paid before takes a debt off."""
    lines = (PostingPlan(PAYABLE_KINDS[kind].owed, amount), PostingPlan(chart.PREPAYMENTS, -amount))
    return Booking("clearing", clearing_id, EntryPlan("set_off", on, number, lines))


def write_off(
    clearing_id: int, number: str, on: date, kind: str, by_hand: bool, amount: Money
) -> Booking | None:
    """A debt that need not be paid: back to what it cost, or for documents to price differences.

    None for a deposit nobody paid, which the books never knew, and for tax, which they keep.
    """
    what = PAYABLE_KINDS[kind]
    if what.owed in (chart.PREPAYMENTS, chart.TAX):
        return None
    back = what.cost if by_hand and what.cost else chart.PRICE_DIFFERENCE
    lines = (PostingPlan(what.owed, amount), PostingPlan(back, -amount))
    return Booking("clearing", clearing_id, EntryPlan("write_off", on, number, lines))


def post_payables(*, now: datetime, by: Actor) -> StepResult:
    """Book what people entered as owed; documents are booked by themselves."""
    costly = [k.code for k in PAYABLE_KINDS.values() if k.cost]
    rows = unbooked(Payable, "payable", "payable").filter(source__in=_BY_HAND, kind__in=costly)
    day, found = open_days(), defaultdict(list)
    for p in rows:
        plan = payable(p.pk, p.number, day(p.company_id, p.on), p.kind, p.amount)
        if plan:
            found[p.company_id].append(plan)
    return StepResult(book(found, now, by))


def post_payments(*, now: datetime, by: Actor) -> StepResult:
    """Book payments, and those that came back."""
    fresh = list(unbooked(Payment, "payment", "payment").select_related("company"))
    plans, found = _plans(fresh), defaultdict(list)
    for p in fresh:
        found[p.company_id].append(plans[p.pk])
    done = book(found, now, by)
    back = list(unbooked(Payment, "payment_reversal", "payment").filter(state=REVERSED))
    booked = _booked([p.pk for p in back])
    day, found = open_days(), defaultdict(list)
    for p in back:
        on = day(p.company_id, p.reversed_on or p.on)
        found[p.company_id].append(reversed_payment(p.pk, p.number, on, booked[p.pk]))
    return StepResult(done + book(found, now, by))


def _booked(ids: Sequence[int]) -> dict[int, list[PostingPlan]]:
    """Payment -> the postings its entry has: what came back is exactly what was booked."""
    out: dict[int, list[PostingPlan]] = defaultdict(list)
    rows = fetch(
        "SELECT e.source_id, a.code, p.amount_minor, p.currency FROM ledger_entry e "
        "JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id "
        f"WHERE e.event = 'payment' AND e.source = 'payment' AND {among('e.source_id')} ORDER BY p.id",
        [id_set(ids)],
    )
    for pk, account, minor, currency in rows:
        out[pk].append(PostingPlan(account, Money(minor, currency)))
    return out


def _plans(payments: Sequence[Payment]) -> dict[int, Booking]:
    if not payments:
        return {}
    parts, worth, day = _parts(payments), _worth(payments), open_days()
    return {
        p.pk: payment(
            p.pk, p.number, day(p.company_id, p.on), chart.BANK if p.bank_id else chart.COLLECTION,
            parts[p.pk], p.out, p.fee, worth[p.pk],
        )
        for p in payments
    }  # fmt: skip


def _parts(payments: Sequence[Payment]) -> dict[int, list[Part]]:
    """What each payment paid, with the share of the booked value that falls on it.

    Shares of a payable's payments are cut one after the other, so that those of a payable paid in full
    sum to what it was booked at.
    """
    ids = [p.pk for p in payments]
    rows = fetch(
        "SELECT c.payable_id, c.payment_id, c.amount_minor, p.amount_minor, p.base_minor, p.kind, "
        "p.currency, o.base_currency FROM payables_clearing c "
        "JOIN payables_payable p ON p.id = c.payable_id JOIN org_company o ON o.id = p.company_id "
        "WHERE c.kind = %s AND c.payable_id IN "
        f"(SELECT payable_id FROM payables_clearing WHERE {among('payment_id')}) ORDER BY c.payable_id, c.id",
        [BY_PAYMENT, id_set(ids)],
    )
    wanted = set(ids)
    out: dict[int, list[Part]] = defaultdict(list)
    before: dict[int, int] = defaultdict(int)
    for payable_id, payment_id, minor, whole, base, kind, currency, home in rows:
        at = before[payable_id]
        before[payable_id] = at + minor
        if payment_id in wanted and minor > 0:
            booked = None
            if base is not None:
                booked = Money(_cut(base, at + minor, whole) - _cut(base, at, whole), home)
            out[payment_id].append(Part(kind, Money(minor, currency), booked))
    return out


def _cut(base: int, part: int, whole: int) -> int:
    return round_half_up(Fraction(base * part, whole))


def _worth(payments: Iterable[Payment]) -> dict[int, Money | None]:
    """What left the account for each payment, without the fee, in base currency at the day's rate."""
    rows = list(payments)
    days = [p.on for p in rows]
    currencies = {c for p in rows for c in (p.out_currency, p.company.base_currency)}
    rates = rates_between(min(days), max(days), currencies)
    out: dict[int, Money | None] = {}
    for p in rows:
        left, home = p.out - p.fee, p.company.base_currency
        if left.currency == home:
            out[p.pk] = left
            continue
        rate = rates.find(left.currency, home, p.on)
        out[p.pk] = None if rate is None else to_currency(left, home, rate.rate)
    return out


def post_clearings(*, now: datetime, by: Actor) -> StepResult:
    """Book deposits set off and debts written off; what lapsed was never owed."""
    day, found = open_days(), defaultdict(list)
    for kind in (SET_OFF, WRITE_OFF):
        rows = unbooked(Clearing, kind, "clearing").filter(kind=kind).select_related("payable")
        for c in rows:
            one = c.payable
            on = day(one.company_id, c.on)
            plan = (
                set_off(c.pk, one.number, on, one.kind, c.amount)
                if kind == SET_OFF
                else write_off(c.pk, one.number, on, one.kind, one.source in _BY_HAND, c.amount)
            )
            if plan:
                found[one.company_id].append(plan)
    return StepResult(book(found, now, by))
