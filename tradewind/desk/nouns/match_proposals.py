"""Orders proposed for settlement lines, at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import MatchProposal
from tradewind.apps.settlements.operations import accept_proposals, reject_proposals
from tradewind.apps.settlements.states import ACCEPTED, OPEN, PASSED, REJECTED
from tradewind.desk.kernel import (
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
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
from tradewind.desk.nouns._money import kind_label, money, settlement_ref, store_choices
from tradewind.desk.nouns._settlement_page import REASONS
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def _number(p: MatchProposal) -> str:
    return p.line.order_external_id or p.line.line_external_id or f"#{p.line.line_no}"


def _order(p: MatchProposal) -> Ref:
    return Ref("orders", p.order_id, p.order.external_id)


def _amount(name: str) -> Any:
    return lambda p: money(getattr(p, name), p.settlement.currency)


def _asks(p: MatchProposal) -> Money:
    order = p.order
    return Money(order.goods_minor + order.shipping_minor + order.tax_minor, order.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    p = queries.proposals(actor).filter(pk=pk).first()
    if p is None:
        return None
    money_of = _amount("amount_minor")
    return Detail(
        _now("%(number)s: is it order %(order)s?") % {"number": _number(p), "order": p.order.external_id},
        str(REASONS[p.reason]),
        p.state,
        (
            Fact(_("Settlement"), settlement_ref(p.settlement), LINK),
            Fact(_("Order as the file says it"), p.line.order_external_id),
            Fact(_("The lines sold for"), money_of(p), MONEY),
            Fact(_("Proposed order"), _order(p), LINK),
            Fact(_("It asked for"), _asks(p), MONEY),
            Fact(_("Difference"), _amount("difference_minor")(p), MONEY),
            Fact(_("Ordered on"), p.order.placed_at, TIME),
            Fact(_("Days from order to lines"), p.days, INT),
            Fact(_("Decided by"), p.decided_by),
            Fact(_("Decided at"), p.decided_at, TIME),
            Fact(_("Reason"), p.why),
        ),
        (
            Table(_("Lines of the settlement"), _LINES, _lines(actor, p)),
            Table(_("Lines of the order"), _GOODS, list(p.order.lines.order_by("id"))),
            Table(_("Other proposals for these lines"), _RIVALS, _rivals(actor, p)),
        ),
    )


_LINES = (
    Column("line", _("Line"), LINK, lambda x: Ref("settlement_lines", x.pk, f"#{x.line_no}")),
    Column("description", _("Description"), wide=True),
    Column("kind", _("Kind"), value=lambda x: kind_label(x.kind)),
    Column("external_sku", _("Channel SKU")),
    Column("amount", _("Amount"), MONEY, lambda x: money(x.amount_minor, x.settlement.currency)),
)
_GOODS = (
    Column("external_sku", _("Channel SKU")),
    Column("title", _("Title"), wide=True),
    Column("qty", _("Quantity"), INT),
    Column("price", _("Price"), MONEY, lambda x: money(x.price_minor, x.order.currency)),
)
_RIVALS = (
    Column("proposal", _("Proposal"), LINK, lambda p: Ref("match_proposals", p.pk, p.order.external_id)),
    Column("reason", _("Why"), value=lambda p: REASONS[p.reason], wide=True),
    Column("difference", _("Difference"), MONEY, _amount("difference_minor")),
    Column("state", _("State"), STATE),
)


def _lines(actor: Actor, p: MatchProposal) -> list[Any]:
    rows = queries.lines(actor).filter(settlement_id=p.settlement_id)
    if p.line.order_external_id:
        rows = rows.filter(order_external_id=p.line.order_external_id)
    elif p.line.line_external_id:
        rows = rows.filter(order_external_id="", line_external_id=p.line.line_external_id)
    else:
        rows = rows.filter(pk=p.line_id)
    return list(rows.order_by("line_no")[:100])


def _rivals(actor: Actor, p: MatchProposal) -> list[MatchProposal]:
    return list(queries.proposals(actor).filter(line_id=p.line_id).exclude(pk=p.pk).order_by("rank", "id"))


def _accept(call: Call) -> Outcome:
    done = accept_proposals(ids=call.ids, reason=call.values["reason"] or "", now=call.now, by=call.by)
    return Outcome(_now("%(n)d lines have their order.") % {"n": done}, done)


def _reject(call: Call) -> Outcome:
    done = reject_proposals(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d proposals rejected; they are not asked again.") % {"n": done}, done)


NOUN = Noun(
    code="match_proposals",
    label=_("Proposed orders"),
    stage=6,
    place=11,
    icon="git-compare-arrows",
    prefix="mpr",
    view="settlements.view",
    by_store=True,
    rows=queries.proposals,
    columns=(
        Column("number", _("Order as the file says it"), value=_number),
        Column("settlement", _("Settlement"), LINK, lambda p: settlement_ref(p.settlement)),
        Column("amount", _("Amount"), MONEY, _amount("amount_minor"), sort="amount_minor"),
        Column("order", _("Proposed order"), LINK, _order),
        Column("asked", _("It asked for"), MONEY, _asks),
        Column("difference", _("Difference"), MONEY, _amount("difference_minor"), sort="difference_minor"),
        Column("days", _("Days"), INT, sort="days"),
        Column("rank", _("Rank"), INT, sort="rank"),
        Column("reason", _("Why"), value=lambda p: REASONS[p.reason], wide=True),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-settlement_id id",
    search=("line__order_external_id__istartswith", "order__external_id__istartswith"),
    state_field="state",
    states=(
        (OPEN, _("To choose"), "wait"),
        (ACCEPTED, _("Accepted"), "good"),
        (REJECTED, _("Rejected"), "idle"),
        (PASSED, _("Passed over"), "idle"),
    ),
    filters=(
        Filter("store", _("Store"), "settlement__store_id", store_choices),
        Filter("reason", _("Why"), "reason", lambda _actor: list(REASONS.items())),
    ),
    actions=(
        Action("accept", _("It is this order"), _accept, "settlements.change", MANY, (
            Field("reason", _("Reason"), LONG, required=False),
        ), states=(OPEN,), key="y"),
        Action("reject", _("It is not"), _reject, "settlements.change", MANY, (
            Field("reason", _("Reason"), LONG, help=_("It is kept, and these two are not proposed again")),
        ), states=(OPEN,), key="r"),
    ),
    waiting=queries.open_proposals,
    empty=_("Nothing to choose: every line has its order by its key, or nothing speaks for one."),
    audit_kind="match_proposal",
    title_of=lambda p: f"{_number(p)} - {p.order.external_id}",
    note=_("Lines whose order is not certain. Best first; what you reject is not asked again."),
)  # fmt: skip
