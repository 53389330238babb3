"""Payment requests at the desk: what is asked, on which evidence, who said yes, what was paid."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.payables.models import PaymentRequest, RequestLine
from tradewind.apps.payables.operations import (
    approve_requests,
    record_payments,
    refuse_requests,
    withdraw_requests,
)
from tradewind.apps.payables.queries import pool
from tradewind.apps.payables.queries.accounts import Line, free_lines
from tradewind.apps.payables.queries.evidence import Evidence, evidence
from tradewind.apps.payables.queries.requests import parts_in_order
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
    DATE,
    LINK,
    LONG,
    MANY,
    MONEY,
    STATE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import company_choices
from tradewind.desk.nouns._payables import (
    KINDS,
    PAY_FIELDS,
    account_ref,
    evidence_word,
    free_line_ref,
    new_payment,
    only_one,
    payable_ref,
)
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

STATES = (
    ("asked", _("To be approved"), "wait"),
    ("approved", _("To be paid"), "wait"),
    ("paid", _("Paid"), "done"),
    ("refused", _("Turned down"), "bad"),
    ("withdrawn", _("Withdrawn"), "idle"),
)
_PAYMENTS = (
    Column("number", _("Number"), LINK, lambda p: Ref("payments", p.pk, p.number)),
    Column("on", _("Day"), DATE),
    Column("amount", _("Amount paid off"), MONEY),
    Column("out", _("Left the account, fee included"), MONEY),
    Column("account", _("Paid from"), LINK, account_ref),
    Column("state", _("State"), STATE),
)
_LINES = (
    Column("line", _("Statement line"), LINK, free_line_ref),
    Column("on", _("Day"), DATE),
    Column("amount", _("Amount"), MONEY),
    Column("memo", _("Memo"), wide=True),
)


def _asked(r: Any) -> Money:
    return Money(r.asked_minor or 0, r.currency)


def _paid(r: Any) -> Money:
    return Money(r.paid_minor or 0, r.currency)


def _line_columns(proofs: dict[int, Evidence]) -> tuple[Column, ...]:
    """Columns of a request's lines; how the documents agree now stands beside how they did."""

    def now(x: RequestLine) -> Any:
        return evidence_word(proofs[x.payable_id].state)

    def document(x: RequestLine) -> Ref | None:
        proof = proofs[x.payable_id]
        return Ref(proof.noun, proof.id, proof.text) if proof.noun else None

    return (
        Column("payable", _("Payable"), LINK, lambda x: payable_ref(x.payable)),
        Column("kind", _("Kind"), value=lambda x: str(KINDS[x.payable.kind])),
        Column("due_on", _("Due day"), DATE, "payable.due_on"),
        Column("amount", _("Asked"), MONEY, lambda x: Money(x.amount_minor, x.payable.currency)),
        Column("paid", _("Paid"), MONEY, lambda x: Money(x.paid_minor, x.payable.currency)),
        Column("document", _("Document"), LINK, document),
        Column("match", _("Documents when asked"), value=lambda x: evidence_word(x.match_state)),
        Column("now", _("Documents now"), value=now, wide=True),
    )


def _detail(actor: Actor, pk: int) -> Detail | None:
    r = pool.requests(actor).filter(pk=pk).first()
    if r is None:
        return None
    lines = list(pool.request_lines(actor, pk))
    proofs = evidence([x.payable for x in lines])
    paid = pool.payments(actor).filter(request_id=pk).order_by("id")
    tables = [
        Table(_("Lines"), _line_columns(proofs), lines, hidden="cost"),
        Table(_("Payments"), _PAYMENTS, list(paid), _("Nothing was paid yet."), "cost"),
    ]
    if r.state == "approved" and actor.can("treasury.view"):
        tables.append(Table(_("Statement lines that may be this payment"), _LINES, _possible(r), _("None.")))
    return Detail(
        r.number,
        r.creditor if actor.sees("supplier") else "",
        r.state,
        (
            Fact(_("Creditor"), r.creditor, TEXT, None, "supplier"),
            Fact(_("Company"), str(r.company)),
            Fact(_("Asked"), _asked(r), MONEY, None, "cost"),
            Fact(_("Paid"), _paid(r), MONEY, None, "cost"),
            Fact(_("Pay on"), r.wanted_on, DATE),
            Fact(_("Note"), r.note),
            Fact(_("Asked by"), r.asked_by),
            Fact(_("Asked at"), r.asked_at, TIME),
            Fact(_("Answered by"), r.decided_by),
            Fact(_("Answered at"), r.decided_at, TIME),
            Fact(_("Reason"), r.reason),
        ),
        tuple(tables),
        alerts=tuple(_alerts(r, lines, proofs)),
    )


