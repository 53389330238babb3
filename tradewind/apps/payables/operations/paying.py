"""Payments: money that left an account, and what it paid off. Never more than is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.payables.models import Clearing, Payable, Payment, PaymentRequest, RequestLine
from tradewind.apps.payables.operations.amounts import Cleared, Shift, shift, together, write_clearings
from tradewind.apps.payables.queries.accounts import Account, Line, accounts_and_lines
from tradewind.apps.payables.states import APPROVED, BY_PAYMENT, PAYMENT, REQUEST
from tradewind.db.bulk import take_ids, update_rows
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move, move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money out of a bank or a collection account, on a request or without one.

    `parts` says how much of which payable it pays; empty: all that the request has left. `out` is what left
    the account, fee included; needed where the account has another currency. A statement line, where known,
    gives the day and must show exactly what left.
    """

    account: tuple[str, int]  # ("bank", id) or ("collection", id)
    on: date | None = None
    request_id: int | None = None
    parts: Mapping[int, Money] = field(default_factory=dict)
    out: Money | None = None
    fee: Money | None = None
    line_id: int | None = None  # of the account's statement
    reason: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A payment that passed every check."""

    new: NewPayment
    company_id: int
    creditor: str
    parts: Mapping[int, int]
    amount: Money
    out: Money
    fee: Money
    on: date


def record_payments(*, payments: Sequence[NewPayment], now: datetime, by: Actor) -> list[int]:
    """Keep payments; their ids in order. What they pay is taken off payables and requests at once.

    Refused with every problem: a request that is not approved, more than is left of it, payables of several
    companies or creditors, an account or line of somebody else, a line that shows another amount or was
    used, no reason where nobody asked. The database itself refuses to overpay, whoever comes second.
    """
    with acting(by, "payables.change", kind="payment", now=now) as act:
        found = Findings()
        requests = PaymentRequest.objects.in_bulk(
            [p.request_id for p in payments if p.request_id is not None]
        )
        lines = _request_lines(requests)
        known = _payables(payments, lines)
        accounts = accounts_and_lines([(p.account, p.line_id) for p in payments])
        ready = [
            _checked(found.at(row), one, requests, lines, known, accounts, now) for row, one in rows(payments)
        ]
        found.at(None).settle()
        act.ids = list(take_ids(Payment, len(ready)))
        _write(list(zip(act.ids, [r for r in ready if r is not None], strict=True)), now, by)
        _take_off(list(zip(act.ids, [r for r in ready if r is not None], strict=True)), lines, now, by)
        act.note(verb="record_payments", payments=len(ready), without_request=sum(
            p.request_id is None for p in payments))  # fmt: skip
        return act.ids


def _request_lines(requests: Mapping[int, PaymentRequest]) -> dict[int, dict[int, RequestLine]]:
    """Request -> payable -> its line."""
    out: dict[int, dict[int, RequestLine]] = {pk: {} for pk in requests}
    for line in RequestLine.objects.filter(request_id__among=list(requests)).order_by("id"):
        out[line.request_id][line.payable_id] = line
    return out


def _payables(
    payments: Sequence[NewPayment], lines: Mapping[int, Mapping[int, RequestLine]]
) -> dict[int, Payable]:
    ids = {pk for p in payments for pk in p.parts} | {pk for mine in lines.values() for pk in mine}
    return Payable.objects.in_bulk(sorted(ids))


def _checked(
    found: Findings,
    new: NewPayment,
    requests: Mapping[int, PaymentRequest],
    lines: Mapping[int, Mapping[int, RequestLine]],
    known: Mapping[int, Payable],
    accounts: Mapping[tuple[tuple[str, int], int | None], tuple[Account | None, Line | None]],
    now: datetime,
) -> _Ready | None:
    before = len(found.problems)
    parts = _parts(found, new, requests, lines, known)
    payables = [known[pk] for pk in parts if pk in known]
    owners = {(p.company_id, p.creditor, p.currency) for p in payables}
    if len(owners) > 1:
        found.add("parts", "", _("one payment pays one creditor of one company in one currency"))
    account, line = accounts[new.account, new.line_id]
    if len(found.problems) > before or not owners:
        if not owners and len(found.problems) == before:
            found.add("parts", "", _("nothing is selected"), _("at least one row"))
        return None
    company, creditor, currency = owners.pop()
    amount = Money(sum(parts.values()), currency)
    if account is None or account.company_id != company:
        found.add("account", new.account[1], _("there is no such account of the company"))
        return None
    out, fee = _money_out(found, new, amount, account, line)
    on = line.on if line is not None else new.on
    if on is None:
        found.add("on", "", _("this is needed"))
    elif on > now.date():
        found.add("on", on, _("lies in the future"), str(now.date()))
    if len(found.problems) > before or on is None:
        return None
    return _Ready(new, company, creditor, parts, amount, out, fee, on)


def _parts(
    found: Findings,
    new: NewPayment,
    requests: Mapping[int, PaymentRequest],
    lines: Mapping[int, Mapping[int, RequestLine]],
    known: Mapping[int, Payable],
) -> dict[int, int]:
    """Payable -> minor units to pay, checked against the request or against what is free."""
    request = None if new.request_id is None else requests.get(new.request_id)
    if new.request_id is None:
        found.text("reason", new.reason, 2000)
        left = {pk: known[pk].free.minor for pk in new.parts if pk in known}
    elif request is None:
        found.add("request", new.request_id, _("there is no such row"))
        return {}
    else:
        if request.state != APPROVED:
            found.add("request", request.number, _("is not approved"))
        left = {pk: x.amount_minor - x.paid_minor for pk, x in lines[request.pk].items()}
    asked = {pk: money.minor for pk, money in new.parts.items()}
    for pk, money in new.parts.items():
        one = known.get(pk)
        if one is None or pk not in left:
            found.add("payable", pk, _("there is no such row"))
        elif money.currency != one.currency:
            found.add("amount", money, _("another currency than expected"), one.currency)
        elif not 0 < money.minor <= left[pk]:
            found.add("amount", money, _("more than is left"), str(Money(left[pk], one.currency)))
    return asked or {pk: minor for pk, minor in left.items() if minor}


def _money_out(
    found: Findings, new: NewPayment, amount: Money, account: Account, line: Line | None
) -> tuple[Money, Money]:
    """What left the account, and the fee in it."""
    fee = new.fee or Money.zero(account.currency)
    if fee.currency != account.currency or fee.minor < 0:
        found.add("fee", fee, _("another currency than expected"), account.currency)
        fee = Money.zero(account.currency)
    out = new.out
    if line is not None and out is None:
        out = -line.amount
    if out is None and amount.currency == account.currency:
        out = amount + fee
    if out is None or out.currency != account.currency or out.minor <= fee.minor:
        found.add("out", out or "", _("what left the account is needed"), account.currency)
        return amount, fee
    if amount.currency == account.currency and out != amount + fee:
        found.add("out", out, _("is not the amount and the fee"), str(amount + fee))
    _check_line(found, new, out, line)
    return out, fee


def _check_line(found: Findings, new: NewPayment, out: Money, line: Line | None) -> None:
    if new.line_id is None:
        return
    if line is None:
        found.add("line", new.line_id, _("there is no such line of the account"))
    elif line.taken:
        found.add("line", line.text, _("the line stands for something else already"))
    elif line.amount != -out:
        found.add("line", line.text, _("shows another amount"), str(line.amount))


def _write(ready: Sequence[tuple[int, _Ready]], now: datetime, by: Actor) -> None:
    numbers = take_numbers("payment", len(ready))
    Payment.objects.bulk_create(
        Payment(
            id=pk, number=numbered("PM", n), company_id=r.company_id, request_id=r.new.request_id,
            creditor=r.creditor, on=r.on, amount_minor=r.amount.minor, currency=r.amount.currency,
            out_minor=r.out.minor, out_currency=r.out.currency, fee_minor=r.fee.minor, how=r.new.how[:200],
            reason=r.new.reason.strip(), made_by=by.name, made_at=now,
            **{f"{r.new.account[0]}_id": r.new.account[1], f"{r.new.account[0]}_line_id": r.new.line_id},
        )
        for n, (pk, r) in zip(numbers, ready, strict=True)
    )  # fmt: skip


def _take_off(
    ready: Sequence[tuple[int, _Ready]],
    lines: Mapping[int, Mapping[int, RequestLine]],
    now: datetime,
    by: Actor,
) -> None:
    moves, on_lines = [], []
    for pk, r in ready:
        asked = lines.get(r.new.request_id or 0, {})
        for payable_id, minor in r.parts.items():
            moves.append((payable_id, Shift(-minor if asked else 0, minor, minor)))
            if asked:
                on_lines.append((asked[payable_id].pk, minor))
        write_clearings(
            [Cleared(payable_id, BY_PAYMENT, minor, pk) for payable_id, minor in r.parts.items()],
            on=r.on, reason=r.new.reason.strip(), now=now, by=by,
        )  # fmt: skip
    shift(together(moves))
    _pay_lines(on_lines)
    _finish({r.new.request_id for _pk, r in ready if r.new.request_id is not None})


def _pay_lines(rows_: Sequence[tuple[int, int]]) -> None:
    """Count payments on request lines; Refused when one would be paid twice."""
    merged: dict[int, int] = {}
    for pk, minor in rows_:
        merged[pk] = merged.get(pk, 0) + minor
    done = update_rows(
        RequestLine, ["paid_minor"], list(merged.items()), set_sql="paid_minor = t.paid_minor + d.paid_minor",
        where="t.paid_minor + d.paid_minor <= t.amount_minor AND t.paid_minor + d.paid_minor >= 0",
    )  # fmt: skip
    if done != len(merged):
        raise Refused([Problem(None, "request", "", _("more than is left"))])


def _finish(request_ids: set[int]) -> None:
    """Requests whose every line is paid are done."""
    lines = RequestLine.objects.filter(request_id__among=sorted(request_ids))
    open_ids = {x.request_id for x in lines if x.paid_minor < x.amount_minor}
    move(PaymentRequest, REQUEST, "pay", request_ids - open_ids)


def reverse_payments(*, ids: Sequence[int], on: date, reason: str, now: datetime, by: Actor) -> list[int]:
    """Payments that came back: what they paid is owed again, and their request may be paid again.

    Refused when a deposit they paid was set off already. WrongState when one is reversed already.
    """
    with acting(by, "payables.change", kind="payment", ids=ids, now=now) as act:
        why = needed_reason(reason)
        found = Findings()
        payments = list(Payment.objects.filter(id__among=list(ids)).order_by("id"))
        for one in payments:
            if on < one.on:
                found.add("on", on, _("before the payment"), str(one.on))
        found.settle()
        move_all(Payment, PAYMENT, "reverse", ids, reversed_on=on, reason=why)
        clearings = list(Clearing.objects.filter(payment_id__among=list(ids)).order_by("id"))
        again = _asked_again(payments, clearings)
        shift(together(
            [(c.payable_id, Shift(settled=-c.amount_minor, paid=-c.amount_minor)) for c in clearings]
            + [(payable, Shift(requested=minor)) for _line, payable, minor in again]
        ))  # fmt: skip
        _pay_lines([(line, -minor) for line, _payable, minor in again])
        move(PaymentRequest, REQUEST, "reopen", [p.request_id for p in payments if p.request_id is not None])
        write_clearings(
            [Cleared(c.payable_id, BY_PAYMENT, -c.amount_minor, c.payment_id) for c in clearings],
            on=on, reason=why, now=now, by=by,
        )  # fmt: skip
        act.note(verb="reverse_payments", reason=why)
        return sorted(ids)


def _asked_again(payments: Sequence[Payment], clearings: Sequence[Clearing]) -> list[tuple[int, int, int]]:
    """(request line, payable, minor) of requests still good, whose payment came back."""
    good = {
        p.pk: p.request.pk
        for p in payments
        if p.request is not None and p.request.state in (APPROVED, "paid")
    }
    lines = {
        (x.request_id, x.payable_id): x.pk
        for x in RequestLine.objects.filter(request_id__among=sorted(set(good.values())))
    }
    return [
        (lines[good[c.payment_id], c.payable_id], c.payable_id, c.amount_minor)
        for c in clearings
        if c.payment_id in good
    ]
