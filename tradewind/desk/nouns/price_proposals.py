"""Price proposals at the desk: the difference first, then approval, application, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.prices import queries
from tradewind.apps.prices.models import PriceProposal, ProposalLine
from tradewind.apps.prices.operations import (
    NewProposal,
    apply_proposals,
    approve_proposals,
    drop_proposals,
    make_proposal,
    undo_proposals,
)
from tradewind.apps.prices.operations.proposing import JOB
from tradewind.desk.kernel import (
    CHOICE,
    FLAG,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    PERCENT,
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
from tradewind.desk.nouns._money import store_choices
from tradewind.desk.nouns._prices import PROFIT, listing_ref, percent, store_codes, store_ref
from tradewind.desk.nouns._upstream import markets
from tradewind.desk.work import submit
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

SHOWN = 500
SKIPPED = {
    "as_wanted": _("Stands at its target already"),
    "above_target": _("Above its target, and the policy does not lower prices"),
    "missing": _("A cost, a rule or a policy is missing"),
    "unpriced": _("Without a price"),
    "never": _("No price reaches the target"),
    "ceiling": _("The target lies above the ceiling"),
    "ending": _("No good price has the wanted ending"),
}
REASONS = {"raise": _("Raised to the target"), "lower": _("Lowered to the target")}


def _money(name: str, currency: str) -> Callable[[ProposalLine], Money]:
    return lambda line: Money(getattr(line, f"{name}_minor"), getattr(line, currency))


def _market(row: PriceProposal) -> Ref | None:
    return None if row.market is None else Ref("markets", row.market.pk, str(row.market))


_DIFF = (
    Column("listing", _("Listing"), LINK, listing_ref),
    Column("title", _("Title"), value="listing.title", wide=True),
    Column("old", _("Old price"), MONEY, _money("old", "currency")),
    Column("new", _("New price"), MONEY, _money("new", "currency")),
    Column("before", _("Profit before"), MONEY, _money("before", "base_currency"), hidden=PROFIT),
    Column("after", _("Profit after"), MONEY, _money("after", "base_currency"), hidden=PROFIT),
    Column("before_margin", _("Margin before"), PERCENT, lambda x: percent(x.before_margin), hidden=PROFIT),
    Column("after_margin", _("Margin after"), PERCENT, lambda x: percent(x.after_margin), hidden=PROFIT),
    Column("reason", _("Why"), value=lambda x: str(REASONS[x.reason])),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.proposals(actor).filter(pk=pk).first()
    if row is None:
        return None
    lines = list(queries.proposal_lines(actor, pk)[:SHOWN])
    left = [{"why": SKIPPED.get(why, why), "n": n} for why, n in sorted(row.skipped.items())]
    alerts: list[Any] = []
    if row.line_count > SHOWN:
        words = {"n": row.line_count, "shown": SHOWN}
        alerts.append(_now("%(n)d prices change; the %(shown)d with the least profit are shown.") % words)
    if row.state == "solving":
        alerts.append(_("The catalogue is being solved; see Jobs for how far it has come."))
    facts = (
        Fact(_("Store"), store_ref(row), LINK),
        Fact(_("Market"), _market(row), LINK),
        Fact(_("Only listings under their floor"), row.only_under, FLAG),
        Fact(_("Listings looked at"), row.looked_at, INT),
        Fact(_("Prices that change"), row.line_count, INT),
        Fact(_("Made by"), row.made_by),
        Fact(_("Approved by"), row.approved_by),
        Fact(_("Applied at"), row.applied_at, TIME),
        Fact(_("Note"), row.note),
    )
    counts = (Column("why", _("Why"), wide=True), Column("n", _("Listings"), INT))
    tables = (
        Table(_("Old and new prices"), _DIFF, lines, _("No price changes.")),
        Table(_("Left as they are"), counts, left),
    )
    return Detail(row.number, str(row.made_at.date()), row.state, facts, tables, alerts=tuple(alerts))


def _new(call: Call) -> Outcome:
    v = call.values
    new = NewProposal(v["store"] or "", v["market"] or "", bool(v["only_under"]), v["note"] or "")
    pk = make_proposal(new=new, now=call.now, by=call.by)
    submit(name=JOB, key=f"{JOB}:{pk}", args={"proposal": pk}, now=call.now, by=call.by, lane="prices")
    number = PriceProposal.objects.values_list("number", flat=True).get(pk=pk)
    return Outcome(_("The catalogue is being solved."), 1, Ref("price_proposals", pk, number))


def _approve(call: Call) -> Outcome:
    return Outcome(_("Approved."), approve_proposals(ids=call.ids, now=call.now, by=call.by))


def _apply(call: Call) -> Outcome:
    changed = apply_proposals(ids=call.ids, now=call.now, by=call.by)
    return Outcome(_now("%(n)d prices are set; the next publication shows them.") % {"n": changed}, changed)


def _undo(call: Call) -> Outcome:
    changed = undo_proposals(ids=call.ids, now=call.now, by=call.by)
    return Outcome(_now("%(n)d prices are as before.") % {"n": changed}, changed)


def _drop(call: Call) -> Outcome:
    return Outcome(_("Given up."), drop_proposals(ids=call.ids, now=call.now, by=call.by))


NOUN = Noun(
    code="price_proposals",
    label=_("Price proposals"),
    stage=4,
    place=26,
    icon="list-checks",
    prefix="ppr",
    view="prices.view",
    by_store=True,
    rows=queries.proposals,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("store", _("Store"), LINK, store_ref),
        Column("market", _("Market"), LINK, _market),
        Column("line_count", _("Prices that change"), INT),
        Column("looked_at", _("Listings looked at"), INT),
        Column("state", _("State"), STATE),
        Column("made_by", _("Made by")),
        Column("made_at", _("Made at"), TIME, sort="made_at"),
        Column("approved_by", _("Approved by")),
        Column("note", _("Note"), wide=True),
    ),
    detail=_detail,
    order="-made_at",
    search=("number__istartswith", "note__icontains"),
    state_field="state",
    states=(
        ("draft", _("Waits for approval"), "wait"),
        ("solving", _("Being solved"), "wait"),
        ("approved", _("Approved"), "good"),
        ("applied", _("Applied"), "done"),
        ("undone", _("Undone"), "idle"),
        ("dropped", _("Given up"), "idle"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("new", _("Propose prices"), _new, "prices.change", NONE, (
            Field("store", _("Store"), CHOICE, False, choices=store_codes, help=_("Empty: all stores")),
            Field("market", _("Market"), CHOICE, False, choices=markets, help=_("Empty: all markets")),
            Field("only_under", _("Only listings under their floor"), FLAG, False),
            Field("note", _("Note"), LONG, False),
        ), key="n"),
        Action("approve", _("Approve"), _approve, "prices.approve", MANY, states=("draft",), key="a"),
        Action("apply", _("Apply"), _apply, "prices.change", MANY, states=("approved",),
               confirm=_("The new prices go to the channels. Go on?")),
        Action("undo", _("Undo"), _undo, "prices.change", MANY, states=("applied",), danger=True,
               confirm=_("The prices from before go to the channels. Go on?")),
        Action("drop", _("Give up"), _drop, "prices.change", MANY, states=("solving", "draft", "approved"),
               danger=True),
    ),
    waiting=queries.drafts,
    empty=_("Propose prices for a store, a market or the whole catalogue."),
    audit_kind="price_proposal",
    title_of="number",
    note=_("New prices with profit before and after: looked at, approved, applied, and undone if need be."),
)  # fmt: skip