def _alerts(r: PaymentRequest, lines: list[RequestLine], proofs: dict[int, Evidence]) -> list[Any]:
    out: list[Any] = []
    if r.alone:
        out.append(_("Asked and approved by one person: nobody else could approve it."))
    doubtful = [x.payable.number for x in lines if proofs[x.payable_id].doubtful]
    if doubtful and r.state in ("asked", "approved"):
        out.append(_now("Documents do not agree: %s") % ", ".join(doubtful))
    return out


def _possible(r: Any) -> list[Line]:
    """Free lines with the amount the request has left, or with its number; newest first."""
    left = _asked(r) - _paid(r)
    found = [
        x
        for x in free_lines()
        if x.company_id == r.company_id and (x.amount == -left or r.number in f"{x.text} {x.memo}".upper())
    ]
    return found[::-1][:50]


def _safely(act: Any) -> Any:
    try:
        return act()
    except WrongState:
        why = _now("some of these requests are in another state: nothing was changed")
        raise Refused([Problem(None, "state", "", why)]) from None


def _approve(call: Call) -> Outcome:
    reason = call.values["reason"] or ""
    done = _safely(lambda: approve_requests(ids=call.ids, reason=reason, now=call.now, by=call.by))
    return Outcome(_now("%(n)d requests may be paid.") % {"n": len(done)}, len(done))


def _refuse(call: Call) -> Outcome:
    reason = call.values["reason"]
    done = _safely(lambda: refuse_requests(ids=call.ids, reason=reason, now=call.now, by=call.by))
    return Outcome(_("Refused."), len(done))


def _withdraw(call: Call) -> Outcome:
    reason = call.values["reason"]
    done = _safely(lambda: withdraw_requests(ids=call.ids, reason=reason, now=call.now, by=call.by))
    return Outcome(_("Withdrawn; it may be asked for again."), len(done))


def _pay(call: Call) -> Outcome:
    only_one(call, "amount", "out", "fee", "line")
    amount = call.values["amount"]
    new = [
        new_payment(call, request_id=pk, parts=parts_in_order(pk, amount) if amount else {})
        for pk in call.ids
    ]
    made = record_payments(payments=new, now=call.now, by=call.by)
    return Outcome(_now("%(n)d payments recorded.") % {"n": len(made)}, len(made))


_WHY = Field("reason", _("Reason"), LONG)
NOUN = Noun(
    code="payment_requests",
    label=_("Payment requests"),
    stage=6,
    place=27,
    icon="hand-coins",
    prefix="prq",
    view="payables.view",
    rows=pool.requests,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("creditor", _("Creditor"), sort="creditor", hidden="supplier", wide=True),
        Column("asked", _("Asked"), MONEY, _asked, hidden="cost"),
        Column("paid", _("Paid"), MONEY, _paid, hidden="cost"),
        Column("wanted_on", _("Pay on"), DATE, sort="wanted_on"),
        Column("asked_by", _("Asked by")),
        Column("decided_by", _("Answered by")),
        Column("company", _("Company"), value=lambda r: str(r.company)),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    search=("number__istartswith", "creditor__icontains"),
    state_field="state",
    states=STATES,
    filters=(Filter("company", _("Company"), "company_id", company_choices),),
    actions=(
        Action("approve", _("Approve"), _approve, "payables.approve", MANY,
               (Field("reason", _("Reason"), LONG, False),), states=("asked",), key="a"),
        Action("refuse", _("Refuse"), _refuse, "payables.approve", MANY, (_WHY,), states=("asked",),
               danger=True),
        Action("pay", _("Record payment"), _pay, "payables.change", MANY, PAY_FIELDS, states=("approved",),
               key="p"),
        Action("withdraw", _("Withdraw request"), _withdraw, "payables.request", MANY, (_WHY,),
               states=("asked", "approved"), danger=True),
    ),
    waiting=pool.waiting_requests,
    empty=_("Choose payables and request their payment."),
    audit_kind="payment_request",
    title_of="number",
    note=_("Asked by one, approved by another, paid once."),
)  # fmt: skip
