"""Payments at the desk: what left which account for whom, and the statement line that shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.payables.models import Payment
from tradewind.apps.payables.operations import attach_line, match_lines, reverse_payments
from tradewind.apps.payables.queries import pool
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
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
from tradewind.desk.nouns._money import bank_choices, company_choices
from tradewind.desk.nouns._payables import KINDS, account_ref, line_id, line_ref, payable_ref
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

_PARTS = (
    Column("payable", _("Payable"), LINK, lambda c: payable_ref(c.payable)),
    Column("kind", _("Kind"), value=lambda c: str(KINDS[c.payable.kind])),
    Column("on", _("Day"), DATE),
    Column("amount", _("Amount"), MONEY),
    Column("reason", _("Reason"), wide=True),
)


def _request(p: Payment) -> Ref | None:
    return None if p.request is None else Ref("payment_requests", p.request.pk, p.request.number)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = pool.payments(actor).filter(pk=pk).first()
    if p is None:
        return None
    parts = p.clearings.select_related("payable").order_by("id")
    alerts = []
    if p.request is None:
        alerts.append(_("Nobody had asked for this payment."))
    if p.state == "recorded" and line_ref(p) is None:
        alerts.append(_("No statement line shows it yet."))
    return Detail(
        p.number,
        p.creditor if actor.sees("supplier") else "",
        p.state,
        (
            Fact(_("Creditor"), p.creditor, TEXT, None, "supplier"),
            Fact(_("Company"), str(p.company)),
            Fact(_("Payment request"), _request(p), LINK),
            Fact(_("Day"), p.on, DATE),
            Fact(_("Amount paid off"), p.amount, MONEY, None, "cost"),
            Fact(_("Left the account, fee included"), p.out, MONEY, None, "cost"),
            Fact(_("Bank fee in it"), p.fee, MONEY, None, "cost"),
            Fact(_("Paid from"), account_ref(p), LINK),
            Fact(_("Statement line"), line_ref(p), LINK),
            Fact(_("Matched because"), _now(p.how) if p.how else ""),
            Fact(_("Came back on"), p.reversed_on, DATE),
            Fact(_("Reason"), p.reason),
            Fact(_("Who"), p.made_by),
        ),
        (Table(_("What it paid"), _PARTS, list(parts), hidden="cost"),),
        alerts=tuple(alerts),
    )


def _reverse(call: Call) -> Outcome:
    v = call.values
    try:
        done = reverse_payments(ids=call.ids, on=v["on"], reason=v["reason"], now=call.now, by=call.by)
    except WrongState:
        why = _now("some of these payments came back already: nothing was changed")
        raise Refused([Problem(None, "state", "", why)]) from None
    return Outcome(_("Owed again; what was approved may be paid again."), len(done))


def _banks(actor: Actor) -> list[tuple[str, str]]:
    """Bank accounts, for who may see them."""
    return list(bank_choices(actor)) if actor.can("treasury.view") else []


def _attach(call: Call) -> Outcome:
    line = line_id(call.values["line"]) or 0
    attach_line(payment_id=call.ids[0], line_id=line, now=call.now, by=call.by)
    return Outcome(_("The line is attached."), 1)


def _match(call: Call) -> Outcome:
    done = match_lines(now=call.now, by=call.by)
    return Outcome(_now("%(n)d payments matched.") % {"n": done}, done)


NOUN = Noun(
    code="payments",
    label=_("Payments"),
    stage=6,
    place=28,
    icon="banknote-arrow-up",
    prefix="pmt",
    view="payables.view",
    rows=pool.payments,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("on", _("Day"), DATE, sort="on"),
        Column("creditor", _("Creditor"), sort="creditor", hidden="supplier", wide=True),
        Column("amount", _("Amount paid off"), MONEY, sort="amount_minor", hidden="cost"),
        Column("out", _("Left the account"), MONEY, hidden="cost"),
        Column("account", _("Paid from"), LINK, account_ref),
        Column("line", _("Statement line"), LINK, line_ref),
        Column("request", _("Payment request"), LINK, _request),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    search=("number__istartswith", "creditor__icontains"),
    state_field="state",
    states=(("recorded", _("Paid"), "done"), ("reversed", _("Came back"), "bad")),
    filters=(
        Filter("company", _("Company"), "company_id", company_choices),
        Filter("bank", _("Bank account"), "bank_id", _banks),
    ),
    actions=(
        Action("match", _("Find their statement lines"), _match, "payables.change", NONE, key="m"),
        Action("attach", _("Attach a statement line"), _attach, "payables.change", ONE,
               (Field("line", _("Statement line"), help=_("Its number, e.g. bln_12 or cln_12")),),
               states=("recorded",)),
        Action("reverse", _("It came back"), _reverse, "payables.change", MANY,
               (Field("on", _("Day"), DATE), Field("reason", _("Reason"), LONG)), states=("recorded",),
               danger=True),
    ),
    empty=_("Payments are recorded on approved requests, or found in statements that name a request."),
    audit_kind="payment",
    title_of="number",
)  # fmt: skip
