"""Lines of statements that show payments: found by themselves only where there is one possibility."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.payables.models import Payment
from tradewind.apps.payables.operations.paying import NewPayment, record_payments
from tradewind.apps.payables.queries.accounts import BANK, Line, accounts_and_lines, free_lines
from tradewind.apps.payables.queries.requests import payable_requests
from tradewind.db.bulk import update_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

NEAR = timedelta(days=7)  # between the day a person wrote down and the bank's


def match_lines(*, now: datetime, by: Actor) -> int:
    """Give payments the line that shows them, and record payments of approved requests that a line names.

    A payment written down before its statement came gets the only free line of its account with its amount
    within a week. A line whose text names a request and shows what the request has left pays it. What
    could be two things stays for a person. How many payments were matched.
    """
    lines = free_lines()
    if not lines:
        return 0
    done, left = _attach_sure(lines, now, by)
    return done + _pay_named(left, now, by)


def _attach_sure(lines: list[Line], now: datetime, by: Actor) -> tuple[int, list[Line]]:
    waiting = Payment.objects.filter(bank_line=None, collection_line=None, state="recorded").order_by("id")
    by_key: dict[tuple[object, ...], list[Payment]] = defaultdict(list)
    for one in waiting:
        place = (BANK, one.bank_id) if one.bank_id else ("collection", one.collection_id)
        by_key[place, one.out_minor].append(one)
    pairs = [
        (one.pk, line)
        for line in lines
        for one in by_key.get((line.place, -line.amount.minor), ())
        if abs(line.on - one.on) <= NEAR
    ]
    per_payment, per_line = Counter(pk for pk, _l in pairs), Counter((x.place, x.id) for _pk, x in pairs)
    sure = [(pk, x) for pk, x in pairs if per_payment[pk] == 1 and per_line[x.place, x.id] == 1]
    if sure:
        _attach(sure, now, by)
    taken = {(x.place, x.id) for _pk, x in pairs}  # what may show a payment pays nothing a second time
    return len(sure), [x for x in lines if (x.place, x.id) not in taken]


def _attach(pairs: list[tuple[int, Line]], now: datetime, by: Actor) -> None:
    with acting(by, "payables.change", kind="payment", ids=[pk for pk, _x in pairs], now=now) as act:
        for column, kind in (("bank_line_id", BANK), ("collection_line_id", "collection")):
            update_rows(Payment, [column], [(pk, x.id) for pk, x in pairs if x.place[0] == kind])
        act.note(verb="attach_lines", payments=len(pairs))


def _pay_named(lines: list[Line], now: datetime, by: Actor) -> int:
    """Requests whose number a line carries, with the amount they have left in the line's currency."""
    open_requests = payable_requests()
    if not open_requests:
        return 0
    new, used = [], set()
    for line in lines:
        words = f"{line.text} {line.memo}".upper()
        named = [r for r in open_requests if r.number in words and r.company_id == line.company_id]
        if len(named) == 1 and named[0].left == -line.amount and named[0].id not in used:
            used.add(named[0].id)
            how = "the line names the request"
            new.append(NewPayment(line.place, request_id=named[0].id, line_id=line.id, how=how))
    return len(record_payments(payments=new, now=now, by=by)) if new else 0


def attach_line(*, payment_id: int, line_id: int, now: datetime, by: Actor) -> None:
    """A person says which line of its account shows a payment. Refused when it shows another amount."""
    by.require("payables.change")
    one = Payment.objects.filter(pk=payment_id, state="recorded").first()
    if one is None or one.bank_line_id or one.collection_line_id:
        raise Refused([Problem(None, "payment", str(payment_id), _("has its line already, or is not there"))])
    place = (BANK, one.bank_id) if one.bank_id else ("collection", one.collection_id or 0)
    _account, line = accounts_and_lines([(place, line_id)])[place, line_id]
    if line is None:
        raise Refused([Problem(None, "line", str(line_id), _("there is no such line of the account"))])
    if line.taken or line.amount != -one.out:
        reason = _("the line stands for something else already") if line.taken else _("shows another amount")
        raise Refused([Problem(None, "line", line.text, reason, str(-one.out))])
    _attach([(one.pk, line)], now, by)
