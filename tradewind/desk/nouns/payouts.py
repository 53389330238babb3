"""Payouts and their cash chain at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.cash_chain import cash_chain
from tradewind.apps.treasury.models import Payout
from tradewind.apps.treasury.operations import carry_failed, fail_payouts, match_receipts, send_again
from tradewind.desk.kernel import (
    DATE,
    DECIMAL,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    STATE,
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
)  # fmt: skip
from tradewind.desk.nouns._money import settlement_ref, store_choices
from tradewind.engine.access import Actor

_HOPS = {
    "payout": _("Payout by the channel"),
    "receipt_fee": _("Fee of the receipt"),
    "account_fee": _("Fee of the account"),
    "payment": _("Payment to others"),
    "returned": _("Came back, less what it cost"),
    "landing": _("Arrival on the other balance"),
    "withdrawal": _("Withdrawal"),
    "conversion": _("Conversion into home currency"),
    "bank": _("Arrival at the bank"),
    "on_account": _("Still on the account"),
}
_STATES = {
    "waiting": _("Waiting"), "done": _("Done"), "short": _("Short"), "carried": _("Carried over"),
    "failed": _("Failed"),
}  # fmt: skip
_CHAIN = (
    Column("hop", _("Hop"), value=lambda h: str(_HOPS[h.name])),
    Column("into", _("Into it"), MONEY),
    Column("out", _("Out of it"), MONEY),
    Column("fee", _("Fee"), MONEY),
    Column("fx_loss", _("FX loss"), MONEY),
    Column("loss_bp", _("Loss so far (bp)"), DECIMAL),
    Column("state", _("State"), value=lambda h: str(_STATES[h.state])),
    Column("document", _("Document"), LINK, lambda h: Ref(h.noun, h.id, _bare(h.document)), wide=True),
    Column("at", _("At"), TIME),
)


def _bare(document: str) -> str:
    """A document without the kind before its number; a number of our own making is long."""
    kind, _colon, number = document.partition(":")
    text = number if kind in ("collection_line", "bank_line", "settlement") else document
    return text if len(text) <= 24 else f"{text[:16]}…"


def _store(p: Payout) -> Ref:
    return Ref("stores", p.store_id, p.store.name)


def _receipt(p: Payout) -> Ref | None:
    return None if p.receipt is None else Ref("collection_lines", p.receipt.pk, p.receipt.external_id)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = queries.payouts(actor).filter(pk=pk).first()
    if p is None:
        return None
    hops = cash_chain(actor, pk)
    lost = [h.loss_bp for h in hops if h.out is not None]
    return Detail(
        p.settlement.external_id,
        p.store.name,
        p.state,
        (
            Fact(_("Settlement"), settlement_ref(p.settlement), LINK),
            Fact(_("Store"), Ref("stores", p.store_id, p.store.name), LINK),
            Fact(_("Amount"), p.amount, MONEY),
            Fact(_("Loss so far (bp)"), lost[-1] if lost else None, DECIMAL),
            Fact(_("Expected on"), p.expected_on, DATE),
            Fact(_("Receipt of money"), _receipt(p), LINK),
            Fact(_("Matched because"), _now(p.how) if p.how else ""),
            *(
                (Fact(_("Failed on"), p.failed_on, DATE), Fact(_("Reason"), p.failed_why))
                if p.failed_on
                else ()
            ),
        ),
        (Table(_("Cash chain"), _CHAIN, hops),),
    )


def _match(call: Call) -> Outcome:
    done = match_receipts(now=call.now, by=call.by)
    return Outcome(_now("%(n)d payouts have come.") % {"n": done}, done)


def _fail(call: Call) -> Outcome:
    v = call.values
    done = fail_payouts(ids=call.ids, on=v["on"], reason=v["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d payouts have failed.") % {"n": len(done)}, len(done))


def _again(call: Call) -> Outcome:
    v = call.values
    done = send_again(
        ids=call.ids, expected_on=v["expected_on"], reason=v["reason"], now=call.now, by=call.by
    )
    return Outcome(_now("%(n)d payouts are expected again.") % {"n": len(done)}, len(done))


def _carry(call: Call) -> Outcome:
    done = carry_failed(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d payouts go into a later settlement.") % {"n": len(done)}, len(done))


_WHY = Field("reason", _("Reason"), LONG)
NOUN = Noun(
    code="payouts",
    label=_("Payouts"),
    stage=6,
    place=20,
    icon="banknote-arrow-down",
    prefix="pay",
    view="treasury.view",
    by_store=True,
    rows=queries.payouts,
    columns=(
        Column("settlement", _("Settlement"), LINK, lambda p: settlement_ref(p.settlement)),
        Column("store", _("Store"), LINK, _store, sort="store__code"),
        Column("amount", _("Amount"), MONEY, sort="amount_minor"),
        Column("expected_on", _("Expected on"), DATE, sort="expected_on"),
        Column("receipt", _("Receipt of money"), LINK, _receipt),
        Column("how", _("Matched because"), value=lambda p: _now(p.how) if p.how else "", wide=True),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-expected_on",
    search=("settlement__external_id__istartswith",),
    state_field="state",
    states=(
        ("failed", _("Failed"), "bad"),
        ("expected", _("Expected"), "wait"),
        ("received", _("Money received"), "good"),
        ("carried", _("Carried over"), "idle"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("match", _("Match receipts"), _match, "treasury.change", NONE, key="m"),
        Action("fail", _("The transfer failed"), _fail, "treasury.change", MANY, (
            Field("on", _("Failed on"), DATE), _WHY,
        ), states=("expected",)),
        Action("send_again", _("Sent again"), _again, "treasury.change", MANY, (
            Field("expected_on", _("Expected on"), DATE, required=False), _WHY,
        ), states=("failed",)),
        Action("carry", _("A later settlement pays it"), _carry, "treasury.change", MANY, (_WHY,),
               states=("failed",)),
    ),
    waiting=queries.waiting_payouts,
    empty=_("Payouts are expected as soon as a settlement is explained."),
    audit_kind="payout",
    title_of="settlement.external_id",
    note=_("What the channel pays for a settlement, followed to the bank."),
)  # fmt: skip
