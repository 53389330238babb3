"""Asking to pay, and who may say yes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import User
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.payables.models import Payable, PaymentRequest, RequestLine
from tradewind.apps.payables.operations.amounts import Shift, shift, together
from tradewind.apps.payables.queries.evidence import Evidence, evidence
from tradewind.apps.payables.states import APPROVED, ASKED, REQUEST
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move_all
from tradewind.engine.access import ACTIONS, Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class Asked:
    """A payable to be paid; without an amount all that nobody has asked for yet."""

    payable_id: int
    amount: Money | None = None


def request_payment(
    *, lines: Sequence[Asked], wanted_on: date | None, note: str, now: datetime, by: Actor
) -> list[int]:
    """Ask to pay: one request a company, creditor and currency; their ids.

    What is asked for is taken off what others may ask. Refused with every problem: nothing left, more than
    is left, and no note where a document does not agree with the others (over-invoiced, not received,
    disputed).
    """
    with acting(by, "payables.request", kind="payment_request", now=now) as act:
        found = Findings()
        why = found.text("note", note, 2000, needed=False)
        payables = Payable.objects.in_bulk([line.payable_id for line in lines])
        proofs = evidence(list(payables.values()))
        if not lines:
            found.add("payables", "", _("nothing is selected"), _("at least one row"))
        wanted = [_checked(found.at(row), line, payables, proofs, why) for row, line in rows(lines)]
        found.at(None).settle()
        chosen = [(payables[line.payable_id], minor) for line, minor in zip(lines, wanted, strict=True)]
        shift(together([(p.pk, Shift(requested=minor)) for p, minor in chosen]))
        act.ids = _write(chosen, proofs, wanted_on, why, now, by)
        act.note(verb="request_payment", payables=len(lines), reason=why)
        return act.ids


def _checked(
    found: Findings, line: Asked, payables: dict[int, Payable], proofs: dict[int, Evidence], why: str
) -> int:
    one = payables.get(line.payable_id)
    if one is None:
        found.add("payable", line.payable_id, _("there is no such row"))
        return 0
    amount = one.free if line.amount is None else line.amount
    if amount.currency != one.currency:
        found.add("amount", amount, _("another currency than expected"), one.currency)
    elif amount.minor > one.free.minor or one.free.minor == 0:
        found.add("amount", f"{one.number}: {amount}", _("more than is left"), str(one.free))
    elif amount.minor <= 0:
        found.add("amount", amount, _("not above zero"), _("an amount above zero"))
    if proofs[one.pk].doubtful and not why:
        found.add("note", one.number, _("its documents do not agree: say why it is paid all the same"))
    return amount.minor


def _write(
    chosen: Sequence[tuple[Payable, int]], proofs: dict[int, Evidence], wanted_on: date | None, why: str,
    now: datetime, by: Actor,
) -> list[int]:  # fmt: skip
    groups: dict[tuple[int, str, str], list[tuple[Payable, int]]] = defaultdict(list)
    for one, minor in chosen:
        groups[one.company_id, one.creditor, one.currency].append((one, minor))
    numbers = take_numbers("payment_request", len(groups))
    made = PaymentRequest.objects.bulk_create(
        PaymentRequest(
            number=numbered("PR", n), company_id=company, creditor=creditor, currency=currency, note=why,
            wanted_on=wanted_on or _due([p for p, _minor in groups[company, creditor, currency]]),
            asked_by=by.name, asked_at=now,
        )
        for n, (company, creditor, currency) in zip(numbers, groups, strict=True)
    )  # fmt: skip
    RequestLine.objects.bulk_create(
        RequestLine(request=request, payable=one, amount_minor=minor, match_state=proofs[one.pk].state)
        for request, lines in zip(made, groups.values(), strict=True)
        for one, minor in lines
    )
    return [request.pk for request in made]


def _due(payables: Sequence[Payable]) -> date | None:
    return min((p.due_on for p in payables if p.due_on is not None), default=None)


def approve_requests(*, ids: Sequence[int], reason: str = "", now: datetime, by: Actor) -> list[int]:
    """Say yes: the requests may be paid. Who asked may not approve, unless nobody else could.

    Then it is kept on the request that one person did both. WrongState unless all are asked.
    """
    with acting(by, "payables.approve", kind="payment_request", ids=ids, now=now) as act:
        requests = list(PaymentRequest.objects.filter(id__among=list(ids)))
        own = [r for r in requests if r.asked_by == by.name]
        others = [r.pk for r in requests if r.asked_by != by.name]
        if own and _somebody_else(by):
            raise Refused(
                [Problem(None, "request", r.number, _("who asked may not approve: somebody else can"))
                 for r in own]
            )  # fmt: skip
        said = {"decided_by": by.name, "decided_at": now, "reason": reason.strip()[:2000]}
        moved = move_all(PaymentRequest, REQUEST, "approve", others, **said)
        moved += move_all(PaymentRequest, REQUEST, "approve", [r.pk for r in own], alone=True, **said)
        act.note(verb="approve_requests", alone=len(own), reason=reason)
        return sorted(moved)


def _somebody_else(by: Actor) -> bool:
    roles = sorted(ACTIONS["payables.approve"])
    return User.objects.filter(is_active=True, role__in=roles).exclude(username=by.name).exists()


def refuse_requests(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Say no, with a reason; what was asked for may be asked for again."""
    with acting(by, "payables.approve", kind="payment_request", ids=ids, now=now) as act:
        why = needed_reason(reason)
        moved = move_all(
            PaymentRequest, REQUEST, "refuse", ids, decided_by=by.name, decided_at=now, reason=why
        )
        _let_go(moved)
        act.note(verb="refuse_requests", reason=why)
        return moved


def withdraw_requests(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Ask no longer, by who asked or by finance; what was not paid yet may be asked for again."""
    with acting(by, "payables.request", kind="payment_request", ids=ids, now=now) as act:
        why = needed_reason(reason)
        foreign = PaymentRequest.objects.filter(id__among=list(ids)).exclude(asked_by=by.name)
        if not by.can("payables.change") and foreign.exists():
            raise Refused(
                [Problem(None, "request", r.number, _("somebody else asked for it")) for r in foreign]
            )
        moved = move_all(PaymentRequest, REQUEST, "withdraw", ids, reason=why)
        _let_go(moved)
        act.note(verb="withdraw_requests", reason=why)
        return moved


def _let_go(request_ids: Sequence[int]) -> None:
    """What requests asked for and nobody paid is free again."""
    lines = RequestLine.objects.filter(request_id__among=list(request_ids))
    shift(together([(x.payable_id, Shift(requested=x.paid_minor - x.amount_minor)) for x in lines]))


OPEN_REQUESTS = (ASKED, APPROVED)
