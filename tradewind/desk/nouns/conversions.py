"""Withdrawals and conversions into home currency at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.chain import fx_loss
from tradewind.apps.treasury.models import Conversion
from tradewind.apps.treasury.operations import accept_shortfall, link_arrival, note_returns
from tradewind.apps.treasury.states import RETURNED, SHORT, UNDERWAY
from tradewind.desk.kernel import (
    CHOICE,
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
)  # fmt: skip
from tradewind.desk.nouns._money import collection_choices
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def _loss(c: Conversion) -> Money | None:
    return fx_loss(c.sold - c.fee, c.bought, c.reference_rate)


_KINDS = {
    "withdrawal": _("Withdrawal to a bank"), "inner": _("Conversion with the provider"),
    "bank": _("Conversion at the bank"),
}  # fmt: skip


def _bank(c: Conversion) -> Ref | None:
    if c.landed is not None:
        return Ref("collection_lines", c.landed.pk, c.landed.external_id)
    return None if c.bank_line is None else Ref("bank_lines", c.bank_line.pk, c.bank_line.shown)


def _returned(c: Conversion) -> Ref | None:
    return None if c.returned is None else Ref("collection_lines", c.returned.pk, c.returned.external_id)


_LINES = (
    Column("kind", _("Kind")),
    Column("line", _("Line"), LINK, lambda x: Ref("collection_lines", x.pk, x.external_id)),
    Column("amount", _("Amount"), MONEY),
    Column("at", _("At"), TIME),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    c = queries.conversions(actor).filter(pk=pk).first()
    if c is None:
        return None
    lines = queries.collection_lines(actor).filter(account=c.collection_id, group=c.group).order_by("id")
    return Detail(
        c.group,
        c.origin.name,
        c.state,
        (
            Fact(_("Kind"), _KINDS[c.kind]),
            Fact(_("Left the account"), c.sold, MONEY),
            Fact(_("Fee"), c.fee, MONEY),
            Fact(_("Bought"), c.bought, MONEY),
            Fact(_("Rate"), c.rate, DECIMAL),
            Fact(_("Reference rate"), c.reference_rate, DECIMAL),
            Fact(_("FX loss"), _loss(c), MONEY),
            Fact(_("Arrived with the line"), _bank(c), LINK),
            Fact(_("Matched because"), _now(c.how) if c.how else ""),
            Fact(_("Came back with the line"), _returned(c), LINK),
            Fact(_("Difference"), c.difference, MONEY),
            Fact(_("Accepted because"), c.accepted_why),
        ),
        (Table(_("Statement lines"), _LINES, list(lines)),),
        alerts=() if c.reference_rate else (_("No reference rate of the day: the loss is not stated."),),
    )


def _accept(call: Call) -> Outcome:
    done = accept_shortfall(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Accepted: the books take the difference as a collection fee."), len(done))


def _open_lines(actor: Actor) -> list[tuple[str, str]]:
    rows = queries.open_bank_lines(actor).order_by("-on")[:500]
    return [(str(x.pk), f"{x.on} · {x.amount} · {x.reference or x.memo[:40]}") for x in rows]


def _link(call: Call) -> Outcome:
    v = call.values
    link_arrival(
        conversion_id=call.ids[0], bank_line_id=int(v["line"]), reason=v["reason"], now=call.now, by=call.by
    )
    return Outcome(_("The withdrawal is at the bank."), 1)


def _note(call: Call) -> Outcome:
    done = note_returns(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Noted: it is no longer listed as a break."), len(done))


NOUN = Noun(
    code="conversions",
    label=_("Conversions into home currency"),
    stage=6,
    place=25,
    icon="refresh-ccw",
    prefix="cnv",
    view="treasury.view",
    rows=queries.conversions,
    columns=(
        Column("group", _("Provider's number"), sort="group"),
        Column("at", _("At"), TIME, sort="at"),
        Column("sold", _("Left the account"), MONEY, sort="sold_minor"),
        Column("fee", _("Fee"), MONEY),
        Column("bought", _("Bought"), MONEY, sort="bought_minor"),
        Column("rate", _("Rate"), DECIMAL),
        Column("reference_rate", _("Reference rate"), DECIMAL),
        Column("loss", _("FX loss"), MONEY, _loss),
        Column("bank", _("Arrived with the line"), LINK, _bank),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-at",
    search=("group__istartswith",),
    state_field="state",
    states=(
        ("underway", _("On its way"), "wait"),
        ("arrived", _("Money arrived"), "good"),
        ("short", _("Short"), "bad"),
        ("returned", _("Came back"), "bad"),
    ),
    filters=(Filter("account", _("Account"), "collection_id", collection_choices),),
    actions=(
        Action("link", _("Match to a bank line"), _link, "treasury.change", ONE, (
            Field("line", _("Bank line"), CHOICE, choices=_open_lines),
            Field("reason", _("Reason")),
        ), states=(UNDERWAY,)),
        Action("note", _("Note why it came back"), _note, "treasury.change", MANY, (
            Field("reason", _("Reason"), LONG),
        ), states=(RETURNED,)),
        Action("accept", _("Accept difference"), _accept, "treasury.change", MANY, (
            Field("reason", _("Reason"), LONG, help=_("What the bank kept and why")),
        ), states=(SHORT,)),
    ),
    empty=_("Withdraw from a collection account; its conversion shows here."),
    audit_kind="conversion",
    title_of="group",
)  # fmt: skip
