"""The rows people look at: payables, requests, payments, plans."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from tradewind.apps.payables.models import CashPlan, Clearing, Payable, Payment, PaymentRequest, RequestLine
from tradewind.apps.payables.states import ASKED, OPEN
from tradewind.engine.access import Actor
from tradewind.engine.payable_kinds import PAYROLL


def payables(actor: Actor) -> QuerySet[Payable]:
    """Everything owed; payroll only for those who pay it."""
    actor.require("payables.view")
    rows = Payable.objects.select_related("company", "order")
    return rows if actor.can("payables.change") else rows.exclude(kind=PAYROLL)


def requests(actor: Actor) -> QuerySet[PaymentRequest]:
    """Every request with what it asks and what was paid; payroll only for those who pay it."""
    actor.require("payables.view")
    rows = PaymentRequest.objects.select_related("company").annotate(
        asked_minor=Sum("lines__amount_minor"), paid_minor=Sum("lines__paid_minor")
    )
    if actor.can("payables.change"):
        return rows
    return rows.exclude(Exists(RequestLine.objects.filter(request=OuterRef("pk"), payable__kind=PAYROLL)))


def request_lines(actor: Actor, request_id: int) -> QuerySet[RequestLine]:
    """The lines of a request in the actor's sight."""
    rows = RequestLine.objects.filter(request__in=requests(actor).filter(pk=request_id).values("pk"))
    return rows.select_related("payable").order_by("id")


def payments(actor: Actor) -> QuerySet[Payment]:
    """Every payment; of payroll only for those who pay it."""
    actor.require("payables.view")
    rows = Payment.objects.select_related(
        "company", "request", "bank", "collection", "bank_line", "collection_line"
    )
    if actor.can("payables.change"):
        return rows
    return rows.exclude(Exists(Clearing.objects.filter(payment=OuterRef("pk"), payable__kind=PAYROLL)))


def clearings(actor: Actor, payable_id: int) -> QuerySet[Clearing]:
    """What took parts of a payable off, or what a deposit was used for, in its order."""
    mine = payables(actor).filter(pk=payable_id).values("pk")
    rows = Clearing.objects.filter(payable__in=mine) | Clearing.objects.filter(deposit__in=mine)
    return rows.select_related("payable", "payment", "deposit").order_by("id")


def plans(actor: Actor) -> QuerySet[CashPlan]:
    """Every plan; they hold payroll, so they are for finance and the owner."""
    actor.require("treasury.view")
    return CashPlan.objects.select_related("company")


def waiting_payables(actor: Actor) -> int:
    """Payables of which something is left to ask for."""
    return payables(actor).filter(state=OPEN).count()


def waiting_requests(actor: Actor) -> int:
    """Requests that wait for an answer."""
    return requests(actor).filter(state=ASKED).count()


def usable_deposits(payable: Payable) -> QuerySet[Payable]:
    """Paid deposits of the same company, creditor and currency with something left to use."""
    rows = Payable.objects.filter(
        company_id=payable.company_id, creditor=payable.creditor, currency=payable.currency, kind="deposit"
    )
    return rows.filter(paid_minor__gt=F("used_minor")).order_by("id")
