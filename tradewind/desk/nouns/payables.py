"""Payables at the desk: the pool, asked for, set off, struck off."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.payables.models import Clearing, Payable, RequestLine
from tradewind.apps.payables.operations import (
    Asked,
    NewPayable,
    enter_payables,
    pull_payables,
    record_payments,
    request_payment,
    set_off,
    set_off_deposits,
    take_back,
    write_off,
)
from tradewind.apps.payables.queries import pool
from tradewind.apps.payables.queries.evidence import Evidence, evidence
from tradewind.apps.sourcing.models import PurchaseOrder
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
    TEXT,
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
    CLEARINGS,
    KINDS,
    PAY_FIELDS,
    evidence_word,
    kind_choices,
    new_payment,
    only_one,
    payable_ref,
)
from tradewind.desk.nouns._upstream import text
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.engine.payable_kinds import BY_HAND, DEPOSIT

STATES = (
    ("open", _("To be requested"), "wait"),
    ("requested", _("Requested"), "wait"),
    ("cleared", _("Nothing left to pay"), "done"),
)
_CLEARED = (
    Column("on", _("Day"), DATE),
    Column("kind", _("By"), value=lambda c: str(CLEARINGS[c.kind])),
    Column("amount", _("Amount"), MONEY),
    Column("payment", _("Payment"), LINK, lambda c: _payment(c)),
    Column("other", _("Set off"), LINK, lambda c: payable_ref(c.deposit) if c.deposit else None),
    Column("paid", _("For"), LINK, lambda c: payable_ref(c.payable)),
    Column("reason", _("Reason"), wide=True),
    Column("made_by", _("Who")),
)
_ASKED = (
    Column(
        "request",
        _("Payment request"),
        LINK,
        lambda x: Ref("payment_requests", x.request_id, x.request.number),
    ),
    Column("amount", _("Asked"), MONEY, lambda x: Money(x.amount_minor, x.request.currency)),
    Column("paid", _("Paid"), MONEY, lambda x: Money(x.paid_minor, x.request.currency)),
    Column("asked_by", _("Asked by"), value="request.asked_by"),
    Column("match", _("Documents when asked"), value=lambda x: evidence_word(x.match_state), wide=True),
)


def _payment(c: Clearing) -> Ref | None:
    return None if c.payment is None else Ref("payments", c.payment.pk, c.payment.number)


def _document(proof: Evidence) -> Ref | None:
    return Ref(proof.noun, proof.id, proof.text) if proof.noun else None


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = pool.payables(actor).filter(pk=pk).first()
    if p is None:
        return None
    proof = evidence([p])[p.pk]
    asked = RequestLine.objects.filter(payable=p).select_related("request").order_by("id")
    return Detail(
        p.number,
        p.creditor if actor.sees("supplier") else "",
        p.state,
        (
            Fact(_("Kind"), KINDS[p.kind]),
            Fact(_("Creditor"), p.creditor, TEXT, None, "supplier"),
            Fact(_("Company"), str(p.company)),
            Fact(_("Amount"), p.amount, MONEY, None, "cost"),
            Fact(_("Still owed"), p.left, MONEY, None, "cost"),
            Fact(_("Not asked for yet"), p.free, MONEY, None, "cost"),
            Fact(_("Paid and not set off"), p.unused if p.kind == DEPOSIT else None, MONEY, None, "cost"),
            Fact(_("Day"), p.on, DATE),
            Fact(_("Due day"), p.due_on, DATE),
            Fact(_("Document"), _document(proof), LINK),
            Fact(_("Match of documents"), evidence_word(proof.state)),
            Fact(_("Purchase order"), Ref("purchase_orders", p.order.pk, p.order.number) if p.order else None,
                 LINK),
            Fact(_("Note"), p.note),
        ),
        (
            Table(_("Payment requests"), _ASKED, list(asked), _("Nobody has asked to pay it."), "cost"),
            Table(_("What took it off"), _CLEARED, list(pool.clearings(actor, pk)), _("Nothing yet."),
                  "cost"),
        ),
        alerts=tuple(_alerts(p, proof)),
    )  # fmt: skip


def _alerts(p: Payable, proof: Evidence) -> list[Any]:
    out: list[Any] = []
    if p.left and p.due_on is None and p.kind != DEPOSIT:
        out.append(
            _("No payment terms are known, so no day is due: the cash calendar takes it as due at once.")
        )
    if proof.doubtful and p.left:
        out.append(_("Its documents do not agree: paying it needs a reason."))
    lapsed = sum(c.amount_minor for c in p.clearings.all() if c.kind == "lapse")
    over = p.settled_minor - lapsed + p.requested_minor - p.document_minor
    if over > 0:
        words = _now("Its document asks %(amount)s less than is paid or asked for.")
        out.append(words % {"amount": Money(over, p.currency)})
    return out


def _create(call: Call) -> Outcome:
    v = call.values
    number = text(call, "order")
    order = of_number(number) if number else None
    new = NewPayable(
        int(v["company"]), v["kind"], v["creditor"], v["number"], v["amount"], v["on"], v["due_on"],
        text(call, "note"), order,
    )  # fmt: skip
    [pk] = enter_payables(payables=[new], now=call.now, by=call.by)
    return Outcome(_("Entered as owed."), 1, Ref("payables", pk, new.number))


def of_number(number: str) -> int:
    """The id of a purchase order; Refused when there is none."""
    pk = PurchaseOrder.objects.filter(number=number).values_list("id", flat=True).first()
    if pk is None:
        raise Refused([Problem(None, "order", number, _now("there is no such row"))])
    return int(pk)


def _request(call: Call) -> Outcome:
    only_one(call, "amount")
    lines = [Asked(pk, call.values["amount"]) for pk in call.ids]
    made = request_payment(
        lines=lines, wanted_on=call.values["wanted_on"], note=text(call, "note"), now=call.now, by=call.by
    )
    first = pool.requests(call.by).get(pk=made[0])
    goto = Ref("payment_requests", first.pk, first.number) if len(made) == 1 else None
    return Outcome(_now("%(n)d payment requests made.") % {"n": len(made)}, len(lines), goto)


def _write_off(call: Call) -> Outcome:
    only_one(call, "amount")
    amounts = dict.fromkeys(call.ids, call.values["amount"])
    done = write_off(amounts=amounts, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Written off."), len(done))


def _set_off(call: Call) -> Outcome:
    one = pool.payables(call.by).get(pk=call.ids[0])
    deposit = pool.usable_deposits(one).filter(number=call.values["deposit"].strip()).first()
    amount = call.values["amount"]
    if amount is None and deposit is not None:
        amount = Money(min(one.free.minor, deposit.unused.minor), one.currency)
    set_off(
        payable_id=one.pk, deposit_id=0 if deposit is None else deposit.pk, amount=amount or one.free,
        reason=call.values["reason"], now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Set off."), 1)


def _take_back(call: Call) -> Outcome:
    take_back(payable_id=call.ids[0], reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Taken back."), 1)


def _pay(call: Call) -> Outcome:
    one = pool.payables(call.by).get(pk=call.ids[0])
    parts = {one.pk: call.values["amount"] or one.free}
    new = new_payment(call, request_id=None, parts=parts, reason=call.values["reason"])
    [pk] = record_payments(payments=[new], now=call.now, by=call.by)
    return Outcome(
        _("The payment is recorded."), 1, Ref("payments", pk, pool.payments(call.by).get(pk=pk).number)
    )


def _pull(call: Call) -> Outcome:
    found = pull_payables(now=call.now, by=call.by)
    done = found.done + set_off_deposits(now=call.now, by=call.by)
    return Outcome(_now("%(n)d changes taken in.") % {"n": done}, done)


_REASON = Field("reason", _("Reason"), LONG)
NOUN = Noun(
    code="payables",
    label=_("Payables"),
    stage=6,
    place=26,
    icon="receipt",
    prefix="apy",
    view="payables.view",
    rows=pool.payables,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("kind", _("Kind"), value=lambda p: str(KINDS[p.kind]), sort="kind"),
        Column("creditor", _("Creditor"), sort="creditor", hidden="supplier", wide=True),
        Column("amount", _("Amount"), MONEY, sort="amount_minor", hidden="cost"),
        Column("left", _("Still owed"), MONEY, hidden="cost"),
        Column("due_on", _("Due day"), DATE, sort="due_on"),
        Column("match", _("Match of documents"), value=lambda p: evidence_word(p.match_state)),
        Column("company", _("Company"), value=lambda p: str(p.company)),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="due_on",
    search=("number__istartswith", "creditor__icontains"),
    state_field="state",
    states=STATES,
    filters=(
        Filter("kind", _("Kind"), "kind", kind_choices()),
        Filter("company", _("Company"), "company_id", company_choices),
    ),
    actions=(
        Action("request", _("Request payment"), _request, "payables.request", MANY, (
            Field("amount", _("Amount"), MONEY, False, help=_("Empty: all of it; for one row")),
            Field("wanted_on", _("Pay on"), DATE, False, help=_("Empty: the first due day")),
            Field("note", _("Note"), LONG, False, help=_("Needed where documents do not agree")),
        ), states=("open",), key="r"),
        Action("create", _("Enter something owed"), _create, "payables.change", NONE, (
            Field("company", _("Company"), CHOICE, choices=company_choices),
            Field("kind", _("Kind"), CHOICE, choices=kind_choices(*BY_HAND)),
            Field("creditor", _("Creditor")),
            Field("number", _("Number"), help=_("Of its document; once a creditor")),
            Field("amount", _("Amount"), MONEY),
            Field("on", _("Day"), DATE),
            Field("due_on", _("Due day"), DATE, False),
            Field("order", _("Purchase order"), required=False, help=_("Of a deposit: PO-000012")),
            Field("note", _("Note"), LONG, False),
        ), key="n"),
        Action("pull", _("Take in documents"), _pull, "payables.change", NONE),
        Action("set_off", _("Set off a deposit"), _set_off, "payables.change", ONE, (
            Field("deposit", _("Number of the deposit")),
            Field("amount", _("Amount"), MONEY, False, help=_("Empty: as much as fits")),
            _REASON,
        ), states=("open",)),
        Action("pay", _("Record a payment nobody asked for"), _pay, "payables.change", ONE, (
            *PAY_FIELDS, Field("reason", _("Reason"), LONG, help=_("For example a direct debit")),
        ), states=("open",)),
        Action("write_off", _("Write off"), _write_off, "payables.change", MANY, (
            Field("amount", _("Amount"), MONEY, False, help=_("Empty: all of it; for one row")),
            _REASON,
        ), states=("open",), danger=True, confirm=_("It will not be paid. Go on?")),
        Action("take_back", _("Take back set-offs and write-offs"), _take_back, "payables.change", ONE,
               (_REASON,), danger=True),
    ),
    waiting=pool.waiting_payables,
    empty=_("Invoices, deposits, freight and bills come by themselves; enter ads, tax, payroll and rent."),
    audit_kind="payable",
    title_of="number",
    note=_("Everything owed, with what stands behind it. Nothing here can be paid twice."),
)  # fmt: skip
