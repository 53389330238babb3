"""Claims at the desk: what is asked back, until when, and what came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import Claim
from tradewind.apps.claims.operations import recover_claim, refuse_claim, send_claims
from tradewind.desk.kernel import (
    DATE,
    DECIMAL,
    LINK,
    LONG,
    MANY,
    MONEY,
    ONE,
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
)
from tradewind.desk.nouns._claims import bill_ref, line_ref, reason_label, tracking_of
from tradewind.desk.nouns._money import money, store_choices, typed_money
from tradewind.desk.nouns.findings import EVENTS
from tradewind.engine.access import Actor


def _subject(row: Any) -> str:
    """What a finding is of, as the other side knows it."""
    return tracking_of(row) or (row.order.external_id if row.order else "")


_ROWS = (
    Column("finding", _("Reason"), LINK, lambda x: Ref("findings", x.pk, str(reason_label(x.reason)))),
    Column("line", _("Bill line"), LINK, lambda x: line_ref(x.bill_line)),
    Column("subject", _("Parcel or order"), value=_subject),
    Column("charged", _("Charged"), MONEY, lambda x: money(x.charged_minor, x.currency)),
    Column("excess", _("Too much"), MONEY, lambda x: money(x.excess_minor, x.currency)),
    Column("recovered", _("Given back"), MONEY, lambda x: money(x.recovered_minor, x.currency)),
)
MOST = 500


def _money(name: str) -> Any:
    return lambda row: money(getattr(row, f"{name}_minor"), row.currency)


def _open(row: Claim) -> Any:
    return money(row.asked_minor - row.recovered_minor - row.refused_minor, row.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.claims(actor).filter(pk=pk).first()
    if x is None:
        return None
    found = queries.findings(actor).filter(claim=x).order_by("-excess_minor", "id")
    alerts = () if x.due_on or x.state != "draft" else (_now("Nobody has said until when it may be sent."),)
    return Detail(
        x.number,
        x.counterparty,
        x.state,
        (
            Fact(_("From bill"), bill_ref(x.bill), LINK),
            Fact(_("Store"), Ref("stores", x.store.pk, x.store.name) if x.store else None, LINK),
            Fact(_("Asked back"), _money("asked")(x), MONEY),
            Fact(_("Given back"), _money("recovered")(x), MONEY),
            Fact(_("Turned down"), _money("refused")(x), MONEY),
            Fact(_("Still open"), _open(x), MONEY),
            Fact(_("To be sent by"), x.due_on, DATE),
            Fact(_("Sent"), x.sent_at, TIME),
            Fact(_("Closed"), x.closed_at, TIME),
        ),
        (
            Table(_("Findings"), _ROWS, list(found[:MOST])),
            Table(_("What came back"), EVENTS, list(x.events.order_by("id")[:MOST]), _("Nothing yet.")),
        ),
        alerts=alerts,
    )  # fmt: skip


def _send(call: Call) -> Outcome:
    return Outcome(_("Noted as sent."), len(send_claims(ids=call.ids, now=call.now, by=call.by)))


def _recover(call: Call) -> Outcome:
    v = call.values
    row = queries.claims(call.by).get(pk=call.ids[0])
    recover_claim(
        claim_id=row.pk, amount=typed_money(v["amount"], row.currency), number=v["number"], on=v["on"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Noted."), 1)


def _refuse(call: Call) -> Outcome:
    refuse_claim(claim_id=call.ids[0], reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Closed: what a bill asked is owed after all."), 1)


NOUN = Noun(
    code="claims",
    label=_("Claims"),
    stage=6,
    place=18,
    icon="undo-2",
    prefix="clm",
    view="claims.view",
    by_store=True,
    rows=queries.claims,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("counterparty", _("Asked of"), sort="counterparty", wide=True),
        Column("bill", _("From bill"), LINK, lambda x: bill_ref(x.bill)),
        Column("store", _("Store"), value=lambda x: x.store.name if x.store else ""),
        Column("asked", _("Asked back"), MONEY, _money("asked"), sort="asked_minor"),
        Column("recovered", _("Given back"), MONEY, _money("recovered"), sort="recovered_minor"),
        Column("open", _("Still open"), MONEY, _open),
        Column("due_on", _("To be sent by"), DATE, sort="due_on"),
        Column("sent_at", _("Sent"), TIME, sort="sent_at"),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-id",
    search=("number__iexact", "counterparty__istartswith"),
    state_field="state",
    states=(
        ("draft", _("To be sent"), "bad"),
        ("sent", _("Sent"), "wait"),
        ("recovered", _("Given back"), "done"),
        ("partly", _("Given back in part"), "done"),
        ("refused", _("Turned down"), "idle"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("send", _("Sent"), _send, "claims.change", MANY, states=("draft",), key="s"),
        Action("recover", _("Money came back"), _recover, "claims.change", ONE, (
            Field("amount", _("Amount"), DECIMAL),
            Field("number", _("Credit note or letter")),
            Field("on", _("Day"), DATE),
        ), states=("draft", "sent"), key="r"),
        Action("refuse", _("Turned down"), _refuse, "claims.change", ONE, (
            Field("reason", _("Reason"), LONG),
        ), states=("draft", "sent"), danger=True),
    ),
    waiting=lambda actor: queries.claims(actor).filter(state="draft").count(),
    empty=_("Choose wrong charges and claim them."),
    audit_kind="claim",
    title_of="number",
    note=_("What is asked back, until when it must be sent, and what came of it."),
)  # fmt: skip
